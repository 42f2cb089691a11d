/** Findings of an earlier text, moved to where they belong in a later one. */
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.js";
import type { LoadedFile } from "../../compiler/source/files.js";
import { changeBetween } from "../../grammar/change.js";
import type { Span } from "../../grammar/span.js";

/** The findings whose own text is still there, at its new place; a finding in text that was changed is left out. */
export function carryOver(
  findings: readonly Diagnostic[],
  before: ReadonlyMap<string, LoadedFile>,
  after: ReadonlyMap<string, LoadedFile>,
): readonly Diagnostic[] {
  const moves = new Map<string, (span: Span) => Span | undefined>();
  const moved = (span: Span): Span | undefined => {
    const move = moves.get(span.file) ?? moveBetween(before.get(span.file)?.text, after.get(span.file)?.text);
    moves.set(span.file, move);
    return move(span);
  };
  return findings.flatMap((finding): readonly Diagnostic[] => {
    const span = moved(finding.span);
    if (span === undefined) return [];
    const related = finding.related.flatMap((entry) => {
      const place = moved(entry.span);
      return place === undefined ? [] : [{ ...entry, span: place }];
    });
    // The edits of a fix are places in the earlier text.
    return [{ ...finding, span, related, fixes: [] }];
  });
}

function moveBetween(before: string | undefined, after: string | undefined): (span: Span) => Span | undefined {
  if (before === undefined || after === undefined) return () => undefined;
  const { start, end, shift } = changeBetween(before, after);
  return (span) => {
    if (span.end <= start) return span;
    return span.start >= end ? { ...span, start: span.start + shift, end: span.end + shift } : undefined;
  };
}
