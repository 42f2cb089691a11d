/**
 * Which of many address sets meet a given one. The address space is cut into segments, each with the sets that reach into it; a
 * set that reaches into many segments is kept apart and always asked. Sets are told apart by identity, since most come from one
 * network or one literal.
 */
import { addressesOverlap } from "./address.js";
import type { AddressSet } from "./address.js";
import { boundedCache } from "./boundedCache.js";
import type { Ranges, Whole } from "./intervals.js";

export interface AddressIndex {
  /** Positions of the sets that meet `set`, in no order. */
  readonly overlapping: (set: AddressSet) => readonly number[];
}

const SEGMENTS = 1024;

/** The lower ends of segments that hold about as many boundaries each. */
function segmentStarts<T extends Whole>(sets: readonly Ranges<T>[]): readonly T[] {
  const boundaries = sets.flatMap((ranges) => ranges.filter((_, index) => index % 2 === 0)).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const step = Math.max(1, Math.ceil(boundaries.length / SEGMENTS));
  return [...new Set(boundaries.filter((_, index) => index % step === 0))];
}

/** The segment that a value falls into: -1 below the first. */
function segmentOf<T extends Whole>(starts: readonly T[], value: T): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

interface FamilyIndex<T extends Whole> {
  readonly visit: (ranges: Ranges<T>, found: (position: number) => void) => void;
}

function familyIndex<T extends Whole>(sets: readonly Ranges<T>[]): FamilyIndex<T> {
  const starts = segmentStarts(sets);
  const segments: number[][] = Array.from({ length: starts.length + 1 }, () => []);
  const wide: number[] = [];
  const span = (ranges: Ranges<T>): readonly (readonly [number, number])[] =>
    Array.from(
      { length: ranges.length / 2 },
      (_, index) => [segmentOf(starts, ranges[2 * index]) + 1, segmentOf(starts, ranges[2 * index + 1]) + 1] as const,
    );
  sets.forEach((ranges, position) => {
    const spans = span(ranges);
    const reach = spans.reduce((total, [first, last]) => total + last - first + 1, 0);
    if (reach > 16 && reach * 8 > segments.length) wide.push(position);
    else for (const [first, last] of spans) for (let segment = first; segment <= last; segment++) segments[segment].push(position);
  });
  const visit = (ranges: Ranges<T>, found: (position: number) => void): void => {
    if (ranges.length === 0) return;
    wide.forEach(found);
    for (const [first, last] of span(ranges)) for (let segment = first; segment <= last; segment++) segments[segment].forEach(found);
  };
  return { visit };
}

export function addressIndex(sets: readonly AddressSet[]): AddressIndex {
  const v4 = familyIndex(sets.map((set) => set.v4));
  const v6 = familyIndex(sets.map((set) => set.v6));
  // In which query each set was found last: a set reaches into several segments.
  const found = new Uint32Array(sets.length);
  let query = 0;
  const overlapping = boundedCache(4 * sets.length + 1024, (set: AddressSet): readonly number[] => {
    const near: number[] = [];
    query++;
    const add = (position: number): void => {
      if (found[position] === query) return;
      found[position] = query;
      if (addressesOverlap(sets[position], set)) near.push(position);
    };
    v4.visit(set.v4, add);
    v6.visit(set.v6, add);
    return near;
  });
  return { overlapping };
}
