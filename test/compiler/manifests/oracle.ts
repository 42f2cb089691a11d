/**
 * Kubernetes' decision about one packet, as plainly as it can be said: pods, namespaces and policies as plain objects, one question at a time, no
 * sets. Written from the API's documentation and from nothing in the compiler; with random objects that it can be asked about.
 */
import fc from "fast-check";

interface Requirement {
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
  readonly values?: readonly string[];
}

interface Selector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly Requirement[];
}

interface NetworkPeer {
  readonly podSelector?: Selector;
  readonly namespaceSelector?: Selector;
}

interface NetworkRule {
  readonly from?: readonly NetworkPeer[];
  readonly to?: readonly NetworkPeer[];
  readonly ports?: readonly { readonly protocol?: string; readonly port?: number | string; readonly endPort?: number }[];
}

export interface NetworkObject {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly podSelector: Selector;
    readonly policyTypes: readonly string[];
    readonly ingress: readonly NetworkRule[];
    readonly egress: readonly NetworkRule[];
  };
}

type AdminPeer = { readonly namespaces: Selector } | { readonly pods: { readonly namespaceSelector: Selector; readonly podSelector: Selector } };

interface AdminRule {
  readonly action: string;
  readonly from?: readonly AdminPeer[];
  readonly to?: readonly AdminPeer[];
  readonly ports?: readonly (
    | { readonly portNumber: { readonly protocol: string; readonly port: number } }
    | { readonly portRange: { readonly protocol: string; readonly start: number; readonly end: number } }
    | { readonly namedPort: string }
  )[];
}

export interface AdminObject {
  readonly kind: "AdminNetworkPolicy" | "BaselineAdminNetworkPolicy";
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly priority?: number;
    readonly subject: AdminPeer;
    readonly ingress: readonly AdminRule[];
    readonly egress: readonly AdminRule[];
  };
}

export interface PodObject {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly ports: readonly { readonly name: string; readonly protocol: string; readonly containerPort: number }[];
}

export interface Cluster {
  readonly namespaces: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly pods: readonly PodObject[];
  readonly network: readonly NetworkObject[];
  readonly admin: readonly AdminObject[];
}

function matches({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Readonly<Record<string, string>>): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const has = key in labels;
      switch (operator) {
        case "In":
          return has && values.includes(labels[key]);
        case "NotIn":
          return !has || !values.includes(labels[key]);
        case "Exists":
          return has;
        case "DoesNotExist":
          return !has;
      }
    })
  );
}

interface Packet {
  readonly source: PodObject;
  readonly destination: PodObject;
  readonly protocol: string;
  readonly port: number;
}

type Direction = "ingress" | "egress";

function hasNamedPort({ destination, protocol, port }: Packet, name: string): boolean {
  return destination.ports.some((one) => one.name === name && one.protocol === protocol && one.containerPort === port);
}

/** Whether policies isolate the pod in the direction, and if so whether one allows the packet. */
function networkVerdict({ namespaces, network }: Cluster, packet: Packet, direction: Direction): "allow" | "deny" | "not isolated" {
  const [subject, other] = direction === "ingress" ? [packet.destination, packet.source] : [packet.source, packet.destination];
  const type = direction === "ingress" ? "Ingress" : "Egress";
  const isolating = network.filter(
    ({ metadata, spec }) => metadata.namespace === subject.namespace && spec.policyTypes.includes(type) && matches(spec.podSelector, subject.labels),
  );
  if (isolating.length === 0) return "not isolated";
  const allows = isolating.some(({ spec }) =>
    spec[direction].some(({ from, to, ports = [] }) => {
      const peers = (direction === "ingress" ? from : to) ?? [];
      const isPeer =
        peers.length === 0 ||
        peers.some(({ podSelector, namespaceSelector }) => {
          const inNamespace =
            namespaceSelector === undefined ? other.namespace === subject.namespace : matches(namespaceSelector, namespaces[other.namespace]);
          return inNamespace && matches(podSelector ?? {}, other.labels);
        });
      const isPort =
        ports.length === 0 ||
        ports.some(({ protocol = "TCP", port, endPort }) => {
          if (protocol !== packet.protocol) return false;
          if (port === undefined) return true;
          return typeof port === "string" ? hasNamedPort(packet, port) : packet.port >= port && packet.port <= (endPort ?? port);
        });
      return isPeer && isPort;
    }),
  );
  return allows ? "allow" : "deny";
}

function isAdminPeer(peer: AdminPeer, pod: PodObject, { namespaces }: Cluster): boolean {
  const labels = namespaces[pod.namespace];
  return "namespaces" in peer
    ? matches(peer.namespaces, labels)
    : matches(peer.pods.namespaceSelector, labels) && matches(peer.pods.podSelector, pod.labels);
}

/** The action of the first rule of the first policy that matches; "Pass" where none does. */
function adminVerdict(cluster: Cluster, packet: Packet, direction: Direction, kind: AdminObject["kind"]): string {
  const [subject, other] = direction === "ingress" ? [packet.destination, packet.source] : [packet.source, packet.destination];
  const inOrder = cluster.admin.filter((policy) => policy.kind === kind).sort((a, b) => (a.spec.priority ?? 0) - (b.spec.priority ?? 0));
  for (const { spec } of inOrder) {
    if (!isAdminPeer(spec.subject, subject, cluster)) continue;
    for (const { action, from, to, ports } of spec[direction]) {
      const isPeer = ((direction === "ingress" ? from : to) ?? []).some((peer) => isAdminPeer(peer, other, cluster));
      const isPort = (ports ?? [{ any: true }]).some((port) => {
        if ("portNumber" in port) return port.portNumber.protocol === packet.protocol && port.portNumber.port === packet.port;
        if ("portRange" in port)
          return port.portRange.protocol === packet.protocol && packet.port >= port.portRange.start && packet.port <= port.portRange.end;
        return "namedPort" in port ? hasNamedPort(packet, port.namedPort) : true;
      });
      if (isPeer && isPort) return action;
    }
  }
  return "Pass";
}

/** Whether the packet passes both ends. */
export function passes(cluster: Cluster, packet: Packet): boolean {
  return (["egress", "ingress"] as const).every((direction) => {
    const admin = adminVerdict(cluster, packet, direction, "AdminNetworkPolicy");
    if (admin !== "Pass") return admin === "Allow";
    const network = networkVerdict(cluster, packet, direction);
    if (network !== "not isolated") return network === "allow";
    return adminVerdict(cluster, packet, direction, "BaselineAdminNetworkPolicy") !== "Deny";
  });
}

const namespaces = { x: { env: "prod" }, y: { env: "test", team: "a" }, z: {} };

const pods: readonly PodObject[] = Object.keys(namespaces).flatMap((namespace): readonly PodObject[] => [
  { namespace, name: "a", labels: { app: "a" }, ports: [{ name: "http", protocol: "TCP", containerPort: 80 }] },
  { namespace, name: "b", labels: { app: "b" }, ports: [{ name: "http", protocol: "TCP", containerPort: 81 }] },
  { namespace, name: "c", labels: {}, ports: [{ name: "http", protocol: "UDP", containerPort: 80 }] },
]);

const podSelector: fc.Arbitrary<Selector> = fc.constantFrom<Selector>(
  {},
  { matchLabels: { app: "a" } },
  { matchExpressions: [{ key: "app", operator: "NotIn", values: ["a"] }] },
  { matchExpressions: [{ key: "app", operator: "Exists" }] },
);
const namespaceSelector: fc.Arbitrary<Selector> = fc.constantFrom<Selector>(
  {},
  { matchLabels: { env: "prod" } },
  { matchLabels: { "kubernetes.io/metadata.name": "y" } },
  { matchExpressions: [{ key: "env", operator: "DoesNotExist" }] },
  { matchExpressions: [{ key: "team", operator: "NotIn", values: ["a"] }] },
);
const networkPeer = fc.oneof(
  podSelector.map((selector) => ({ podSelector: selector })),
  namespaceSelector.map((selector) => ({ namespaceSelector: selector })),
  fc.record({ podSelector, namespaceSelector }),
);
const networkPorts = fc.array(
  fc.constantFrom({ port: 80 }, { port: "http" }, { protocol: "UDP", port: "http" }, { port: 80, endPort: 81 }, { protocol: "UDP" }),
  {
    minLength: 1,
    maxLength: 2,
  },
);
const networkRules = (peers: "from" | "to"): fc.Arbitrary<readonly NetworkRule[]> =>
  fc.array(
    fc
      .record({
        listed: fc.option(fc.array(networkPeer, { minLength: 1, maxLength: 2 }), { nil: undefined }),
        ports: fc.option(networkPorts, { nil: undefined }),
      })
      .map(({ listed, ports }): NetworkRule => ({ ...(listed === undefined ? {} : { [peers]: listed }), ...(ports === undefined ? {} : { ports }) })),
    { maxLength: 2 },
  );
const adminPeer: fc.Arbitrary<AdminPeer> = fc.oneof(
  namespaceSelector.map((selector) => ({ namespaces: selector })),
  fc.record({ namespaceSelector, podSelector }).map((selectors) => ({ pods: selectors })),
);
const adminRules = (peers: "from" | "to", actions: readonly string[]): fc.Arbitrary<readonly AdminRule[]> =>
  fc.array(
    fc
      .record({
        action: fc.constantFrom(...actions),
        listed: fc.array(adminPeer, { minLength: 1, maxLength: 2 }),
        ports: fc.option(
          fc.array(
            fc.constantFrom(
              { portNumber: { protocol: "TCP", port: 80 } },
              { portRange: { protocol: "TCP", start: 80, end: 81 } },
              { portNumber: { protocol: "UDP", port: 80 } },
              { namedPort: "http" },
            ),
            { minLength: 1, maxLength: 2 },
          ),
          { nil: undefined },
        ),
      })
      .map(({ action, listed, ports }): AdminRule => ({ action, [peers]: listed, ...(ports === undefined ? {} : { ports }) })),
    { maxLength: 2 },
  );

/** Three namespaces with labels, nine pods with ports of one name and different numbers, and policies of the older admin kinds too. */
export const randomCluster: fc.Arbitrary<Cluster> = fc
  .record({
    network: fc.array(
      fc.record({
        namespace: fc.constantFrom(...Object.keys(namespaces)),
        spec: fc.record({
          podSelector,
          policyTypes: fc.constantFrom(["Ingress"], ["Egress"], ["Ingress", "Egress"]),
          ingress: networkRules("from"),
          egress: networkRules("to"),
        }),
      }),
      { maxLength: 4 },
    ),
    admin: fc.array(
      fc.record({
        subject: adminPeer,
        ingress: adminRules("from", ["Allow", "Deny", "Pass"]),
        egress: adminRules("to", ["Allow", "Deny", "Pass"]),
      }),
      { maxLength: 2 },
    ),
    baseline: fc.option(
      fc.record({ subject: adminPeer, ingress: adminRules("from", ["Allow", "Deny"]), egress: adminRules("to", ["Allow", "Deny"]) }),
      { nil: undefined },
    ),
  })
  .map(({ network, admin, baseline }): Cluster => ({
    namespaces: Object.fromEntries(Object.entries(namespaces).map(([name, labels]) => [name, { ...labels, "kubernetes.io/metadata.name": name }])),
    pods,
    network: network.map(({ namespace, spec }, index) => ({ metadata: { name: `n${index}`, namespace }, spec })),
    admin: [
      ...admin.map((spec, index): AdminObject => ({
        kind: "AdminNetworkPolicy",
        metadata: { name: `a${index}` },
        spec: { priority: index, ...spec },
      })),
      ...(baseline === undefined ? [] : [{ kind: "BaselineAdminNetworkPolicy" as const, metadata: { name: "default" }, spec: baseline }]),
    ],
  }));

/** The cluster's objects as one file. */
export function clusterText(cluster: Cluster): string {
  const objects = [
    ...Object.entries(cluster.namespaces).map(([name, labels]) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name, labels } })),
    ...cluster.pods.map(({ namespace, name, labels, ports }) => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace, labels },
      spec: { containers: [{ name, ports }] },
    })),
    ...cluster.network.map((policy) => ({ apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", ...policy })),
    ...cluster.admin.map((policy) => ({ apiVersion: "policy.networking.k8s.io/v1alpha1", ...policy })),
  ];
  return JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
}
