/** Findings of `ctv lint`: what a policy says, held against its tests and against the endpoints that are known. */
import { defineDiagnostic } from "./diagnostic.js";
import type { Definition } from "./diagnostic.js";

export const hitsNoEndpoint = defineDiagnostic<{ side: "source" | "destination" | "either" }>({
  code: "CTV4011",
  severity: "warning",
  title: "No known endpoint can hit this rule",
  message: ({ side }) =>
    side === "either"
      ? "no endpoint of the inventory is in the source or the destination of this rule"
      : `no endpoint of the inventory is in the ${side} of this rule`,
  explanation:
    "`ctv lint --inventory` holds every rule against the endpoints that there are. A rule that none of them can hit is waiting for workloads that are yet to come, or selects them by labels that they do not have.",
  example:
    "tenant shop {\n  group web { match app = web }\n  policy edge { allow world -> web : http }\n}\n" +
    '# file: nodes.yaml\nnodes:\n  - { name: node-1 }\nendpoints:\n  - { name: db-0, node: node-1, port: 1, mac: "02:00:00:00:00:01", addresses: [10.1.0.9], namespace: shop, labels: { app: db } }\n',
  fix: "Compare the labels of the group with those of the workloads, or remove the rule.",
});

export const untestedConnection = defineDiagnostic<{ from: string; to: string; services: string }>({
  code: "CTV6006",
  severity: "note",
  title: "No test mentions an allowed connection",
  message: ({ from, to, services }) => `this rule allows ${from} -> ${to} : ${services}, and no expectation speaks of traffic between these two`,
  explanation:
    "An `expect` that speaks of the two peers, in either sense, would notice when a change opens or closes the way between them. `ctv lint` lists the pairs that none speaks of.",
  example: "tenant shop {\n  group web { match app = web }\n  group db  { match app = db }\n  policy tiers { allow web -> db : postgres }\n}\n",
  fix: 'Add a claim, such as `test "the database answers to the web" { expect allow web -> db : postgres }`.',
});

export const lintDiagnostics: readonly Definition[] = [hitsNoEndpoint, untestedConnection];
