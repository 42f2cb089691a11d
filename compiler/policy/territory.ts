/** Where ends can have addresses, by the first four axioms of `universe.ts`. */
import * as address from "../space/address.js";
import type { AddressSet } from "../space/address.js";
import * as values from "../space/values.js";
import type { ValueSet } from "../space/values.js";
import type { Group, Network, Policy, Surroundings, Tenant } from "./model.js";

/** What a tenant declares. */
interface Declared {
  readonly networks: AddressSet;
  readonly hosts: AddressSet;
  /** Both. */
  readonly all: AddressSet;
}

export interface Territory {
  readonly tenants: readonly Tenant[];
  /** Of workloads of no tenant, and of machines. */
  readonly noTenant: ValueSet;
  readonly declaredBy: (tenant: string) => Declared;
  /** Addresses of all networks and hosts of all tenants. */
  readonly tenantAddresses: AddressSet;
  readonly podAddresses: AddressSet;
  readonly hosts: AddressSet;
  /** Where the workloads of a tenant (`undefined`: of no tenant) can have addresses. */
  readonly workloadAddresses: (tenant: string | undefined) => AddressSet;
  /** Where the workloads of a group can have them: one object for all groups in a network, which indices tell apart by identity. */
  readonly groupAddresses: (tenant: Tenant, group: Group) => AddressSet;
}

export function networkNamed(tenant: Tenant, name: string | undefined): Network | undefined {
  return name === undefined ? undefined : tenant.networks.find((network) => network.name === name);
}

export function groupNamed(tenant: Tenant | undefined, name: string): Group | undefined {
  return tenant?.groups.find((group) => group.name === name);
}

const nothing: Declared = { networks: address.noAddresses, hosts: address.noAddresses, all: address.noAddresses };

function declared({ networks, groups }: Tenant): Declared {
  const inNetworks = address.unionAllAddresses(networks.map((network) => network.addresses));
  const hosts = address.unionAllAddresses(groups.map((group) => group.hosts));
  return { networks: inNetworks, hosts, all: address.unionAddresses(inNetworks, hosts) };
}

export function territoryOf({ tenants, externals }: Policy, { podAddresses: pods }: Surroundings): Territory {
  const byTenant = new Map(tenants.map((tenant) => [tenant.name, declared(tenant)]));
  const declaredBy = (tenant: string): Declared => byTenant.get(tenant) ?? nothing;
  const tenantAddresses = address.unionAllAddresses([...byTenant.values()].map(({ all }) => all));
  const hosts = address.unionAllAddresses([...byTenant.values()].map((entry) => entry.hosts));
  const notExternal = address.complementAddresses(address.unionAddresses(externals, hosts));

  const ofTenants = new Map(
    tenants.map(({ name }) => {
      const known = address.unionAddresses(declaredBy(name).networks, pods);
      return [name, address.isEmptyAddresses(known) ? notExternal : address.subtractAddresses(known, hosts)] as const;
    }),
  );
  const ofNoTenant = address.subtractAddresses(address.isEmptyAddresses(pods) ? notExternal : pods, tenantAddresses);
  const workloadAddresses = (tenant: string | undefined): AddressSet => (tenant === undefined ? undefined : ofTenants.get(tenant)) ?? ofNoTenant;

  const inNetwork = new Map(
    tenants.flatMap(({ networks }) =>
      networks.map((network) => [network, address.subtractAddresses(address.unionAddresses(network.addresses, pods), hosts)] as const),
    ),
  );
  const groupAddresses = (tenant: Tenant, group: Group): AddressSet => {
    const network = networkNamed(tenant, group.network);
    if (network === undefined || address.isEmptyAddresses(network.addresses)) return workloadAddresses(tenant.name);
    return inNetwork.get(network) ?? workloadAddresses(tenant.name);
  };
  const noTenant = values.noneOf(tenants.flatMap(({ namespaces }) => namespaces));
  return { tenants, noTenant, declaredBy, tenantAddresses, podAddresses: pods, hosts, workloadAddresses, groupAddresses };
}
