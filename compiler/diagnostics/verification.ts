/** CTV50xx: a target's artefacts do not decide as the source does, do not fit to each other, or there are none. */
import { defineDiagnostic } from "./diagnostic.js";
import type { Definition } from "./diagnostic.js";

/** A file below `edited/` stands for one of the output that somebody has edited. */
const policy =
  "tenant shop {\n  network net { subnet 10.1.0.0/24 }\n  group web in net { match app = web }\n  policy edge { allow world -> web : http }\n}\n";
const edited = "# file: edited/kubernetes/shop/edge.web.yaml\n";
const head = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: edge.web\n  namespace: shop\n";

export const decidesOtherwise = defineDiagnostic<{
  target: string;
  flow: string;
  source?: string;
  decision: string;
  by: string;
  assumption?: string;
}>({
  code: "CTV5001",
  severity: "error",
  essential: true,
  title: "A target decides a flow otherwise",
  message: ({ target, flow, source, decision, by, assumption }) =>
    `${target} ${decision} ${flow}, by ${by}${assumption === undefined ? "" : ` (${assumption})`}; ${source === undefined ? "the source says nothing of it: neither end is in a tenant" : `the source says otherwise, by ${source}`}`,
  explanation:
    "What was written for the target was read back by the target's own semantics and compared with the source over all flows. This flow is decided otherwise, and no finding says so. After `ctv compile` this is a defect of the compiler: please report it with the source. After `ctv verify` the files were edited, or belong to another version of the source.",
  example: `${policy}${edited}${head}spec:\n  podSelector:\n    matchLabels:\n      app: web\n  ingress:\n    - ports:\n        - port: 8080\n`,
  fix: "Compile again. If the finding stays on fresh output, report it; the flow in the message is enough to find the cause.",
});

export const doesNotRead = defineDiagnostic<{ target: string; path: string; line?: number; problem: string }>({
  code: "CTV5002",
  severity: "error",
  essential: true,
  title: "A target's file does not read",
  message: ({ target, path, line, problem }) => `${target}/${path}${line === undefined ? "" : `:${line}`}: ${problem}`,
  explanation:
    "The file is not what the target's own server would take, so nothing can be proved about it. It was edited, cut off, or is of a kind that is not known here.",
  example: `${policy}${edited}${head}spec:\n  podSelector: {\n`,
  fix: "Compile again, or mend the file at the line of the message.",
});

type AsideFields = { readonly target: string; readonly path: string; readonly line?: number; readonly problem: string };

const asideMessage = ({ target, path, line, problem }: AsideFields): string => `${target}/${path}${line === undefined ? "" : `:${line}`}: ${problem}`;

/** A file of Contiv's beside `main.ctv`'s own: a plan that sends nothing. */
const emptyPlan = '# file: edited/contiv/plan.json\n{\n  "target": "contiv",\n  "version": 1,\n  "steps": [\n  ]\n}\n';

export const asideWrong = defineDiagnostic<AsideFields>({
  code: "CTV5004",
  severity: "error",
  essential: true,
  title: "A file beside the policy says something else",
  message: asideMessage,
  explanation:
    "Some files decide no flow themselves: the order in which to send Contiv's objects, the labels that put workloads into its groups, its networks and profiles, the map from OpenFlow cookies to rules, the tables of nodes. This one does not fit to the files that decide, or to the source: who follows it gets something else than what was proved. After `ctv compile` this is a defect of the compiler: please report it with the source. After `ctv verify` the file was edited, or belongs to another version of the source.",
  example: `${policy}${emptyPlan}`,
  fix: "Compile again.",
});

export const asideOutdated = defineDiagnostic<AsideFields>({
  code: "CTV5005",
  severity: "warning",
  title: "A file points at an earlier source",
  message: asideMessage,
  explanation:
    "The file fits to the target's other files, and it names lines or words of the source that are no longer so. Nothing is decided otherwise, and who looks for a rule by it looks in the wrong place.",
  example: `${policy}# file: edited/contiv/labels/kubectl-label.txt\n# What used to stand here.\nkubectl label pods -n shop -l 'app=web' --overwrite io.contiv.tenant=shop io.contiv.network=net io.contiv.net-group=web\n`,
  fix: "Compile again.",
});

export const targetLeftOut = defineDiagnostic<{ target: string; reason: string }>({
  code: "CTV5003",
  severity: "note",
  title: "Target left out",
  message: ({ target, reason }) => `${target} is left out, because nobody asks for it and the policy does not fit it: ${reason}`,
  explanation:
    "Where neither `--target` nor the project file names targets, a policy is compiled for all that it fits. A tenant without networks, as is usual where only Kubernetes is meant, has no place on Contiv. Asked for by name, the target has an error instead.",
  example: "tenant shop {\n  group web { match app = web }\n  policy edge { allow world -> web : http }\n}\n",
  fix: "Nothing, if the target is not meant: `targets` in the project file names those that are. Else declare what the message asks for.",
});

export const verificationDiagnostics: readonly Definition[] = [decidesOtherwise, doesNotRead, asideWrong, asideOutdated];
export const outputDiagnostics: readonly Definition[] = [...verificationDiagnostics, targetLeftOut];
