/**
 * Fields of a flow as this reader knows them, from `ovs-fields(7)`: width in bits and how values are written.
 */
import { parseAddress } from "../../../space/address.js";

export type Notation = "number" | "mac" | "ipv4" | "ipv6" | "state";

export interface FieldKind {
  readonly width: number;
  readonly notation: Notation;
}

const number = (width: number): FieldKind => ({ width, notation: "number" });
const registers = Array.from({ length: 16 }, (_, index) => [`reg${index}`, number(32)] as const);

/** By the names that a match uses; `set_field` has some of its own, see `setAliases`. */
export const fieldKinds: ReadonlyMap<string, FieldKind> = new Map<string, FieldKind>([
  ...registers,
  ["in_port", number(32)],
  ["conj_id", number(32)],
  ["tun_id", number(64)],
  ["tun_dst", { width: 32, notation: "ipv4" }],
  ["dl_type", number(16)],
  ["dl_vlan", number(16)],
  ["dl_src", { width: 48, notation: "mac" }],
  ["dl_dst", { width: 48, notation: "mac" }],
  ["nw_proto", number(8)],
  ["nw_tos", number(8)],
  ["nw_src", { width: 32, notation: "ipv4" }],
  ["nw_dst", { width: 32, notation: "ipv4" }],
  ["ipv6_src", { width: 128, notation: "ipv6" }],
  ["ipv6_dst", { width: 128, notation: "ipv6" }],
  ["tp_src", number(16)],
  ["tp_dst", number(16)],
  ["icmp_type", number(8)],
  ["icmp_code", number(8)],
  ["arp_op", number(16)],
  ["arp_spa", { width: 32, notation: "ipv4" }],
  ["arp_tpa", { width: 32, notation: "ipv4" }],
  ["arp_sha", { width: 48, notation: "mac" }],
  ["arp_tha", { width: 48, notation: "mac" }],
  ["nd_target", { width: 128, notation: "ipv6" }],
  ["nd_sll", { width: 48, notation: "mac" }],
  ["nd_tll", { width: 48, notation: "mac" }],
  ["nd_options_type", number(8)],
  ["nd_reserved", number(32)],
  ["ct_state", { width: 32, notation: "state" }],
  ["ct_mark", number(32)],
  ["ct_label", number(128)],
  ["ct_zone", number(16)],
]);

/** Other names of the same fields. */
export const fieldAliases: ReadonlyMap<string, string> = new Map([
  ["eth_src", "dl_src"],
  ["eth_dst", "dl_dst"],
  ["eth_type", "dl_type"],
  ["ip_proto", "nw_proto"],
  ["ip_src", "nw_src"],
  ["ip_dst", "nw_dst"],
  ["ip_dscp", "nw_tos"],
  ["vlan_vid", "dl_vlan"],
  ["tcp_dst", "tp_dst"],
  ["udp_dst", "tp_dst"],
  ["sctp_dst", "tp_dst"],
  ["tcp_src", "tp_src"],
  ["udp_src", "tp_src"],
  ["sctp_src", "tp_src"],
  ["icmpv6_type", "icmp_type"],
  ["icmpv6_code", "icmp_code"],
  ["NXM_OF_ETH_SRC", "dl_src"],
  ["NXM_OF_ETH_DST", "dl_dst"],
  ["NXM_OF_ARP_SPA", "arp_spa"],
  ["NXM_OF_ARP_TPA", "arp_tpa"],
  ["NXM_NX_ARP_SHA", "arp_sha"],
  ["NXM_NX_ARP_THA", "arp_tha"],
  ["NXM_NX_IPV6_SRC", "ipv6_src"],
  ["NXM_NX_IPV6_DST", "ipv6_dst"],
  ["NXM_NX_CT_LABEL", "ct_label"],
  ["NXM_NX_CT_MARK", "ct_mark"],
  ...registers.map(([name]) => [`NXM_NX_${name.toUpperCase()}`, name] as const),
]);

/** Words that stand for an Ethernet type, some for an IP protocol too. */
export const protocolWords: ReadonlyMap<string, readonly [type: number, protocol?: number]> = new Map<string, readonly [number, number?]>([
  ["ip", [0x0800]],
  ["ipv6", [0x86dd]],
  ["ip6", [0x86dd]],
  ["arp", [0x0806]],
  ["tcp", [0x0800, 6]],
  ["tcp6", [0x86dd, 6]],
  ["udp", [0x0800, 17]],
  ["udp6", [0x86dd, 17]],
  ["sctp", [0x0800, 132]],
  ["sctp6", [0x86dd, 132]],
  ["icmp", [0x0800, 1]],
  ["icmp6", [0x86dd, 58]],
]);

const stateBits: ReadonlyMap<string, bigint> = new Map([
  ["new", 0x01n],
  ["est", 0x02n],
  ["rel", 0x04n],
  ["rpl", 0x08n],
  ["inv", 0x10n],
  ["trk", 0x20n],
  ["snat", 0x40n],
  ["dnat", 0x80n],
]);

export interface ReadValue {
  readonly value: bigint;
  /** Every bit that counts. */
  readonly mask: bigint;
}

function fullMask(kind: FieldKind): bigint {
  return (1n << BigInt(kind.width)) - 1n;
}

/** A value with an optional mask, as a match or `set_field` writes it; nothing where the text is none. */
export function readFieldValue(kind: FieldKind, text: string): ReadValue | undefined {
  if (kind.notation === "state") return readState(text);
  const slash = text.indexOf("/");
  const value = readPlain(kind, slash < 0 ? text : text.slice(0, slash));
  if (value === undefined) return undefined;
  if (slash < 0) return { value, mask: fullMask(kind) };
  const tail = text.slice(slash + 1);
  const length = kind.notation === "ipv4" || kind.notation === "ipv6" ? prefixMask(kind, tail) : undefined;
  const mask = length ?? readPlain(kind, tail);
  return mask === undefined ? undefined : { value: value & mask, mask };
}

function prefixMask(kind: FieldKind, text: string): bigint | undefined {
  if (!/^\d+$/.test(text) || Number(text) > kind.width) return undefined;
  return fullMask(kind) ^ (fullMask(kind) >> BigInt(text));
}

function readPlain(kind: FieldKind, text: string): bigint | undefined {
  const parsed = readNotation(kind.notation, text);
  return parsed === undefined || parsed > fullMask(kind) ? undefined : parsed;
}

function readNotation(notation: Notation, text: string): bigint | undefined {
  if (notation === "mac") return /^([0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}$/.test(text) ? BigInt(`0x${text.replaceAll(":", "")}`) : undefined;
  if (notation === "ipv4" || notation === "ipv6") {
    const address = parseAddress(text);
    return address === undefined || (address.family === 4) !== (notation === "ipv4") ? undefined : BigInt(address.value);
  }
  return /^(0x[0-9a-fA-F]+|\d+)$/.test(text) ? BigInt(text) : undefined;
}

/** `+trk-rpl`: named bits that have to be set or clear. */
function readState(text: string): ReadValue | undefined {
  if (!/^([+-][a-z]+)+$/.test(text)) return undefined;
  let value = 0n;
  let mask = 0n;
  for (const [, sign, name] of text.matchAll(/([+-])([a-z]+)/g)) {
    const bit = stateBits.get(name);
    if (bit === undefined) return undefined;
    mask |= bit;
    if (sign === "+") value |= bit;
  }
  return { value, mask };
}

/** The bits of a state written with names, as `trk,new`. */
export function connectionState(names: readonly string[]): bigint {
  return names.reduce((bits, name) => bits | (stateBits.get(name) ?? 0n), 0n);
}
