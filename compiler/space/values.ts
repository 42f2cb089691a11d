/**
 * Sets of values that one label key (or the namespace) of an endpoint can have, "no such label" included.
 *
 * Normal form: either the listed values or all but the listed ones, sorted and without doubles, and whether
 * "absent" is a member. Closed under union, intersection and complement, so any combination of label
 * requirements on a key is one such set.
 */
export interface ValueSet {
  /** Whether `values` lists what is in the set or what is not. */
  readonly kind: "in" | "notIn";
  readonly values: readonly string[];
  /** Whether an endpoint without the label is in the set. */
  readonly absent: boolean;
}

const sortedUnique = (values: readonly string[]): readonly string[] =>
  values.length < 2 ? values : [...new Set(values)].sort((a, b) => (a < b ? -1 : 1));

export const anyValue: ValueSet = { kind: "notIn", values: [], absent: true };
export const onlyAbsent: ValueSet = { kind: "in", values: [], absent: true };
export const anyPresent: ValueSet = { kind: "notIn", values: [], absent: false };
export const noValue: ValueSet = { kind: "in", values: [], absent: false };

/** `k in (values)`: the label is there and has one of the values. */
export function oneOf(values: readonly string[]): ValueSet {
  return { kind: "in", values: sortedUnique(values), absent: false };
}

/** `k not in (values)`: the label has another value or is absent (Kubernetes `NotIn` matches a missing key). */
export function noneOf(values: readonly string[]): ValueSet {
  return { kind: "notIn", values: sortedUnique(values), absent: true };
}

export function complementValues(set: ValueSet): ValueSet {
  return { kind: set.kind === "in" ? "notIn" : "in", values: set.values, absent: !set.absent };
}

export function intersectValues(a: ValueSet, b: ValueSet): ValueSet {
  if (a === anyValue) return b;
  if (b === anyValue || a === b) return a;
  const absent = a.absent && b.absent;
  if (a.kind === "in") return { kind: "in", values: a.values.filter((value) => hasValue(b, value)), absent };
  if (b.kind === "in") return { kind: "in", values: b.values.filter((value) => hasValue(a, value)), absent };
  return { kind: "notIn", values: merged(a.values, b.values), absent };
}

/** Two lists in order as one; the longer itself where it has all of the other. */
function merged(a: readonly string[], b: readonly string[]): readonly string[] {
  const [few, many] = a.length <= b.length ? [a, b] : [b, a];
  if (few.every((value) => lists(many, value))) return many;
  const out: string[] = [];
  let left = 0;
  let right = 0;
  while (left < a.length || right < b.length) {
    const takesLeft = right === b.length || (left < a.length && a[left] <= b[right]);
    const takesRight = left === a.length || (right < b.length && b[right] <= a[left]);
    out.push(takesLeft ? a[left] : b[right]);
    if (takesLeft) left++;
    if (takesRight) right++;
  }
  return out;
}

export function unionValues(a: ValueSet, b: ValueSet): ValueSet {
  return complementValues(intersectValues(complementValues(a), complementValues(b)));
}

/** The union of many sets in one pass. */
export function unionAllValues(sets: readonly ValueSet[]): ValueSet {
  if (sets.length === 1) return sets[0];
  const absent = sets.some((set) => set.absent);
  const listed = new Set(sets.flatMap((set) => (set.kind === "in" ? set.values : [])));
  const open = sets.filter((set) => set.kind === "notIn");
  if (open.length === 0) return { kind: "in", values: sortedUnique([...listed]), absent };
  const missing = open[0].values.filter((value) => !listed.has(value) && open.every((set) => lists(set.values, value)));
  return { kind: "notIn", values: missing, absent };
}

export function subtractValues(a: ValueSet, b: ValueSet): ValueSet {
  return intersectValues(a, complementValues(b));
}

/** Whether a sorted list has the value. */
function lists(values: readonly string[], value: string): boolean {
  if (values.length < 16) return values.includes(value);
  let low = 0;
  let high = values.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (values[middle] === value) return true;
    if (values[middle] < value) low = middle + 1;
    else high = middle - 1;
  }
  return false;
}

/** Whether a sorted list has all values of another. Equally long ones are compared in step: "all tenants but one" against another such. */
function listsAll(many: readonly string[], few: readonly string[]): boolean {
  if (few.length === many.length) return few.every((value, index) => value === many[index]);
  return few.length < many.length && few.every((value) => lists(many, value));
}

/** Whether a present label with this value is in the set. */
export function hasValue(set: ValueSet, value: string): boolean {
  return lists(set.values, value) === (set.kind === "in");
}

/** Whether an endpoint whose label has this value (`undefined`: has no such label) is in the set. */
export function admits(set: ValueSet, value: string | undefined): boolean {
  return value === undefined ? set.absent : hasValue(set, value);
}

export function isNoValue(set: ValueSet): boolean {
  return set.kind === "in" && set.values.length === 0 && !set.absent;
}

export function isAnyValue(set: ValueSet): boolean {
  return set.kind === "notIn" && set.values.length === 0 && set.absent;
}

export function valuesEqual(a: ValueSet, b: ValueSet): boolean {
  return (
    a === b ||
    (a.kind === b.kind && a.absent === b.absent && a.values.length === b.values.length && a.values.every((value, index) => value === b.values[index]))
  );
}

/** Whether `a` is a subset of `b`. */
export function valuesWithin(a: ValueSet, b: ValueSet): boolean {
  if (a === b) return true;
  if (a.absent && !b.absent) return false;
  if (a.kind === b.kind) return a.kind === "in" ? listsAll(b.values, a.values) : listsAll(a.values, b.values);
  return a.kind === "in" && !a.values.some((value) => lists(b.values, value));
}

export function valuesOverlap(a: ValueSet, b: ValueSet): boolean {
  if (a.absent && b.absent) return true;
  if (a === b) return !isNoValue(a);
  if (a.kind === "in" && (b.kind === "notIn" || a.values.length <= b.values.length)) return a.values.some((value) => hasValue(b, value));
  if (b.kind === "in") return b.values.some((value) => hasValue(a, value));
  return true;
}

/** A member of the set: a listed value, else a fresh one, else `undefined` for "absent". The set must not be empty. */
export function someValue(set: ValueSet): string | undefined {
  if (set.kind === "in") return set.values[0];
  if (set.absent) return undefined;
  for (let number = 0; ; number++) {
    const candidate = number === 0 ? "other" : `other-${number}`;
    if (!set.values.includes(candidate)) return candidate;
  }
}
