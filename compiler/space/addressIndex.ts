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
  const boundaries: T[] = [];
  for (const ranges of sets) for (let index = 0; index < ranges.length; index += 2) boundaries.push(ranges[index]);
  boundaries.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const step = Math.max(1, Math.ceil(boundaries.length / SEGMENTS));
  return boundaries.filter((value, index) => index % step === 0 && (index === 0 || value !== boundaries[index - step]));
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
  /** The segment of a range's end, with that below the first as 0. */
  const segmentAt = (end: T): number => segmentOf(starts, end) + 1;
  const reachOf = (ranges: Ranges<T>): number => {
    let reach = 0;
    for (let index = 0; index < ranges.length; index += 2) reach += segmentAt(ranges[index + 1]) - segmentAt(ranges[index]) + 1;
    return reach;
  };
  const eachSegment = (ranges: Ranges<T>, visit: (positions: number[]) => void): void => {
    for (let index = 0; index < ranges.length; index += 2) {
      const last = segmentAt(ranges[index + 1]);
      for (let segment = segmentAt(ranges[index]); segment <= last; segment++) visit(segments[segment]);
    }
  };
  sets.forEach((ranges, position) => {
    const reach = reachOf(ranges);
    if (reach > 16 && reach * 8 > segments.length) wide.push(position);
    else eachSegment(ranges, (positions) => positions.push(position));
  });
  const visit = (ranges: Ranges<T>, found: (position: number) => void): void => {
    if (ranges.length === 0) return;
    wide.forEach(found);
    eachSegment(ranges, (positions) => {
      positions.forEach(found);
    });
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
