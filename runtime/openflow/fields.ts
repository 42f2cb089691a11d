/**
 * The numbers of match fields on the wire: OXM headers of OpenFlow 1.4 §7.2.3 where it has the field, else the NXM headers of Open
 * vSwitch (`include/openvswitch/meta-flow.h`). A header is class (16 bits), field (7), "has a mask" (1), length in bytes (8).
 */
import type { FieldName } from "../../compiler/target/openflow/flow.js";

const BASIC = 0x8000;
const NXM0 = 0x0000;
const NXM1 = 0x0001;
/** Class of Open vSwitch's fields for the reserved part and options of neighbour discovery. */
const ERICSSON = 0x1000;

export interface WireField {
  /** Without the mask bit. */
  readonly header: number;
  /** Length of the value in bytes. */
  readonly size: number;
  readonly name: FieldName;
  /** IPv6 addresses and labels are `bigint` in a flow. */
  readonly big: boolean;
  /** Place among the fields of a match as Open vSwitch writes it (`nx_put_raw` in its `nx-match.c`). */
  readonly rank: number;
  /** The header that actions on some bits of a field use: NXM where there is one. */
  readonly bitsHeader: number;
}

const headerOf = (oxmClass: number, number: number, size: number): number => ((oxmClass << 16) | (number << 9) | size) >>> 0;

type Row = readonly [FieldName, number, number, number, number?];

/** Name, class, number, bytes, and the NXM header for actions on bits. In the order of Open vSwitch. */
const rows: readonly Row[] = [
  ["conj_id", NXM1, 37, 4],
  ["in_port", BASIC, 0, 4],
  ["dl_src", BASIC, 4, 6, headerOf(NXM0, 2, 6)],
  ["dl_dst", BASIC, 3, 6, headerOf(NXM0, 1, 6)],
  ["dl_type", BASIC, 5, 2, headerOf(NXM0, 3, 2)],
  ["dl_vlan", BASIC, 6, 2],
  ["nw_src", BASIC, 11, 4, headerOf(NXM0, 7, 4)],
  ["nw_dst", BASIC, 12, 4, headerOf(NXM0, 8, 4)],
  ["ipv6_src", BASIC, 26, 16, headerOf(NXM1, 19, 16)],
  ["ipv6_dst", BASIC, 27, 16, headerOf(NXM1, 20, 16)],
  ["nw_tos", BASIC, 8, 1],
  ["nw_proto", BASIC, 10, 1],
  ["tp_src", BASIC, 13, 2, headerOf(NXM0, 9, 2)],
  ["tp_dst", BASIC, 14, 2, headerOf(NXM0, 10, 2)],
  ["tp_src", BASIC, 15, 2, headerOf(NXM0, 11, 2)],
  ["tp_dst", BASIC, 16, 2, headerOf(NXM0, 12, 2)],
  ["tp_src", BASIC, 17, 2],
  ["tp_dst", BASIC, 18, 2],
  ["icmp_type", BASIC, 19, 1],
  ["icmp_code", BASIC, 20, 1],
  ["icmp_type", BASIC, 29, 1],
  ["icmp_code", BASIC, 30, 1],
  ["nd_target", BASIC, 31, 16],
  ["nd_sll", BASIC, 32, 6],
  ["nd_tll", BASIC, 33, 6],
  ["nd_reserved", ERICSSON, 1, 4],
  ["nd_options_type", ERICSSON, 2, 1],
  ["arp_op", BASIC, 21, 2, headerOf(NXM0, 15, 2)],
  ["arp_spa", BASIC, 22, 4, headerOf(NXM0, 16, 4)],
  ["arp_tpa", BASIC, 23, 4, headerOf(NXM0, 17, 4)],
  ["arp_sha", BASIC, 24, 6, headerOf(NXM1, 17, 6)],
  ["arp_tha", BASIC, 25, 6, headerOf(NXM1, 18, 6)],
  ["tun_id", BASIC, 38, 8, headerOf(NXM1, 16, 8)],
  ["tun_dst", NXM1, 32, 4],
  ["reg0", NXM1, 0, 4],
  ["reg1", NXM1, 1, 4],
  ["reg2", NXM1, 2, 4],
  ["reg3", NXM1, 3, 4],
  ["reg4", NXM1, 4, 4],
  ["reg5", NXM1, 5, 4],
  ["reg6", NXM1, 6, 4],
  ["reg7", NXM1, 7, 4],
  ["reg8", NXM1, 8, 4],
  ["reg9", NXM1, 9, 4],
  ["reg10", NXM1, 10, 4],
  ["reg11", NXM1, 11, 4],
  ["reg12", NXM1, 12, 4],
  ["reg13", NXM1, 13, 4],
  ["reg14", NXM1, 14, 4],
  ["reg15", NXM1, 15, 4],
  ["ct_state", NXM1, 105, 4],
  ["ct_mark", NXM1, 107, 4],
  ["ct_label", NXM1, 108, 16],
];

const isBig = (name: FieldName): boolean => name === "ct_label" || name === "nd_target" || name.startsWith("ipv6");

const wireFields: readonly WireField[] = rows.map(([name, oxmClass, number, size, bitsHeader], rank) => {
  const header = headerOf(oxmClass, number, size);
  return { header, size, name, big: isBig(name), rank, bitsHeader: bitsHeader ?? header };
});

/** By header without the mask bit, OXM and NXM alike. */
export const fieldByHeader: ReadonlyMap<number, WireField> = new Map(
  wireFields.flatMap((field) => [[field.bitsHeader, field] as const, [field.header, field] as const]),
);

const plainFields = new Map<FieldName, WireField>([...wireFields].reverse().map((field) => [field.name, field]));

function byNumber(number: number): WireField {
  const found = wireFields.find((field) => field.header >>> 16 === BASIC && ((field.header >>> 9) & 0x7f) === number);
  if (found === undefined) throw new Error(`no field ${number}`);
  return found;
}

const transport: ReadonlyMap<number, { readonly source: WireField; readonly destination: WireField }> = new Map(
  [
    [6, 13],
    [17, 15],
    [132, 17],
  ].map(([protocol, number]) => [protocol, { source: byNumber(number), destination: byNumber(number + 1) }]),
);
const icmp6Type = byNumber(29);
const icmp6Code = byNumber(30);

export const ICMP6 = 58;

/** The wire's field for a field of a match. Ports and ICMP types are other fields for other protocols: `protocol` is the match's `nw_proto`. */
export function wireField(name: FieldName, protocol: number | undefined): WireField {
  switch (name) {
    case "tp_src":
    case "tp_dst": {
      const pair = protocol === undefined ? undefined : transport.get(protocol);
      if (pair !== undefined) return name === "tp_src" ? pair.source : pair.destination;
      break;
    }
    case "icmp_type":
      if (protocol === ICMP6) return icmp6Type;
      break;
    case "icmp_code":
      if (protocol === ICMP6) return icmp6Code;
      break;
    default:
      break;
  }
  const field = plainFields.get(name);
  if (field === undefined) throw new Error(`${name} has no number`);
  return field;
}
