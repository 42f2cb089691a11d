/**
 * The reference evaluator: the language's meaning, written to be read. Decides one concrete flow straight from the
 * four points of `docs/language.md` ("Meaning"), with no algebra and no optimisation. Everything faster is held against it.
 */
import { containsAddress } from "../space/address.js";
import type { End } from "../space/ends.js";
import type { Flow } from "../space/flows.js";
import { containsService, servicePoint } from "../space/service.js";
import { admits } from "../space/values.js";
import type { Action, Group, Peer, PeerExpression, Policy, Rule, Tenant } from "../policy/model.js";

/** One tenant's say about a flow. `rule` is absent where the tenant's default decides. */
export interface Verdict {
  readonly tenant: string;
  readonly action: Action;
  readonly rule?: Rule;
}

export interface Decision {
  /** `untouched`: the flow has no end in any tenant, so the language says nothing about it. */
  readonly outcome: Action | "untouched";
  /** The verdict of each tenant that has the source or the destination, by name. */
  readonly verdicts: readonly Verdict[];
}

/** Point 4: permitted when every tenant that has its source or its destination allows it. */
export function evaluate(policy: Policy, flow: Flow): Decision {
  const asked = policy.tenants.filter((tenant) => belongs(policy, tenant, flow.source) || belongs(policy, tenant, flow.destination));
  const verdicts = asked.map((tenant) => verdictOf(policy, tenant, flow));
  if (verdicts.length === 0) return { outcome: "untouched", verdicts };
  return { outcome: verdicts.every((verdict) => verdict.action === "allow") ? "allow" : "deny", verdicts };
}

/** Points 2 and 3: the first rule that matches, else the default. */
export function verdictOf(policy: Policy, tenant: Tenant, flow: Flow): Verdict {
  const rule = tenant.rules.find((candidate) => matches(policy, candidate, flow));
  return rule === undefined ? { tenant: tenant.name, action: tenant.defaultAction } : { tenant: tenant.name, action: rule.action, rule };
}

/** Point 1. */
export function matches(policy: Policy, rule: Pick<Rule, "source" | "destination" | "service">, flow: Flow): boolean {
  return (
    containsService(rule.service.services, servicePoint(flow.protocol, flow.detail)) &&
    inExpression(policy, rule.source, flow.source) &&
    inExpression(policy, rule.destination, flow.destination)
  );
}

/**
 * Whether an end is in a tenant: by its namespace; an end whose namespace is no tenant's (or that has none) by a network or
 * a group's `hosts` that hold its address.
 */
export function belongs(policy: Policy, tenant: Tenant, end: End): boolean {
  const namespace = end.namespace;
  if (namespace !== undefined && policy.tenants.some((other) => other.namespaces.includes(namespace))) return tenant.namespaces.includes(namespace);
  return (
    tenant.networks.some((network) => containsAddress(network.addresses, end.address)) ||
    tenant.groups.some((group) => containsAddress(group.hosts, end.address))
  );
}

/** The tenants that an end belongs to. */
export function tenantsOf(policy: Policy, end: End): readonly Tenant[] {
  return policy.tenants.filter((tenant) => belongs(policy, tenant, end));
}

/** Workloads by label, in the group's namespaces; machines by address, which have no namespace. */
export function inGroup(group: Group, end: End): boolean {
  if (end.namespace === undefined) return containsAddress(group.hosts, end.address);
  const { selector } = group;
  if (selector === undefined || !selector.namespaces.includes(end.namespace)) return false;
  for (const [key, allowed] of selector.labels) if (!admits(allowed, end.labels[key])) return false;
  return true;
}

export function inExpression(policy: Policy, expression: PeerExpression, end: End): boolean {
  return expression.include.some((peer) => inPeer(policy, peer, end)) && !expression.except.some((peer) => inPeer(policy, peer, end));
}

function inPeer(policy: Policy, peer: Peer, end: End): boolean {
  switch (peer.kind) {
    case "any":
      return true;
    case "world":
      return tenantsOf(policy, end).length === 0;
    case "group": {
      const group = policy.tenants.find((tenant) => tenant.name === peer.tenant)?.groups.find((candidate) => candidate.name === peer.group);
      return group !== undefined && inGroup(group, end);
    }
    case "network": {
      const tenant = policy.tenants.find((candidate) => candidate.name === peer.tenant);
      const network = tenant?.networks.find((candidate) => candidate.name === peer.network);
      return tenant !== undefined && network !== undefined && belongs(policy, tenant, end) && containsAddress(network.addresses, end.address);
    }
    case "addresses":
      return containsAddress(peer.addresses, end.address);
    case "set":
      return inExpression(policy, peer.expression, end);
  }
}
