/** Finding ranges that overlap among many: a sweep over their ends, so the cost is sorting and what is found. */
import type { AddressSet } from "../space/address.js";

export interface Owned<T> {
  readonly addresses: AddressSet;
  readonly owner: T;
}

type Whole = number | bigint;

/**
 * Pairs of owners whose addresses overlap, each owner at most once on the left: with the earliest begun range that it runs into.
 * An owner does not overlap itself. The right one is the one that was given first.
 */
export function findOverlaps<T>(entries: readonly Owned<T>[]): readonly { readonly later: T; readonly earlier: T }[] {
  const order = new Map(entries.map((entry, index) => [entry.owner, index] as const));
  const found = new Map<T, T>();
  const sweep = <N extends Whole>(ranges: readonly (readonly [N, N, T])[]): void => {
    const sorted = [...ranges].sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
    /** The range that reaches furthest so far, and the furthest of another owner than that one. */
    let furthest: readonly [N, N, T] | undefined;
    let second: readonly [N, N, T] | undefined;
    for (const range of sorted) {
      const rival = furthest !== undefined && furthest[2] !== range[2] ? furthest : second;
      if (rival !== undefined && rival[1] >= range[0]) {
        const [earlier, later] = (order.get(rival[2]) ?? 0) < (order.get(range[2]) ?? 0) ? [rival[2], range[2]] : [range[2], rival[2]];
        if (!found.has(later)) found.set(later, earlier);
      }
      if (furthest === undefined || range[1] > furthest[1]) {
        if (furthest !== undefined && furthest[2] !== range[2]) second = furthest;
        furthest = range;
      } else if (range[2] !== furthest[2] && (second === undefined || range[1] > second[1])) second = range;
    }
  };
  sweep(entries.flatMap((entry) => pairs(entry.addresses.v4, entry.owner)));
  sweep(entries.flatMap((entry) => pairs(entry.addresses.v6, entry.owner)));
  return [...found].map(([later, earlier]) => ({ later, earlier }));
}

function pairs<N extends Whole, T>(ranges: readonly N[], owner: T): readonly (readonly [N, N, T])[] {
  return Array.from({ length: ranges.length / 2 }, (_, index) => [ranges[2 * index], ranges[2 * index + 1], owner] as const);
}
