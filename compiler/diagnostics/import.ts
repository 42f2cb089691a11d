/** CTV72xx: what an import had to settle, because the language has no words for it or the files do not tell. */
import { defineDiagnostic } from "./diagnostic.js";
import type { Definition } from "./diagnostic.js";

const policy = "# file: all.yaml\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: web, namespace: shop}\n";

export const namedPortFixed = defineDiagnostic<{ sentence: string }>({
  code: "CTV7201",
  severity: "note",
  title: "A port by name became a number",
  message: ({ sentence }) => `the policy has numbers and no names of ports: ${sentence}`,
  explanation:
    "Kubernetes looks a port by name up on each pod. The imported rule has the numbers that the workloads of the files have for it, for the pods that have them; a comment beside the rule says which.",
  example: `${policy}spec:\n  podSelector: {}\n  ingress:\n    - ports: [{port: http}]\n`,
  fix: "Nothing, if the numbers are right. When a workload changes the number of its port, change the rule.",
});

export const openNamespaces = defineDiagnostic<{ policy: string; found: readonly string[] }>({
  code: "CTV7202",
  severity: "note",
  title: "A selector of namespaces became a list",
  message: ({ policy: title, found }) =>
    `${title} speaks of namespaces by their labels, and of these ${found.length === 0 ? "none is" : `${found.join(", ")} ${found.length === 1 ? "is" : "are"}`} in the files; a namespace made later is not meant by the policy`,
  explanation:
    "The language names namespaces. The imported rule speaks of those namespaces in the files that the selector finds. Others count as outside: give their Namespace objects, and import again when one is added.",
  example: `${policy}spec:\n  podSelector: {}\n  ingress:\n    - from: [{namespaceSelector: {}}]\n`,
  fix: "Import with the Namespace objects of the whole cluster.",
});

const contivHead = (rules: string) =>
  `# file: objects.json\n[\n  {"tenantName": "shop"},\n  {"networkName": "net", "tenantName": "shop", "encap": "vxlan", "subnet": "10.1.1.0/24"},\n  {"groupName": "web", "tenantName": "shop", "networkName": "net", "policies": ["p"]},\n  {"policyName": "p", "tenantName": "shop"}${rules}\n]\n`;

const contivRule = (id: number, fields: string) => `,\n  {"ruleId": "${id}", "policyName": "p", "tenantName": "shop", ${fields}}`;

export const contivNotRead = defineDiagnostic<{ problem: string }>({
  code: "CTV7203",
  severity: "error",
  title: "An object of Contiv has no part in the import",
  message: ({ problem }) => `this object has no part in the import: ${problem}`,
  explanation:
    "The file holds no object of netmaster, or one that netmaster would refuse, or one that its agents do not enforce. What netmaster holds and its agents cannot enforce has no effect on traffic, so it has none on the policy.",
  example: contivHead(contivRule(1, '"direction": "in", "fromEndpointGroup": "gone", "action": "allow"')),
  fix: "Correct or remove the object. `ctv export-live` writes the objects of a running netmaster.",
});

export const contivUnsaid = defineDiagnostic<{ what: string }>({
  code: "CTV7204",
  severity: "warning",
  title: "The language has no words for a part of an object",
  message: ({ what }) => `the policy does not say ${what}`,
  explanation: "The part has no effect on who may talk to whom. It is lost when the objects are made from the policy again.",
  example: contivHead("").replace('"policies"', '"cfgdTag": "web-tag", "policies"'),
  fix: "Keep a note of it, if it is needed.",
});

export const contivDoubtful = defineDiagnostic<{ problem: string }>({
  code: "CTV7205",
  severity: "error",
  title: "Which of two rules of Contiv decides is not defined",
  message: ({ problem }) => `which rule decides is not defined: this one ${problem}`,
  explanation:
    "Rules of equal priority that overlap with different actions have no order on a switch. The imported policy has one of the two orders.",
  example: contivHead(
    contivRule(1, '"direction": "in", "protocol": "tcp", "port": 80, "action": "allow", "priority": 5') +
      contivRule(2, '"direction": "in", "protocol": "tcp", "action": "deny", "priority": 5'),
  ),
  fix: "Decide which of the two is meant, and give it the higher priority.",
});

export const contivRepliesStopped = defineDiagnostic<{ rule: string; by: string }>({
  code: "CTV7206",
  severity: "note",
  title: "A rule allows what gets no replies",
  message: ({ rule, by }) => `rule ${rule} allows flows whose replies rule ${by} drops; the policy denies these`,
  explanation:
    "Contiv's rules look at packets and not at connections. In the language replies to what is allowed are allowed, so what gets no replies is denied. Single packets of such a flow pass in Contiv, and not by the policy.",
  example: contivHead(
    contivRule(1, '"direction": "in", "protocol": "icmp", "action": "allow", "priority": 10') +
      contivRule(2, '"direction": "out", "action": "deny", "priority": 1'),
  ),
  fix: "If the flows are meant to work, allow them in the policy; Contiv then gets the rules for their replies too.",
});

export const importDiagnostics: readonly Definition[] = [
  namedPortFixed,
  openNamespaces,
  contivNotRead,
  contivUnsaid,
  contivDoubtful,
  contivRepliesStopped,
];
