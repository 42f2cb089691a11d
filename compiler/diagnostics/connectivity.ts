/** CTV71xx: manifests that are valid, and mean something else than their author may think, or something that files cannot tell. */
import { defineDiagnostic } from "./diagnostic.js";
import type { Definition } from "./diagnostic.js";

const namespace = "# file: all.yaml\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n---\n";
const pod = (more: string, spec = "{}") =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop, labels: {app: web}}\nspec: ${spec}\n${more}---\n`;
const policy = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: web, namespace: shop}\n";

export const selectsNothing = defineDiagnostic<{ policy: string }>({
  code: "CTV7101",
  severity: "warning",
  title: "A policy selects no workload",
  message: ({ policy: title }) => `${title} selects none of the workloads in these files`,
  explanation: "The policy changes nothing for what is here. Its labels may be misspelt, or its workloads are elsewhere.",
  example: `${namespace}${pod("")}${policy}spec:\n  podSelector: {matchLabels: {app: wep}}\n`,
  fix: "Correct the selector, or add the files with the workloads.",
});

export const peerSelectsNothing = defineDiagnostic<{ where: string }>({
  code: "CTV7102",
  severity: "note",
  title: "A peer of a rule selects no workload",
  message: ({ where }) => `this peer of ${where} selects none of the workloads in these files`,
  explanation:
    "The rule allows nothing through this peer for what is here. Labels of namespaces are a usual cause: without a Namespace object only their names are known.",
  example: `${namespace}${pod("")}${policy}spec:\n  podSelector: {}\n  ingress:\n    - from: [{podSelector: {matchLabels: {app: api}}}]\n`,
  fix: "Correct the selector, or add the files with the workloads and their namespaces.",
});

export const unknownPortName = defineDiagnostic<{ name: string; where: string }>({
  code: "CTV7103",
  severity: "warning",
  title: "No pod has a port of this name",
  message: ({ name, where }) => `no workload that ${where} concerns has a port named "${name}", so it allows nothing by this name`,
  explanation:
    "A port by name is looked up on each pod that is the destination, by name and protocol. A pod that does not list the port in `containers[].ports` is not reached.",
  example: `${namespace}${pod("")}${policy}spec:\n  podSelector: {}\n  ingress:\n    - ports: [{port: http}]\n`,
  fix: "Name the port in the pod's containers, or use its number.",
});

export const undeclaredNamespace = defineDiagnostic<{ name: string }>({
  code: "CTV7104",
  severity: "note",
  title: "A namespace is not in the files",
  message: ({ name }) => `namespace "${name}" is not in these files, so no label of it is known but its name`,
  explanation: "A selector of namespaces by another label than `kubernetes.io/metadata.name` does not find it, though in the cluster it may.",
  example: `# file: all.yaml\n${pod("")}${policy}spec:\n  podSelector: {}\n  ingress:\n    - from: [{namespaceSelector: {matchLabels: {team: a}}}]\n`,
  fix: "Add the Namespace object to the files.",
});

export const hostNetworkWorkload = defineDiagnostic<{ workload: string }>({
  code: "CTV7105",
  severity: "note",
  title: "A workload is on the network of its node",
  message: ({ workload }) => `${workload} is on the network of its node, where policies do not apply to it; it is left out`,
  explanation:
    "Kubernetes leaves open what a policy means for pods with `hostNetwork`. Most network plugins see their traffic as that of the node, so no selector finds them.",
  example: `${namespace}${pod("", "{hostNetwork: true}")}`,
  fix: "Nothing. What such a pod may reach is decided elsewhere.",
});

export const blockMayHoldPods = defineDiagnostic<{ block: string; taken: string }>({
  code: "CTV7106",
  severity: "note",
  title: "A block of addresses may hold pods",
  message: ({ block, taken }) => `${block} may hold addresses of pods, and network plugins differ on what that means; it is read as ${taken}`,
  explanation:
    "The API says that an `ipBlock` should be outside of the cluster. Some plugins let it match pods at these addresses and others do not. Addresses of pods are mostly not in manifests.",
  example: `${namespace}${pod("")}${policy}spec:\n  podSelector: {}\n  egress:\n    - to: [{ipBlock: {cidr: 10.0.0.0/8}}]\n`,
  fix: "Say where pods have their addresses (`--pod-cidr`), and what blocks match on your cluster (`--ip-blocks pods`).",
});

export const equalPriority = defineDiagnostic<{ policy: string; other: string; priority: number }>({
  code: "CTV7107",
  severity: "warning",
  title: "Two cluster policies of one tier have the same priority",
  message: ({ policy: title, other, priority }) => `${title} and ${other} have priority ${priority} in the same tier; here the first by name decides`,
  explanation: "The API leaves open which of the two decides where they overlap, so clusters may differ.",
  example: ["a", "b"]
    .map(
      (name, index) =>
        `${index === 0 ? "# file: all.yaml\n" : "---\n"}apiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\nmetadata: {name: ${name}}\nspec:\n  tier: Admin\n  priority: 5\n  subject: {namespaces: {}}\n`,
    )
    .join(""),
  fix: "Give them different priorities.",
});

export const unknowablePeer = defineDiagnostic<{ what: string; read: string }>({
  code: "CTV7108",
  severity: "warning",
  title: "A peer that manifests do not tell",
  message: ({ what, read }) => `which addresses \`${what}\` stands for is not in manifests; the rule is read as ${read}`,
  explanation:
    "Peers by node or by domain name depend on the running cluster. The API asks of those who do not know a kind of peer to fail closed: an Accept matches nothing, a Deny or Pass denies everything the rule could concern.",
  example:
    '# file: all.yaml\napiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\nmetadata: {name: a}\nspec:\n  tier: Admin\n  priority: 5\n  subject: {namespaces: {}}\n  egress:\n    - action: Accept\n      to: [{domainNames: ["*.example.com"]}]\n',
  fix: "Where it matters, write the addresses as `networks`.",
});

export const connectivityDiagnostics: readonly Definition[] = [
  selectsNothing,
  peerSelectsNothing,
  unknownPortName,
  undeclaredNamespace,
  hostNetworkWorkload,
  blockMayHoldPods,
  equalPriority,
  unknowablePeer,
];
