/**
 * The properties of every kind of block: the one table that checking, completion, hover and the reference read.
 * A new property is a row here and a line in `policy/` that reads it.
 */
import type { Block } from "../../grammar/syntax.js";
import type { SymbolKind } from "./symbols.js";

export type BlockKind = Block["kind"];

/** What a property's value is. */
export type ValueType =
  | { readonly kind: "prefix"; readonly family: 4 | 6; /** Host bits may be set: the value is an interface's address. */ readonly hostBits?: boolean }
  /** A prefix, or the usable part of one as `first-last/length`. */
  | { readonly kind: "subnet" }
  /** Of either family where none is named. */
  | { readonly kind: "address"; readonly family?: 4 | 6 }
  /** `first-last`. */
  | { readonly kind: "addressRange" }
  /** One or more addresses, prefixes and ranges. */
  | { readonly kind: "addresses" }
  | { readonly kind: "integer"; readonly min: number; readonly max: number }
  | { readonly kind: "integerRange"; readonly min: number; readonly max: number }
  | { readonly kind: "word"; readonly words: readonly string[] }
  | { readonly kind: "bool" }
  | { readonly kind: "bandwidth" }
  | { readonly kind: "text" }
  | { readonly kind: "texts" }
  /** Kubernetes namespaces. */
  | { readonly kind: "namespaces" }
  | { readonly kind: "reference"; readonly to: SymbolKind }
  | { readonly kind: "references"; readonly to: SymbolKind }
  /** `match`, which has a syntax of its own. */
  | { readonly kind: "requirements" }
  /** `tcp/80 -> 8080`. */
  | { readonly kind: "portMapping" };

export interface PropertyRow {
  readonly name: string;
  readonly type: ValueType;
  readonly required: boolean;
  readonly repeatable: boolean;
  /** One or two sentences of Markdown, for hover and the reference. */
  readonly doc: string;
  /** What holds when the property is absent, where that is a value. */
  readonly default?: string;
  readonly example: string;
}

/** IEEE 802.1Q: 0 and 4095 are reserved. */
export const VLAN_TAGS = { min: 1, max: 4094 } as const;
/** RFC 7348: a VNI has 24 bits. */
export const VXLAN_TAGS = { min: 1, max: 16_777_215 } as const;
/** RFC 6793. */
const AS_NUMBER = { kind: "integer", min: 1, max: 4_294_967_295 } as const;

type Row = Pick<PropertyRow, "name" | "type" | "doc" | "example"> & Partial<Pick<PropertyRow, "required" | "repeatable" | "default">>;
const rows = (...list: readonly Row[]): readonly PropertyRow[] => list.map((row) => ({ required: false, repeatable: false, ...row }));

export const blockProperties: Readonly<Record<BlockKind, readonly PropertyRow[]>> = {
  network: rows(
    {
      name: "subnet",
      type: { kind: "subnet" },
      doc: "IPv4 addresses of the network, as a prefix, or as `first-last/length` where only a part may be given to workloads. A network needs `subnet` or `subnet6`.",
      example: "10.1.1.0/24",
    },
    { name: "gateway", type: { kind: "address", family: 4 }, doc: "IPv4 address of the network's router, inside `subnet`.", example: "10.1.1.254" },
    {
      name: "subnet6",
      type: { kind: "prefix", family: 6 },
      doc: "IPv6 addresses of the network. A network needs `subnet` or `subnet6`.",
      example: "2001:db8:1::/64",
    },
    {
      name: "gateway6",
      type: { kind: "address", family: 6 },
      doc: "IPv6 address of the network's router, inside `subnet6`.",
      example: "2001:db8:1::1",
    },
    {
      name: "encap",
      type: { kind: "word", words: ["vlan", "vxlan"] },
      doc: "How packets of the network travel between nodes.",
      default: "vxlan",
      example: "vxlan",
    },
    {
      name: "tag",
      type: { kind: "integer", min: 1, max: VXLAN_TAGS.max },
      doc: "VLAN id or VXLAN network identifier, inside the fabric's ranges; each is used once. Without it the fabric chooses.",
      example: "1001",
    },
    {
      name: "type",
      type: { kind: "word", words: ["data", "infra"] },
      doc: "`infra` is for the hosts themselves: each node gets a port in it, workloads do not.",
      default: "data",
      example: "data",
    },
  ),
  group: rows(
    {
      name: "match",
      type: { kind: "requirements" },
      doc: "Label requirements, all of which a workload must meet. With neither `match` nor `hosts`, the group's workloads are those labelled `io.contiv.tenant` and `io.contiv.net-group` for it.",
      example: "app = redis, role in (master, slave)",
    },
    {
      name: "namespaces",
      type: { kind: "namespaces" },
      doc: "Namespaces of the tenant in which the group's workloads are.",
      default: "all of the tenant's",
      example: "shop-prod",
    },
    {
      name: "hosts",
      type: { kind: "addresses" },
      doc: "Machines that are members by address: virtual machines, bare metal.",
      example: "192.0.2.10, 192.0.2.16/28",
    },
    {
      name: "pool",
      type: { kind: "addressRange" },
      doc: "The part of the group's network from which its workloads get addresses.",
      example: "10.1.1.10-10.1.1.20",
    },
    { name: "qos", type: { kind: "reference", to: "qos" }, doc: "Traffic profile of the group's workloads.", example: "gold" },
    {
      name: "contracts",
      type: { kind: "references", to: "contracts" },
      doc: "Contracts of an outside fabric that the group provides or consumes.",
      example: "database",
    },
  ),
  qos: rows(
    { name: "bandwidth", type: { kind: "bandwidth" }, doc: "The most that a workload may send.", example: "10Mbps" },
    {
      name: "burst",
      type: { kind: "integer", min: 0, max: 4_294_967_295 },
      doc: "Kilobytes that may exceed `bandwidth` for a moment.",
      example: "1500",
    },
    {
      name: "dscp",
      type: { kind: "integer", min: 0, max: 63 },
      doc: "Differentiated services code point written into the packets that a workload sends (RFC 2474).",
      example: "46",
    },
  ),
  loadbalancer: rows(
    {
      name: "address",
      type: { kind: "address" },
      doc: "The virtual address, inside the network. Without it the network chooses.",
      example: "10.1.1.250",
    },
    {
      name: "match",
      type: { kind: "requirements" },
      required: true,
      doc: "Label requirements of the workloads that answer.",
      example: "app = web",
    },
    {
      name: "port",
      type: { kind: "portMapping" },
      required: true,
      repeatable: true,
      doc: "A port of the virtual address, and the port of the providers behind it.",
      example: "tcp/80 -> 8080",
    },
  ),
  fabric: rows(
    {
      name: "mode",
      type: { kind: "word", words: ["default", "aci", "aci-opflex"] },
      doc: "What enforces policy: Contiv's own switches, or Cisco ACI.",
      default: "default",
      example: "default",
    },
    {
      name: "forwarding",
      type: { kind: "word", words: ["bridge", "routing"] },
      doc: "`bridge`: a network reaches only itself. `routing`: the networks of a tenant reach each other. VXLAN needs `routing` on Contiv.",
      default: "routing",
      example: "routing",
    },
    {
      name: "arp",
      type: { kind: "word", words: ["proxy", "flood"] },
      doc: "Whether ARP is answered by the switch or flooded; matters with `forwarding bridge`.",
      default: "proxy",
      example: "proxy",
    },
    {
      name: "vlans",
      type: { kind: "integerRange", ...VLAN_TAGS },
      doc: "VLAN ids that networks may use.",
      default: "1-4094",
      example: "100-999",
    },
    {
      name: "vxlans",
      type: { kind: "integerRange", ...VXLAN_TAGS },
      doc: "VXLAN network identifiers that networks may use.",
      default: "1-10000",
      example: "1-10000",
    },
    {
      name: "private-subnet",
      type: { kind: "prefix", family: 4 },
      doc: "Addresses that nodes use to reach workloads on themselves.",
      default: "172.19.0.0/16",
      example: "172.19.0.0/16",
    },
  ),
  bgp: rows(
    {
      name: "router-ip",
      type: { kind: "prefix", family: 4, hostBits: true },
      required: true,
      doc: "Address of the node's uplink, with its prefix length.",
      example: "198.51.100.1/24",
    },
    { name: "as", type: AS_NUMBER, required: true, doc: "Number of the node's autonomous system.", example: "65001" },
    {
      name: "neighbor",
      type: { kind: "address", family: 4 },
      required: true,
      doc: "Address of the router it peers with.",
      example: "198.51.100.254",
    },
    { name: "neighbor-as", type: AS_NUMBER, required: true, doc: "Number of the neighbour's autonomous system.", example: "65002" },
  ),
  aci: rows(
    { name: "physical-domain", type: { kind: "text" }, required: true, doc: "Name of the physical domain in the fabric.", example: "lab-domain" },
    {
      name: "enforce-policies",
      type: { kind: "bool" },
      doc: "Whether the fabric enforces contracts between groups.",
      default: "yes",
      example: "yes",
    },
    {
      name: "include-common-tenant",
      type: { kind: "bool" },
      doc: "Whether contracts of the fabric's tenant `common` may be used.",
      default: "no",
      example: "no",
    },
    {
      name: "path-bindings",
      type: { kind: "texts" },
      doc: "Leaf ports that the nodes are on.",
      example: '"topology/pod-1/paths-101/pathep-[eth1/14]"',
    },
    { name: "node-bindings", type: { kind: "texts" }, doc: "Leaf switches that the nodes are on.", example: '"topology/pod-1/node-101"' },
  ),
};

/** At least one of these properties has to be given, besides the required ones. */
export const oneOfProperties: Readonly<Partial<Record<BlockKind, readonly string[]>>> = {
  network: ["subnet", "subnet6"],
  qos: ["bandwidth", "burst", "dscp"],
};

export function propertyRow(block: BlockKind, name: string): PropertyRow | undefined {
  return blockProperties[block].find((row) => row.name === name);
}

/** A value type in words, such as `an IPv4 address`, for messages and the reference. */
export function describeType(type: ValueType): string {
  switch (type.kind) {
    case "prefix":
      return `an IPv${type.family} prefix such as ${type.family === 4 ? "10.1.1.0/24" : "2001:db8:1::/64"}`;
    case "subnet":
      return "an IPv4 prefix such as 10.1.1.0/24, or 10.1.1.10-10.1.1.20/24";
    case "address":
      return type.family === undefined ? "an address" : `an IPv${type.family} address`;
    case "addressRange":
      return "an address range such as 10.1.1.10-10.1.1.20";
    case "addresses":
      return "an address, prefix or address range";
    case "integer":
      return `a whole number from ${type.min} to ${type.max}`;
    case "integerRange":
      return `a range such as ${type.min}-${type.max}`;
    case "word":
      return `${type.words.slice(0, -1).join(", ")} or ${type.words.at(-1) ?? ""}`;
    case "bool":
      return "yes or no";
    case "bandwidth":
      return "a bandwidth above 0 in bits a second, such as 10Mbps";
    case "text":
    case "texts":
      return "a name or a quoted text";
    case "namespaces":
      return "a namespace";
    case "reference":
    case "references":
      return `the name of ${type.to === "qos" ? "a qos profile" : type.to === "contracts" ? "a contracts declaration" : `a ${type.to}`}`;
    case "requirements":
      return "label requirements such as app = web";
    case "portMapping":
      return "a port mapping such as tcp/80 -> 8080";
  }
}
