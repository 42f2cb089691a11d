/** Addressing across declarations: subnets, pools, tags, namespaces, hosts and externals that get in each other's way. */
import type { Span } from "../../grammar/span.js";
import type { PolicySymbol } from "../bind/symbols.js";
import type { Report } from "../diagnostics/sink.js";
import {
  addressOutside,
  externalInside,
  hostsInTwoTenants,
  namespaceTwice,
  overlappingPools,
  overlappingSubnets,
  poolOutside,
  poolWithoutNetwork,
  tagOutside,
  tagTwice,
} from "../diagnostics/values.js";
import { VLAN_TAGS, VXLAN_TAGS } from "../bind/properties.js";
import type { Spans } from "../policy/draft.js";
import type { Group, Network, Policy, Tenant } from "../policy/model.js";
import * as address from "../space/address.js";
import type { AddressSet } from "../space/address.js";
import { checkVirtualPorts } from "./balancers.js";
import { formatAddresses } from "./literals.js";
import { findOverlaps } from "./overlaps.js";

export interface AddressingInput {
  readonly policy: Policy;
  readonly spans: Spans;
  /** Every `external`, with its addresses. */
  readonly externals: readonly { readonly symbol: PolicySymbol; readonly addresses: AddressSet }[];
  /** The pod networks of the project file. */
  readonly podAddresses: AddressSet;
  readonly report: Report;
}

export function checkAddressing(input: AddressingInput): void {
  const { policy } = input;
  for (const tenant of policy.tenants) {
    checkSubnets(tenant, input);
    checkPools(tenant, input);
    checkVirtualAddresses(tenant, input);
    checkVirtualPorts(tenant, input.spans, input.report);
  }
  checkTags(input);
  checkNamespaceOwners(input);
  checkHosts(input);
  checkExternals(input);
}

function checkSubnets(tenant: Tenant, { spans, report }: AddressingInput): void {
  const overlaps = findOverlaps(tenant.networks.map((network) => ({ addresses: network.addresses, owner: network })));
  for (const { later, earlier } of overlaps) {
    const v4 = later.subnet !== undefined && earlier.subnet !== undefined && overlap(later.subnet, earlier.subnet);
    const [own, other] = v4 ? [later.subnet, earlier.subnet] : [later.subnet6, earlier.subnet6];
    const property = v4 ? "subnet" : "subnet6";
    if (own === undefined || other === undefined) continue;
    const fields = { network: later.name, subnet: address.formatPrefix(own), other: earlier.name, otherSubnet: address.formatPrefix(other) };
    report(
      overlappingSubnets.make(fields, {
        span: spans.of(later, property),
        related: [{ span: spans.of(earlier, property), message: "overlaps this subnet" }],
      }),
    );
  }
}

function overlap(left: address.Prefix, right: address.Prefix): boolean {
  return address.addressesOverlap(address.prefixSet(left), address.prefixSet(right));
}

/** What a network may give out: the range where there is one. */
function usable(network: Network): AddressSet {
  const v4 =
    network.range === undefined
      ? network.subnet === undefined
        ? []
        : [address.prefixSet(network.subnet)]
      : [address.addressRange(network.range.first, network.range.last)];
  return address.unionAllAddresses([...v4, ...(network.subnet6 === undefined ? [] : [address.prefixSet(network.subnet6)])]);
}

function subnetText(network: Network): string {
  return network.range === undefined
    ? formatAddresses(network.addresses)
    : `${address.formatAddress(network.range.first)}-${address.formatAddress(network.range.last)}`;
}

function checkPools(tenant: Tenant, { spans, report }: AddressingInput): void {
  const networks = new Map(tenant.networks.map((network) => [network.name, network] as const));
  const byNetwork = new Map<string, { addresses: AddressSet; owner: Group }[]>();
  for (const group of tenant.groups) {
    if (group.pool === undefined) continue;
    const span = spans.of(group, "pool");
    if (group.network === undefined) {
      if (!spans.isMarked(group, "network")) report(poolWithoutNetwork.make({ group: group.name }, { span }));
      continue;
    }
    const network = networks.get(group.network);
    if (network === undefined || address.isEmptyAddresses(network.addresses)) continue;
    const addresses = address.addressRange(group.pool.first, group.pool.last);
    if (!address.addressesWithin(addresses, usable(network))) {
      const pool = `${address.formatAddress(group.pool.first)}-${address.formatAddress(group.pool.last)}`;
      const related = [{ span: spans.of(network, group.pool.first.family === 4 ? "subnet" : "subnet6"), message: "the network's addresses" }];
      report(poolOutside.make({ pool, network: network.name, subnet: subnetText(network) }, { span, related }));
      continue;
    }
    const list = byNetwork.get(network.name);
    if (list === undefined) byNetwork.set(network.name, [{ addresses, owner: group }]);
    else list.push({ addresses, owner: group });
  }
  for (const [network, pools] of byNetwork) {
    for (const { later, earlier } of findOverlaps(pools)) {
      const related = [{ span: spans.of(earlier, "pool"), message: "overlaps this pool" }];
      report(overlappingPools.make({ group: later.name, other: earlier.name, network }, { span: spans.of(later, "pool"), related }));
    }
  }
}

function checkVirtualAddresses(tenant: Tenant, { spans, report }: AddressingInput): void {
  for (const balancer of tenant.loadBalancers) {
    const network = tenant.networks.find((candidate) => candidate.name === balancer.network);
    if (balancer.address === undefined || network === undefined || address.isEmptyAddresses(network.addresses)) continue;
    if (address.containsAddress(network.addresses, balancer.address)) continue;
    const fields = { address: address.formatAddress(balancer.address), network: network.name, subnet: subnetText(network) };
    report(addressOutside.make(fields, { span: spans.of(balancer, "address"), related: [{ span: network.origin.span, message: "the network" }] }));
  }
}

function checkTags({ policy, spans, report }: AddressingInput): void {
  const used = new Map<string, { readonly tenant: Tenant; readonly network: Network }>();
  for (const tenant of policy.tenants) {
    for (const network of tenant.networks) {
      const { tag, encap } = network;
      if (tag === undefined) continue;
      const span = spans.of(network, "tag");
      const wire = encap === "vlan" ? VLAN_TAGS : VXLAN_TAGS;
      const { fabric } = policy;
      const [first, last] = fabric === undefined ? [wire.min, wire.max] : encap === "vlan" ? fabric.vlans : fabric.vxlans;
      if (tag < first || tag > last) {
        const related =
          fabric === undefined ? [] : [{ span: spans.of(fabric, encap === "vlan" ? "vlans" : "vxlans"), message: "the fabric's range" }];
        report(tagOutside.make({ tag, encap, first, last, fabric: fabric !== undefined }, { span, related }));
      }
      const key = `${encap} ${tag}`;
      const other = used.get(key);
      if (other === undefined) used.set(key, { tenant, network });
      else {
        const related = [{ span: spans.of(other.network, "tag"), message: "used here" }];
        const named = (owner: Tenant, name: string): string =>
          `network "${name}"${owner === other.tenant && owner === tenant ? "" : ` of tenant "${owner.name}"`}`;
        report(
          tagTwice.make({ tag, encap, network: named(tenant, network.name), other: named(other.tenant, other.network.name) }, { span, related }),
        );
      }
    }
  }
}

function checkNamespaceOwners({ policy, spans, report }: AddressingInput): void {
  const owners = new Map<string, { readonly tenant: Tenant; readonly span: Span }>();
  for (const tenant of policy.tenants) {
    for (const namespace of tenant.namespaces) {
      const span = spans.of(tenant, `namespace ${namespace}`);
      const owner = owners.get(namespace);
      if (owner === undefined) owners.set(namespace, { tenant, span });
      else {
        const related = [{ span: owner.span, message: `of tenant "${owner.tenant.name}" here` }];
        report(namespaceTwice.make({ namespace, tenant: tenant.name, other: owner.tenant.name }, { span, related }));
      }
    }
  }
}

/** Hosts in another tenant's hosts or networks. */
function checkHosts({ policy, spans, report }: AddressingInput): void {
  const own = policy.tenants.map((tenant) => ({
    owner: tenant,
    addresses: address.unionAllAddresses([...tenant.networks.map((network) => network.addresses), ...tenant.groups.map((group) => group.hosts)]),
  }));
  const touching = new Set(findOverlaps(own).flatMap(({ later, earlier }) => [later, earlier]));
  if (touching.size === 0) return;
  for (const { owner: tenant } of own) {
    for (const group of tenant.groups) {
      if (address.isEmptyAddresses(group.hosts)) continue;
      const other = own.find((candidate) => candidate.owner !== tenant && address.addressesOverlap(candidate.addresses, group.hosts));
      const shared = other === undefined ? undefined : address.someAddress(address.intersectAddresses(other.addresses, group.hosts));
      if (other === undefined || shared === undefined) continue;
      const counterpart = other.owner.groups.find((candidate) => address.containsAddress(candidate.hosts, shared));
      // Two groups' hosts that meet are told once, at the later tenant.
      if (counterpart !== undefined && other.owner.name > tenant.name) continue;
      const network = other.owner.networks.find((candidate) => address.containsAddress(candidate.addresses, shared));
      const where = counterpart === undefined ? network?.origin.span : spans.of(counterpart, "hosts");
      const related = where === undefined ? [] : [{ span: where, message: `in tenant "${other.owner.name}" here` }];
      const fields = { group: group.name, tenant: tenant.name, other: other.owner.name, address: address.formatAddress(shared) };
      report(hostsInTwoTenants.make(fields, { span: spans.of(group, "hosts"), related }));
    }
  }
}

function checkExternals({ policy, spans, externals, podAddresses, report }: AddressingInput): void {
  const networks = policy.tenants.flatMap((tenant) => tenant.networks.map((network) => ({ tenant, network })));
  const all = address.unionAllAddresses(networks.map(({ network }) => network.addresses));
  for (const { symbol, addresses } of externals) {
    const span = symbol.declarations.at(0)?.nameSpan;
    if (span === undefined) continue;
    if (address.addressesOverlap(addresses, all)) {
      const hit = networks.find(({ network }) => address.addressesOverlap(network.addresses, addresses));
      if (hit === undefined) continue;
      const shared = address.intersectAddresses(hit.network.addresses, addresses);
      const what = `network "${hit.network.name}" of tenant "${hit.tenant.name}" in ${formatAddresses(shared, 3)}`;
      const property = address.addressesOverlap(
        shared,
        hit.network.subnet === undefined ? address.noAddresses : address.prefixSet(hit.network.subnet),
      )
        ? "subnet"
        : "subnet6";
      report(
        externalInside.make(
          { external: symbol.name, what },
          { span, related: [{ span: spans.of(hit.network, property), message: "the network's addresses" }] },
        ),
      );
    } else if (address.addressesOverlap(addresses, podAddresses)) {
      const shared = formatAddresses(address.intersectAddresses(addresses, podAddresses), 3);
      report(externalInside.make({ external: symbol.name, what: `the pod networks of the project file in ${shared}` }, { span }));
    }
  }
}
