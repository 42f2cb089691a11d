/** The order in which findings are told. */
import type { Diagnostic } from "./diagnostic.js";

/** By file, then position, then code; equal ones keep the order in which they were found. */
export function inOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return [...diagnostics].sort(
    (a, b) => compare(a.span.file, b.span.file) || a.span.start - b.span.start || a.span.end - b.span.end || compare(a.code, b.code),
  );
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
