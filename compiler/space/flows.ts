/**
 * Sets of flows: unions of boxes source × destination × service.
 *
 * Both ends of a flow have addresses of one family, and ICMP goes with IPv4, ICMPv6 with IPv6. A box is empty when no
 * family is left to it, so the product of its dimensions is read together with that condition.
 */
import { familyServices, intersectServices, isEmptyService, servicesOverlap, servicesWithin, subtractServices } from "./service.js";
import type { ServiceSet } from "./service.js";
import { pointDetail, pointProtocol } from "./service.js";
import { overlaps } from "./intervals.js";
import type { Family } from "./address.js";
import { endBoxesOverlap, endBoxWithin, endInBox, intersectEndBoxes, someEnd, subtractEndBox } from "./ends.js";
import type { End, EndBox, EndSet } from "./ends.js";

export interface FlowBox {
  readonly source: EndBox;
  readonly destination: EndBox;
  readonly service: ServiceSet;
}

export type FlowSet = readonly FlowBox[];

/** One attempt to communicate. Both addresses are of one family. */
export interface Flow {
  readonly source: End;
  readonly destination: End;
  /** IP protocol number. */
  readonly protocol: number;
  /** Destination port for TCP, UDP, SCTP; `type * 256 + code` for ICMP; 0 otherwise. */
  readonly detail: number;
}

const families: readonly Family[] = [4, 6];

/** A family in which the box has a flow. */
export function boxFamily(box: FlowBox): Family | undefined {
  return families.find((family) => {
    const [from, to] = family === 4 ? [box.source.addresses.v4, box.destination.addresses.v4] : [box.source.addresses.v6, box.destination.addresses.v6];
    return from.length > 0 && to.length > 0 && overlaps(box.service, familyServices(family));
  });
}

/** The box, or nothing when no flow is in it. */
export function flowBox(source: EndBox | undefined, destination: EndBox | undefined, service: ServiceSet): FlowBox | undefined {
  if (source === undefined || destination === undefined || isEmptyService(service)) return undefined;
  const box: FlowBox = { source, destination, service };
  return boxFamily(box) === undefined ? undefined : box;
}

/** All flows from one set of ends to another over a service. */
export function flowProduct(sources: EndSet, destinations: EndSet, service: ServiceSet): FlowSet {
  return sources.flatMap((source) => destinations.flatMap((destination) => flowBox(source, destination, service) ?? []));
}

export function flowBoxesOverlap(a: FlowBox, b: FlowBox): boolean {
  return (
    servicesOverlap(a.service, b.service) &&
    endBoxesOverlap(a.source, b.source) &&
    endBoxesOverlap(a.destination, b.destination) &&
    intersectFlowBoxes(a, b) !== undefined
  );
}

export function intersectFlowBoxes(a: FlowBox, b: FlowBox): FlowBox | undefined {
  const service = intersectServices(a.service, b.service);
  if (isEmptyService(service)) return undefined;
  return flowBox(intersectEndBoxes(a.source, b.source), intersectEndBoxes(a.destination, b.destination), service);
}

/** `a` without `b`, as disjoint boxes. */
export function subtractFlowBox(a: FlowBox, b: FlowBox): FlowSet {
  if (!flowBoxesOverlap(a, b)) return [a];
  const out: FlowBox[] = [];
  const push = (box: FlowBox | undefined): void => {
    if (box !== undefined) out.push(box);
  };
  for (const source of subtractEndBox(a.source, b.source)) push(flowBox(source, a.destination, a.service));
  const source = intersectEndBoxes(a.source, b.source);
  if (source === undefined) return out;
  for (const destination of subtractEndBox(a.destination, b.destination)) push(flowBox(source, destination, a.service));
  push(flowBox(source, intersectEndBoxes(a.destination, b.destination), subtractServices(a.service, b.service)));
  return out;
}

export function intersectFlows(a: FlowSet, b: FlowSet): FlowSet {
  return a.flatMap((left) => b.flatMap((right) => intersectFlowBoxes(left, right) ?? []));
}

export function subtractFlows(a: FlowSet, b: FlowSet): FlowSet {
  return b.reduce<FlowSet>((rest, box) => rest.flatMap((piece) => subtractFlowBox(piece, box)), a);
}

export function flowsWithin(a: FlowSet, b: FlowSet): boolean {
  return a.every((box) => findUncovered(box, b) === undefined);
}

export function flowsEqual(a: FlowSet, b: FlowSet): boolean {
  return flowsWithin(a, b) && flowsWithin(b, a);
}

/**
 * A part of `box` that no cover touches, or nothing when the covers hold all of it. Goes depth first and stops at the
 * first such part, so a box that is plainly not covered costs about one pass over the covers.
 */
export function findUncovered(box: FlowBox, covers: FlowSet, from = 0): FlowBox | undefined {
  for (let index = from; index < covers.length; index++) {
    if (!flowBoxesOverlap(box, covers[index])) continue;
    for (const piece of subtractFlowBox(box, covers[index])) {
      const found = findUncovered(piece, covers, index + 1);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  return box;
}

export function flowBoxWithin(a: FlowBox, b: FlowBox): boolean {
  return servicesWithin(a.service, b.service) && endBoxWithin(a.source, b.source) && endBoxWithin(a.destination, b.destination);
}

export function flowInBox(box: FlowBox, flow: Flow): boolean {
  const point = flow.protocol * 65536 + flow.detail;
  return overlaps(box.service, [point, point]) && endInBox(box.source, flow.source) && endInBox(box.destination, flow.destination);
}

export function flowInSet(set: FlowSet, flow: Flow): boolean {
  return set.some((box) => flowInBox(box, flow));
}

/** A concrete flow of a box that is not empty. */
export function someFlow(box: FlowBox): Flow | undefined {
  const family = boxFamily(box);
  if (family === undefined) return undefined;
  const source = someEnd(box.source, family);
  const destination = someEnd(box.destination, family);
  const service = intersectServices(box.service, familyServices(family));
  if (source === undefined || destination === undefined || service.length === 0) return undefined;
  // TCP is what readers expect to see where a box leaves the protocol open.
  const tcp = intersectServices(service, [6 * 65536 + 1, 6 * 65536 + 65535]);
  const point = tcp.length > 0 ? tcp[0] : service[0];
  return { source, destination, protocol: pointProtocol(point), detail: pointDetail(point) };
}

