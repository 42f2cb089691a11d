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
import { boundedCache } from "../space/boundedCache.js";
import { endIndex } from "../space/endIndex.js";
import type { EndIndex } from "../space/endIndex.js";
import * as flows from "../space/flows.js";
import type { FlowBox, FlowSet } from "../space/flows.js";
import { everyService } from "../space/service.js";
import * as values from "../space/values.js";
import type { ValueSet } from "../space/values.js";
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
  /** A box cut into its ends in the tenant and the others; as a rule the same object for the same box. */
  readonly splitByTenant: (tenant: string, box: EndBox) => TenantSplit;
  /** Where the workloads of a tenant (`undefined`: of no tenant) can have addresses. */
  readonly workloadAddresses: (tenant: string | undefined) => AddressSet;
  /** Boxes of ends that cannot exist by the axioms. */
  readonly impossible: EndSet;
  /** A part of the box in which every end can exist: the box itself where that holds for all of it, nothing where no end can. */
  readonly plainEnds: (box: EndBox) => EndBox | undefined;
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

/**
 * `literal` makes a universe without the axioms: its sets say of every end that one can write down what the evaluator says, and nothing is
 * impossible. It costs more overlaps; comparing two policies, each with axioms of its own, needs it.
 */
export function makeUniverse(policy: Policy, surroundings: Surroundings, reading: "possible" | "literal" = "possible"): Universe {
  const literal = reading === "literal";
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
    if (literal) return address.allAddresses;
    const network = networkNamed(tenant, group.network);
    if (network === undefined || address.isEmptyAddresses(network.addresses)) return workloadAddresses(tenant.name);
    return networkWorkloads.get(network) ?? workloadAddresses(tenant.name);
  };
  const namespacesOf = boundedCache(1024, values.oneOf);
  const groupEnds = ({ selector, hosts }: Group, addresses: AddressSet): EndSet => {
    const machines = box({ namespace: values.onlyAbsent, addresses: hosts });
    if (selector === undefined) return machines;
    const workloads = box({ namespace: namespacesOf(selector.namespaces), labels: selector.labels, addresses });
    return machines.length === 0 ? workloads : [...workloads, ...machines];
  };
  const groups = new Map(
    policy.tenants.map(
      (tenant) =>
        [tenant.name, new Map(tenant.groups.map((group) => [group.name, groupEnds(group, groupAddresses(tenant, group))] as const))] as const,
    ),
  );

  const addressEndsMade = new Map<AddressSet, EndSet>();
  /** Every end with an address in the set; namespaces whose workloads cannot have one are left out. */
  const addressEnds = (addresses: AddressSet): EndSet => {
    const known = addressEndsMade.get(addresses);
    if (known !== undefined) return known;
    if (literal) return box({ addresses });
    const made = box({ namespace: namespacesAt(addresses), addresses });
    addressEndsMade.set(addresses, made);
    return made;
  };
  const namespacesMade = new Map<string, ValueSet>();
  /** The namespaces that can have an end at some addresses, machines included: one object where they are the same. */
  const namespacesAt = (addresses: AddressSet): ValueSet => {
    const foreign = address.addressesOverlap(addresses, foreignAddresses);
    let key = foreign ? "foreign" : "";
    const listed = policy.tenants.filter(({ name }, at) => {
      const isPresent = address.addressesOverlap(addresses, workloadAddresses(name));
      if (isPresent === foreign) return false;
      key += ` ${at}`;
      return true;
    });
    const known = namespacesMade.get(key);
    if (known !== undefined) return known;
    const names = listed.flatMap((tenant) => tenant.namespaces);
    const outside = listed.length === policy.tenants.length ? allNamespaces : values.noneOf(names);
    const made = foreign ? outside : { ...values.oneOf(names), absent: true };
    namespacesMade.set(key, made);
    return made;
  };
  const networkEnds = new Map(
    policy.tenants.flatMap((tenant) =>
      tenant.networks.map((network): readonly [Network, EndSet] => [
        network,
        [
          ...box({ namespace: values.oneOf(tenant.namespaces), addresses: network.addresses }),
          ...box({ namespace: literal ? allNamespaces : values.onlyAbsent, addresses: network.addresses }),
        ],
      ]),
    ),
  );

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
        return (network === undefined ? undefined : networkEnds.get(network)) ?? [];
      }
      case "addresses":
        return addressEnds(peer.addresses);
      case "set":
        return expressionEnds(peer.expression);
    }
  };
  // Plain maps, since weak ones are slow to collect at ten thousand rules; they live no longer than the universe.
  const cache = new Map<PeerExpression, EndSet>();
  const expressionEnds = (expression: PeerExpression): EndSet => {
    const { include, except } = expression;
    if (include.length === 1 && except.length === 0) return peerEnds(include[0]);
    const known = cache.get(expression);
    if (known !== undefined) return known;
    const union = ends.unionAllEnds(include.map(peerEnds));
    const made = except.length === 0 ? union : ends.subtractEnds(union, except.flatMap(peerEnds));
    cache.set(expression, made);
    return made;
  };

  const splitters = new Map<string, (whole: EndBox) => TenantSplit>();
  const splitterOf = (tenant: Tenant): ((whole: EndBox) => TenantSplit) => {
    const ofTenant = tenantEnds.get(tenant.name) ?? [];
    return boundedCache(4 * tenant.rules.length + 1024, (whole) => {
      if (ofTenant.some((part) => ends.endBoxWithin(whole, part))) return { own: [whole], others: [] };
      const others = ends.subtractEnds([whole], ofTenant);
      if (others.length === 0) return { own: [whole], others };
      // The same box comes back where the tenant has none of it, as most of many tenants do.
      return others[0] === whole ? { own: [], others } : { own: ends.intersectEnds([whole], ofTenant), others };
    });
  };
  const splitByTenant = (name: string, whole: EndBox): TenantSplit => {
    const known = splitters.get(name);
    if (known !== undefined) return known(whole);
    const tenant = tenantByName.get(name);
    if (tenant === undefined) return { own: [], others: [whole] };
    const made = splitterOf(tenant);
    splitters.set(name, made);
    return made(whole);
  };

  const outside = boundedCache(1024, address.complementAddresses);
  const axioms: EndSet = [
    ...policy.tenants.flatMap((tenant) => [
      ...tenant.groups.flatMap((group) =>
        group.selector === undefined || networkNamed(tenant, group.network) === undefined
          ? []
          : box({
              namespace: namespacesOf(group.selector.namespaces),
              labels: group.selector.labels,
              addresses: outside(groupAddresses(tenant, group)),
            }),
      ),
      ...box({ namespace: values.oneOf(tenant.namespaces), addresses: outside(workloadAddresses(tenant.name)) }),
    ]),
    ...box({ namespace: foreignWorkload, addresses: outside(foreignAddresses) }),
    ...box({ namespace: values.onlyAbsent, addresses: address.subtractAddresses(pods, allHosts) }),
  ];

  const impossible = literal ? [] : axioms;
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
    ...axiomsOf(impossible),
  };
}

function axiomsOf(impossible: EndSet): Pick<Universe, "plainEnds" | "impossibleFlows"> {
  const from = impossible.map((source): FlowBox => ({ source, destination: ends.everyEnd, service: everyService }));
  const to = impossible.map((destination): FlowBox => ({ source: ends.everyEnd, destination, service: everyService }));
  let index: EndIndex | undefined;
  const meeting = (side: EndBox): readonly number[] => {
    index ??= endIndex(impossible);
    return index.overlapping(side);
  };
  const plainEnds = boundedCache(4 * impossible.length + 1024, (side: EndBox): EndBox | undefined => {
    const against = meeting(side).map((at) => from[at]);
    if (against.length === 0) return side;
    const part = (of: EndBox): EndBox | undefined =>
      flows.findUncovered({ source: of, destination: ends.everyEnd, service: everyService }, against)?.source;
    // Machines first: few axioms speak of them, so that the part is a large one.
    const machines = ends.endBox({ ...side, namespace: values.intersectValues(side.namespace, values.onlyAbsent) });
    return (machines === undefined ? undefined : part(machines)) ?? part(side);
  });
  const impossibleFlows = (flow: FlowBox): FlowSet => [
    ...meeting(flow.source).map((at) => from[at]),
    ...meeting(flow.destination).map((at) => to[at]),
  ];
  return { plainEnds, impossibleFlows };
}

/** The flows a rule matches among those that its tenant is asked about: with an end in the tenant. */
export function flowsOfRule(universe: Universe, rule: Rule): FlowSet {
  return touching(universe, rule.tenant, flows.flowProduct(universe.endsOf(rule.source), universe.endsOf(rule.destination), rule.service.services));
}

/** The part of a set of flows that has an end in the tenant. */
export function touching(universe: Universe, tenant: string, set: FlowSet): FlowSet {
  const within = (flow: FlowBox): boolean =>
    universe.splitByTenant(tenant, flow.source).others.length === 0 || universe.splitByTenant(tenant, flow.destination).others.length === 0;
  if (set.every(within)) return set;
  return set.flatMap((flow) => {
    if (within(flow)) return [flow];
    const source = universe.splitByTenant(tenant, flow.source);
    const destination = universe.splitByTenant(tenant, flow.destination);
    return [...flows.flowProduct(source.own, [flow.destination], flow.service), ...flows.flowProduct(source.others, destination.own, flow.service)];
  });
}

export function isPossibleEnd(universe: Universe, end: End): boolean {
  return !ends.endInSet(universe.impossible, end);
}

/**
 * A part of the box, outside all covers, whose flows can all exist; nothing when there is no such flow. Looks first where nothing
 * is impossible, which answers most questions; only where all of that is covered do the axioms join the search as covers.
 */
export function possiblePart(universe: Universe, flow: FlowBox, covers: FlowSet = []): FlowBox | undefined {
  const source = universe.plainEnds(flow.source);
  const destination = universe.plainEnds(flow.destination);
  if (source === undefined || destination === undefined) return undefined;
  if (source === flow.source && destination === flow.destination) return flows.findUncovered(flow, covers);
  const plain = flows.flowBox(source, destination, flow.service);
  const found = plain === undefined ? undefined : flows.findUncovered(plain, covers);
  return found ?? flows.findUncovered(flow, [...covers, ...universe.impossibleFlows(flow)]);
}

export const everyFlow: FlowSet = flows.flowProduct(ends.allEnds, ends.allEnds, everyService);
