/**
 * What a tenant looks like to Contiv: which groups become endpoint groups, and which IPv4 addresses belong to whom. Contiv tells
 * ends apart by endpoint group and by IPv4 address, and by nothing else.
 */
import type { Group, Network, Tenant } from "../../../policy/model.js";
import { networkNamed } from "../../../policy/territory.js";
import type { Universe } from "../../../policy/universe.js";
import * as address from "../../../space/address.js";
import * as intervals from "../../../space/intervals.js";
import type { Ranges } from "../../../space/intervals.js";

export type Addresses = Ranges<number>;

/** A group with workloads, and the network that they are in. */
export interface EndpointGroup {
  readonly group: Group;
  readonly network: Network;
  /** Where its workloads can have addresses. */
  readonly addresses: Addresses;
}

export interface Ground {
  readonly universe: Universe;
  readonly tenant: Tenant;
  /** By name. */
  readonly groups: ReadonlyMap<string, EndpointGroup>;
  /** Groups with workloads that Contiv has no network for. */
  readonly homeless: readonly Group[];
  /** The endpoint groups of each network, with the network's addresses. */
  readonly networks: readonly { readonly network: Network; readonly addresses: Addresses; readonly groups: readonly EndpointGroup[] }[];
  /** Addresses of the tenant's own networks. */
  readonly networkAddresses: Addresses;
  /** Addresses of the tenant's own networks and machines. */
  readonly ownAddresses: Addresses;
  /** Addresses of other tenants that are not also this tenant's. */
  readonly foreignAddresses: Addresses;
  /** Addresses of no tenant. */
  readonly worldAddresses: Addresses;
}

export const everyAddress: Addresses = address.allAddresses.v4;
const step = intervals.numberStepping;

export const union = (a: Addresses, b: Addresses): Addresses => intervals.union(a, b, step);
export const intersect = (a: Addresses, b: Addresses): Addresses => intervals.intersect(a, b);
export const subtract = (a: Addresses, b: Addresses): Addresses => intervals.difference(a, b, step);
export const within = (a: Addresses, b: Addresses): boolean => intervals.within(a, b);
export const overlaps = (a: Addresses, b: Addresses): boolean => intervals.overlaps(a, b);

/** Whether Contiv can hold the network: netmaster needs an IPv4 subnet. */
function isContivNetwork(network: Network): boolean {
  return network.subnet !== undefined;
}

export function groundOf(universe: Universe, tenant: Tenant): Ground {
  const hosts = address.unionAllAddresses(universe.policy.tenants.flatMap((other) => other.groups.map((group) => group.hosts))).v4;
  const addressesOf = new Map(tenant.networks.map((network) => [network, subtract(network.addresses.v4, hosts)]));
  const only = tenant.networks.filter((network) => isContivNetwork(network) && network.type === "data");
  const groups = new Map<string, EndpointGroup>();
  const homeless: Group[] = [];
  for (const group of tenant.groups) {
    if (group.selector === undefined) continue;
    // Workloads of a group that names no network are in the tenant's one network, where there is only one.
    const network = group.network === undefined ? (only.length === 1 ? only[0] : undefined) : networkNamed(tenant, group.network);
    if (network === undefined || !isContivNetwork(network)) homeless.push(group);
    else groups.set(group.name, { group, network, addresses: addressesOf.get(network) ?? [] });
  }
  const networkAddresses = address.unionAllAddresses(tenant.networks.map((network) => network.addresses)).v4;
  const machines = address.unionAllAddresses(tenant.groups.map((group) => group.hosts)).v4;
  const ownAddresses = union(networkAddresses, machines);
  const listed = [...groups.values()];
  return {
    universe,
    tenant,
    groups,
    homeless,
    networks: tenant.networks.map((network) => ({
      network,
      addresses: addressesOf.get(network) ?? [],
      groups: listed.filter((entry) => entry.network === network),
    })),
    networkAddresses,
    ownAddresses,
    foreignAddresses: subtract(universe.tenantAddresses.v4, ownAddresses),
    worldAddresses: subtract(everyAddress, universe.tenantAddresses.v4),
  };
}
