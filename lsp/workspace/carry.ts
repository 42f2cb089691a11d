/** Findings of an earlier text, moved to where they belong in a later one. */
import type { Checked } from "../../compiler/compile.js";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.js";
import { inOrder } from "../../compiler/diagnostics/order.js";
import type { LoadedFile } from "../../compiler/source/files.js";
import { changeBetween } from "../../grammar/change.js";
import type { Span } from "../../grammar/span.js";

type Files = ReadonlyMap<string, LoadedFile>;
type Findings = Checked["findings"];

/** The questions about all flows; `CTV4007` is answered without them. */
const aboutFlows = /^CTV40(?!07)/;

/** Those of the findings that are answers to questions about all flows. */
export function findingsAboutFlows(findings: Findings): Findings {
  const found = new Map<string, readonly Diagnostic[]>();
  for (const [id, list] of findings) {
    const own = list.filter(({ code }) => aboutFlows.test(code));
    if (own.length > 0) found.set(id, own);
  }
  return found;
}

/** The findings whose own text is still there, at its new place; a finding in text that was changed is left out. The same list where nothing moved. */
export function carryOver(findings: Findings, before: Files, after: Files): Findings {
  const moves = new Map<string, (span: Span) => Span | undefined>();
  const moved = (span: Span): Span | undefined => {
    const move = moves.get(span.file) ?? moveBetween(before.get(span.file)?.text, after.get(span.file)?.text);
    moves.set(span.file, move);
    return move(span);
  };
  const isStill = ({ file }: Span): boolean => before.get(file) === after.get(file);
  const carried = new Map<string, readonly Diagnostic[]>();
  for (const [id, list] of findings) {
    if (list.every(({ span, related }) => isStill(span) && related.every((entry) => isStill(entry.span)))) {
      carried.set(id, list);
      continue;
    }
    const own = list.flatMap((finding): readonly Diagnostic[] => {
      const span = moved(finding.span);
      if (span === undefined) return [];
      const related = finding.related.flatMap((entry) => {
        const place = moved(entry.span);
        return place === undefined ? [] : [{ ...entry, span: place }];
      });
      // The edits of a fix are places in the earlier text.
      return [{ ...finding, span, related, fixes: [] }];
    });
    if (own.length > 0) carried.set(id, own);
  }
  return carried;
}

/** Joins findings by file. Whoever keeps the answer of this function gets the same list again while both of its parts are the same. */
export function makeJoin(): (left: Findings, right: Findings) => Findings {
  let known = new Map<
    string,
    { readonly own: readonly Diagnostic[]; readonly more: readonly Diagnostic[]; readonly joined: readonly Diagnostic[] }
  >();
  return (left, right) => {
    const now: typeof known = new Map();
    const all = new Map(left);
    for (const [id, more] of right) {
      const own = left.get(id) ?? [];
      const before = known.get(id);
      const joined = before?.own === own && before.more === more ? before.joined : own.length === 0 ? more : inOrder([...own, ...more]);
      now.set(id, { own, more, joined });
      all.set(id, joined);
    }
    known = now;
    return all;
  };
}

function moveBetween(before: string | undefined, after: string | undefined): (span: Span) => Span | undefined {
  if (before === undefined || after === undefined) return () => undefined;
  const { start, end, shift } = changeBetween(before, after);
  return (span) => {
    if (span.end <= start) return span;
    return span.start >= end ? { ...span, start: span.start + shift, end: span.end + shift } : undefined;
  };
}
