/**
 * What the reports are made from, and the list of their forms.
 */
import type { Diagnostic, Severity } from "../../compiler/diagnostics/diagnostic.js";
import { lineMap, positionAt } from "../../grammar/span.js";
import type { LineMap, Position, Span } from "../../grammar/span.js";

export const formats = ["pretty", "json", "sarif", "github", "junit"] as const;
export type Format = (typeof formats)[number];

/** A text that findings point into. */
export interface Source {
  /** As the user would name the file: relative to where the command runs. */
  readonly shown: string;
  readonly text: string;
  readonly lines: LineMap;
}

export interface Report {
  /** The verb that made it, such as `check`. */
  readonly verb: string;
  /** In the order in which to show them. */
  readonly diagnostics: readonly Diagnostic[];
  /** By file id. */
  readonly sources: ReadonlyMap<string, Source>;
  /** Findings of this severity or above are failures. */
  readonly failLevel: Severity;
  /** What the verb has done besides, for the report for programs. */
  readonly result?: Readonly<Record<string, unknown>>;
}

const ranks: Readonly<Record<Severity, number>> = { error: 2, warning: 1, note: 0 };

export function source(shown: string, text: string): Source {
  return { shown, text, lines: lineMap(text) };
}

/** Whether a finding is a failure at this level. */
export function fails(diagnostic: Diagnostic, level: Severity): boolean {
  return ranks[diagnostic.severity] >= ranks[level];
}

export interface Location {
  readonly file: string;
  readonly start: Position;
  /** Just past the last character. */
  readonly end: Position;
}

/** Whether a finding points into a file: a value from the command line stands in none, and its span names where it came from instead. */
export function hasPlace(report: Pick<Report, "sources">, span: Span): boolean {
  return report.sources.has(span.file) || !span.file.startsWith("<");
}

/** Where a span lies, in lines and columns that count from 1. A file without text (one that was not read) has only its name. */
export function locate(report: Pick<Report, "sources">, span: Span): Location {
  const found = report.sources.get(span.file);
  if (found === undefined) return { file: span.file, start: { line: 1, column: 1 }, end: { line: 1, column: 1 } };
  return { file: found.shown, start: positionAt(found.lines, span.start), end: positionAt(found.lines, span.end) };
}

/** What a report without places of its own for them says of a finding: its message, the flow that shows it, and what to do. */
export function messageLines({ message, flow, help }: Diagnostic): readonly string[] {
  return [message, ...(flow === undefined ? [] : [`flow: ${flow}`]), ...(help === undefined ? [] : [help])];
}

/** `2 errors, 1 warning`; `no findings`. */
export function tally(diagnostics: readonly Diagnostic[]): string {
  const severities: readonly Severity[] = ["error", "warning", "note"];
  const counts = severities.map((severity) => ({ severity, count: diagnostics.filter((diagnostic) => diagnostic.severity === severity).length }));
  const parts = counts.filter(({ count }) => count > 0).map(({ severity, count }) => `${count} ${severity}${count === 1 ? "" : "s"}`);
  return parts.length === 0 ? "no findings" : parts.join(", ");
}

/** By file, then position, then severity and code, so that a report reads like the source and never changes order by itself. */
export function inOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const compare = (left: string, right: string) => (left < right ? -1 : left > right ? 1 : 0);
  return [...diagnostics].sort(
    (left, right) =>
      compare(left.span.file, right.span.file) ||
      left.span.start - right.span.start ||
      ranks[right.severity] - ranks[left.severity] ||
      compare(left.code, right.code) ||
      compare(left.message, right.message),
  );
}
