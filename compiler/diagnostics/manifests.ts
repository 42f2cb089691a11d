/** CTV70xx: Kubernetes manifests that `ctv connectivity` and `ctv import` cannot read, or that a server would refuse. */
import { defineDiagnostic } from "./diagnostic.js";
import type { Definition } from "./diagnostic.js";

/** Examples are manifests: whole policies, but for the part that matters. */
const head = "# file: policy.yaml\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: web, namespace: shop}\n";
const clusterHead = "# file: policy.yaml\napiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\nmetadata: {name: base}\n";

export const invalidManifestYaml = defineDiagnostic<{ reason: string }>({
  code: "CTV7001",
  severity: "error",
  title: "A manifest is no YAML",
  message: ({ reason }) => `this document cannot be read as YAML: ${reason}`,
  explanation:
    "The document is left out; the other documents of the file are read. What it would have said about traffic is missing from the result.",
  example: `${head}spec:\n  podSelector: {\n`,
  fix: "Correct the YAML at the place shown. Templates (Helm, Kustomize) have to be rendered first.",
});

export const emptyManifest = defineDiagnostic<Record<never, never>>({
  code: "CTV7002",
  severity: "warning",
  title: "A document is no Kubernetes object",
  message: () => "this document has neither apiVersion nor kind, so it is no Kubernetes object and is left out",
  explanation: "Folders of manifests often hold other YAML, such as values for templates. It has no part in the result.",
  example: "# file: values.yaml\nreplicas: 3\n",
  fix: "Nothing, if it is no object; else write its `apiVersion` and `kind`.",
});

export const unknownManifestKind = defineDiagnostic<{ kind: string; apiVersion: string; versions?: readonly string[] }>({
  code: "CTV7003",
  severity: "error",
  title: "A kind of object is not known",
  message: ({ kind, apiVersion, versions }) =>
    versions === undefined
      ? `objects of kind ${kind} in ${apiVersion} are not known here`
      : `${kind} is read in ${versions.join(" or ")}, not in ${apiVersion}`,
  explanation:
    "Kinds of Kubernetes' own API that have no part in traffic are read past. Of any other kind it is not known whether it makes pods or decides traffic, and leaving it out in silence could make the result wrong. Policies of network plugins (Calico, Cilium) decide by rules of their own and are not read.",
  example: "# file: policy.yaml\napiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: web, namespace: shop}\nspec: {}\n",
  fix: "Correct the kind or the version. If the kind neither makes pods nor decides traffic, say so with `--ignore-kinds`.",
});

export const invalidManifestName = defineDiagnostic<{ text: string; reason: string }>({
  code: "CTV7004",
  severity: "error",
  title: "An object's name is not valid",
  message: ({ text, reason }) => `"${text}" is no name for an object: ${reason}`,
  explanation: "An API server refuses the object (RFC 1123, and what single kinds ask for).",
  example: "# file: namespace.yaml\napiVersion: v1\nkind: Namespace\nmetadata: {name: My_Shop}\n",
  fix: "Choose a name that the message allows.",
});

export const repeatedObject = defineDiagnostic<{ kind: string; name: string }>({
  code: "CTV7005",
  severity: "error",
  title: "An object is there twice",
  message: ({ kind, name }) => `there is a ${kind} "${name}" already; this one is left out`,
  explanation: "A cluster has one object of a kind, namespace and name: which of the two it would be depends on the order of applying them.",
  example: `${head}spec: {podSelector: {}}\n---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: web, namespace: shop}\nspec: {podSelector: {}}\n`,
  fix: "Remove one of the two, or rename it.",
});

export const wrongManifestValue = defineDiagnostic<{ where: string; needed: string; found: string }>({
  code: "CTV7006",
  severity: "error",
  title: "A field of an object has a wrong value",
  message: ({ where, needed, found }) => `${where} needs ${needed}, not ${found}`,
  explanation: "An API server refuses the object, so it has no part in the result.",
  example: `${head}spec:\n  podSelector: {}\n  policyTypes: [Inbound]\n`,
  fix: "Write a value of the kind that the message names.",
});

export const unknownManifestField = defineDiagnostic<{ field: string; where: string; possible: readonly string[] }>({
  code: "CTV7007",
  severity: "error",
  title: "A policy has a field that does not exist",
  message: ({ field, where, possible }) => `${where === "" ? "this object" : where} has no field "${field}"; possible are ${possible.join(", ")}`,
  explanation:
    "A server refuses the field or drops it, and a rule without the field that was meant is often a wider one: a peer without its selector, a rule without its ports.",
  example: `${head}spec:\n  podselector: {}\n`,
  fix: "Correct the spelling, or the indentation that put the field here.",
});

export const missingManifestField = defineDiagnostic<{ field: string; where: string }>({
  code: "CTV7008",
  severity: "error",
  title: "A field of an object is missing",
  message: ({ field, where }) => `${where === "" ? "this object" : where} needs \`${field}\``,
  explanation: "An API server refuses the object, so it has no part in the result.",
  example: `${head}spec:\n  podSelector: {}\n  ingress:\n    - from:\n        - ipBlock: {}\n`,
  fix: "Add the field.",
});

export const invalidManifestCidr = defineDiagnostic<{ where: string; text: string }>({
  code: "CTV7009",
  severity: "error",
  title: "A policy has no CIDR where it needs one",
  message: ({ where, text }) => `${where}: "${text}" is no CIDR`,
  explanation: "A CIDR is an address and a prefix length within 0 to 32 for IPv4 and 0 to 128 for IPv6, numbers without leading zeros.",
  example: `${head}spec:\n  podSelector: {}\n  ingress:\n    - from:\n        - ipBlock: {cidr: 10.0.0.0/33}\n`,
  fix: "Write it as in 192.0.2.0/24 or 2001:db8::/32.",
});

export const manifestHostBits = defineDiagnostic<{ text: string; canonical: string }>({
  code: "CTV7010",
  severity: "warning",
  title: "A CIDR of a policy has host bits set",
  message: ({ text, canonical }) => `"${text}" has bits set after its prefix; it is read as ${canonical}`,
  explanation: "Servers have taken such CIDRs and ignored the bits. Newer ones warn, and may refuse them in new objects.",
  example: `${head}spec:\n  podSelector: {}\n  ingress:\n    - from:\n        - ipBlock: {cidr: 10.0.0.7/8}\n`,
  fix: "Write the CIDR as the message has it, or a /32 if a single address was meant.",
});

export const exceptOutside = defineDiagnostic<{ except: string; cidr: string }>({
  code: "CTV7011",
  severity: "error",
  title: "An exception lies outside its block",
  message: ({ except, cidr }) => `the exception ${except} is not inside ${cidr}`,
  explanation: "Each `except` takes a smaller block out of the `cidr` beside it. An API server refuses the object.",
  example: `${head}spec:\n  podSelector: {}\n  ingress:\n    - from:\n        - ipBlock: {cidr: 10.0.0.0/8, except: [192.168.0.0/24]}\n`,
  fix: "Remove the exception, or correct the block.",
});

export const badPort = defineDiagnostic<{ port: number }>({
  code: "CTV7012",
  severity: "error",
  title: "A port is out of range",
  message: ({ port }) => `${port} is no port; ports are whole numbers from 1 to 65535`,
  explanation: "An API server refuses the object, so it has no part in the result.",
  example: `${head}spec:\n  podSelector: {}\n  ingress:\n    - ports: [{port: 70000}]\n`,
  fix: "Write a port within the range.",
});

export const badEndPort = defineDiagnostic<{ reason: string }>({
  code: "CTV7013",
  severity: "error",
  title: "A range of ports is not valid",
  message: ({ reason }) => `this range of ports is not valid: ${reason}`,
  explanation: "A range has a first and a last port as numbers, in this order. An API server refuses the object.",
  example: `${head}spec:\n  podSelector: {}\n  ingress:\n    - ports: [{port: 9000, endPort: 8000}]\n`,
  fix: "Correct the range.",
});

export const badPortName = defineDiagnostic<{ name: string; reason: string }>({
  code: "CTV7014",
  severity: "error",
  title: "The name of a port is not valid",
  message: ({ name, reason }) => `"${name}" is no name of a port: ${reason}`,
  explanation: "A port in quotes that is meant as a number is the usual cause: a text is always taken as a name. An API server refuses the object.",
  example: `${head}spec:\n  podSelector: {}\n  ingress:\n    - ports: [{port: "8080"}]\n`,
  fix: "Write a number without quotes, or a name such as http.",
});

export const wrongRequirement = defineDiagnostic<{ where: string; operator: string; needsValues: boolean }>({
  code: "CTV7015",
  severity: "error",
  title: "A label requirement does not fit its operator",
  message: ({ where, operator, needsValues }) => `${where}: ${operator} ${needsValues ? "needs at least one value" : "takes no values"}`,
  explanation: "`In` and `NotIn` list values; `Exists` and `DoesNotExist` ask for the key alone. An API server refuses the object.",
  example: `${head}spec:\n  podSelector:\n    matchExpressions: [{key: app, operator: In}]\n`,
  fix: "Add the values, take them away, or choose the other operator.",
});

export const invalidManifestLabel = defineDiagnostic<{ what: "key" | "value"; text: string; reason: string }>({
  code: "CTV7016",
  severity: "error",
  title: "A label is not valid",
  message: ({ what, text, reason }) => `"${text}" is no label ${what}: ${reason}`,
  explanation: 'An API server refuses the object (Kubernetes, "Labels and Selectors").',
  example: `${head}spec:\n  podSelector: {matchLabels: {app: "the web"}}\n`,
  fix: "Write a label that the message allows.",
});

export const badPeer = defineDiagnostic<{ where: string; problem: string }>({
  code: "CTV7017",
  severity: "error",
  title: "A peer of a rule is not valid",
  message: ({ where, problem }) => `${where} ${problem}`,
  explanation:
    "An item of `from` or `to` is either an `ipBlock`, or a `podSelector`, a `namespaceSelector` or both. An API server refuses the object.",
  example: `${head}spec:\n  podSelector: {}\n  ingress:\n    - from: [{}]\n`,
  fix: "Make the item one of the two; for everything, leave `from` or `to` out.",
});

export const wrongCombination = defineDiagnostic<{ where: string; possible: readonly string[] }>({
  code: "CTV7018",
  severity: "error",
  title: "A subject, peer or port needs exactly one field",
  message: ({ where, possible }) => `${where} needs exactly one of ${possible.join(", ")}`,
  explanation: "These parts of cluster policies are choices. An empty subject selects nothing, and an API server refuses the object.",
  example: `${clusterHead}spec:\n  tier: Admin\n  priority: 10\n  subject: {}\n`,
  fix: "Keep the one that is meant. All pods of the cluster are `namespaces: {}`.",
});

export const tooManyItems = defineDiagnostic<{ where: string; count: number; most: number }>({
  code: "CTV7019",
  severity: "error",
  title: "A policy has more items than its kind takes",
  message: ({ where, count, most }) => `${where} has ${count} items, and at most ${most} are allowed`,
  explanation: "The schema of the kind limits rules, peers, ports and networks. An API server refuses the object.",
  example: `${clusterHead}spec:\n  tier: Admin\n  priority: 10\n  subject: {namespaces: {}}\n  egress:\n    - action: Deny\n      to:\n        - networks: [${Array.from({ length: 26 }, (_, index) => `10.${index}.0.0/16`).join(", ")}]\n`,
  fix: "Merge items, or split the policy in two.",
});

export const deadSection = defineDiagnostic<{ section: string; type: string }>({
  code: "CTV7020",
  severity: "warning",
  title: "Rules of a direction that the policy leaves alone",
  message: ({ section, type }) => `these ${section} rules have no effect: policyTypes does not list ${type}`,
  explanation:
    "`policyTypes` says in which directions a policy isolates its pods and what its rules are for. Rules of another direction are ignored by the cluster, and here.",
  example: `${head}spec:\n  podSelector: {}\n  policyTypes: [Ingress]\n  egress:\n    - ports: [{port: 53, protocol: UDP}]\n`,
  fix: "Add the direction to `policyTypes`, or remove the rules.",
});

export const manifestDiagnostics: readonly Definition[] = [
  invalidManifestYaml,
  emptyManifest,
  unknownManifestKind,
  invalidManifestName,
  repeatedObject,
  wrongManifestValue,
  unknownManifestField,
  missingManifestField,
  invalidManifestCidr,
  manifestHostBits,
  exceptOutside,
  badPort,
  badEndPort,
  badPortName,
  wrongRequirement,
  invalidManifestLabel,
  badPeer,
  wrongCombination,
  tooManyItems,
  deadSection,
];
