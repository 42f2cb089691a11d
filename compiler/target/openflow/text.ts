/**
 * Flows as the text that `ovs-ofctl add-flows` takes. One flow has one text.
 *
 * What is written ten thousand times is collected as pieces and joined once a line or once a rule, since V8 makes an object of its own for
 * every two strings that are put together.
 */
import { formatAddress } from "../../space/address.js";
import { cookieText, ETH_ARP, ETH_IP, ETH_IP6 } from "./flow.js";
import type { Action, ConntrackAction, FieldMatch, FieldName, Flow, Group, Match } from "./flow.js";
import { hexText } from "./hex.js";
import type { BitField } from "./registers.js";

/** Names that stand for an Ethernet type and an IP protocol together. */
const protocolWords: ReadonlyMap<number, ReadonlyMap<number, string>> = new Map([
  [
    ETH_IP,
    new Map([
      [1, "icmp"],
      [6, "tcp"],
      [17, "udp"],
      [132, "sctp"],
    ]),
  ],
  [
    ETH_IP6,
    new Map([
      [58, "icmp6"],
      [6, "tcp6"],
      [17, "udp6"],
      [132, "sctp6"],
    ]),
  ],
]);
const typeWords: ReadonlyMap<number, string> = new Map([
  [ETH_IP, "ip"],
  [ETH_IP6, "ipv6"],
  [ETH_ARP, "arp"],
]);

const macText = (value: number): string =>
  value
    .toString(16)
    .padStart(12, "0")
    .replace(/(..)(?=.)/g, "$1:");
const ipText = (value: number | bigint): string => formatAddress({ family: 4, value: Number(value) });
const ip6Text = (value: number | bigint): string => formatAddress({ family: 6, value: BigInt(value) });

/** A value as the field's users write it: addresses as such, ports and protocols decimal, registers hexadecimal. */
function valueText(field: FieldName, value: number | bigint): string {
  switch (field) {
    case "nw_src":
    case "nw_dst":
    case "arp_spa":
    case "arp_tpa":
    case "tun_dst":
      return ipText(value);
    case "ipv6_src":
    case "ipv6_dst":
    case "nd_target":
      return ip6Text(value);
    case "dl_src":
    case "dl_dst":
    case "arp_sha":
    case "arp_tha":
    case "nd_sll":
    case "nd_tll":
      return macText(Number(value));
    case "in_port":
    case "nw_proto":
    case "dl_vlan":
    case "arp_op":
    case "icmp_type":
    case "icmp_code":
    case "tp_src":
    case "tp_dst":
    case "nw_tos":
    case "nd_options_type":
    case "conj_id":
      return `${value}`;
    default:
      return `0x${hexText(value)}`;
  }
}

/** The length of a mask of an address whose one bits come first, else nothing. IPv4's are numbers, IPv6's `bigint`. */
function maskLength(mask: number | bigint): number | undefined {
  if (typeof mask === "number") return (~mask & (~mask + 1)) === 0 ? Math.clz32(~mask) : undefined;
  const holes = (1n << 128n) - 1n - mask;
  if ((holes & (holes + 1n)) !== 0n) return undefined;
  return 128 - (holes === 0n ? 0 : holes.toString(2).length);
}

const stateNames: readonly (readonly [string, number])[] = [
  ["new", 0x01],
  ["est", 0x02],
  ["rel", 0x04],
  ["rpl", 0x08],
  ["inv", 0x10],
  ["trk", 0x20],
  ["dnat", 0x80],
];

/** Adds `field=value` or `field=value/mask`. */
function pushField(pieces: string[], { field, value, mask }: FieldMatch): void {
  if (field === "ct_state") {
    const asked = Number(mask ?? 0xff);
    const names = stateNames.filter(([, bit]) => (asked & bit) !== 0);
    pieces.push("ct_state=", ...names.map(([name, bit]) => `${(Number(value) & bit) === 0 ? "-" : "+"}${name}`));
    return;
  }
  if (mask === undefined) pieces.push(field, "=", valueText(field, value));
  else if (field === "nw_src" || field === "nw_dst" || field === "arp_spa" || field === "arp_tpa" || field === "ipv6_src" || field === "ipv6_dst")
    pieces.push(field, "=", valueText(field, value), "/", `${maskLength(mask) ?? valueText(field, mask)}`);
  else if (field === "tp_dst" || field === "tp_src") pieces.push(field, "=0x", hexText(value), "/0x", hexText(mask));
  else pieces.push(field, "=", valueText(field, value), "/", valueText(field, mask));
}

/** The match alone: `tcp,reg4=0x10/0xf0,tp_dst=80`; empty for a match of everything. */
export function matchText(match: Match): string {
  const pieces: string[] = [];
  pushMatch(pieces, match);
  return pieces.slice(1).join("");
}

/** Adds the parts of a match, each behind a comma. */
function pushMatch(pieces: string[], match: Match): void {
  let type: number | undefined;
  let protocol: number | undefined;
  for (const { field, value } of match) {
    if (field === "dl_type") type = Number(value);
    if (field === "nw_proto") protocol = Number(value);
  }
  pushProtocol(pieces, type, protocol);
  pushFields(pieces, match);
}

/** Adds what a match says of Ethernet type and IP protocol. */
export function pushProtocol(pieces: string[], type: number | undefined, protocol: number | undefined): void {
  const word = type === undefined || protocol === undefined ? undefined : protocolWords.get(type)?.get(protocol);
  if (word !== undefined) pieces.push(",", word);
  else if (type !== undefined) pieces.push(",", typeWords.get(type) ?? `dl_type=0x${type.toString(16)}`);
  if (word === undefined && protocol !== undefined) pieces.push(",", `nw_proto=${protocol}`);
}

/** Adds what a match says of everything else. */
export function pushFields(pieces: string[], match: Match): void {
  for (const entry of match) {
    if (entry.field === "dl_type" || entry.field === "nw_proto") continue;
    pieces.push(",");
    pushField(pieces, entry);
  }
}

const moveNames: Partial<Record<FieldName, string>> = {
  dl_src: "NXM_OF_ETH_SRC",
  dl_dst: "NXM_OF_ETH_DST",
  arp_spa: "NXM_OF_ARP_SPA",
  arp_tpa: "NXM_OF_ARP_TPA",
  arp_sha: "NXM_NX_ARP_SHA",
  arp_tha: "NXM_NX_ARP_THA",
  ipv6_src: "NXM_NX_IPV6_SRC",
  ipv6_dst: "NXM_NX_IPV6_DST",
  ct_label: "NXM_NX_CT_LABEL",
  ct_mark: "NXM_NX_CT_MARK",
};

/** How wide the fields are that are moved whole. */
const moveWidths: Partial<Record<FieldName, number>> = { dl_src: 48, dl_dst: 48, arp_sha: 48, arp_tha: 48, ipv6_src: 128, ipv6_dst: 128 };

/** A field's bits in the form that `move` and `zone=` take. */
function bitsText(bits: BitField): string {
  const name = moveNames[bits.field] ?? `NXM_NX_${bits.field.toUpperCase()}`;
  const whole = bits.offset === 0 && bits.width === (moveWidths[bits.field] ?? 32) && bits.field !== "ct_label";
  if (whole) return `${name}[]`;
  return bits.width === 1 ? `${name}[${bits.offset}]` : `${name}[${bits.offset}..${bits.offset + bits.width - 1}]`;
}

/** What `set_field` calls the fields whose match names are short. */
const setNames: Partial<Record<FieldName, string>> = {
  dl_src: "eth_src",
  dl_dst: "eth_dst",
  icmp_type: "icmpv6_type",
  nw_tos: "ip_dscp",
  dl_vlan: "vlan_vid",
};

function conntrackText(action: ConntrackAction): string {
  const parts = [
    ...(action.commit ? ["commit"] : []),
    ...(action.table === undefined ? [] : [`table=${action.table}`]),
    `zone=${bitsText(action.zone)}`,
    ...(action.nat === undefined ? [] : [action.nat === "translate" ? "nat" : `nat(dst=${hostPort(action.nat)})`]),
    ...(action.exec.length === 0 ? [] : [`exec(${actionsText(action.exec)})`]),
  ];
  return `ct(${parts.join(",")})`;
}

function hostPort(to: { readonly address: string; readonly port: number }): string {
  return to.address.includes(":") ? `[${to.address}]:${to.port}` : `${to.address}:${to.port}`;
}

export function actionText(action: Action): string {
  switch (action.kind) {
    case "set": {
      const mask = action.mask === undefined ? "" : `/${valueText(action.field, action.mask)}`;
      return `set_field:${valueText(action.field, action.value)}${mask}->${setNames[action.field] ?? action.field}`;
    }
    case "move":
      return `move:${bitsText(action.from)}->${bitsText(action.to)}`;
    case "resubmit":
      return `resubmit(,${action.table})`;
    case "goto":
      return `goto_table:${action.table}`;
    case "conjunction":
      return `conjunction(${action.id},${action.clause}/${action.of})`;
    case "ct":
      return conntrackText(action);
    case "output":
      return `output:${action.port}`;
    case "inPort":
      return "in_port";
    case "normal":
      return "normal";
    case "local":
      return "local";
    case "group":
      return `group:${action.group}`;
    case "decrementTtl":
      return "dec_ttl";
    case "pushVlan":
      return "push_vlan:0x8100";
    case "stripVlan":
      return "pop_vlan";
    case "controller":
      return `controller(max_len=${action.maxLength},userdata=${action.userdata.map((byte) => byte.toString(16).padStart(2, "0")).join(".")})`;
  }
}

/** The beginning of a flow's line, up to the match. */
export function lineHead({ table, priority, cookie }: Pick<Flow, "table" | "priority" | "cookie">): string {
  return `table=${table},priority=${priority},cookie=${cookieText(cookie)}`;
}

/** The end of a flow's line, behind the match. */
export function lineEnd(actions: readonly Action[]): string {
  return ` actions=${actionsText(actions)}\n`;
}

/** One line for `ovs-ofctl add-flows`, without its end. */
export function flowText(flow: Flow): string {
  const pieces: string[] = [];
  pushFlow(pieces, flow);
  return pieces.join("");
}

/** Adds what `flowText` gives. */
export function pushFlow(pieces: string[], flow: Flow): void {
  pieces.push("table=", `${flow.table}`, ",priority=", `${flow.priority}`, ",cookie=", cookieText(flow.cookie));
  pushMatch(pieces, flow.match);
  pieces.push(" actions=", actionsText(flow.actions));
}

/** Adds the lines of flows of one table and priority. What they share as one object, as those of a rule do, is put into words once. */
export function pushFlows(pieces: string[], flows: readonly Flow[]): void {
  let last: Flow | undefined;
  let head = "";
  let end = "";
  for (const flow of flows) {
    if (flow.cookie !== last?.cookie) head = lineHead(flow);
    if (flow.actions !== last?.actions) end = lineEnd(flow.actions);
    last = flow;
    pieces.push(head);
    pushMatch(pieces, flow.match);
    pieces.push(end);
  }
}

function actionsText(actions: readonly Action[]): string {
  return actions.length === 0 ? "drop" : actions.map(actionText).join(",");
}

/** What makes a flow this flow to the switch: table, priority and match. Another flow with the same key replaces it. */
export function flowKey(flow: Flow): string {
  return `${flow.table}|${flow.priority}|${matchText(flow.match)}`;
}

/** One line for `ovs-ofctl add-groups`. */
export function groupText(group: Group): string {
  const buckets = group.buckets.map((actions) => `bucket=actions=${actions.map(actionText).join(",")}`);
  return [`group_id=${group.id}`, "type=select", ...buckets].join(",");
}
