/**
 * Which ends can exist, and which of them a peer of a rule speaks of.
 *
 * The meaning of a policy (`verdict/evaluate.ts`) is defined for every end that one can write down. Reasoning about all
 * flows at once wants to leave out ends that cannot exist: a workload of a group in `app-net` has an address there,
 * not the address of an outside jump host. These are the axioms (`docs/semantics.md`):
 *
 *  1. A workload of a group `in N` has its addresses in N's subnets, or in the pod networks of the project file.
 *  2. A workload of a tenant has its addresses in the tenant's networks or the pod networks; where neither is declared,
 *     anywhere but in an `external`.
 *  3. A workload of no tenant has its addresses in the pod networks; where none are declared, anywhere but in an `external`;
 *     never in a tenant's network.
 *  4. The `hosts` of a group are machines: no workload has their addresses.
 *  5. Whatever has an address in the pod networks is a workload.
 *
 * A set made here may hold ends that cannot exist, where leaving them out would cost more boxes; a question such as "is this
 * rule covered?" has to ask `possiblePart` before it believes a witness.
 */
import * as address from "../space/address.js";
import type { AddressSet } from "../space/address.js";
import * as ends from "../space/ends.js";
import type { End, EndBox, EndSet } from "../space/ends.js";
import { endIndex } from "../space/endIndex.js";
import type { EndIndex } from "../space/endIndex.js";
import * as flows from "../space/flows.js";
import type { FlowBox, FlowSet } from "../space/flows.js";
import { everyService } from "../space/service.js";
import * as values from "../space/values.js";
import type { Group, Network, Peer, PeerExpression, Policy, Rule, Surroundings, Tenant } from "./model.js";

export interface Universe {
  readonly policy: Policy;
  readonly surroundings: Surroundings;
  readonly tenantByName: ReadonlyMap<string, Tenant>;
  /** Every namespace that belongs to a tenant, with the tenant. */
  readonly tenantOfNamespace: ReadonlyMap<string, Tenant>;
  /** Addresses of all networks and hosts of all tenants. */
  readonly tenantAddresses: AddressSet;
  /** All ends of each tenant. */
  readonly tenantEnds: ReadonlyMap<string, EndSet>;
  /** All ends of no tenant. */
  readonly worldEnds: EndSet;
  /** The ends that a peer expression speaks of; the same object for the same expression. */
  readonly endsOf: (expression: PeerExpression) => EndSet;
  /** A box cut into its ends in the tenant and the others; the same object for the same box. */
  readonly splitByTenant: (tenant: string, box: EndBox) => TenantSplit;
  /** Where the workloads of a tenant (`undefined`: of no tenant) can have addresses. */
  readonly workloadAddresses: (tenant: string | undefined) => AddressSet;
  /** Boxes of ends that cannot exist by the axioms. */
  readonly impossible: EndSet;
  /** Boxes of flows that cannot exist because of one end, as far as they meet the given box. */
  readonly impossibleFlows: (flow: FlowBox) => FlowSet;
}

export interface TenantSplit {
  readonly own: EndSet;
  readonly others: EndSet;
}

function unionOf(sets: readonly AddressSet[]): AddressSet {
  return address.unionAllAddresses(sets);
}

function box(parts: Parameters<typeof ends.endBox>[0]): EndSet {
  const made = ends.endBox(parts);
  return made === undefined ? [] : [made];
}

export function networkNamed(tenant: Tenant, name: string | undefined): Network | undefined {
  return name === undefined ? undefined : tenant.networks.find((network) => network.name === name);
}

export function groupNamed(tenant: Tenant | undefined, name: string): Group | undefined {
  return tenant?.groups.find((group) => group.name === name);
}

export function makeUniverse(policy: Policy, surroundings: Surroundings): Universe {
  const pods = surroundings.podAddresses;
  const podsKnown = !address.isEmptyAddresses(pods);
  const tenantByName = new Map(policy.tenants.map((tenant) => [tenant.name, tenant]));
  const tenantOfNamespace = new Map(policy.tenants.flatMap((tenant) => tenant.namespaces.map((namespace) => [namespace, tenant] as const)));
  const allNamespaces = values.noneOf([...tenantOfNamespace.keys()]);
  const foreignWorkload = values.intersectValues(allNamespaces, values.anyPresent);

  const own = new Map(
    policy.tenants.map((tenant) => {
      const networks = unionOf(tenant.networks.map((network) => network.addresses));
      const hosts = unionOf(tenant.groups.map((group) => group.hosts));
      return [tenant.name, { networks, hosts, all: address.unionAddresses(networks, hosts) }] as const;
    }),
  );
  const ownOf = (tenant: string) => own.get(tenant) ?? { networks: address.noAddresses, hosts: address.noAddresses, all: address.noAddresses };
  const tenantAddresses = unionOf([...own.values()].map((entry) => entry.all));
  const allHosts = unionOf([...own.values()].map((entry) => entry.hosts));
  const notExternal = address.complementAddresses(address.unionAddresses(policy.externals, allHosts));

  const tenantWorkloadAddresses = new Map(
    policy.tenants.map((tenant) => {
      const known = address.unionAddresses(ownOf(tenant.name).networks, pods);
      return [tenant.name, address.isEmptyAddresses(known) ? notExternal : address.subtractAddresses(known, allHosts)] as const;
    }),
  );
  const foreignAddresses = address.subtractAddresses(podsKnown ? pods : notExternal, tenantAddresses);
  const workloadAddresses = (tenant: string | undefined): AddressSet =>
    (tenant === undefined ? undefined : tenantWorkloadAddresses.get(tenant)) ?? foreignAddresses;

  const tenantEnds = new Map(
    policy.tenants.map((tenant) => [
      tenant.name,
      [...box({ namespace: values.oneOf(tenant.namespaces) }), ...box({ namespace: allNamespaces, addresses: ownOf(tenant.name).all })] as EndSet,
    ]),
  );
  const worldEnds = box({ namespace: allNamespaces, addresses: address.complementAddresses(tenantAddresses) });

  /** Where workloads of groups `in` a network have addresses: one object for each network, which indices tell apart by identity. */
  const networkWorkloads = new Map(
    policy.tenants.flatMap((tenant) =>
      tenant.networks.map((network) => [network, address.subtractAddresses(address.unionAddresses(network.addresses, pods), allHosts)] as const),
    ),
  );
  const groupAddresses = (tenant: Tenant, group: Group): AddressSet => {
    const network = networkNamed(tenant, group.network);
    if (network === undefined || address.isEmptyAddresses(network.addresses)) return workloadAddresses(tenant.name);
    return networkWorkloads.get(network) ?? workloadAddresses(tenant.name);
  };
  const groupEnds = (tenant: Tenant, group: Group): EndSet => [
    ...(group.selector === undefined
      ? []
      : box({ namespace: values.oneOf(group.selector.namespaces), labels: group.selector.labels, addresses: groupAddresses(tenant, group) })),
    ...box({ namespace: values.onlyAbsent, addresses: group.hosts }),
  ];
  const groups = new Map(
    policy.tenants.map((tenant) => [tenant.name, new Map(tenant.groups.map((group) => [group.name, groupEnds(tenant, group)] as const))] as const),
  );

  /** Every end with an address in the set; namespaces whose workloads cannot have one are left out. */
  const addressEnds = (addresses: AddressSet): EndSet => {
    const present = policy.tenants.filter((tenant) => address.addressesOverlap(addresses, workloadAddresses(tenant.name)));
    const foreign = address.addressesOverlap(addresses, foreignAddresses);
    const missing = policy.tenants.filter((tenant) => !present.includes(tenant)).flatMap((tenant) => tenant.namespaces);
    const namespace = foreign ? values.noneOf(missing) : { ...values.oneOf(present.flatMap((tenant) => tenant.namespaces)), absent: true };
    return box({ namespace, addresses });
  };
  const networkEnds = (tenant: Tenant, network: Network): EndSet => [
    ...box({ namespace: values.oneOf(tenant.namespaces), addresses: network.addresses }),
    ...box({ namespace: values.onlyAbsent, addresses: network.addresses }),
  ];

  const peerEnds = (peer: Peer): EndSet => {
    switch (peer.kind) {
      case "any":
        return ends.allEnds;
      case "world":
        return worldEnds;
      case "group":
        return groups.get(peer.tenant)?.get(peer.group) ?? [];
      case "network": {
        const tenant = tenantByName.get(peer.tenant);
        const network = tenant === undefined ? undefined : networkNamed(tenant, peer.network);
        return tenant === undefined || network === undefined ? [] : networkEnds(tenant, network);
      }
      case "addresses":
        return addressEnds(peer.addresses);
      case "set":
        return expressionEnds(peer.expression);
    }
  };
  // A plain map, since weak ones are slow to collect at ten thousand rules; it lives no longer than the universe.
  const cache = new Map<PeerExpression, EndSet>();
  const expressionEnds = (expression: PeerExpression): EndSet => {
    const known = cache.get(expression);
    if (known !== undefined) return known;
    const include = expression.include.length === 1 ? peerEnds(expression.include[0]) : ends.unionEnds(...expression.include.map(peerEnds));
    const made = expression.except.length === 0 ? include : ends.subtractEnds(include, expression.except.flatMap(peerEnds));
    cache.set(expression, made);
    return made;
  };

  const splits = new Map(policy.tenants.map((tenant) => [tenant.name, new Map<EndBox, TenantSplit>()]));
  const splitByTenant = (tenant: string, whole: EndBox): TenantSplit => {
    const known = splits.get(tenant)?.get(whole);
    if (known !== undefined) return known;
    const ofTenant = tenantEnds.get(tenant) ?? [];
    const others = ends.subtractEnds([whole], ofTenant);
    const own = others.length === 0 ? [whole] : ends.intersectEnds([whole], ofTenant);
    const made = own.length === 0 ? { own, others: [whole] } : { own, others };
    splits.get(tenant)?.set(whole, made);
    return made;
  };

  const outside = (set: AddressSet): AddressSet => address.complementAddresses(set);
  const impossible: EndSet = [
    ...policy.tenants.flatMap((tenant) => [
      ...tenant.groups.flatMap((group) =>
        group.selector === undefined || networkNamed(tenant, group.network) === undefined
          ? []
          : box({
              namespace: values.oneOf(group.selector.namespaces),
              labels: group.selector.labels,
              addresses: outside(groupAddresses(tenant, group)),
            }),
      ),
      ...box({ namespace: values.oneOf(tenant.namespaces), addresses: outside(workloadAddresses(tenant.name)) }),
    ]),
    ...box({ namespace: foreignWorkload, addresses: outside(foreignAddresses) }),
    ...box({ namespace: values.onlyAbsent, addresses: address.subtractAddresses(pods, allHosts) }),
  ];

  return {
    policy,
    surroundings,
    tenantByName,
    tenantOfNamespace,
    tenantAddresses,
    tenantEnds,
    worldEnds,
    endsOf: expressionEnds,
    splitByTenant,
    workloadAddresses,
    impossible,
    impossibleFlows: impossibleFlowsOf(impossible),
  };
}

function impossibleFlowsOf(impossible: EndSet): Universe["impossibleFlows"] {
  const from = impossible.map((source): FlowBox => ({ source, destination: ends.everyEnd, service: everyService }));
  const to = impossible.map((destination): FlowBox => ({ source: ends.everyEnd, destination, service: everyService }));
  let index: EndIndex | undefined;
  return (flow) => {
    index ??= endIndex(impossible);
    return [...index.overlapping(flow.source).map((at) => from[at]), ...index.overlapping(flow.destination).map((at) => to[at])];
  };
}

/** The flows a rule matches among those that its tenant is asked about: with an end in the tenant. */
export function flowsOfRule(universe: Universe, rule: Rule): FlowSet {
  return touching(universe, rule.tenant, flows.flowProduct(universe.endsOf(rule.source), universe.endsOf(rule.destination), rule.service.services));
}

/** The part of a set of flows that has an end in the tenant. */
export function touching(universe: Universe, tenant: string, set: FlowSet): FlowSet {
  return set.flatMap((flow) => {
    const source = universe.splitByTenant(tenant, flow.source);
    const destination = universe.splitByTenant(tenant, flow.destination);
    if (source.others.length === 0 || destination.others.length === 0) return [flow];
    return [...flows.flowProduct(source.own, [flow.destination], flow.service), ...flows.flowProduct(source.others, destination.own, flow.service)];
  });
}

export function isPossibleEnd(universe: Universe, end: End): boolean {
  return !ends.endInSet(universe.impossible, end);
}

/**
 * A part of the box, outside all covers, whose flows can all exist; nothing when there is no such flow. Cheap where a first
 * guess can exist; the axioms join the search as covers only where it cannot.
 */
export function possiblePart(universe: Universe, flow: FlowBox, covers: FlowSet = []): FlowBox | undefined {
  const guess = flows.findUncovered(flow, covers);
  if (guess === undefined) return undefined;
  const against = universe.impossibleFlows(guess);
  if (against.length === 0) return guess;
  return flows.findUncovered(guess, against) ?? flows.findUncovered(flow, [...covers, ...universe.impossibleFlows(flow)]);
}

export const everyFlow: FlowSet = flows.flowProduct(ends.allEnds, ends.allEnds, everyService);
