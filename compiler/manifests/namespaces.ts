/** The namespaces that a set of files speaks of. */
import type { ClusterPolicy, Namespace, NetworkPolicy, Peer, Selector, Workload } from "./model.js";

/** The label that the API server keeps on every namespace. */
export const nameLabel = "kubernetes.io/metadata.name";

/**
 * Declared namespaces, those that objects are in, and those that selectors ask for by name. All but the declared ones have no labels that
 * are known, apart from their name.
 */
export function knownNamespaces(
  declared: readonly Namespace[],
  workloads: readonly Workload[],
  networkPolicies: readonly NetworkPolicy[],
  clusterPolicies: readonly ClusterPolicy[],
): readonly Namespace[] {
  const names = new Set([
    ...workloads.map(({ object }) => object.namespace),
    ...networkPolicies.map(({ object }) => object.namespace),
    ...networkPolicies.flatMap(({ ingress = [], egress = [] }) => [...ingress, ...egress].flatMap(({ peers = [] }) => peers.flatMap(asked))),
    ...clusterPolicies.flatMap(({ subject, ingress, egress }) => [
      ...askedBy(subject.namespaces),
      ...[...ingress, ...egress].flatMap(({ peers }) => peers.flatMap(asked)),
    ]),
  ]);
  const known = new Set(declared.map(({ name }) => name));
  const others = [...names].filter((name) => !known.has(name)).map((name): Namespace => ({ name, labels: { [nameLabel]: name } }));
  return [...declared, ...others].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function asked(peer: Peer): readonly string[] {
  return peer.kind === "pods" && peer.namespaces !== undefined ? askedBy(peer.namespaces) : [];
}

function askedBy(selector: Selector): readonly string[] {
  const set = selector.get(nameLabel);
  return set?.kind === "in" ? set.values : [];
}
