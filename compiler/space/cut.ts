/** Boxes of flows along one dimension: the dimensions there are, and what is left of a box that is cut along one. */
import * as address from "./address.js";
import { endBox, everyEnd, isBare } from "./ends.js";
import type { EndBox } from "./ends.js";
import { flowBox } from "./flowBox.js";
import type { FlowBox } from "./flowBox.js";
import { everyService, intersectServices, subtractServices, unionAllServices } from "./service.js";
import * as values from "./values.js";
import type { ValueSet } from "./values.js";

type Side = "source" | "destination";

/** One dimension of a box of flows. */
export type Dimension =
  | { readonly of: "namespace"; readonly side: Side }
  | { readonly of: "label"; readonly side: Side; readonly key: string }
  | { readonly of: "addresses"; readonly side: Side }
  | { readonly of: "service" };

export const sides: readonly Side[] = ["source", "destination"];

export const namespaceDimension: Readonly<Record<Side, Dimension>> = {
  source: { of: "namespace", side: "source" },
  destination: { of: "namespace", side: "destination" },
};
export const addressDimension: Readonly<Record<Side, Dimension>> = {
  source: { of: "addresses", side: "source" },
  destination: { of: "addresses", side: "destination" },
};
export const serviceDimension: Dimension = { of: "service" };

/** All dimensions but those of labels are one object each. */
export function isSame(a: Dimension, b: Dimension): boolean {
  return a === b || (a.of === "label" && b.of === "label" && a.side === b.side && a.key === b.key);
}

/** What a box asks of a label: a bare end has none, whether the box says so or not. */
export function labelOf(box: EndBox, key: string): ValueSet {
  return box.labels.get(key) ?? (isBare(box) ? values.onlyAbsent : values.anyValue);
}

function withEnd(piece: FlowBox, side: Side, end: EndBox | undefined): FlowBox | undefined {
  return side === "source" ? flowBox(end, piece.destination, piece.service) : flowBox(piece.source, end, piece.service);
}

type Keep = "inside" | "outside";

/** What is left of a box of ends when one dimension is cut to what `cut` has there (`inside`) or has not (`outside`). */
function restrictEnd(end: EndBox, dimension: Exclude<Dimension, { of: "service" }>, cut: EndBox, keep: Keep): EndBox | undefined {
  const ofValues = keep === "inside" ? values.intersectValues : values.subtractValues;
  switch (dimension.of) {
    case "namespace":
      return endBox({ ...end, namespace: ofValues(end.namespace, cut.namespace) });
    case "label": {
      const wanted = ofValues(labelOf(end, dimension.key), cut.labels.get(dimension.key) ?? values.anyValue);
      return endBox({ ...end, labels: new Map(end.labels).set(dimension.key, wanted) });
    }
    case "addresses": {
      const ofAddresses = keep === "inside" ? address.intersectAddresses : address.subtractAddresses;
      return endBox({ ...end, addresses: ofAddresses(end.addresses, cut.addresses) });
    }
  }
}

interface Cut {
  readonly of: "namespace" | "label" | "addresses";
  readonly key: string | undefined;
  readonly keep: Keep;
  readonly left: EndBox | undefined;
}

/** What is known of one box, by the box that it is cut with. */
interface Cuts {
  readonly get: (cut: EndBox) => readonly Cut[] | undefined;
  readonly set: (cut: EndBox, made: readonly Cut[]) => unknown;
}

const knownCuts = new WeakMap<EndBox, Map<EndBox, readonly Cut[]>>();
/** The box of all ends outlives every policy, and must not keep what it was cut with. */
const cutsOfEveryEnd = new WeakMap<EndBox, readonly Cut[]>();

function cutsOf(end: EndBox): Cuts {
  if (end === everyEnd) return cutsOfEveryEnd;
  const known = knownCuts.get(end);
  if (known !== undefined) return known;
  const cuts = new Map<EndBox, readonly Cut[]>();
  knownCuts.set(end, cuts);
  return cuts;
}

/**
 * `restrictEnd`, with the same object for the same boxes: a rule at the top that denies what suspects send is cut from what each group sends, once
 * for every rule of the group, and who asks about the result asks once. For a `cut` that comes again: one that is made for the moment would only
 * fill the memory.
 */
function cutEnd(end: EndBox, dimension: Exclude<Dimension, { of: "service" }>, cut: EndBox, keep: Keep): EndBox | undefined {
  const { of } = dimension;
  const key = of === "label" ? dimension.key : undefined;
  const cuts = cutsOf(end);
  const made = cuts.get(cut) ?? [];
  const known = made.find((one) => one.of === of && one.key === key && one.keep === keep);
  if (known !== undefined) return known.left;
  const left = restrictEnd(end, dimension, cut, keep);
  cuts.set(cut, [...made, { of, key, keep, left }]);
  return left;
}

/** The piece with one dimension cut to what `cut` has there (`inside`) or has not (`outside`). */
export function restrict(piece: FlowBox, dimension: Dimension, { box: cut, lasts }: Slab, keep: Keep): FlowBox | undefined {
  if (dimension.of === "service") {
    const ofServices = keep === "inside" ? intersectServices : subtractServices;
    return flowBox(piece.source, piece.destination, ofServices(piece.service, cut.service));
  }
  const { side } = dimension;
  return withEnd(piece, side, (lasts ? cutEnd : restrictEnd)(piece[side], dimension, cut[side], keep));
}

export const everything: FlowBox = { source: everyEnd, destination: everyEnd, service: everyService };

/** What a dimension is cut with. */
export interface Slab {
  readonly box: FlowBox;
  /** Whether the box is one of the covers, which come again in other searches. */
  readonly lasts: boolean;
}

/** A box that asks one dimension for the union of what the boxes ask of it. */
export function slab(dimension: Dimension, boxes: readonly FlowBox[]): Slab {
  return boxes.length === 1 ? { box: boxes[0], lasts: true } : { box: union(dimension, boxes), lasts: false };
}

function union(dimension: Dimension, boxes: readonly FlowBox[]): FlowBox {
  switch (dimension.of) {
    case "service":
      return { ...everything, service: unionAllServices(boxes.map((box) => box.service)) };
    case "namespace": {
      const namespace = values.unionAllValues(boxes.map((box) => box[dimension.side].namespace));
      return { ...everything, [dimension.side]: { ...everyEnd, namespace } };
    }
    case "label": {
      const all = values.unionAllValues(boxes.map((box) => box[dimension.side].labels.get(dimension.key) ?? values.anyValue));
      return { ...everything, [dimension.side]: { ...everyEnd, labels: new Map([[dimension.key, all]]) } };
    }
    case "addresses": {
      const addresses = address.unionAllAddresses(boxes.map((box) => box[dimension.side].addresses));
      return { ...everything, [dimension.side]: { ...everyEnd, addresses } };
    }
  }
}
