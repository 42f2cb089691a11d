/** What is valid in manifests and still worth knowing: policies without effect on what is here, and what files cannot tell. */
import type { Diagnostic } from "../../diagnostics/diagnostic.js";
import {
  blockMayHoldPods,
  equalPriority,
  hostNetworkWorkload,
  peerSelectsNothing,
  selectsNothing,
  undeclaredNamespace,
  unknowablePeer,
  unknownPortName,
} from "../../diagnostics/connectivity.js";
import { isEmptyService } from "../../space/service.js";
import type { ClusterPolicy, Manifests, Namespace, Peer, PodSelector, Rule, Selector } from "../model.js";
import { titleOf } from "../model.js";
import { nameLabel } from "../namespaces.js";
import { holds } from "./blocks.js";
import type { AddressFacts } from "./blocks.js";
import { namedServices, peerHolds, selectsPoint } from "./chains.js";
import type { Direction } from "./chains.js";
import { workloadPoints } from "./points.js";
import type { WorkloadPoint } from "./points.js";

/** A policy of either kind, with what is asked of both. */
interface AnyPolicy {
  readonly title: string;
  /** Of a NetworkPolicy. */
  readonly namespace?: string;
  readonly subject: Pick<PodSelector, "namespaces" | "pods">;
  readonly subjectSpan: Diagnostic["span"];
  readonly rules: Readonly<Record<Direction, readonly Rule[]>>;
}

function policiesOf({ networkPolicies, clusterPolicies }: Manifests): readonly AnyPolicy[] {
  return [
    ...networkPolicies.map(({ object, subject, ingress = [], egress = [] }) => ({
      title: titleOf(object),
      namespace: object.namespace,
      subject: { pods: subject },
      subjectSpan: object.span,
      rules: { ingress, egress },
    })),
    ...clusterPolicies.map(({ object, subject, ingress, egress }) => ({
      title: titleOf(object),
      subject,
      subjectSpan: object.span,
      rules: { ingress, egress },
    })),
  ];
}

const directions: readonly Direction[] = ["ingress", "egress"];

/** In no order. */
export function adviceOn(manifests: Manifests, facts: AddressFacts): readonly Diagnostic[] {
  const workloads = workloadPoints(manifests, facts);
  const namespaces = new Map(manifests.namespaces.map((namespace) => [namespace.name, namespace]));
  const found = [
    ...(workloads.length === 0 ? [] : policiesOf(manifests).flatMap((policy) => aboutPolicy(policy, workloads, namespaces, facts))),
    ...policiesOf(manifests).flatMap((policy) => unknowable(policy)),
    ...undeclared(manifests),
    ...manifests.workloads.flatMap(({ hostNetwork, object }) =>
      hostNetwork ? [hostNetworkWorkload.make({ workload: titleOf(object) }, { span: object.span })] : [],
    ),
    ...ties(manifests.clusterPolicies),
  ];
  const seen = new Set<string>();
  return found.filter(({ code, span, message }) => {
    const key = `${code} ${span.file} ${span.start} ${message}`;
    return !seen.has(key) && seen.add(key);
  });
}

function aboutPolicy(
  policy: AnyPolicy,
  workloads: readonly WorkloadPoint[],
  namespaces: ReadonlyMap<string, Namespace>,
  facts: AddressFacts,
): readonly Diagnostic[] {
  const { title, namespace } = policy;
  const subjects = workloads.filter(
    (point) => (namespace === undefined || point.namespace === namespace) && selectsPoint(policy.subject, point, namespace, namespaces),
  );
  if (subjects.length === 0) return [selectsNothing.make({ policy: title }, { span: policy.subjectSpan })];
  return directions.flatMap((direction) =>
    policy.rules[direction].flatMap((rule) => [
      ...(rule.peers ?? []).flatMap((peer) => aboutPeer(peer, `${title} ${rule.position}`, namespace, workloads, namespaces, facts)),
      ...unknownNames(policy, rule, direction === "ingress" ? subjects : peersIn(rule, namespace, workloads, namespaces, facts)),
    ]),
  );
}

function peersIn(
  { peers }: Rule,
  namespace: string | undefined,
  workloads: readonly WorkloadPoint[],
  namespaces: ReadonlyMap<string, Namespace>,
  facts: AddressFacts,
): readonly WorkloadPoint[] {
  return peers === undefined ? workloads : workloads.filter((point) => peers.some((peer) => peerHolds(peer, point, namespace, namespaces, facts)));
}

function unknownNames({ title }: AnyPolicy, { ports = [], position }: Rule, destinations: readonly WorkloadPoint[]): readonly Diagnostic[] {
  return ports.flatMap((term) => {
    if (term.kind !== "named" || destinations.some((point) => !isEmptyService(namedServices(term, point)))) return [];
    return [unknownPortName.make({ name: term.name, where: `${title} ${position}` }, { span: term.span })];
  });
}

function aboutPeer(
  peer: Peer,
  where: string,
  namespace: string | undefined,
  workloads: readonly WorkloadPoint[],
  namespaces: ReadonlyMap<string, Namespace>,
  facts: AddressFacts,
): readonly Diagnostic[] {
  switch (peer.kind) {
    case "pods":
      if (workloads.some((point) => peerHolds(peer, point, namespace, namespaces, facts))) return [];
      return [peerSelectsNothing.make({ where }, { span: peer.span })];
    case "block":
      return aboutBlock(peer, namespace !== undefined, workloads, facts);
    case "unknown":
      return [];
  }
}

/** Whether it matters what the block matches, and the files leave it open. */
function aboutBlock(
  { addresses, text, span }: Extract<Peer, { readonly kind: "block" }>,
  ofNetworkPolicy: boolean,
  workloads: readonly WorkloadPoint[],
  facts: AddressFacts,
): readonly Diagnostic[] {
  const answers = new Set(workloads.map((point) => holds(addresses, point.addresses, facts)));
  if (ofNetworkPolicy && facts.ipBlocks === "outside") {
    if (![...answers].some((answer) => answer !== "no")) return [];
    return [blockMayHoldPods.make({ block: text, taken: "addresses outside of the cluster" }, { span })];
  }
  if (!answers.has("maybe")) return [];
  return [blockMayHoldPods.make({ block: text, taken: "holding no pod whose address is not known" }, { span })];
}

function unknowable({ rules }: AnyPolicy): readonly Diagnostic[] {
  return directions.flatMap((direction) =>
    rules[direction].flatMap(({ peers = [] }) =>
      peers.flatMap((peer) =>
        peer.kind === "unknown" ? [unknowablePeer.make({ what: peer.what, read: "without this peer" }, { span: peer.span })] : [],
      ),
    ),
  );
}

/** Namespaces without an object, where a selector asks for another label than their name. */
function undeclared(manifests: Manifests): readonly Diagnostic[] {
  const selectors = [
    ...manifests.clusterPolicies.map(({ subject }) => subject.namespaces),
    ...policiesOf(manifests).flatMap(({ rules }) =>
      directions.flatMap((direction) =>
        rules[direction].flatMap(({ peers = [] }) =>
          peers.flatMap((peer): readonly Selector[] => (peer.kind === "pods" && peer.namespaces !== undefined ? [peer.namespaces] : [])),
        ),
      ),
    ),
  ];
  if (!selectors.some((selector) => [...selector.keys()].some((key) => key !== nameLabel))) return [];
  return manifests.namespaces.flatMap(({ name, declared }) => {
    const span = declared === undefined ? placeOf(manifests, name) : undefined;
    return span === undefined ? [] : [undeclaredNamespace.make({ name }, { span })];
  });
}

/** The first object in a namespace, or nothing for one that only selectors name. */
function placeOf({ workloads, networkPolicies }: Manifests, namespace: string): Diagnostic["span"] | undefined {
  return [...workloads, ...networkPolicies].find(({ object }) => object.namespace === namespace)?.object.span;
}

function ties(policies: readonly ClusterPolicy[]): readonly Diagnostic[] {
  const first = new Map<string, ClusterPolicy>();
  return [...policies]
    .sort((a, b) => (titleOf(a.object) < titleOf(b.object) ? -1 : 1))
    .flatMap((policy) => {
      const key = `${policy.tier} ${policy.priority}`;
      const other = first.get(key);
      if (other === undefined) {
        first.set(key, policy);
        return [];
      }
      const texts = { policy: titleOf(policy.object), other: titleOf(other.object), priority: policy.priority };
      return [equalPriority.make(texts, { span: policy.object.span, related: [{ span: other.object.span, message: "the other policy" }] })];
    });
}
