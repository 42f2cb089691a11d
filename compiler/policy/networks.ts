/** Networks, groups and traffic profiles, from their blocks. */
import type { Block, Name } from "../../grammar/syntax.js";
import type { PolicySymbol } from "../bind/symbols.js";
import type { Need, Place } from "../bind/lookup.js";
import { describeBlock, readBlock } from "../check/blocks.js";
import type { PropertyUse } from "../check/blocks.js";
import { readMatch } from "../check/labels.js";
import * as read from "../check/values.js";
import { foreignNamespace, gatewayOutside, gatewayReserved, gatewayWithoutSubnet, namespacesWithoutMatch } from "../diagnostics/values.js";
import * as address from "../space/address.js";
import type { Address, Prefix } from "../space/address.js";
import { oneOf } from "../space/values.js";
import { headOf } from "./draft.js";
import type { Resolving } from "./draft.js";
import type { Group, Network, QosProfile, Selector } from "./model.js";

/** A block that has a name, as every one that declares something does. */
export type NamedBlock = Block & { readonly name: Name };

export function isNamed(block: Block): block is NamedBlock {
  return block.name !== undefined;
}

export function resolveNetwork(resolving: Resolving, place: Place, block: NamedBlock): Network {
  const { context, spans } = resolving;
  const uses = readBlock(block, context.report);
  const value = <T>(name: string, reader: (c: typeof context, p: Place, use: PropertyUse) => T | undefined): T | undefined => {
    const use = uses.one(name);
    return use === undefined ? undefined : reader(context, place, use);
  };
  const word = <W extends string>(name: string, words: readonly W[]): W | undefined => {
    const use = uses.one(name);
    return use === undefined ? undefined : read.readWordValue(context, use, words);
  };
  const subnet = value("subnet", read.readSubnetValue);
  const subnet6 = value("subnet6", read.readPrefixValue);
  const gateway = value("gateway", read.readAddressValue);
  const gateway6 = value("gateway6", read.readAddressValue);
  const tag = value("tag", read.readIntegerValue);
  checkGateway(resolving, uses.one("gateway"), gateway, uses.one("subnet"), subnet?.subnet);
  checkGateway(resolving, uses.one("gateway6"), gateway6, uses.one("subnet6"), subnet6);

  const network: Network = {
    ...headOf(place, block),
    ...(subnet === undefined ? {} : { subnet: subnet.subnet }),
    ...(subnet?.range === undefined ? {} : { range: subnet.range }),
    ...(gateway === undefined ? {} : { gateway }),
    ...(subnet6 === undefined ? {} : { subnet6 }),
    ...(gateway6 === undefined ? {} : { gateway6 }),
    encap: word("encap", ["vlan", "vxlan"]) ?? "vxlan",
    ...(tag === undefined ? {} : { tag }),
    type: word("type", ["data", "infra"]) ?? "data",
    addresses: address.unionAllAddresses([subnet?.subnet, subnet6].flatMap((prefix) => (prefix === undefined ? [] : [address.prefixSet(prefix)]))),
  };
  for (const name of ["subnet", "subnet6", "tag"]) spans.mark(network, name, uses.one(name)?.property.values.at(0)?.span);
  return network;
}

function checkGateway(
  { context }: Resolving,
  use: PropertyUse | undefined,
  gateway: Address | undefined,
  subnetUse: PropertyUse | undefined,
  subnet: Prefix | undefined,
): void {
  if (use === undefined || gateway === undefined) return;
  const property = use.row.name;
  const span = use.property.values.at(0)?.span ?? use.property.span;
  if (subnetUse === undefined) {
    context.report(gatewayWithoutSubnet.make({ property, subnet: gateway.family === 4 ? "subnet" : "subnet6" }, { span }));
    return;
  }
  if (subnet === undefined) return;
  const related = [{ span: subnetUse.property.span, message: "the subnet" }];
  const fields = { gateway: address.formatAddress(gateway), property, subnet: address.formatPrefix(subnet) };
  if (!address.containsAddress(address.prefixSet(subnet), gateway)) {
    context.report(gatewayOutside.make(fields, { span, related }));
    return;
  }
  const which = reservedAt(subnet, gateway);
  if (which !== undefined) context.report(gatewayReserved.make({ ...fields, which }, { span, related }));
}

/** Whether an address is one that no host of an IPv4 subnet has (RFC 1122 §3.2.1.3; RFC 3021 for two addresses). */
function reservedAt(subnet: Prefix, { value }: Address): "first" | "last" | undefined {
  if (subnet.address.family === 6 || subnet.length >= 31) return undefined;
  const { first, last } = address.prefixBounds(subnet);
  if (value === first.value) return "first";
  return value === last.value ? "last" : undefined;
}

export function resolveQos({ context }: Resolving, place: Place, block: NamedBlock): QosProfile {
  const uses = readBlock(block, context.report);
  const value = (name: string, reader: typeof read.readIntegerValue): number | undefined => {
    const use = uses.one(name);
    return use === undefined ? undefined : reader(context, place, use);
  };
  const bandwidth = value("bandwidth", read.readBandwidthValue);
  const burst = value("burst", read.readIntegerValue);
  const dscp = value("dscp", read.readIntegerValue);
  const { name, origin } = headOf(place, block);
  return {
    name,
    origin,
    ...(bandwidth === undefined ? {} : { bandwidth }),
    ...(burst === undefined ? {} : { burst }),
    ...(dscp === undefined ? {} : { dscp }),
  };
}

/** What a group takes from its tenant and from outside. */
export interface GroupSurroundings {
  readonly tenant: string;
  readonly namespaces: readonly string[];
  readonly qosOf: (symbol: PolicySymbol) => QosProfile | undefined;
}

export function resolveGroup(resolving: Resolving, place: Place, block: NamedBlock, around: GroupSurroundings): Group {
  const { context, peers, spans } = resolving;
  const uses = readBlock(block, context.report);
  const network = networkOf(resolving, place, block);
  const namespaces = groupNamespaces(resolving, place, uses.one("namespaces"), around);
  const hostsUse = uses.one("hosts");
  const hosts = hostsUse === undefined ? undefined : peers.addresses(place, hostsUse.property.values, hostsUse.where);
  const poolUse = uses.one("pool");
  const pool = poolUse === undefined ? undefined : read.readRangeValue(context, place, poolUse);
  const qosUse = uses.one("qos");
  const qosSymbol = qosUse === undefined ? undefined : read.readReferencesValue(context, place, qosUse)?.at(0);
  const qos = qosSymbol === undefined ? undefined : around.qosOf(qosSymbol);
  const contractsUse = uses.one("contracts");
  const contracts = contractsUse === undefined ? [] : (read.readReferencesValue(context, place, contractsUse) ?? []);

  const byName = uses.match === undefined && hostsUse === undefined;
  const selector = ((): Selector | undefined => {
    if (uses.match !== undefined) return { namespaces, labels: readMatch(uses.match, describeBlock(block), context.report) };
    if (!byName) return undefined;
    const labels = new Map([
      ["io.contiv.tenant", oneOf([around.tenant])],
      ["io.contiv.net-group", oneOf([block.name.text])],
    ]);
    return { namespaces, labels };
  })();
  const namespacesUse = uses.one("namespaces");
  if (selector === undefined && namespacesUse !== undefined) {
    context.report(namespacesWithoutMatch.make({ group: block.name.text }, { span: namespacesUse.property.span }));
  }
  const group: Group = {
    ...headOf(place, block),
    ...(network === undefined ? {} : { network }),
    ...(selector === undefined ? {} : { selector }),
    byName,
    hosts: hosts?.addresses ?? address.noAddresses,
    ...(pool === undefined ? {} : { pool }),
    ...(qos === undefined ? {} : { qos }),
    contracts: contracts.map((symbol) => symbol.name),
  };
  spans.mark(group, "network", block.network?.span);
  spans.mark(group, "hosts", hostsUse?.property.span);
  spans.mark(group, "pool", poolUse?.property.values.at(0)?.span);
  return group;
}

/** The network that a block is `in`. */
export function networkOf({ context }: Resolving, place: Place, block: NamedBlock): string | undefined {
  if (block.network === undefined) return undefined;
  const need: Need = { space: "peer", kinds: new Set(["network"]), text: "a network", where: `for ${describeBlock(block)}` };
  return context.lookup.find(place, block.network, need)?.name;
}

function groupNamespaces({ context }: Resolving, place: Place, use: PropertyUse | undefined, around: GroupSurroundings): readonly string[] {
  const names = use === undefined ? undefined : read.readNamesValue(context, place, use);
  if (names === undefined) return around.namespaces;
  for (const name of names) {
    if (around.namespaces.includes(name.text)) continue;
    const fields = { namespace: name.text, tenant: around.tenant, possible: around.namespaces };
    context.report(foreignNamespace.make(fields, { span: name.span }));
  }
  const known = [...new Set(names.map((name) => name.text))].filter((name) => around.namespaces.includes(name));
  return known.length === 0 ? around.namespaces : known;
}
