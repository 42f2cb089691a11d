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
import type { AddressSet } from "../space/address.js";
import * as ends from "../space/ends.js";
import type { End, EndBox, EndSet } from "../space/ends.js";
import * as flows from "../space/flows.js";
import type { FlowBox, FlowSet } from "../space/flows.js";
import { everyService } from "../space/service.js";
import { impossibleEnds, possibilityBeside } from "./axioms.js";
import type { Possibility } from "./axioms.js";
import type { Policy, Rule, Surroundings, Tenant } from "./model.js";
import { peerEndsIn } from "./peerends.js";
import type { PeerEnds, WhichEnds } from "./peerends.js";
import { tenantSplitter } from "./tenantsplit.js";
import type { TenantSplit } from "./tenantsplit.js";
import { territoryOf } from "./territory.js";

export interface Universe extends PeerEnds, Possibility {
  readonly policy: Policy;
  readonly surroundings: Surroundings;
  readonly tenantByName: ReadonlyMap<string, Tenant>;
  /** Every namespace that belongs to a tenant, with the tenant. */
  readonly tenantOfNamespace: ReadonlyMap<string, Tenant>;
  /** Addresses of all networks and hosts of all tenants. */
  readonly tenantAddresses: AddressSet;
  /** A box cut into its ends in the tenant and the others; as a rule the same object for the same box. */
  readonly splitByTenant: (tenant: string, box: EndBox) => TenantSplit;
  /** Where the workloads of a tenant (`undefined`: of no tenant) can have addresses. */
  readonly workloadAddresses: (tenant: string | undefined) => AddressSet;
  /** Boxes of ends that cannot exist by the axioms. */
  readonly impossible: EndSet;
}

/**
 * `literal` makes a universe without the axioms: its sets say of every end that one can write down what the evaluator says, and nothing is
 * impossible. It costs more overlaps; comparing two policies, each with axioms of its own, needs it.
 */
export function makeUniverse(policy: Policy, surroundings: Surroundings, reading: WhichEnds = "possible"): Universe {
  const { tenants } = policy;
  const territory = territoryOf(policy, surroundings);
  const tenantByName = new Map(tenants.map((tenant) => [tenant.name, tenant]));
  const peerEnds = peerEndsIn(territory, reading);
  const impossible = reading === "literal" ? [] : impossibleEnds(territory);
  return {
    policy,
    surroundings,
    tenantByName,
    tenantOfNamespace: new Map(tenants.flatMap((tenant) => tenant.namespaces.map((namespace) => [namespace, tenant] as const))),
    tenantAddresses: territory.tenantAddresses,
    ...peerEnds,
    splitByTenant: tenantSplitter(tenantByName, peerEnds.tenantEnds),
    workloadAddresses: territory.workloadAddresses,
    impossible,
    ...possibilityBeside(impossible),
  };
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
