/** Random policies over a few pods, as YAML: selectors by every operator, both directions, ports and ranges, blocks, both tiers. */
import fc from "fast-check";

export interface PodSketch {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

const labelSets: readonly PodSketch["labels"][] = [{}, { app: "a" }, { app: "b" }, { app: "a", tier: "t" }];

/** Pods of each combination of labels that selectors can tell apart, in two namespaces. */
export const podLabels: readonly PodSketch[] = ["x", "y"].flatMap((namespace) =>
  labelSets.map((labels, index) => ({ namespace, name: `p${index}`, labels })),
);

export const podsText: string = podLabels
  .map(
    ({ namespace, name, labels }) =>
      `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, namespace: ${namespace}, labels: ${JSON.stringify(labels)}}\nspec: {containers: []}\n`,
  )
  .join("---\n");

const selectors = [
  {},
  { matchLabels: { app: "a" } },
  { matchExpressions: [{ key: "app", operator: "In", values: ["a", "b"] }] },
  { matchExpressions: [{ key: "app", operator: "NotIn", values: ["a"] }] },
  { matchExpressions: [{ key: "tier", operator: "Exists" }] },
  { matchExpressions: [{ key: "app", operator: "DoesNotExist" }] },
  { matchLabels: { app: "a" }, matchExpressions: [{ key: "tier", operator: "DoesNotExist" }] },
];
const namespaceSelectors = [
  {},
  { matchLabels: { "kubernetes.io/metadata.name": "x" } },
  { matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "NotIn", values: ["x"] }] },
];
const ports = [{ port: 80 }, { port: 80, endPort: 90 }, { protocol: "UDP", port: 53 }, { protocol: "SCTP" }, { protocol: "TCP" }];

const selector = fc.constantFrom(...selectors);
const namespaceSelector = fc.constantFrom(...namespaceSelectors);
const peer = fc.oneof(
  selector.map((podSelector) => ({ podSelector })),
  namespaceSelector.map((from) => ({ namespaceSelector: from })),
  fc.tuple(namespaceSelector, selector).map(([from, podSelector]) => ({ namespaceSelector: from, podSelector })),
  fc.constantFrom({ ipBlock: { cidr: "192.0.2.0/24", except: ["192.0.2.8/29"] } }, { ipBlock: { cidr: "198.51.100.7/32" } }),
);

function rule(peersName: "from" | "to") {
  return fc
    .record({ peers: fc.array(peer, { maxLength: 2 }), listed: fc.array(fc.constantFrom(...ports), { maxLength: 2 }) })
    .map(({ peers, listed }) => ({ ...(peers.length === 0 ? {} : { [peersName]: peers }), ...(listed.length === 0 ? {} : { ports: listed }) }));
}

export type NetworkSketch = { readonly namespace: string; readonly spec: unknown; readonly index: number };
export type ClusterSketch = { readonly spec: unknown; readonly index: number };

const networkPolicy = fc.record({
  namespace: fc.constantFrom("x", "y"),
  spec: fc.record({
    podSelector: selector,
    policyTypes: fc.constantFrom(["Ingress"], ["Egress"], ["Ingress", "Egress"]),
    ingress: fc.array(rule("from"), { maxLength: 2 }),
    egress: fc.array(rule("to"), { maxLength: 2 }),
  }),
});

const clusterPeer = fc.oneof(
  namespaceSelector.map((namespaces) => ({ namespaces })),
  fc.tuple(namespaceSelector, selector).map(([from, podSelector]) => ({ pods: { namespaceSelector: from, podSelector } })),
);
const protocols = [
  { tcp: { destinationPort: { number: 80 } } },
  { tcp: { destinationPort: { range: { start: 80, end: 90 } } } },
  { udp: { destinationPort: { number: 53 } } },
];

function clusterRule(peersName: "from" | "to") {
  return fc
    .record({
      action: fc.constantFrom("Accept", "Deny", "Pass"),
      peers: fc.array(clusterPeer, { minLength: 1, maxLength: 2 }),
      listed: fc.array(fc.constantFrom(...protocols), { maxLength: 2 }),
    })
    .map(({ action, peers, listed }) => ({ action, [peersName]: peers, ...(listed.length === 0 ? {} : { protocols: listed }) }));
}

const clusterPolicy = fc.record({
  tier: fc.constantFrom("Admin", "Baseline"),
  subject: clusterPeer,
  ingress: fc.array(clusterRule("from"), { maxLength: 2 }),
  egress: fc.array(clusterRule("to"), { maxLength: 2 }),
});

/** Policies of both kinds; those of the cluster have different priorities, since the order of equal ones is open. */
export const manifestTexts = fc
  .record({ network: fc.array(networkPolicy, { maxLength: 4 }), cluster: fc.array(clusterPolicy, { maxLength: 3 }) })
  .map(({ network, cluster }) => ({
    network: network.map((sketch, index): NetworkSketch => ({ ...sketch, index })),
    cluster: cluster.map((spec, index): ClusterSketch => ({ spec: { priority: 10 * index, ...spec }, index })),
  }));

/** JSON is YAML. */
export function networkPolicyText({ namespace, spec, index }: NetworkSketch): string {
  return `${JSON.stringify({ apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { name: `n${index}`, namespace }, spec })}\n`;
}

export function clusterPolicyText({ spec, index }: ClusterSketch): string {
  return `${JSON.stringify({ apiVersion: "policy.networking.k8s.io/v1alpha2", kind: "ClusterNetworkPolicy", metadata: { name: `c${index}` }, spec })}\n`;
}
