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

function expand(details: readonly number[]): readonly number[] {
  const out: number[] = [];
  for (let i = 0; i < details.length; i += 2) for (let port = Math.max(details[i], 1); port <= details[i + 1]; port++) out.push(port);
  return out;
}

/** `limit`: above so many single ports none are listed (`ports` still counts them). */
export function piecesOf(services: ServiceSet, limit: number): Pieces {
  if (isEveryService(services)) return { tcp: [0], others: [{ protocol: 0, ports: everyPort }], widened: [], unsayable: [], zeroPorts: [], ports: 0 };
  const tcp: number[] = [];
  const others: { protocol: number; ports: readonly number[] }[] = [];
  const widened: number[] = [];
  const unsayable: number[] = [];
  const zeroPorts: number[] = [];
  const parts = byProtocol(services);
  const hasPortList = (protocol: number, details: readonly number[]): boolean =>
    (protocol === protocolNumber.tcp || protocol === protocolNumber.udp) && !coversEveryPort(details);
  const ports = parts.reduce((sum, [protocol, details]) => sum + (hasPortList(protocol, details) ? countPorts(details) : 0), 0);
  for (const [protocol, details] of parts) {
    // ICMPv6 goes with IPv6 alone, which Contiv's rules do not see.
    if (protocol === protocolNumber.icmp6) continue;
    // netmaster reads protocol 0 as every protocol.
    if (protocol === 0) unsayable.push(0);
    else if (protocol === protocolNumber.tcp || protocol === protocolNumber.udp) {
      const list = coversEveryPort(details) ? everyPort : ports > limit ? [] : expand(details);
      if ((details[0] === 0) !== coversEveryPort(details)) zeroPorts.push(protocol);
      if (protocol === protocolNumber.tcp) tcp.push(...list);
      else if (list.length > 0) others.push({ protocol, ports: list });
    } else {
      if (details[0] !== 0 || details[1] !== LAST_PORT) widened.push(protocol);
      others.push({ protocol, ports: everyPort });
    }
  }
  return { tcp, others, widened, unsayable, zeroPorts, ports };
}
