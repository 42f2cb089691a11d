/** Objects that are there on the way only. They say so with a label, so that the next apply removes what one that was cut short has left. */
import * as address from "../../../../compiler/space/address.js";
import type { EndBox } from "../../../../compiler/space/ends.js";
import { isBare } from "../../../../compiler/space/ends.js";
import type { FlowBox } from "../../../../compiler/space/flows.js";
import * as values from "../../../../compiler/space/values.js";
import { blocksOf } from "../../../../compiler/target/kubernetes/emit/blocks.js";
import { shortHash } from "../../../../compiler/target/kubernetes/emit/names.js";
import { portRanges } from "../../../../compiler/target/kubernetes/emit/ports.js";
import { namespaceSelector, selectorsOf } from "../../../../compiler/target/kubernetes/emit/selectors.js";
import type { ClusterPeer, ClusterRule, LabelSelector, NetworkPolicyPeer } from "../../../../compiler/target/kubernetes/schema.js";
import type { ServiceSet } from "../../../../compiler/space/service.js";
import { manager, managerLabel, ownerLabel, temporaryLabel } from "../manifest.js";
import type { Manifest } from "../manifest.js";
import type { Direction } from "./reading.js";

/** The metadata of an object on the way; its name tells what it says, so that equal ones are one. */
function metadata(owner: string, spec: unknown, namespace?: string): Manifest["metadata"] {
  return {
    name: `ctv.on-the-way.${shortHash(JSON.stringify([namespace, spec]))}`,
    ...(namespace === undefined ? {} : { namespace }),
    labels: { [managerLabel]: manager, [ownerLabel]: owner, [temporaryLabel]: "true" },
  };
}

/** An object that is there, with another specification for a while. */
export function lessened(owner: string, { apiVersion, kind, metadata: { name, namespace } }: Manifest, spec: unknown): Manifest {
  const labels = { [managerLabel]: manager, [ownerLabel]: owner };
  return { apiVersion, kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }), labels }, spec };
}

export type RulesByDirection = Readonly<Partial<Record<Direction, readonly unknown[]>>>;

/** What a NetworkPolicy says of the pods that a selector finds. Lists are written where they are empty too: then nobody else's stay. */
export function networkSpec(podSelector: unknown, rules: RulesByDirection): unknown {
  const policyTypes = [...(rules.ingress === undefined ? [] : ["Ingress"]), ...(rules.egress === undefined ? [] : ["Egress"])];
  return { podSelector, policyTypes, ...rules };
}

/** NetworkPolicies for the pods of a box of one namespace, which its selectors may take several for. */
export function networkManifests(owner: string, subject: EndBox, rules: RulesByDirection): readonly Manifest[] {
  return subject.namespace.values.flatMap((namespace) =>
    selectorsOf(subject.labels).map((podSelector) => {
      const spec = networkSpec(podSelector, rules);
      return { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: metadata(owner, spec, namespace), spec };
    }),
  );
}

function networkPeers(peer: EndBox): readonly NetworkPolicyPeer[] | undefined {
  if (isBare(peer)) return blocksOf(peer.addresses).map(({ cidr, except }) => ({ ipBlock: except.length === 0 ? { cidr } : { cidr, except } }));
  if (peer.namespace.absent) return undefined;
  return selectorsOf(peer.labels).map((podSelector) => ({ namespaceSelector: namespaceSelector(peer.namespace), podSelector }));
}

/** The rule of a NetworkPolicy that allows a box from subject to peer. Boxes come from rules, so a rule can say them. */
export function networkRule(direction: Direction, { destination: peer, service }: FlowBox): unknown {
  const peers = networkPeers(peer);
  const ports = portRanges(service)?.map(({ protocol, first, last }) =>
    first === undefined ? { protocol } : last === undefined || last === first ? { protocol, port: first } : { protocol, port: first, endPort: last },
  );
  return {
    ...(peers === undefined ? {} : { [direction === "ingress" ? "from" : "to"]: peers }),
    ...(ports === undefined ? {} : { ports }),
  };
}

/** Above all that the target writes (`FIRST_PRIORITY`). */
export const guardPriority = { Accept: 0, Deny: 1 } as const;

export function clusterManifest(owner: string, priority: number, subject: unknown, rules: RulesByDirection): Manifest {
  const spec = { tier: "Admin", priority, subject, ...rules };
  return { apiVersion: "policy.networking.k8s.io/v1alpha2", kind: "ClusterNetworkPolicy", metadata: metadata(owner, spec), spec };
}

function podSelectors(box: EndBox): readonly { readonly namespaceSelector: LabelSelector; readonly podSelector: LabelSelector }[] {
  return selectorsOf(box.labels).map((podSelector) => ({ namespaceSelector: namespaceSelector(box.namespace), podSelector }));
}

/** Subjects of ClusterNetworkPolicies that together are the pods of a box. */
export function clusterSubjects(box: EndBox): readonly unknown[] {
  return box.labels.size === 0 ? [{ namespaces: namespaceSelector(box.namespace) }] : podSelectors(box).map((pods) => ({ pods }));
}

/** Lists of a ClusterNetworkPolicy have at most so many items (`maxItems`). */
const MOST = 25;

export function inChunks<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / MOST) }, (_, at) => items.slice(at * MOST, (at + 1) * MOST));
}

/** Rules that accept a service for pods, or for whatever has one of the addresses where no namespace is asked for. */
export function acceptRules(direction: Direction, peer: EndBox, service: ServiceSet): readonly ClusterRule[] {
  const pods: readonly ClusterPeer[] =
    peer.labels.size === 0 ? [{ namespaces: namespaceSelector(peer.namespace) }] : podSelectors(peer).map((one) => ({ pods: one }));
  const networks = inChunks(address.toPrefixes(peer.addresses).map(address.formatPrefix)).map((some): ClusterPeer => ({ networks: some }));
  const peers = values.isAnyValue(peer.namespace) ? networks : pods;
  const ports = portRanges(service)?.map(({ protocol, first = 1, last = 65535 }) => ({
    [protocol.toLowerCase()]: { destinationPort: first === last ? { number: first } : { range: { start: first, end: last } } },
  }));
  return inChunks(peers).flatMap((some) =>
    (ports === undefined ? [undefined] : inChunks(ports)).map((protocols): ClusterRule => ({
      action: "Accept",
      ...(protocols === undefined ? {} : { protocols }),
      ...(direction === "ingress" ? { from: some } : { to: some }),
    })),
  );
}
