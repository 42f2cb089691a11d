/** Which ends a peer of a rule speaks of. */
import * as address from "../space/address.js";
import type { AddressSet } from "../space/address.js";
import { boundedCache } from "../space/boundedCache.js";
import * as ends from "../space/ends.js";
import type { EndSet } from "../space/ends.js";
import * as values from "../space/values.js";
import type { ValueSet } from "../space/values.js";
import type { Group, Network, Peer, PeerExpression, Tenant } from "./model.js";
import { networkNamed } from "./territory.js";
import type { Territory } from "./territory.js";

export interface PeerEnds {
  /** All ends of each tenant. */
  readonly tenantEnds: ReadonlyMap<string, EndSet>;
  /** All ends of no tenant. */
  readonly worldEnds: EndSet;
  /** The ends that a peer expression speaks of; the same object for the same expression. */
  readonly endsOf: (expression: PeerExpression) => EndSet;
}

/** Whether sets leave out ends that cannot exist, or say what the evaluator says of every end. */
export type WhichEnds = "possible" | "literal";

export function peerEndsIn(territory: Territory, reading: WhichEnds): PeerEnds {
  const { tenants, noTenant } = territory;
  const byName = new Map(tenants.map((tenant) => [tenant.name, tenant]));
  const tenantEnds = new Map(
    tenants.map(({ name, namespaces }): readonly [string, EndSet] => [
      name,
      [...ends.endSet({ namespace: values.oneOf(namespaces) }), ...ends.endSet({ namespace: noTenant, addresses: territory.declaredBy(name).all })],
    ]),
  );
  const worldEnds = ends.endSet({ namespace: noTenant, addresses: address.complementAddresses(territory.tenantAddresses) });
  const groups = groupEndsOf(territory, reading);
  const networks = networkEndsOf(territory, reading);
  const addressEnds = reading === "literal" ? (addresses: AddressSet) => ends.endSet({ addresses }) : addressEndsIn(territory);

  const peerEnds = (peer: Peer): EndSet => {
    switch (peer.kind) {
      case "any":
        return ends.allEnds;
      case "world":
        return worldEnds;
      case "group":
        return groups.get(peer.tenant)?.get(peer.group) ?? [];
      case "network": {
        const tenant = byName.get(peer.tenant);
        const network = tenant === undefined ? undefined : networkNamed(tenant, peer.network);
        return (network === undefined ? undefined : networks.get(network)) ?? [];
      }
      case "addresses":
        return addressEnds(peer.addresses);
      case "set":
        return endsOf(peer.expression);
    }
  };
  // A plain map, since weak ones are slow to collect at ten thousand rules; it lives no longer than the universe.
  const made = new Map<PeerExpression, EndSet>();
  const endsOf = (expression: PeerExpression): EndSet => {
    const { include, except } = expression;
    if (include.length === 1 && except.length === 0) return peerEnds(include[0]);
    const known = made.get(expression);
    if (known !== undefined) return known;
    const union = ends.unionAllEnds(include.map(peerEnds));
    const found = except.length === 0 ? union : ends.subtractEnds(union, except.flatMap(peerEnds));
    made.set(expression, found);
    return found;
  };
  return { tenantEnds, worldEnds, endsOf };
}

/** By tenant and name. */
function groupEndsOf(territory: Territory, reading: WhichEnds): ReadonlyMap<string, ReadonlyMap<string, EndSet>> {
  const namespacesOf = boundedCache(1024, values.oneOf);
  const endsOf = (tenant: Tenant, group: Group): EndSet => {
    const { selector, hosts } = group;
    const machines = ends.endSet({ namespace: values.onlyAbsent, addresses: hosts });
    if (selector === undefined) return machines;
    const addresses = reading === "literal" ? address.allAddresses : territory.groupAddresses(tenant, group);
    const workloads = ends.endSet({ namespace: namespacesOf(selector.namespaces), labels: selector.labels, addresses });
    return machines.length === 0 ? workloads : [...workloads, ...machines];
  };
  return new Map(territory.tenants.map((tenant) => [tenant.name, new Map(tenant.groups.map((group) => [group.name, endsOf(tenant, group)]))]));
}

function networkEndsOf({ tenants, noTenant }: Territory, reading: WhichEnds): ReadonlyMap<Network, EndSet> {
  return new Map(
    tenants.flatMap(({ namespaces, networks }) =>
      networks.map((network): readonly [Network, EndSet] => [
        network,
        [
          ...ends.endSet({ namespace: values.oneOf(namespaces), addresses: network.addresses }),
          ...ends.endSet({ namespace: reading === "literal" ? noTenant : values.onlyAbsent, addresses: network.addresses }),
        ],
      ]),
    ),
  );
}

/** Every end with an address in a set; namespaces whose workloads cannot have one are left out. */
function addressEndsIn(territory: Territory): (addresses: AddressSet) => EndSet {
  const namespacesAt = namespacesByAddress(territory);
  const made = new Map<AddressSet, EndSet>();
  return (addresses) => {
    const known = made.get(addresses);
    if (known !== undefined) return known;
    const found = ends.endSet({ namespace: namespacesAt(addresses), addresses });
    made.set(addresses, found);
    return found;
  };
}

/** The namespaces that can have an end at some addresses, machines included: one object where they are the same. */
function namespacesByAddress({ tenants, noTenant, workloadAddresses }: Territory): (addresses: AddressSet) => ValueSet {
  const made = new Map<string, ValueSet>();
  return (addresses) => {
    const foreign = address.addressesOverlap(addresses, workloadAddresses(undefined));
    let key = foreign ? "foreign" : "";
    const listed = tenants.filter(({ name }, at) => {
      const isPresent = address.addressesOverlap(addresses, workloadAddresses(name));
      if (isPresent === foreign) return false;
      key += ` ${at}`;
      return true;
    });
    const known = made.get(key);
    if (known !== undefined) return known;
    const names = listed.flatMap((tenant) => tenant.namespaces);
    const outside = listed.length === tenants.length ? noTenant : values.noneOf(names);
    const found = foreign ? outside : { ...values.oneOf(names), absent: true };
    made.set(key, found);
    return found;
  };
}
