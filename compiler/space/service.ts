/**
 * Services: sets of (protocol, destination port) as ranges of one number line.
 *
 * A point is `protocol * 65536 + detail`. The detail is the destination port for TCP, UDP and SCTP,
 * `type * 256 + code` for ICMP and ICMPv6, and has no meaning for the other IP protocols (sets made by this
 * module hold all 65536 details of such a protocol or none, and algebra keeps that so).
 */
import * as intervals from "./intervals.js";
import type { Ranges } from "./intervals.js";
import type { Family } from "./address.js";

export type ServiceSet = Ranges<number>;

/** IANA "Assigned Internet Protocol Numbers". */
export const protocolNumber = { icmp: 1, tcp: 6, udp: 17, icmp6: 58, sctp: 132 } as const;
export type ProtocolName = keyof typeof protocolNumber;

const SIZE = 65536;
const step = intervals.numberStepping;

export const noService: ServiceSet = [];
export const everyService: ServiceSet = [0, 256 * SIZE - 1];

export function hasPorts(protocol: number): boolean {
  return protocol === protocolNumber.tcp || protocol === protocolNumber.udp || protocol === protocolNumber.sctp;
}

export function isIcmp(protocol: number): boolean {
  return protocol === protocolNumber.icmp || protocol === protocolNumber.icmp6;
}

/** Every flow of one IP protocol (0..255). */
export function protocolService(protocol: number): ServiceSet {
  return [protocol * SIZE, protocol * SIZE + SIZE - 1];
}

/** Ports `first`..`last` (0..65535) of TCP, UDP or SCTP. */
export function portService(protocol: number, first: number, last: number): ServiceSet {
  return [protocol * SIZE + first, protocol * SIZE + last];
}

/** ICMP or ICMPv6 messages of one type (0..255), every code. */
export function icmpService(protocol: number, type: number): ServiceSet {
  return [protocol * SIZE + type * 256, protocol * SIZE + type * 256 + 255];
}

/** The point of the number line for a protocol and its detail. */
export function servicePoint(protocol: number, detail: number): number {
  return protocol * SIZE + detail;
}

export function pointProtocol(point: number): number {
  return Math.floor(point / SIZE);
}

export function pointDetail(point: number): number {
  return point % SIZE;
}

export const unionServices = (a: ServiceSet, b: ServiceSet): ServiceSet => intervals.union(a, b, step);
export const intersectServices = (a: ServiceSet, b: ServiceSet): ServiceSet =>
  a === everyService ? b : b === everyService ? a : intervals.intersect(a, b);
export const subtractServices = (a: ServiceSet, b: ServiceSet): ServiceSet => intervals.difference(a, b, step);
export const servicesOverlap = (a: ServiceSet, b: ServiceSet): boolean => intervals.overlaps(a, b);
export const servicesEqual = (a: ServiceSet, b: ServiceSet): boolean => intervals.equal(a, b);
export const servicesWithin = (a: ServiceSet, b: ServiceSet): boolean => intervals.within(a, b);
export const containsService = (set: ServiceSet, point: number): boolean => intervals.contains(set, point);
export const isEmptyService = (set: ServiceSet): boolean => set.length === 0;

export function unionAllServices(sets: readonly ServiceSet[]): ServiceSet {
  return intervals.unionAll(sets, step);
}

export function isEveryService(set: ServiceSet): boolean {
  return set === everyService || servicesEqual(set, everyService);
}

/** What can exist in an address family: no ICMPv6 over IPv4, no ICMP over IPv6. */
const possibleServices: Readonly<Record<Family, ServiceSet>> = {
  4: subtractServices(everyService, protocolService(protocolNumber.icmp6)),
  6: subtractServices(everyService, protocolService(protocolNumber.icmp)),
};

export function familyServices(family: Family): ServiceSet {
  return possibleServices[family];
}

/** A service set cut by protocol: `[protocol, details]` with details as ranges within 0..65535, ascending. */
export function byProtocol(set: ServiceSet): readonly (readonly [number, Ranges<number>])[] {
  const out: [number, number[]][] = [];
  for (let i = 0; i < set.length; i += 2) {
    for (let protocol = pointProtocol(set[i]); protocol <= pointProtocol(set[i + 1]); protocol++) {
      const low = Math.max(set[i], protocol * SIZE) - protocol * SIZE;
      const high = Math.min(set[i + 1], protocol * SIZE + SIZE - 1) - protocol * SIZE;
      const last = out.at(-1);
      if (last !== undefined && last[0] === protocol) last[1].push(low, high);
      else out.push([protocol, [low, high]]);
    }
  }
  return out;
}

const namesOfProtocols: ReadonlyMap<number, string> = new Map(Object.entries(protocolNumber).map(([name, number]) => [number, name]));

/** The name of a protocol that has one in the language, such as `tcp`, else `ip/` and its number. */
export function protocolText(protocol: number): string {
  return namesOfProtocols.get(protocol) ?? `ip/${protocol}`;
}

/** The set in the language's own words, such as `tcp/{80, 8000-8100}, udp/53`; `any service` for all. */
export function formatServices(set: ServiceSet): string {
  if (isEveryService(set)) return "any service";
  const parts: string[] = [];
  const whole: [number, number][] = [];
  for (const [protocol, details] of byProtocol(set)) {
    const name = protocolText(protocol);
    if (details[0] === 0 && details[1] === SIZE - 1) {
      const last = whole.at(-1);
      if (last !== undefined && last[1] === protocol - 1) last[1] = protocol;
      else whole.push([protocol, protocol]);
      continue;
    }
    const items: string[] = [];
    for (let i = 0; i < details.length; i += 2) {
      const [low, high] = isIcmp(protocol) ? [details[i] >> 8, details[i + 1] >> 8] : [details[i], details[i + 1]];
      items.push(low === high ? `${low}` : `${low}-${high}`);
    }
    parts.push(items.length === 1 ? `${name}/${items[0]}` : `${name}/{${items.join(", ")}}`);
  }
  const names = whole.flatMap(([low, high]) =>
    high - low < 3 ? Array.from({ length: high - low + 1 }, (_, k) => protocolText(low + k)) : [`ip/${low}-${high}`],
  );
  return [...names, ...parts].join(", ");
}
