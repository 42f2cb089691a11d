/** `ctv connectivity`: the connections that Kubernetes manifests allow, without any `.ctv`. */
import { adviceOn } from "../../compiler/manifests/connectivity/advice.js";
import { connections, isNamed } from "../../compiler/manifests/connectivity/connections.js";
import type { Connection } from "../../compiler/manifests/connectivity/connections.js";
import { connectionExplanations, connectionValues } from "../../compiler/manifests/connectivity/explain.js";
import type { Locate } from "../../compiler/manifests/connectivity/explain.js";
import { workloadPoints } from "../../compiler/manifests/connectivity/points.js";
import { connectionCsv, connectionDot, connectionList, connectionMarkdown } from "../../compiler/manifests/connectivity/text.js";
import { didYouMean, suggest } from "../../compiler/bind/suggest.js";
import { exitCodes, Refusal } from "../exit.js";
import { addressFacts, hasErrors, loadManifests, manifestArgument, manifestOptions } from "../manifests.js";
import { failLevel, failLevelOption, flag, list, text } from "../options.js";
import { emitReport } from "../report/emit.js";
import { jsonFindings, jsonVersion } from "../report/json.js";
import { fails, inOrder, locate } from "../report/report.js";
import type { Report } from "../report/report.js";
import type { Verb } from "../verb.js";

const forms = ["list", "json", "csv", "markdown", "dot"] as const;
type Form = (typeof forms)[number];

export const connectivity: Verb = {
  argument: manifestArgument,
  options: [
    { flags: "--format <form>", description: "how to print", choices: forms },
    { flags: "--explain", description: "name the policies that decide, also where nothing is allowed (list and json)" },
    { flags: "--focus <workloads>", description: "only connections of these: name, namespace/name or namespace/name[Kind]", many: true },
    ...manifestOptions,
    { flags: "--strict", description: "print nothing where an object cannot be read" },
    failLevelOption,
  ],
  examples: [
    "ctv connectivity manifests",
    "ctv connectivity manifests --explain --focus shop/web",
    "ctv connectivity manifests --format dot | dot -Tsvg",
  ],
  run: async ({ words, options, terminal }) => {
    const form = forms.find((known) => known === text(options, "format")) ?? "list";
    const explain = flag(options, "explain");
    if (explain && form !== "list" && form !== "json")
      throw new Refusal(`--explain has no place in the form ${form}`, "use it with --format list or json");
    const facts = addressFacts(options);
    const { manifests, diagnostics, sources } = await loadManifests(words, options, terminal);
    const focus = list(options, "focus");
    const strict = flag(options, "strict") && hasErrors(diagnostics);
    const points = workloadPoints(manifests, facts);
    for (const word of strict ? [] : focus) {
      if (points.some((point) => isNamed(point, word))) continue;
      const titles = points.flatMap(({ title, namespace, name }) => [title, `${namespace}/${name}`, name]);
      throw new Refusal(`--focus ${word}: there is no such workload in these files`, didYouMean(suggest(word, titles)));
    }
    const report: Report = {
      verb: "connectivity",
      diagnostics: inOrder([...diagnostics, ...adviceOn(manifests, facts)]),
      sources,
      failLevel: failLevel(options),
    };
    if (form !== "json") emitReport(terminal, report, "pretty");
    if (points.length === 0) terminal.err.write("there is no workload in these files, so there are no connections to tell\n");
    if (!strict) terminal.out.write(print(form, connections(manifests, { facts, focus, explain }), explain, report));
    else if (form === "json") emitReport(terminal, report, "pretty");
    return report.diagnostics.some((diagnostic) => fails(diagnostic, report.failLevel)) ? exitCodes.findings : exitCodes.fine;
  },
};

function print(form: Form, found: readonly Connection[], explain: boolean, report: Report): string {
  const place: Locate = (span) => {
    const { file, start } = locate(report, span);
    return `${file}:${start.line}:${start.column}`;
  };
  switch (form) {
    case "list":
      return explain ? connectionExplanations(found, place) : connectionList(found);
    case "json": {
      const document = {
        version: jsonVersion,
        command: report.verb,
        connections: connectionValues(found, explain ? place : undefined),
        findings: jsonFindings(report),
      };
      return `${JSON.stringify(document, undefined, 2)}\n`;
    }
    case "csv":
      return connectionCsv(found);
    case "markdown":
      return connectionMarkdown(found);
    case "dot":
      return connectionDot(found);
  }
}
