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
  const start = longest(most, (length) => before.slice(0, length) === after.slice(0, length));
  const tail = longest(most - start, (length) => before.slice(before.length - length) === after.slice(after.length - length));
  return { start, end: before.length - tail, shift: after.length - before.length };
}

/** The greatest length up to `most` of which `holds` is true, where it is true of every shorter one too. Comparing pieces is faster than comparing letters. */
function longest(most: number, holds: (length: number) => boolean): number {
  let low = 0;
  let high = most;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
