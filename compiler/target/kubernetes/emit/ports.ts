/**
 * Services as Kubernetes can say them: TCP, UDP and SCTP by port range, or everything at once by saying nothing.
 *
 * A NetworkPolicy port is 1..65535 (API validation, `IsValidPortNum`), so port 0 can be said only as part of a whole protocol
 * (`protocol: TCP` without a port), and ICMP and the other IP protocols only as part of every service.
 */
import {
  byProtocol,
  hasPorts,
  intersectServices,
  isEveryService,
  pointDetail,
  pointProtocol,
  portService,
  protocolNumber,
  servicesEqual,
  unionServices,
} from "../../../space/service.js";
import type { ServiceSet } from "../../../space/service.js";

export type PortProtocol = "TCP" | "UDP" | "SCTP";

/** A run of ports of one protocol; without `first`, the whole protocol. */
export interface PortRange {
  readonly protocol: PortProtocol;
  readonly first?: number;
  readonly last?: number;
}

const LAST_PORT = 65535;

const protocolNames: ReadonlyMap<number, PortProtocol> = new Map([
  [protocolNumber.tcp, "TCP"],
  [protocolNumber.udp, "UDP"],
  [protocolNumber.sctp, "SCTP"],
]);

/** The largest part of a service set that ports can say, the set itself where that is all. `wholeProtocols`: whether a protocol can be said without ports. */
export function sayable(set: ServiceSet, wholeProtocols: boolean): ServiceSet {
  if (isRunOfPorts(set) || isEveryService(set)) return set;
  const most = byProtocol(set).reduce<ServiceSet>((said, [protocol, details]) => {
    if (!hasPorts(protocol)) return said;
    const whole = wholeProtocols && details[0] === 0 && details[1] === LAST_PORT;
    const all = portService(protocol, whole ? 0 : 1, LAST_PORT);
    return unionServices(said, intersectServices(set, all));
  }, []);
  return servicesEqual(most, set) ? set : most;
}

/** Whether a set is a run of ports above 0 of one protocol, as most are. */
function isRunOfPorts(set: ServiceSet): boolean {
  return set.length === 2 && hasPorts(pointProtocol(set[0])) && pointProtocol(set[0]) === pointProtocol(set[1]) && pointDetail(set[0]) > 0;
}

/** Port 0 of the protocols with ports: what is not sayable of them. */
export const portZero: ServiceSet = [...protocolNames.keys()]
  .sort((a, b) => a - b)
  .reduce<ServiceSet>((set, protocol) => unionServices(set, portService(protocol, 0, 0)), []);

/** The ports of a sayable set; nothing at all for every service. */
export function portRanges(said: ServiceSet): readonly PortRange[] | undefined {
  if (isRunOfPorts(said)) return runOf(pointProtocol(said[0]), pointDetail(said[0]), pointDetail(said[1]));
  if (isEveryService(said)) return undefined;
  return byProtocol(said).flatMap(([number, details]) => {
    const protocol = protocolNames.get(number);
    if (protocol === undefined) return [];
    if (details[0] === 0) return [{ protocol }];
    return Array.from({ length: details.length / 2 }, (_, index) => ({ protocol, first: details[2 * index], last: details[2 * index + 1] }));
  });
}

function runOf(number: number, first: number, last: number): readonly PortRange[] {
  const protocol = protocolNames.get(number);
  return protocol === undefined ? [] : [{ protocol, first, last }];
}
