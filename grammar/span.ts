/**
 * Positions in source text. A span always carries its file, so that any part of the compiler can
 * point at any other without asking where it came from.
 */

/** Half-open range `[start, end)` of UTF-16 code units in the file with this id. */
export interface Span {
  /** File id: the path relative to the project's root, with forward slashes; `<stdin>` for standard input. */
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

/** One-based line and column (in UTF-16 code units), as editors and compilers print them. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Offsets at which the lines of a text begin; the first is 0. Lines end at `\n` or `\r\n`. */
export type LineMap = readonly number[];

export function lineMap(text: string): LineMap {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/** The position of `offset`, by binary search; offsets past the end fall on the last line. */
export function positionAt(lines: LineMap, offset: number): Position {
  let low = 0;
  let high = lines.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (lines[middle] <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - lines[low] + 1 };
}
