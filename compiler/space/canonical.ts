/**
 * Canonical forms: two sets are equal exactly when their forms are deeply equal.
 *
 * A set is cut along its dimensions in a fixed order, as a decision diagram is: along the first into slices, so that points of one slice
 * have the same rest; each rest along the second, and so on; slices with equal rests are one. A dimension that makes no difference is
 * one slice that holds everything. Two couplings between dimensions are settled before: bare ends have no labels, and both ends and the
 * service of a flow go with one address family, so sets are first cut into workloads and machines, and into families.
 *
 * Meant for comparing and for reports. The number of boxes can grow with the product of the dimensions that matter.
 */
import * as address from "./address.js";
import type { Family } from "./address.js";
import { everyEnd, intersectEndBoxes } from "./ends.js";
import type { EndBox, EndSet } from "./ends.js";
import { intersectFlowBoxes } from "./flowBox.js";
import type { FlowBox } from "./flowBox.js";
import type { FlowSet } from "./flows.js";
import * as service from "./service.js";
import * as values from "./values.js";

/** The operations of one kind of set. */
interface Algebra<S> {
  readonly intersect: (a: S, b: S) => S;
  readonly subtract: (a: S, b: S) => S;
  readonly union: (sets: readonly S[]) => S;
  readonly isEmpty: (set: S) => boolean;
}

const ofValues: Algebra<values.ValueSet> = {
  intersect: values.intersectValues,
  subtract: values.subtractValues,
  union: values.unionAllValues,
  isEmpty: values.isNoValue,
};
const ofAddresses: Algebra<address.AddressSet> = {
  intersect: address.intersectAddresses,
  subtract: address.subtractAddresses,
  union: address.unionAllAddresses,
  isEmpty: address.isEmptyAddresses,
};
const ofServices: Algebra<service.ServiceSet> = {
  intersect: service.intersectServices,
  subtract: service.subtractServices,
  union: service.unionAllServices,
  isEmpty: service.isEmptyService,
};

/** Cuts boxes along one dimension; `rest` makes the canonical rest of those that a slice is in. */
type Cut = (boxes: FlowSet, rest: (boxes: FlowSet) => FlowSet) => FlowSet;

/** `put` writes a slice into a box of the rest. */
function cutAlong<S>(algebra: Algebra<S>, get: (box: FlowBox) => S, put: (box: FlowBox, slice: S) => FlowBox): Cut {
  return (boxes, rest) => {
    let slices: readonly { readonly part: S; readonly holders: FlowSet }[] = [];
    for (const box of boxes) {
      let left = get(box);
      const next = slices.flatMap(({ part, holders }) => {
        const inside = algebra.intersect(part, left);
        const outside = algebra.subtract(part, left);
        left = algebra.subtract(left, part);
        return [
          { part: inside, holders: [...holders, box] },
          { part: outside, holders },
        ].filter((slice) => !algebra.isEmpty(slice.part));
      });
      slices = algebra.isEmpty(left) ? next : [...next, { part: left, holders: [box] }];
    }
    const byRest = new Map<string, { readonly boxes: FlowSet; readonly parts: S[] }>();
    for (const { part, holders } of slices) {
      const made = rest(holders);
      const key = keyOf(made);
      const known = byRest.get(key);
      if (known === undefined) byRest.set(key, { boxes: made, parts: [part] });
      else known.parts.push(part);
    }
    const merged = [...byRest.values()].map(({ boxes: made, parts }) => ({ made, slice: algebra.union(parts) }));
    const ordered = merged.map((entry) => ({ ...entry, key: keyOf(entry.slice) })).sort((a, b) => (a.key < b.key ? -1 : 1));
    return ordered.flatMap(({ made, slice }) => made.map((box) => put(box, slice)));
  };
}

function keyOf(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? `${part}n` : part instanceof Map ? [...part] : part));
}

type Side = "source" | "destination";

function withSide(box: FlowBox, side: Side, change: Partial<EndBox>): FlowBox {
  return { ...box, [side]: { ...box[side], ...change } };
}

/** The cuts of one end: namespace, labels in order of key, addresses. */
function endCuts(side: Side, keys: readonly string[]): readonly Cut[] {
  const label = (key: string): Cut =>
    cutAlong(
      ofValues,
      (box) => box[side].labels.get(key) ?? values.anyValue,
      (box, slice) => (values.isAnyValue(slice) ? box : withSide(box, side, { labels: new Map([[key, slice], ...box[side].labels]) })),
    );
  return [
    cutAlong(
      ofValues,
      (box) => box[side].namespace,
      (box, namespace) => withSide(box, side, { namespace }),
    ),
    ...keys.map(label),
    cutAlong(
      ofAddresses,
      (box) => box[side].addresses,
      (box, addresses) => withSide(box, side, { addresses }),
    ),
  ];
}

const serviceCut = cutAlong(
  ofServices,
  (box) => box.service,
  (box, services) => ({ ...box, service: services }),
);

const everything: FlowBox = { source: everyEnd, destination: everyEnd, service: service.everyService };

function cutAll(boxes: FlowSet, cuts: readonly Cut[]): FlowSet {
  if (boxes.length === 0) return [];
  const [first, ...others] = cuts;
  return first === undefined ? [everything] : first(boxes, (holders) => cutAll(holders, others));
}

function keysOf(set: EndSet): readonly string[] {
  return [...new Set(set.flatMap((box) => [...box.labels.keys()]))].sort();
}

/** Machines, and workloads. */
const kinds: readonly EndBox[] = [
  { ...everyEnd, namespace: values.onlyAbsent },
  { ...everyEnd, namespace: values.anyPresent },
];

/** The canonical form of a set of ends: disjoint boxes, machines before workloads. */
export function canonicalEnds(set: EndSet): EndSet {
  const cuts = endCuts("source", keysOf(set));
  return kinds.flatMap((kind) => {
    const boxes = set.flatMap((box) => intersectEndBoxes(box, kind) ?? []).map((source): FlowBox => ({ ...everything, source }));
    return cutAll(boxes, cuts).map((box) => box.source);
  });
}

const families: readonly Family[] = [4, 6];

function ofFamily(end: EndBox, family: Family): EndBox {
  const { v4, v6 } = end.addresses;
  return { ...end, addresses: family === 4 ? { v4, v6: [] } : { v4: [], v6 } };
}

/** The canonical form of a set of flows: disjoint boxes of one family each, IPv4 first. */
export function canonicalFlows(set: FlowSet): FlowSet {
  const cuts = [
    ...endCuts("source", keysOf(set.map((box) => box.source))),
    ...endCuts("destination", keysOf(set.map((box) => box.destination))),
    serviceCut,
  ];
  const regions = families.flatMap((family) =>
    kinds.flatMap((from) =>
      kinds.map((to): FlowBox => ({ source: ofFamily(from, family), destination: ofFamily(to, family), service: service.familyServices(family) })),
    ),
  );
  return regions.flatMap((region) =>
    cutAll(
      set.flatMap((box) => intersectFlowBoxes(box, region) ?? []),
      cuts,
    ),
  );
}
