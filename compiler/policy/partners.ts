/** Pairs of things that overlap, told so that a thing which overlaps many is told once and not once for each of them. */

/** Something and those of its partners that nothing before it has told. */
export interface Overlap<T> {
  readonly one: T;
  readonly others: readonly T[];
}

/**
 * Each pair once, at the one of both with the most partners; in the order of how many they have, and then of the map.
 * `partners` says every pair both ways.
 */
export function toldOnce<T>(partners: ReadonlyMap<T, ReadonlySet<T>>): readonly Overlap<T>[] {
  const order = [...partners].sort(([, a], [, b]) => b.size - a.size);
  const told = new Set<T>();
  return order.flatMap(([one, all]): readonly Overlap<T>[] => {
    const others = [...all].filter((other) => !told.has(other));
    told.add(one);
    return others.length === 0 ? [] : [{ one, others }];
  });
}
