/**
 * Sets of whole numbers as sorted ranges: the ground floor of the algebra.
 *
 * Normal form: a flat array `[lo0, hi0, lo1, hi1, …]`, both ends included, with `hi(k) + 1 < lo(k+1)`.
 * Every function returns this form, so two sets are equal exactly when their arrays are.
 *
 * The element type is `number` (IPv4 addresses, services) or `bigint` (IPv6 addresses). Comparison works
 * on both alike; the steps to the next and the previous number are what differs, and are passed in.
 */

export type Whole = number | bigint;
export type Ranges<T extends Whole> = readonly T[];

/** How to step by one in an element type. */
export interface Stepping<T extends Whole> {
  readonly next: (value: T) => T;
  readonly previous: (value: T) => T;
}

export const numberStepping: Stepping<number> = { next: (value) => value + 1, previous: (value) => value - 1 };
export const bigintStepping: Stepping<bigint> = { next: (value) => value + 1n, previous: (value) => value - 1n };

/** The normal form of any list of `[lo, hi]` pairs with `lo <= hi`. */
export function normalise<T extends Whole>(pairs: readonly (readonly [T, T])[], step: Stepping<T>): Ranges<T> {
  const sorted = [...pairs].sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
  const out: T[] = [];
  for (const [low, high] of sorted) append(out, low, high, step);
  return out;
}

export function union<T extends Whole>(a: Ranges<T>, b: Ranges<T>, step: Stepping<T>): Ranges<T> {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const out: T[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const fromA = j >= b.length || (i < a.length && a[i] <= b[j]);
    const low = fromA ? a[i] : b[j];
    const high = fromA ? a[i + 1] : b[j + 1];
    if (fromA) i += 2;
    else j += 2;
    append(out, low, high, step);
  }
  return out;
}

/** The union of many sets in one pass: in the order in which they come where that is ascending, as ports in a list are. */
export function unionAll<T extends Whole>(sets: readonly Ranges<T>[], step: Stepping<T>): Ranges<T> {
  if (sets.length === 1) return sets[0];
  const out: T[] = [];
  for (const set of sets) {
    for (let i = 0; i < set.length; i += 2) {
      if (out.length > 0 && set[i] < out[out.length - 2]) return normalise(sets.flatMap(pairsOf), step);
      append(out, set[i], set[i + 1], step);
    }
  }
  return out;
}

function pairsOf<T extends Whole>(set: Ranges<T>): readonly (readonly [T, T])[] {
  return Array.from({ length: set.length / 2 }, (_, index) => [set[2 * index], set[2 * index + 1]]);
}

/** Adds a range that does not begin before the last one. */
function append<T extends Whole>(out: T[], low: T, high: T, step: Stepping<T>): void {
  const last = out.length - 1;
  if (last > 0 && low <= step.next(out[last])) {
    if (high > out[last]) out[last] = high;
  } else out.push(low, high);
}

export function intersect<T extends Whole>(a: Ranges<T>, b: Ranges<T>): Ranges<T> {
  const out: T[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const low = a[i] > b[j] ? a[i] : b[j];
    const high = a[i + 1] < b[j + 1] ? a[i + 1] : b[j + 1];
    if (low <= high) out.push(low, high);
    if (a[i + 1] < b[j + 1]) i += 2;
    else j += 2;
  }
  return out;
}

export function difference<T extends Whole>(a: Ranges<T>, b: Ranges<T>, step: Stepping<T>): Ranges<T> {
  if (a.length === 0 || b.length === 0) return a;
  const out: T[] = [];
  let j = 0;
  for (let i = 0; i < a.length; i += 2) {
    let low = a[i];
    const high = a[i + 1];
    let done = false;
    while (j < b.length && b[j + 1] < low) j += 2;
    for (let k = j; !done && k < b.length && b[k] <= high; k += 2) {
      if (b[k] > low) out.push(low, step.previous(b[k]));
      if (b[k + 1] >= high) done = true;
      else low = step.next(b[k + 1]);
    }
    if (!done) out.push(low, high);
  }
  return out;
}

export function overlaps<T extends Whole>(a: Ranges<T>, b: Ranges<T>): boolean {
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    if (a[i + 1] < b[j]) i += 2;
    else if (b[j + 1] < a[i]) j += 2;
    else return true;
  }
  return false;
}

export function contains<T extends Whole>(set: Ranges<T>, value: T): boolean {
  let low = 0;
  let high = set.length / 2 - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (value < set[2 * middle]) high = middle - 1;
    else if (value > set[2 * middle + 1]) low = middle + 1;
    else return true;
  }
  return false;
}

export function equal<T extends Whole>(a: Ranges<T>, b: Ranges<T>): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
}

/** Whether every member of `a` is in `b`. */
export function within<T extends Whole>(a: Ranges<T>, b: Ranges<T>): boolean {
  let j = 0;
  for (let i = 0; i < a.length; i += 2) {
    while (j < b.length && b[j + 1] < a[i]) j += 2;
    if (j >= b.length || b[j] > a[i] || b[j + 1] < a[i + 1]) return false;
  }
  return true;
}
