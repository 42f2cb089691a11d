/** Sets of flows: unions of boxes, which may overlap; empty when there is none. */
import { findUncovered, uncoveredParts } from "./cover.js";
import type { EndSet } from "./ends.js";
import { flowBox, flowInBox, intersectFlowBoxes } from "./flowBox.js";
import type { Flow, FlowBox } from "./flowBox.js";
import type { ServiceSet } from "./service.js";

export * from "./flowBox.js";
export { findUncovered, uncoveredParts };

export type FlowSet = readonly FlowBox[];

/** All flows from one set of ends to another over a service. */
export function flowProduct(sources: EndSet, destinations: EndSet, service: ServiceSet): FlowSet {
  if (sources.length === 1 && destinations.length === 1) {
    const box = flowBox(sources[0], destinations[0], service);
    return box === undefined ? [] : [box];
  }
  const out: FlowBox[] = [];
  for (const source of sources) {
    for (const destination of destinations) {
      const box = flowBox(source, destination, service);
      if (box !== undefined) out.push(box);
    }
  }
  return out;
}

export function intersectFlows(a: FlowSet, b: FlowSet): FlowSet {
  return a.flatMap((left) => b.flatMap((right) => intersectFlowBoxes(left, right) ?? []));
}

/** `a` without `b`; disjoint where the boxes of `a` are. */
export function subtractFlows(a: FlowSet, b: FlowSet): FlowSet {
  return a.flatMap((box) => uncoveredParts(box, b));
}

export function flowsWithin(a: FlowSet, b: FlowSet): boolean {
  return a.every((box) => findUncovered(box, b) === undefined);
}

export function flowsEqual(a: FlowSet, b: FlowSet): boolean {
  return flowsWithin(a, b) && flowsWithin(b, a);
}

export function flowInSet(set: FlowSet, flow: Flow): boolean {
  return set.some((box) => flowInBox(box, flow));
}
