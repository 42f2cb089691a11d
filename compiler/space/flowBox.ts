/**
 * Boxes of flows: source × destination × service.
 *
 * Both ends of a flow have addresses of one family, and ICMP goes with IPv4, ICMPv6 with IPv6. A box is empty when no
 * family is left to it, so the product of its dimensions is read together with that condition.
 */
import { overlaps } from "./intervals.js";
import { singleAddress, subtractAddresses } from "./address.js";
import type { Family } from "./address.js";
import { endBoxesMeet, endBoxesOverlap, endBoxWithin, endInBox, intersectEndBoxes, someEnd, subtractEndBox } from "./ends.js";
import type { End, EndBox } from "./ends.js";
import {
  familyServices,
  intersectServices,
  isEmptyService,
  noService,
  pointDetail,
  pointProtocol,
  servicePoint,
  servicesOverlap,
  servicesWithin,
  subtractServices,
  unionServices,
} from "./service.js";
import type { ServiceSet } from "./service.js";

export interface FlowBox {
  readonly source: EndBox;
  readonly destination: EndBox;
  readonly service: ServiceSet;
}

/** One attempt to communicate. Both addresses are of one family. */
export interface Flow {
  readonly source: End;
  readonly destination: End;
  /** IP protocol number. */
  readonly protocol: number;
  /** Destination port for TCP, UDP, SCTP; `type * 256 + code` for ICMP; 0 otherwise. */
  readonly detail: number;
}

/** A family in which the box has a flow. */
function boxFamily(box: FlowBox): Family | undefined {
  const from = box.source.addresses;
  const to = box.destination.addresses;
  if (from.v4.length > 0 && to.v4.length > 0 && overlaps(box.service, familyServices(4))) return 4;
  if (from.v6.length > 0 && to.v6.length > 0 && overlaps(box.service, familyServices(6))) return 6;
  return undefined;
}

/** The services of the box on which it has a flow. */
export function flowServices(box: FlowBox): ServiceSet {
  const of = (family: Family, from: boolean, to: boolean): ServiceSet =>
    from && to ? intersectServices(box.service, familyServices(family)) : noService;
  const { addresses: from } = box.source;
  const { addresses: to } = box.destination;
  return unionServices(of(4, from.v4.length > 0, to.v4.length > 0), of(6, from.v6.length > 0, to.v6.length > 0));
}

/** The box, or nothing when no flow is in it. */
export function flowBox(source: EndBox | undefined, destination: EndBox | undefined, service: ServiceSet): FlowBox | undefined {
  if (source === undefined || destination === undefined || isEmptyService(service)) return undefined;
  const box: FlowBox = { source, destination, service };
  return boxFamily(box) === undefined ? undefined : box;
}

export function flowBoxesOverlap(a: FlowBox, b: FlowBox): boolean {
  return (
    servicesOverlap(a.service, b.service) &&
    endBoxesOverlap(a.source, b.source) &&
    endBoxesOverlap(a.destination, b.destination) &&
    familiesMeet(a, b)
  );
}

/** Whether two boxes whose dimensions all meet also meet in one family. */
export function familiesMeet(a: FlowBox, b: FlowBox): boolean {
  return (endsMeet(a, b, "v4") && servicesMeetIn(a.service, b.service, 4)) || (endsMeet(a, b, "v6") && servicesMeetIn(a.service, b.service, 6));
}

function endsMeet(a: FlowBox, b: FlowBox, family: "v4" | "v6"): boolean {
  return endBoxesMeet(a.source, b.source, family) && endBoxesMeet(a.destination, b.destination, family);
}

/** Whether two services that meet do so in a family. Most services exist in both, and then there is nothing to work out. */
function servicesMeetIn(a: ServiceSet, b: ServiceSet, family: Family): boolean {
  const possible = familyServices(family);
  return servicesWithin(a, possible) || servicesWithin(b, possible) || overlaps(intersectServices(a, b), possible);
}

export function intersectFlowBoxes(a: FlowBox, b: FlowBox): FlowBox | undefined {
  const service = intersectServices(a.service, b.service);
  if (isEmptyService(service)) return undefined;
  return flowBox(intersectEndBoxes(a.source, b.source), intersectEndBoxes(a.destination, b.destination), service);
}

/** `a` without `b`, as disjoint boxes. */
export function subtractFlowBox(a: FlowBox, b: FlowBox): readonly FlowBox[] {
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

/** Whether each dimension of `a` lies in that of `b`: enough for `a` to be a subset, and needed unless families leave some of it empty. */
export function flowBoxWithin(a: FlowBox, b: FlowBox): boolean {
  return servicesWithin(a.service, b.service) && endBoxWithin(a.source, b.source) && endBoxWithin(a.destination, b.destination);
}

export function flowInBox(box: FlowBox, flow: Flow): boolean {
  const point = servicePoint(flow.protocol, flow.detail);
  return overlaps(box.service, [point, point]) && endInBox(box.source, flow.source) && endInBox(box.destination, flow.destination);
}

/** A concrete flow of a box that is not empty. */
export function someFlow(box: FlowBox): Flow | undefined {
  const family = boxFamily(box);
  if (family === undefined) return undefined;
  const source = someEnd(box.source, family);
  if (source === undefined) return undefined;
  // Two endpoints read better than one that talks to itself.
  const others = subtractAddresses(box.destination.addresses, singleAddress(source.address));
  const destination = someEnd({ ...box.destination, addresses: others }, family) ?? someEnd(box.destination, family);
  const service = intersectServices(box.service, familyServices(family));
  if (destination === undefined || service.length === 0) return undefined;
  // TCP is what readers expect to see where a box leaves the protocol open.
  const tcp = intersectServices(service, [6 * 65536 + 1, 6 * 65536 + 65535]);
  const point = tcp.length > 0 ? tcp[0] : service[0];
  return { source, destination, protocol: pointProtocol(point), detail: pointDetail(point) };
}
