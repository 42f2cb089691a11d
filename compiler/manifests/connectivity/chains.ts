/**
 * What one workload meets in one direction, as a list of entries of which the first that holds a service decides: the Admin tier, then
 * NetworkPolicy where the pod is isolated in the direction, then the Baseline tier, and else everything passes.
 *
 * Isolation counts for each direction by itself (NetworkPolicy API type comments), so a pod that only ingress policies select is still under
 * the Baseline tier in egress.
 */
import type { Span } from "../../../grammar/span.js";
import { containsAddress } from "../../space/address.js";
import { everyService, noService, portService, unionAllServices } from "../../space/service.js";
import type { ServiceSet } from "../../space/service.js";
import type { ClusterPolicy, ClusterRule, Manifests, Namespace, Peer, PortTerm, Rule } from "../model.js";
import { titleOf } from "../model.js";
import { selects } from "../selectors.js";
import { holds } from "./blocks.js";
import type { AddressFacts } from "./blocks.js";
import type { Point, WorkloadPoint } from "./points.js";

export type Direction = "ingress" | "egress";

/** What decides: a rule of a policy, or the policy as such. */
export interface Cause {
  /** `NetworkPolicy shop/web`. */
  readonly policy: string;
  /** Such as `ingress[0]`, with the rule's name where it has one. */
  readonly rule?: string;
  readonly span: Span;
}

export interface ChainEntry {
  readonly verdict: "allow" | "deny" | "pass";
  readonly holds: (peer: Point) => boolean;
  /** On which services, where the destination is this one. */
  readonly services: (destination: Point) => ServiceSet;
  readonly cause: Cause;
}

/** The entries of each tier. `isolated` is what denies the rest where policies isolate the workload; none where they do not. */
export interface Chain {
  readonly admin: readonly ChainEntry[];
  readonly network: readonly ChainEntry[];
  readonly isolated: readonly Cause[];
  readonly baseline: readonly ChainEntry[];
}

export type ChainOf = (workload: WorkloadPoint, direction: Direction) => Chain;

/** Chains are made from rules that are looked at once for each peer, whoever asks. */
export function chainMaker(manifests: Manifests, facts: AddressFacts): ChainOf {
  const namespaces = new Map(manifests.namespaces.map((namespace) => [namespace.name, namespace]));
  const entryOf = remembered((rule: Rule, policy: { readonly title: string; readonly namespace?: string }) =>
    makeEntry(rule, policy, namespaces, facts),
  );
  const inOrder = [...manifests.clusterPolicies].sort(byPriority);
  return (workload, direction) => {
    const cluster = inOrder.filter(({ subject }) => selectsPoint(subject, workload, undefined, namespaces));
    const tier = (name: ClusterPolicy["tier"]): readonly ChainEntry[] =>
      cluster
        .filter((policy) => policy.tier === name)
        .flatMap((policy) => policy[direction].map((rule) => entryOf(rule, { title: titleOf(policy.object) })));
    const selecting = manifests.networkPolicies.filter(
      (policy) => policy[direction] !== undefined && policy.object.namespace === workload.namespace && selects(policy.subject, workload.labels),
    );
    return {
      admin: tier("Admin"),
      network: selecting.flatMap((policy) =>
        (policy[direction] ?? []).map((rule) => entryOf(rule, { title: titleOf(policy.object), namespace: policy.object.namespace })),
      ),
      isolated: selecting.map(({ object }) => ({ policy: titleOf(object), span: object.span })),
      baseline: tier("Baseline"),
    };
  };
}

export function byPriority(a: ClusterPolicy, b: ClusterPolicy): number {
  return a.priority - b.priority || (titleOf(a.object) < titleOf(b.object) ? -1 : 1);
}

function remembered<Key extends object, More, Value>(make: (key: Key, more: More) => Value): (key: Key, more: More) => Value {
  const known = new Map<Key, Value>();
  return (key, more) => {
    const found = known.get(key) ?? make(key, more);
    known.set(key, found);
    return found;
  };
}

const verdicts = { Accept: "allow", Deny: "deny", Pass: "pass" } as const;

function isClusterRule(rule: Rule): rule is ClusterRule {
  return "action" in rule;
}

function makeEntry(
  rule: Rule,
  policy: { readonly title: string; readonly namespace?: string },
  namespaces: ReadonlyMap<string, Namespace>,
  facts: AddressFacts,
): ChainEntry {
  const cluster = isClusterRule(rule);
  const held = new Map<Point, boolean>();
  const ask = (peer: Point): boolean =>
    rule.peers === undefined || rule.peers.some((term) => peerHolds(term, peer, policy.namespace, namespaces, facts));
  return {
    verdict: cluster ? verdicts[rule.action] : "allow",
    holds: (peer) => {
      const known = held.get(peer) ?? ask(peer);
      held.set(peer, known);
      return known;
    },
    services: servicesOf(rule.ports),
    cause: { policy: policy.title, rule: cluster && rule.name !== undefined ? `${rule.position} "${rule.name}"` : rule.position, span: rule.span },
  };
}

/** Whether a peer of a rule stands for a point. `own` is the namespace of the policy; cluster policies have none. */
export function peerHolds(
  peer: Peer,
  point: Point,
  own: string | undefined,
  namespaces: ReadonlyMap<string, Namespace>,
  facts: AddressFacts,
): boolean {
  switch (peer.kind) {
    case "pods":
      return point.kind === "workload" && selectsPoint(peer, point, own, namespaces);
    case "block":
      // Ranges outside are cut at every block, so the first address tells for all.
      if (point.kind === "external") return containsAddress(peer.addresses, point.first);
      return (own === undefined || facts.ipBlocks === "pods") && holds(peer.addresses, point.addresses, facts) === "yes";
    case "unknown":
      return false;
  }
}

export function selectsPoint(
  { namespaces: wanted, pods }: Pick<Extract<Peer, { readonly kind: "pods" }>, "namespaces" | "pods">,
  point: WorkloadPoint,
  own: string | undefined,
  namespaces: ReadonlyMap<string, Namespace>,
): boolean {
  const inside = wanted === undefined ? point.namespace === own : selects(wanted, namespaces.get(point.namespace)?.labels ?? {});
  return inside && selects(pods, point.labels);
}

function servicesOf(ports: readonly PortTerm[] | undefined): (destination: Point) => ServiceSet {
  if (ports === undefined) return () => everyService;
  const fixed = unionAllServices(ports.map((term) => (term.kind === "services" ? term.services : noService)));
  const named = ports.flatMap((term) => (term.kind === "named" ? [term] : []));
  if (named.length === 0) return () => fixed;
  return (destination) => unionAllServices([fixed, ...named.map((term) => namedServices(term, destination))]);
}

/** The ports of this name that the destination's pods have, of the protocol asked for. */
export function namedServices(term: Extract<PortTerm, { readonly kind: "named" }>, destination: Point): ServiceSet {
  if (destination.kind === "external") return noService;
  const found = destination.ports.filter(({ name, protocol }) => name === term.name && (term.protocol === undefined || term.protocol === protocol));
  return unionAllServices(found.map(({ protocol, port }) => portService(protocol, port, port)));
}
