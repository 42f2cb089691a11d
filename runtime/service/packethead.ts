/** The ends and the service of a packet, read from its first bytes (IEEE 802.3, 802.1Q; RFC 791, 8200, 9293, 768, 792, 4443). */
import { formatAddress } from "../../compiler/space/address.js";

export interface PacketHead {
  readonly source: string;
  readonly destination: string;
  /** `tcp`, `udp`, `sctp`, `icmp`, `icmp6`, else the number. */
  readonly protocol: string;
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  /** Type of an ICMP message. */
  readonly type?: number;
}

const names: Readonly<Record<number, string>> = { 1: "icmp", 6: "tcp", 17: "udp", 58: "icmp6", 132: "sctp" };
const ETHERNET = 14;

/** Nothing for a packet that is too short, or neither IPv4 nor IPv6. Extension headers of IPv6 are not followed. */
export function readHead(packet: Buffer): PacketHead | undefined {
  const tagged = packet.length >= 18 && packet.readUInt16BE(12) === 0x8100;
  const start = tagged ? ETHERNET + 4 : ETHERNET;
  if (packet.length < start + 20) return undefined;
  switch (packet.readUInt16BE(start - 2)) {
    case 0x0800:
      return readIpv4(packet.subarray(start));
    case 0x86dd:
      return readIpv6(packet.subarray(start));
    default:
      return undefined;
  }
}

function readIpv4(packet: Buffer): PacketHead | undefined {
  const length = (packet[0] & 0xf) * 4;
  if (length < 20) return undefined;
  const address = (at: number): string => formatAddress({ family: 4, value: packet.readUInt32BE(at) });
  const isFirst = (packet.readUInt16BE(6) & 0x1fff) === 0;
  return { source: address(12), destination: address(16), ...service(packet[9], isFirst ? packet.subarray(length) : Buffer.alloc(0)) };
}

function readIpv6(packet: Buffer): PacketHead | undefined {
  if (packet.length < 40) return undefined;
  const address = (at: number): string => formatAddress({ family: 6, value: (packet.readBigUInt64BE(at) << 64n) | packet.readBigUInt64BE(at + 8) });
  return { source: address(8), destination: address(24), ...service(packet[6], packet.subarray(40)) };
}

function service(protocol: number, payload: Buffer): Omit<PacketHead, "source" | "destination"> {
  const name = names[protocol] ?? String(protocol);
  if (protocol === 1 || protocol === 58) return { protocol: name, ...(payload.length > 0 ? { type: payload[0] } : {}) };
  if (names[protocol] === undefined || payload.length < 4) return { protocol: name };
  return { protocol: name, sourcePort: payload.readUInt16BE(0), destinationPort: payload.readUInt16BE(2) };
}
