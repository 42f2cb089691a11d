/** How like each other two words are, for "did you mean". */

/** Edit distance with swapped neighbours as one edit (optimal string alignment), or `limit + 1` when it is more than `limit`. */
export function editDistance(left: string, right: string, limit: number): number {
  if (Math.abs(left.length - right.length) > limit) return limit + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const same = left[row - 1] === right[column - 1];
      const swapped = row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      const edited = Math.min(last[column] + 1, current[column - 1] + 1, last[column - 1] + (same ? 0 : 1));
      current.push(swapped ? Math.min(edited, beforeLast[column - 2] + 1) : edited);
    }
    beforeLast = last;
    last = current;
  }
  return Math.min(last[right.length], limit + 1);
}

/** The one candidate that a word of at least three letters begins, if there is one. */
function completion(word: string, candidates: Iterable<string>): string | undefined {
  const longer = word.length < 3 ? [] : [...candidates].filter((candidate) => candidate.startsWith(word.toLowerCase()));
  return longer.length === 1 ? longer[0] : undefined;
}

/**
 * The candidate that a word was plainly meant to be, if there is one: at most one edit away for short words and a third of the
 * length for longer ones, or else the one that the word begins.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let limit = Math.max(1, Math.floor(word.length / 3));
  let best: string | undefined;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate, limit);
    if (distance > limit || distance >= candidate.length) continue;
    best = candidate;
    limit = distance - 1;
    if (limit < 0) break;
  }
  return best ?? completion(word, candidates);
}
