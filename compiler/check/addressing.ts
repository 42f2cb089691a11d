/** Addressing in one tenant: subnets, pools and addresses of its declarations that get in each other's way. */
import type { Report } from "../diagnostics/sink.js";
import { addressOutside, overlappingPools, overlappingSubnets, poolOutside, poolWithoutNetwork } from "../diagnostics/values.js";
import type { Spans } from "../policy/draft.js";
import type { Group, Network, Tenant } from "../policy/model.js";
import * as address from "../space/address.js";
import type { AddressSet } from "../space/address.js";
import { checkVirtualPorts } from "./balancers.js";
import { formatAddresses } from "./literals.js";
import { findOverlaps } from "./overlaps.js";

/** The findings of a resolved tenant by itself. */
export function checkTenantAddressing(tenant: Tenant, spans: Spans, report: Report): void {
  checkSubnets(tenant, spans, report);
  checkPools(tenant, spans, report);
  checkVirtualAddresses(tenant, spans, report);
  checkVirtualPorts(tenant, spans, report);
}

function checkSubnets(tenant: Tenant, spans: Spans, report: Report): void {
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

function checkPools(tenant: Tenant, spans: Spans, report: Report): void {
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

function checkVirtualAddresses(tenant: Tenant, spans: Spans, report: Report): void {
  for (const balancer of tenant.loadBalancers) {
    const network = tenant.networks.find((candidate) => candidate.name === balancer.network);
    if (balancer.address === undefined || network === undefined || address.isEmptyAddresses(network.addresses)) continue;
    if (address.containsAddress(network.addresses, balancer.address)) continue;
    const fields = { address: address.formatAddress(balancer.address), network: network.name, subnet: subnetText(network) };
    report(addressOutside.make(fields, { span: spans.of(balancer, "address"), related: [{ span: network.origin.span, message: "the network" }] }));
  }
}
