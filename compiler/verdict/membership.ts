/** The tenants and groups that an end is in, found by its address and labels: asking each of a thousand groups for every flow that is shown would cost seconds. */
import type { Group, Policy, Tenant } from "../policy/model.js";
import { containsAddress, unionAllAddresses } from "../space/address.js";
import type { AddressSet } from "../space/address.js";
import type { End } from "../space/ends.js";
import { inGroup } from "./evaluate.js";

const addressesOf = new WeakMap<Tenant, AddressSet>();

/** Addresses of the tenant's networks and machines. */
function ownAddresses(tenant: Tenant): AddressSet {
  const known =
    addressesOf.get(tenant) ??
    unionAllAddresses([...tenant.networks.map((network) => network.addresses), ...tenant.groups.map((group) => group.hosts)]);
  addressesOf.set(tenant, known);
  return known;
}

/** The tenants that an end belongs to: `tenantsOf` of the evaluator. */
export function ownersOf({ tenants }: Policy, end: End): readonly Tenant[] {
  const { namespace, address } = end;
  const named = namespace === undefined ? [] : tenants.filter((tenant) => tenant.namespaces.includes(namespace));
  return named.length > 0 ? named : tenants.filter((tenant) => containsAddress(ownAddresses(tenant), address));
}

/** Groups by one of the labels that they ask for, key and value, and those that ask for no label with certain values. */
interface Membership {
  readonly byLabel: ReadonlyMap<string, ReadonlyMap<string, readonly Group[]>>;
  readonly others: readonly Group[];
}

const made = new WeakMap<Tenant, Membership>();

/** The tenant's groups that the end is in, in the order of their declaration. */
export function groupsOf(tenant: Tenant, end: End): readonly Group[] {
  const { byLabel, others } = membershipOf(tenant);
  const found: Group[] = [];
  const add = (group: Group): void => {
    if (inGroup(group, end)) found.push(group);
  };
  others.forEach(add);
  // A group is filed under one label, of which an end has one value: none is found twice.
  for (const key in end.labels) byLabel.get(key)?.get(end.labels[key])?.forEach(add);
  if (found.length < 2) return found;
  const members = new Set(found);
  return tenant.groups.filter((group) => members.has(group));
}

function membershipOf(tenant: Tenant): Membership {
  const known = made.get(tenant) ?? makeMembership(tenant);
  made.set(tenant, known);
  return known;
}

function makeMembership({ groups }: Tenant): Membership {
  const byLabel = new Map<string, Map<string, Group[]>>();
  const others: Group[] = [];
  for (const group of groups) {
    const asked = [...(group.selector?.labels ?? [])].find(([, values]) => values.kind === "in" && !values.absent);
    // A machine of a group with `hosts` has no labels.
    if (asked === undefined || group.hosts.v4.length + group.hosts.v6.length > 0) others.push(group);
    else addTo(byLabel, asked[0], asked[1].values, group);
  }
  return { byLabel, others };
}

function addTo(map: Map<string, Map<string, Group[]>>, key: string, values: readonly string[], group: Group): void {
  const ofKey = map.get(key) ?? new Map<string, Group[]>();
  map.set(key, ofKey);
  for (const value of values) {
    const known = ofKey.get(value);
    if (known === undefined) ofKey.set(value, [group]);
    else known.push(group);
  }
}
