/**
 * A rule's service in Contiv's terms: single ports of TCP and UDP, and whole protocols. Contiv has no port ranges, no ICMP types and
 * no ports of other protocols.
 */
import { byProtocol, isEveryService, protocolNumber } from "../../../space/service.js";
import type { ServiceSet } from "../../../space/service.js";

export interface Pieces {
  /** Ports of TCP; `[0]` for every port; empty for none. */
  readonly tcp: readonly number[];
  /** Everything else, each protocol once with its ports. Protocol 0 is every protocol, and its ports are `[0]` for every port. */
  readonly others: readonly { readonly protocol: number; readonly ports: readonly number[] }[];
  /** Protocols of which a part is meant that Contiv cannot tell from the rest. */
  readonly widened: readonly number[];
  /** Protocols that no Contiv rule can name. */
  readonly unsayable: readonly number[];
  /** Of TCP and UDP, those whose port 0 is meant and not said, or said and not meant: netmaster reads it as every port. */
  readonly zeroPorts: readonly number[];
  /** How many single ports the rule asks for. */
  readonly ports: number;
}

const LAST_PORT = 65535;

/** As lists of single ports say it. */
export const everyPort: readonly number[] = [0];

export function isEveryPort(ports: readonly number[]): boolean {
  return ports[0] === 0;
}

/** Every port; netmaster reads port 0 as every port, and nothing listens on it. */
function coversEveryPort(details: readonly number[]): boolean {
  return details.length === 2 && details[0] <= 1 && details[1] === LAST_PORT;
}

function countPorts(details: readonly number[]): number {
  let count = 0;
  for (let i = 0; i < details.length; i += 2) count += details[i + 1] - Math.max(details[i], 1) + 1;
  return count;
}

/** The ports one by one; `count` is how many they are. */
function expand(details: readonly number[], count: number): readonly number[] {
  const ports = new Array<number>(count);
  let at = 0;
  for (let i = 0; i < details.length; i += 2) for (let port = Math.max(details[i], 1); port <= details[i + 1]; port++) ports[at++] = port;
  return ports;
}

const none: readonly number[] = [];
const everything: Pieces = { tcp: everyPort, others: [{ protocol: 0, ports: everyPort }], widened: none, unsayable: none, zeroPorts: none, ports: 0 };

/** How many single ports say a protocol's part of a service; none where the protocol has to be said whole. */
function portsIn(protocol: number, details: readonly number[]): number {
  const hasPortList = (protocol === protocolNumber.tcp || protocol === protocolNumber.udp) && !coversEveryPort(details);
  return hasPortList ? countPorts(details) : 0;
}

/** `limit`: above so many single ports none are listed (`ports` still counts them). */
export function piecesOf(services: ServiceSet, limit: number): Pieces {
  if (isEveryService(services)) return everything;
  const parts = byProtocol(services);
  let ports = 0;
  for (const [protocol, details] of parts) ports += portsIn(protocol, details);
  let tcp = none;
  const others: { protocol: number; ports: readonly number[] }[] = [];
  let widened = none;
  let unsayable = none;
  let zeroPorts = none;
  for (const [protocol, details] of parts) {
    // ICMPv6 goes with IPv6 alone, which Contiv's rules do not see.
    if (protocol === protocolNumber.icmp6) continue;
    // netmaster reads protocol 0 as every protocol.
    if (protocol === 0) unsayable = [0];
    else if (protocol === protocolNumber.tcp || protocol === protocolNumber.udp) {
      const isWhole = coversEveryPort(details);
      const list = isWhole ? everyPort : ports > limit ? none : expand(details, countPorts(details));
      if ((details[0] === 0) !== isWhole) zeroPorts = [...zeroPorts, protocol];
      if (protocol === protocolNumber.tcp) tcp = list;
      else if (list.length > 0) others.push({ protocol, ports: list });
    } else {
      if (details[0] !== 0 || details[1] !== LAST_PORT) widened = [...widened, protocol];
      others.push({ protocol, ports: everyPort });
    }
  }
  return { tcp, others, widened, unsayable, zeroPorts, ports };
}
