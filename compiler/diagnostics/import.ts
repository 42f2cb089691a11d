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

export const importDiagnostics: readonly Definition[] = [namedPortFixed, openNamespaces];
