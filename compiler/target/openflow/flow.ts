/**
 * A flow of a table, as data: what the text printer, the agent's wire encoder and the tests share. Fields and actions have the
 * names that `ovs-ofctl` gives them (`ovs-fields(7)`, `ovs-actions(7)`).
 */
import { eightDigits } from "./hex.js";
import type { BitField } from "./registers.js";

export const fieldNames = [
  "conj_id",
  "in_port",
  "dl_type",
  "nw_proto",
  "ct_state",
  "ct_mark",
  "ct_label",
  "tun_id",
  "tun_dst",
  "dl_vlan",
  "reg0",
  "reg1",
  "reg2",
  "reg3",
  "reg4",
  "reg5",
  "reg6",
  "reg7",
  "reg8",
  "reg9",
  "reg10",
  "reg11",
  "reg12",
  "reg13",
  "reg14",
  "reg15",
  "dl_src",
  "dl_dst",
  "nw_src",
  "nw_dst",
  "ipv6_src",
  "ipv6_dst",
  "arp_op",
  "arp_spa",
  "arp_tpa",
  "arp_sha",
  "arp_tha",
  "icmp_type",
  "icmp_code",
  "nd_target",
  "nd_sll",
  "nd_tll",
  "nd_options_type",
  "nd_reserved",
  "tp_src",
  "tp_dst",
  "nw_tos",
] as const;

/** In the order in which a match is written; fields come after those they depend on. */
export type FieldName = (typeof fieldNames)[number];

/** `(packet & mask) == value`; without a mask every bit counts. IPv6 addresses and labels are `bigint`, all else numbers. */
export interface FieldMatch {
  readonly field: FieldName;
  readonly value: number | bigint;
  readonly mask?: number | bigint;
}

/** Every field at most once. */
export type Match = readonly FieldMatch[];

export type Action =
  | { readonly kind: "set"; readonly field: FieldName; readonly value: number | bigint; readonly mask?: number | bigint }
  | { readonly kind: "move"; readonly from: BitField; readonly to: BitField }
  | { readonly kind: "resubmit"; readonly table: number }
  | { readonly kind: "goto"; readonly table: number }
  | { readonly kind: "conjunction"; readonly id: number; /** From 1. */ readonly clause: number; readonly of: number }
  | ConntrackAction
  | { readonly kind: "output"; readonly port: number }
  | { readonly kind: "inPort" }
  | { readonly kind: "normal" }
  | { readonly kind: "local" }
  | { readonly kind: "group"; readonly group: number }
  | { readonly kind: "decrementTtl" }
  | { readonly kind: "pushVlan" }
  | { readonly kind: "stripVlan" }
  /** The packet's head to the agent. `userdata` tells the agent what for. */
  | { readonly kind: "controller"; readonly maxLength: number; readonly userdata: readonly number[] };

export interface ConntrackAction {
  readonly kind: "ct";
  readonly commit: boolean;
  readonly zone: BitField;
  /** Where the packet goes on, with its state known. */
  readonly table?: number;
  /** `translate`: apply what the connection has; an address: new connections go there instead. */
  readonly nat?: "translate" | { readonly address: string; readonly port: number };
  /** Run on the connection when it is committed. */
  readonly exec: readonly Action[];
}

export interface Flow {
  readonly table: number;
  readonly priority: number;
  readonly cookie: Cookie;
  readonly match: Match;
  /** Empty: drop. */
  readonly actions: readonly Action[];
}

/** A select group: one bucket a provider. */
export interface Group {
  readonly id: number;
  readonly buckets: readonly (readonly Action[])[];
}

/** What a flow is there for. The number is part of the cookie. */
export const cookieKinds = { rule: 1, default: 2, endpoint: 3, pipeline: 4, place: 5, service: 6 } as const;
export type CookieKind = keyof typeof cookieKinds;

/**
 * A cookie's parts: bits 56-63 are 0xc7 (ours), 48-55 the kind, 32-47 are left to the agent (its generation), 0-31 the id: of a
 * rule or tenant default (see the source map), of an endpoint, or 0.
 */
export interface Cookie {
  readonly kind: CookieKind;
  readonly id: number;
}

export const COOKIE_OWNER = 0xc7;

export function cookieText(cookie: Cookie, generation = 0): string {
  const high = COOKIE_OWNER * 0x1000000 + cookieKinds[cookie.kind] * 0x10000 + generation;
  return `0x${eightDigits(high)}${eightDigits(cookie.id)}`;
}

/** The parts of a cookie that is ours, else nothing. */
export function readCookie(value: bigint): (Cookie & { readonly generation: number }) | undefined {
  if (value >> 56n !== BigInt(COOKIE_OWNER)) return undefined;
  const number = Number((value >> 48n) & 0xffn);
  const kind = (Object.keys(cookieKinds) as CookieKind[]).find((name) => cookieKinds[name] === number);
  return kind === undefined ? undefined : { kind, id: Number(value & 0xffffffffn), generation: Number((value >> 32n) & 0xffffn) };
}

const rank = Object.fromEntries(fieldNames.map((name, index) => [name, index]));

/** The match in normal form: fields in order, bits of one field merged. INVARIANT: parts do not contradict each other. */
export function makeMatch(...parts: readonly Match[]): Match {
  const made: FieldMatch[] = [];
  for (const part of parts) for (const entry of part) insertField(made, entry);
  return made;
}

/** Matches are short, so looking for the place from the end is quicker than sorting. */
function insertField(made: FieldMatch[], entry: FieldMatch): void {
  const place = rank[entry.field];
  let at = made.length;
  while (at > 0 && rank[made[at - 1].field] > place) at--;
  if (at > 0 && made[at - 1].field === entry.field) made[at - 1] = mergeField(made[at - 1], entry);
  else {
    for (let to = made.length; to > at; to--) made[to] = made[to - 1];
    made[at] = entry;
  }
}

function mergeField(a: FieldMatch, b: FieldMatch): FieldMatch {
  if (a.mask === undefined || b.mask === undefined) return a.mask === undefined ? a : b;
  if (typeof a.value === "number" && typeof b.value === "number" && typeof a.mask === "number" && typeof b.mask === "number") {
    const mask = (a.mask | b.mask) >>> 0;
    return mask === 0xffffffff && a.field.startsWith("reg")
      ? { field: a.field, value: (a.value | b.value) >>> 0 }
      : { field: a.field, value: (a.value | b.value) >>> 0, mask };
  }
  return { field: a.field, value: BigInt(a.value) | BigInt(b.value), mask: BigInt(a.mask) | BigInt(b.mask) };
}

const bitMask = (bits: BitField): number => (bits.width === 32 ? 0xffffffff : (2 ** bits.width - 1) * 2 ** bits.offset);

/** Some bits of a 32-bit field have this value. */
export function bitsAre(bits: BitField, value: number): Match {
  const { field, width, offset } = bits;
  return [width === 32 ? { field, value } : { field, value: value * 2 ** offset, mask: bitMask(bits) }];
}

/** Writes some bits of a 32-bit field. */
export function setBits(bits: BitField, value: number): Action {
  const { field, width, offset } = bits;
  return width === 32 ? { kind: "set", field, value } : { kind: "set", field, value: value * 2 ** offset, mask: bitMask(bits) };
}

export const ETH_IP = 0x0800;
export const ETH_IP6 = 0x86dd;
export const ETH_ARP = 0x0806;

export const isIp: Match = [{ field: "dl_type", value: ETH_IP }];
export const isIp6: Match = [{ field: "dl_type", value: ETH_IP6 }];
export const isArp: Match = [{ field: "dl_type", value: ETH_ARP }];
