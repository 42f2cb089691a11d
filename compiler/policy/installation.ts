/** What holds for the whole installation: `fabric`, `bgp` and `aci`. */
import type { Block } from "../../grammar/syntax.js";
import type { Place } from "../bind/lookup.js";
import { readBlock } from "../check/blocks.js";
import type { PropertyUse } from "../check/blocks.js";
import * as read from "../check/values.js";
import { originOf } from "../source/files.js";
import type { Address, Prefix } from "../space/address.js";
import type { Resolving } from "./draft.js";
import { headOf } from "./draft.js";
import type { AciGateway, BgpHost, Fabric } from "./model.js";
import type { NamedBlock } from "./networks.js";

/** What netmaster sets at its start (contiv.md §2), but for forwarding: VXLAN, the default of networks, needs `routing` there. */
const fabricDefaults = {
  mode: "default",
  forwarding: "routing",
  arp: "proxy",
  vlans: [1, 4094],
  vxlans: [1, 10_000],
  privateSubnet: { address: { family: 4, value: 0xac13_0000 }, length: 16 },
} as const satisfies Omit<Fabric, "origin">;

function keywordOrigin(place: Place, block: Block) {
  return originOf(place.file, { ...block.span, end: block.span.start + block.kind.length });
}

export function resolveFabric({ context, spans }: Resolving, place: Place, block: Block): Fabric {
  const uses = readBlock(block, context.report);
  const word = <W extends string>(name: string, words: readonly W[], otherwise: W): W => {
    const use = uses.one(name);
    return (use === undefined ? undefined : read.readWordValue(context, use, words)) ?? otherwise;
  };
  const range = (name: string, otherwise: readonly [number, number]): readonly [number, number] => {
    const use = uses.one(name);
    return (use === undefined ? undefined : read.readIntegerRangeValue(context, place, use)) ?? otherwise;
  };
  const privateUse = uses.one("private-subnet");
  const fabric: Fabric = {
    origin: keywordOrigin(place, block),
    mode: word("mode", ["default", "aci", "aci-opflex"], fabricDefaults.mode),
    forwarding: word("forwarding", ["bridge", "routing"], fabricDefaults.forwarding),
    arp: word("arp", ["proxy", "flood"], fabricDefaults.arp),
    vlans: range("vlans", fabricDefaults.vlans),
    vxlans: range("vxlans", fabricDefaults.vxlans),
    privateSubnet: (privateUse === undefined ? undefined : read.readPrefixValue(context, place, privateUse)) ?? fabricDefaults.privateSubnet,
  };
  for (const name of ["vlans", "vxlans"]) spans.mark(fabric, name, uses.one(name)?.property.span);
  return fabric;
}

export function resolveBgp({ context }: Resolving, place: Place, block: NamedBlock): BgpHost | undefined {
  const uses = readBlock(block, context.report);
  const value = <T>(name: string, reader: (c: typeof context, p: Place, use: PropertyUse) => T | undefined): T | undefined => {
    const use = uses.one(name);
    return use === undefined ? undefined : reader(context, place, use);
  };
  const routerIp: Prefix | undefined = value("router-ip", read.readPrefixValue);
  const own = value("as", read.readIntegerValue);
  const neighbor: Address | undefined = value("neighbor", read.readAddressValue);
  const neighborAs = value("neighbor-as", read.readIntegerValue);
  if (routerIp === undefined || own === undefined || neighbor === undefined || neighborAs === undefined) return undefined;
  const { name, origin } = headOf(place, block);
  return { name, origin, routerIp, as: own, neighbor, neighborAs };
}

export function resolveAci({ context }: Resolving, place: Place, block: Block): AciGateway | undefined {
  const uses = readBlock(block, context.report);
  const flag = (name: string, otherwise: boolean): boolean => {
    const use = uses.one(name);
    return (use === undefined ? undefined : read.readBoolValue(context, place, use)) ?? otherwise;
  };
  const texts = (name: string): readonly string[] => {
    const use = uses.one(name);
    return (use === undefined ? undefined : read.readTextsValue(context, place, use)) ?? [];
  };
  const domainUse = uses.one("physical-domain");
  const physicalDomain = domainUse === undefined ? undefined : read.readTextValue(context, place, domainUse);
  const made = {
    origin: keywordOrigin(place, block),
    enforcePolicies: flag("enforce-policies", true),
    includeCommonTenant: flag("include-common-tenant", false),
    pathBindings: texts("path-bindings"),
    nodeBindings: texts("node-bindings"),
  };
  return physicalDomain === undefined ? undefined : { ...made, physicalDomain };
}
