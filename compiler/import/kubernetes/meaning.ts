/**
 * What Kubernetes objects mean for traffic, as sets of ends over all pods that there can be in the namespaces of the files.
 *
 * The namespaces are those that the files know: a selector by a label of namespaces cannot be asked about others. A pod of another namespace
 * is therefore taken for something outside, as every selector leaves it out; a finding says so where a selector might have found it. A port by
 * name is the number that the workloads of the files have for it.
 */
import { blockMayHoldPods, unknowablePeer } from "../../diagnostics/connectivity.js";
import type { Diagnostic } from "../../diagnostics/diagnostic.js";
import { namedPortFixed, openNamespaces } from "../../diagnostics/import.js";
import { holds } from "../../manifests/connectivity/blocks.js";
import type { AddressFacts } from "../../manifests/connectivity/blocks.js";
import { byPriority } from "../../manifests/connectivity/chains.js";
import type { ClusterPolicy, Manifests, NetworkPolicy, ObjectName, Peer, PortTerm, Rule, Selector, Workload } from "../../manifests/model.js";
import { titleOf } from "../../manifests/model.js";
import { nameLabel } from "../../manifests/namespaces.js";
import { selects } from "../../manifests/selectors.js";
import { isAllAddresses, unionAllAddresses } from "../../space/address.js";
import * as ends from "../../space/ends.js";
import type { EndSet } from "../../space/ends.js";
import { everyService, isEmptyService, pointDetail, portService, unionAllServices } from "../../space/service.js";
import type { ServiceSet } from "../../space/service.js";
import * as values from "../../space/values.js";
import type { ValueSet } from "../../space/values.js";

export type Direction = "ingress" | "egress";

/** All flows from one set of ends to another. */
export interface Product {
  readonly sources: EndSet;
  readonly destinations: EndSet;
  readonly services: ServiceSet;
}

export interface MeantRule {
  readonly verdict: "allow" | "deny" | "pass";
  /** Empty for a rule that no flow can match. */
  readonly products: readonly Product[];
}

export interface MeantPolicy {
  readonly object: ObjectName;
  /** The pods that it is about. */
  readonly subjects: EndSet;
  /** Absent where a NetworkPolicy does not isolate in the direction. */
  readonly rules: Readonly<Partial<Record<Direction, readonly MeantRule[]>>>;
  /** What was made more definite than it was, for comments. */
  readonly notes: readonly string[];
}

export interface Meaning {
  readonly namespaces: readonly string[];
  /** Whatever is in none of the namespaces. */
  readonly outside: ValueSet;
  readonly network: readonly MeantPolicy[];
  /** In order of evaluation. */
  readonly admin: readonly MeantPolicy[];
  readonly baseline: readonly MeantPolicy[];
  readonly diagnostics: readonly Diagnostic[];
}

interface Scene {
  readonly manifests: Manifests;
  readonly facts: AddressFacts;
  readonly outside: ValueSet;
  readonly report: (diagnostic: Diagnostic) => void;
}

export function meaningOf(manifests: Manifests, facts: AddressFacts): Meaning {
  const namespaces = manifests.namespaces.map(({ name }) => name);
  const diagnostics: Diagnostic[] = [];
  const scene: Scene = { manifests, facts, outside: values.noneOf(namespaces), report: (diagnostic) => void diagnostics.push(diagnostic) };
  const cluster = [...manifests.clusterPolicies].sort(byPriority);
  const tier = (name: ClusterPolicy["tier"]): readonly MeantPolicy[] =>
    cluster.filter((policy) => policy.tier === name).map((policy) => clusterMeaning(scene, policy));
  return {
    namespaces,
    outside: scene.outside,
    network: manifests.networkPolicies.map((policy) => networkMeaning(scene, policy)),
    admin: tier("Admin"),
    baseline: tier("Baseline"),
    diagnostics,
  };
}

function networkMeaning(scene: Scene, { object, subject, ingress, egress }: NetworkPolicy): MeantPolicy {
  const subjects = ends.endSet({ namespace: values.oneOf([object.namespace]), labels: subject });
  const owner: Owner = { object, own: object.namespace, notes: [], open: [] };
  const read = (rules: readonly Rule[], direction: Direction): readonly MeantRule[] =>
    rules.map((rule) => ({ verdict: "allow", products: productsOf(scene, rule, subjects, direction, owner) }));
  const rules = {
    ...(ingress === undefined ? {} : { ingress: read(ingress, "ingress") }),
    ...(egress === undefined ? {} : { egress: read(egress, "egress") }),
  };
  return { object, subjects, rules, notes: tellOpen(scene, owner) };
}

const verdicts = { Accept: "allow", Deny: "deny", Pass: "pass" } as const;

function clusterMeaning(scene: Scene, policy: ClusterPolicy): MeantPolicy {
  const { object, subject } = policy;
  const owner: Owner = { object, notes: [], open: [] };
  const subjects = podsOf(scene, subject.namespaces, subject.pods, subject.span, owner);
  const read = (direction: Direction): readonly MeantRule[] =>
    policy[direction].map((rule) => ({ verdict: verdicts[rule.action], products: productsOf(scene, rule, subjects, direction, owner) }));
  const rules = { ingress: read("ingress"), egress: read("egress") };
  return { object, subjects, rules, notes: tellOpen(scene, owner) };
}

interface Owner {
  readonly object: ObjectName;
  /** The namespace of a NetworkPolicy. */
  readonly own?: string;
  readonly notes: string[];
  /** Selectors of namespaces by more than their names: where, and what they find. */
  readonly open: { readonly span: Diagnostic["span"]; readonly found: readonly string[] }[];
}

/** One finding and one comment for all that a policy leaves open. */
function tellOpen(scene: Scene, { object, notes, open }: Owner): readonly string[] {
  const [first] = open;
  if (first !== undefined) {
    const found = [...unique(open.flatMap((selector) => selector.found))].sort();
    scene.report(openNamespaces.make({ policy: titleOf(object), found }, { span: first.span }));
    notes.push(`of the namespaces that it finds by their labels, these are in the files: ${found.length === 0 ? "none" : found.join(", ")}`);
  }
  return unique(notes);
}

function productsOf(scene: Scene, rule: Rule, subjects: EndSet, direction: Direction, owner: Owner): readonly Product[] {
  const peers = rule.peers === undefined ? ends.allEnds : wholeOutside(rule.peers.flatMap((peer) => peerEnds(scene, peer, owner)));
  const [sources, destinations] = direction === "ingress" ? [peers, subjects] : [subjects, peers];
  const made = (services: ServiceSet, to: EndSet): readonly Product[] =>
    isEmptyService(services) || to.length === 0 || sources.length === 0 ? [] : [{ sources, destinations: to, services }];
  if (rule.ports === undefined) return made(everyService, destinations);
  const fixed = unionAllServices(rule.ports.flatMap((term) => (term.kind === "services" ? [term.services] : [])));
  const named = rule.ports.flatMap((term) => (term.kind === "named" ? namedPort(scene, term, destinations, owner) : []));
  return [...made(fixed, destinations), ...named.flatMap(({ services, destinations: to }) => made(services, to))];
}

/** Blocks that are together every address, as one. */
function wholeOutside(peers: EndSet): EndSet {
  const blocks = peers.filter((peer) => peer.labels.size === 0 && !isAllAddresses(peer.addresses));
  const [first] = blocks;
  if (first === undefined || !isAllAddresses(unionAllAddresses(blocks.map(({ addresses }) => addresses)))) return peers;
  return [...peers.filter((peer) => !blocks.includes(peer)), ...ends.endSet({ namespace: first.namespace })];
}

function peerEnds(scene: Scene, peer: Peer, owner: Owner): EndSet {
  switch (peer.kind) {
    case "pods":
      return peer.namespaces === undefined
        ? ends.endSet({ namespace: values.oneOf(owner.own === undefined ? [] : [owner.own]), labels: peer.pods })
        : podsOf(scene, peer.namespaces, peer.pods, peer.span, owner);
    case "block": {
      const outsideOnly = owner.own !== undefined && scene.facts.ipBlocks === "outside";
      if (outsideOnly && holds(peer.addresses, [], scene.facts) !== "no") {
        scene.report(blockMayHoldPods.make({ block: peer.text, taken: "addresses outside of the cluster" }, { span: peer.span }));
        owner.notes.push(`${peer.text} is taken to hold no pod`);
      }
      return ends.endSet({ addresses: peer.addresses, namespace: outsideOnly ? scene.outside : values.anyValue });
    }
    case "unknown":
      scene.report(unknowablePeer.make({ what: peer.what, read: "without this peer" }, { span: peer.span }));
      owner.notes.push(`a peer by ${peer.what} is left out`);
      return [];
  }
}

/** Pods of the namespaces that a selector finds among those that are known. */
function podsOf(scene: Scene, namespaces: Selector, pods: Selector, span: Diagnostic["span"], { open }: Owner): EndSet {
  const found = scene.manifests.namespaces.filter(({ labels }) => selects(namespaces, labels)).map(({ name }) => name);
  const names = namespaces.get(nameLabel);
  // A selector that lists names finds no others.
  if (names?.kind !== "in") open.push({ span, found });
  return ends.endSet({ namespace: values.oneOf(found), labels: pods });
}

/** The destinations that have a port of this name, with its number. */
function namedPort(
  scene: Scene,
  term: Extract<PortTerm, { readonly kind: "named" }>,
  destinations: EndSet,
  { notes }: Owner,
): readonly { readonly services: ServiceSet; readonly destinations: EndSet }[] {
  const workloads = scene.manifests.workloads.filter(
    (workload) => !workload.hostNetwork && ends.endsOverlap(podBox(workload), destinations) && isSelected(workload, destinations),
  );
  const numbered = workloads.map((workload) => ({ workload, services: portsOf(workload, term) }));
  const having = numbered.filter(({ services }) => !isEmptyService(services));
  const alike = numbered.every(({ services }) => services.join() === numbered[0].services.join());
  const told = having.map(({ workload, services }) => `${pointDetail(services[0])}${alike ? "" : ` on ${workload.object.name}`}`);
  const sentence = having.length === 0 ? `no workload has a port "${term.name}"` : `the port "${term.name}" is ${unique(told).join(", ")}`;
  notes.push(sentence);
  scene.report(namedPortFixed.make({ sentence }, { span: term.span }));
  const [first] = having;
  if (first === undefined) return [];
  if (alike) return [{ services: first.services, destinations }];
  // Pods are told apart by all their labels; those of a workload with more labels are not the other's.
  return having.map(({ workload, services }) => {
    const mine = podBox(workload);
    const others = workloads.map(podBox).filter((other) => !ends.endsEqual(other, mine) && ends.endsWithin(other, mine));
    return { services, destinations: ends.subtractEnds(ends.intersectEnds(destinations, mine), others.flat()) };
  });
}

function isSelected({ object, labels }: Workload, destinations: EndSet): boolean {
  return destinations.some(({ namespace, labels: wanted }) => values.admits(namespace, object.namespace) && selects(wanted, labels));
}

/** All pods with the labels of a workload. */
function podBox({ object, labels }: Workload): EndSet {
  return ends.endSet({
    namespace: values.oneOf([object.namespace]),
    labels: new Map(Object.entries(labels).map(([key, value]) => [key, values.oneOf([value])])),
  });
}

function portsOf({ ports }: Workload, term: Extract<PortTerm, { readonly kind: "named" }>): ServiceSet {
  const found = ports.filter(({ name, protocol }) => name === term.name && (term.protocol === undefined || term.protocol === protocol));
  return unionAllServices(found.map(({ protocol, port }) => portService(protocol, port, port)));
}

function unique<T>(list: readonly T[]): readonly T[] {
  return [...new Set(list)];
}
