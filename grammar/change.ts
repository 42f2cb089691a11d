/** What an edit made of a text. */

/** `[start, end)` of the earlier text was replaced, and what stood behind it moved by `shift`. */
export interface Change {
  readonly start: number;
  readonly end: number;
  readonly shift: number;
}

/** The smallest single change that makes one text the other. */
export function changeBetween(before: string, after: string): Change {
  const most = Math.min(before.length, after.length);
  if (before === after) return { start: most, end: most, shift: 0 };
  let start = 0;
  while (start < most && before.charCodeAt(start) === after.charCodeAt(start)) start += 1;
  let tail = 0;
  while (tail < most - start && before.charCodeAt(before.length - 1 - tail) === after.charCodeAt(after.length - 1 - tail)) tail += 1;
  return { start, end: before.length - tail, shift: after.length - before.length };
}
