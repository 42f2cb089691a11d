/**
 * Sets of flow ends: what a rule's source or destination speaks of.
 *
 * One end of a flow is a point (namespace, labels, address). A machine that is no Kubernetes workload ("bare")
 * has no namespace and no labels. A set of ends is a union of boxes; a box is a product with one dimension for the
 * namespace, one for every label key, and one for the address. A key that a box does not list is unconstrained.
 *
 * INVARIANT of a box (kept by `endBox`): no dimension is empty; unconstrained keys are not listed; a box that asks
 * for a label has no bare ends; a box with only bare ends lists no labels.
 */
import * as address from "./address.js";
import type { Address, AddressSet } from "./address.js";
import * as intervals from "./intervals.js";
import * as values from "./values.js";
import type { ValueSet } from "./values.js";

export interface EndBox {
  /** "Absent" stands for bare ends. */
  readonly namespace: ValueSet;
  readonly labels: ReadonlyMap<string, ValueSet>;
  readonly addresses: AddressSet;
}

/** A union of boxes, which may overlap; empty when there is none. */
export type EndSet = readonly EndBox[];

/** One concrete end. `namespace` is absent for a machine that is no workload. */
export interface End {
  readonly namespace?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly address: Address;
}

const noLabels: ReadonlyMap<string, ValueSet> = new Map();

/** Dimensions of a box; one that is left out is unconstrained. */
export interface EndParts {
  readonly namespace?: ValueSet;
  readonly labels?: ReadonlyMap<string, ValueSet>;
  readonly addresses?: AddressSet;
}

/** The box in normal form, or nothing when it is empty. */
export function endBox(parts: EndParts): EndBox | undefined {
  let namespace = parts.namespace ?? values.anyValue;
  const addresses = parts.addresses ?? address.allAddresses;
  let labels = parts.labels ?? noLabels;
  if (address.isEmptyAddresses(addresses) || values.isNoValue(namespace)) return undefined;
  let needsLabel = false;
  let hasFreeKey = false;
  for (const set of labels.values()) {
    if (values.isNoValue(set)) return undefined;
    if (!set.absent) needsLabel = true;
    if (values.isAnyValue(set)) hasFreeKey = true;
  }
  if (hasFreeKey) labels = new Map([...labels].filter(([, set]) => !values.isAnyValue(set)));
  if (needsLabel && namespace.absent) {
    namespace = { ...namespace, absent: false };
    if (values.isNoValue(namespace)) return undefined;
  }
  if (labels.size > 0 && values.valuesEqual(namespace, values.onlyAbsent)) labels = noLabels;
  return { namespace, labels, addresses };
}

/** The box as a set; no box when it is empty. */
export function endSet(parts: EndParts): EndSet {
  const box = endBox(parts);
  return box === undefined ? [] : [box];
}

export const everyEnd: EndBox = { namespace: values.anyValue, labels: noLabels, addresses: address.allAddresses };
export const allEnds: EndSet = [everyEnd];

/** Whether the box holds machines only. */
export function isBare(box: EndBox): boolean {
  return box.namespace.kind === "in" && box.namespace.values.length === 0;
}

/** Whether the addresses of two boxes meet in a family. */
export function endBoxesMeet(a: EndBox, b: EndBox, family: "v4" | "v6"): boolean {
  return family === "v4" ? intervals.overlaps(a.addresses.v4, b.addresses.v4) : intervals.overlaps(a.addresses.v6, b.addresses.v6);
}

export function endBoxesOverlap(a: EndBox, b: EndBox): boolean {
  if (a === b) return true;
  // Labels first: most boxes that are compared are of one tenant, whose groups have the namespaces in common and differ in a label.
  const [few, many] = a.labels.size <= b.labels.size ? [a.labels, b.labels] : [b.labels, a.labels];
  for (const [key, set] of few) {
    const other = many.get(key);
    if (other !== undefined && !values.valuesOverlap(set, other)) return false;
  }
  if (!values.valuesOverlap(a.namespace, b.namespace)) return false;
  // By the invariant, boxes that meet only in "absent" namespaces also meet in absent labels: dimension by dimension is enough.
  return address.addressesOverlap(a.addresses, b.addresses);
}

export function intersectEndBoxes(a: EndBox, b: EndBox): EndBox | undefined {
  // Most pairs that do not meet differ here, and labels are the longest to compare.
  const namespace = values.intersectValues(a.namespace, b.namespace);
  if (values.isNoValue(namespace)) return undefined;
  const addresses = address.intersectAddresses(a.addresses, b.addresses);
  if (address.isEmptyAddresses(addresses)) return undefined;
  let labels = a.labels;
  if (b.labels.size > 0) {
    const merged = new Map(a.labels);
    for (const [key, set] of b.labels) {
      const mine = merged.get(key);
      merged.set(key, mine === undefined ? set : values.intersectValues(mine, set));
    }
    labels = merged;
  }
  return endBox({ namespace, labels, addresses });
}

/** `a` without `b`, as disjoint boxes. */
export function subtractEndBox(a: EndBox, b: EndBox): EndSet {
  if (!endBoxesOverlap(a, b)) return [a];
  const out: EndBox[] = [];
  const push = (box: EndBox | undefined): void => {
    if (box !== undefined) out.push(box);
  };
  let rest = a;
  push(endBox({ ...rest, namespace: values.subtractValues(rest.namespace, b.namespace) }));
  rest = { ...rest, namespace: values.intersectValues(rest.namespace, b.namespace) };
  for (const [key, set] of b.labels) {
    const mine = rest.labels.get(key) ?? values.anyValue;
    push(endBox({ ...rest, labels: new Map(rest.labels).set(key, values.subtractValues(mine, set)) }));
    rest = { ...rest, labels: new Map(rest.labels).set(key, values.intersectValues(mine, set)) };
  }
  push(endBox({ ...rest, addresses: address.subtractAddresses(rest.addresses, b.addresses) }));
  return out;
}

export function intersectEnds(a: EndSet, b: EndSet): EndSet {
  return a.flatMap((left) => b.flatMap((right) => intersectEndBoxes(left, right) ?? []));
}

export function subtractEnds(a: EndSet, b: EndSet): EndSet {
  return b.reduce<EndSet>((rest, box) => rest.flatMap((piece) => subtractEndBox(piece, box)), a);
}

export function complementEnds(set: EndSet): EndSet {
  return subtractEnds(allEnds, set);
}

/** Whether `a` is a subset of `b`. */
export function endsWithin(a: EndSet, b: EndSet): boolean {
  return subtractEnds(a, b).length === 0;
}

export function endsEqual(a: EndSet, b: EndSet): boolean {
  return endsWithin(a, b) && endsWithin(b, a);
}

export function endsOverlap(a: EndSet, b: EndSet): boolean {
  return a.some((left) => b.some((right) => endBoxesOverlap(left, right)));
}

/** The union with boxes left out that another box holds. */
export function unionEnds(...sets: readonly EndSet[]): EndSet {
  return unionAllEnds(sets);
}

/** Boxes are compared pair by pair, so where there are more than these, those that differ in their addresses alone become one. */
const FEW_BOXES = 64;

/** The same of sets in a list, which may be a hundred thousand addresses that somebody has collected. */
export function unionAllEnds(sets: readonly EndSet[]): EndSet {
  const found = sets.flat();
  const boxes = found.length > FEW_BOXES ? joinedByAddress(found) : found;
  return boxes.filter(
    (box, index) => !boxes.some((other, at) => at !== index && endBoxWithin(box, other) && (!endBoxWithin(other, box) || at < index)),
  );
}

function joinedByAddress(boxes: readonly EndBox[]): EndSet {
  const labelled = boxes.filter(({ labels }) => labels.size > 0);
  const byNamespace = new Map<EndBox["namespace"], EndBox[]>();
  for (const box of boxes) {
    if (box.labels.size > 0) continue;
    const alike = byNamespace.get(box.namespace);
    if (alike === undefined) byNamespace.set(box.namespace, [box]);
    else alike.push(box);
  }
  const joined = [...byNamespace.values()].map((alike): EndBox => {
    const addresses = address.unionAllAddresses(alike.map((box) => box.addresses));
    return alike.length === 1 ? alike[0] : { namespace: alike[0].namespace, labels: alike[0].labels, addresses };
  });
  return [...labelled, ...joined];
}

/** Whether `a` is a subset of `b`. Dimension by dimension is exact, with a bare end's labels read as absent. */
export function endBoxWithin(a: EndBox, b: EndBox): boolean {
  if (a === b) return true;
  if (!values.valuesWithin(a.namespace, b.namespace)) return false;
  const bare = isBare(a);
  for (const [key, set] of b.labels) {
    if (!values.valuesWithin(a.labels.get(key) ?? (bare ? values.onlyAbsent : values.anyValue), set)) return false;
  }
  return address.addressesWithin(a.addresses, b.addresses);
}

export function endInBox(box: EndBox, end: End): boolean {
  if (!values.admits(box.namespace, end.namespace) || !address.containsAddress(box.addresses, end.address)) return false;
  for (const [key, set] of box.labels) if (!values.admits(set, end.labels[key])) return false;
  return true;
}

export function endInSet(set: EndSet, end: End): boolean {
  return set.some((box) => endInBox(box, end));
}

/** A concrete member of a box, its address of the wanted family if the box has such. */
export function someEnd(box: EndBox, family?: address.Family): End | undefined {
  const addresses: AddressSet =
    family === undefined ? box.addresses : family === 4 ? { v4: box.addresses.v4, v6: [] } : { v4: [], v6: box.addresses.v6 };
  // A workload shows more than a bare machine does, so it is preferred where labels are asked for.
  const namespace = values.someValue(box.labels.size > 0 ? values.intersectValues(box.namespace, values.anyPresent) : box.namespace);
  const found = address.someAddress(addresses, namespace === undefined ? "outside" : "inside");
  if (found === undefined) return undefined;
  const labels: Record<string, string> = {};
  if (namespace !== undefined) {
    for (const [key, set] of box.labels) {
      const value = values.someValue(set);
      if (value !== undefined) labels[key] = value;
    }
  }
  return namespace === undefined ? { labels, address: found } : { namespace, labels, address: found };
}
