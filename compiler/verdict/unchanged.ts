/** Which entries of an ordered list stayed, in order, when it became another: a longest common run in the sense of patience sorting. */

export interface Unchanged {
  /** Positions in the old list. */
  readonly left: ReadonlySet<number>;
  /** Positions in the new list. */
  readonly right: ReadonlySet<number>;
}

/**
 * Pairs equal keys (the first with the first, the second with the second) and keeps a longest set of pairs that are in the same order
 * in both lists. Costs `n log n`.
 */
export function unchangedRules(left: readonly string[], right: readonly string[]): Unchanged {
  const places = new Map<string, number[]>();
  right.forEach((key, at) => {
    const known = places.get(key);
    if (known === undefined) places.set(key, [at]);
    else known.push(at);
  });
  const used = new Map<string, number>();
  const pairs = left.flatMap((key, at) => {
    const turn = used.get(key) ?? 0;
    const place = places.get(key)?.[turn];
    used.set(key, turn + 1);
    return place === undefined ? [] : [{ left: at, right: place }];
  });
  const kept = longestRising(pairs.map((pair) => pair.right)).map((at) => pairs[at]);
  return { left: new Set(kept.map((pair) => pair.left)), right: new Set(kept.map((pair) => pair.right)) };
}

/** Positions of a longest rising subsequence of distinct numbers. */
function longestRising(numbers: readonly number[]): readonly number[] {
  /** For each length, the position of the smallest number that ends a rising run of that length. */
  const tails: number[] = [];
  const previous: number[] = [];
  numbers.forEach((number, at) => {
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (numbers[tails[middle]] < number) low = middle + 1;
      else high = middle;
    }
    previous[at] = low === 0 ? -1 : tails[low - 1];
    tails[low] = at;
  });
  const out: number[] = [];
  for (let at = tails.at(-1) ?? -1; at >= 0; at = previous[at]) out.push(at);
  return out.reverse();
}
