/** What an editor can ask about the policy as a whole: tests, targets' output, who reaches whom, the fate of some flows. */
import { testFindings } from "../../compiler/verdict/findings.js";
import { describeFlow } from "../../compiler/verdict/describe.js";
import { describeVerdict } from "../../compiler/verdict/findings.js";
import { answer } from "../../compiler/verdict/query.js";
import type { Answer, Question } from "../../compiler/verdict/query.js";
import { connectivity } from "../../compiler/verdict/connectivity.js";
import { runTests } from "../../compiler/verdict/tests.js";
import { formatServices } from "../../compiler/space/service.js";
import { targets } from "../../compiler/target/index.js";
import { rangeOf } from "../place.js";
import type { ExplainFlow, MatrixText, TargetText, TestItem, TestOutcome } from "../protocol.js";
import type { View } from "../workspace/workspace.js";
import { matrixSvg } from "./matrix.js";

/** The tests of the view's file. */
export function testItems(view: View): TestItem[] {
  return view.checked.draft.tests
    .filter((test) => test.origin.span.file === view.file.id)
    .map((test) => ({ name: test.name, range: rangeOf(view, test.origin.span), ...(test.tenant === undefined ? {} : { tenant: test.tenant }) }));
}

/** Proves the tests of the view's file, or the one that is named; none while the policy has errors. */
export function proveTests(view: View, wanted: { readonly name?: string; readonly tenant?: string }): TestOutcome[] {
  const { universe, policy } = view.checked;
  if (universe === undefined || policy === undefined) return [];
  const run = runTests(
    universe,
    ({ name, tenant, origin }) =>
      origin.span.file === view.file.id && (wanted.name === undefined || (name === wanted.name && tenant === wanted.tenant)),
  );
  return run.results.map((result) => ({
    name: result.test.name,
    ...(result.test.tenant === undefined ? {} : { tenant: result.test.tenant }),
    passed: result.passed,
    failures: testFindings(policy, { ...run, results: [result] })
      .filter(({ severity }) => severity === "error")
      .map(({ span, message }) => ({ range: rangeOf(view, span), message })),
  }));
}

/** What a target makes of the project; nothing while the policy has errors, or for a target that there is not. */
export function targetText(view: View, name: string): TargetText | undefined {
  const { universe } = view.checked;
  const target = targets.find((row) => row.name === name);
  if (universe === undefined || target === undefined) return undefined;
  const inventory = view.project.inventory();
  return {
    artefacts: target.emit(universe, { options: view.project.settings().targets, ...(inventory === undefined ? {} : { inventory }) }).artefacts,
  };
}

/** Who reaches whom; nothing while the policy has errors. */
export function matrix(view: View): MatrixText | undefined {
  const { universe } = view.checked;
  if (universe === undefined) return undefined;
  const { names, rows } = connectivity(universe);
  const cells = rows.map(({ source, to }) => ({
    source: source.name,
    to: new Map(
      to.map(({ peer, always, sometimes }) => [
        peer.name,
        [formatServices(always), sometimes.length === 0 ? "" : `${formatServices(sometimes)} for some`].filter((text) => text !== "").join(", "),
      ]),
    ),
  }));
  const columns = names.map(({ name }) => name);
  const lines = cells.map(({ source, to }) => `| **${source}** | ${columns.map((column) => to.get(column) ?? "").join(" | ")} |`);
  const markdown = [`| from \\ to | ${columns.join(" | ")} |`, `|---|${columns.map(() => "---|").join("")}`, ...lines].join("\n");
  return { svg: matrixSvg(columns, cells), markdown: `${markdown}\n` };
}

/** What happens to the flows of a question, in Markdown. */
export function explainFlow(view: View, text: string): ExplainFlow {
  const { universe, policy } = view.checked;
  if (universe === undefined || policy === undefined) return { text: "The policy has errors: mend them first." };
  const asked = askIn(view, text, undefined) ?? policy.tenants.map(({ name }) => askIn(view, text, name)).find((found) => found !== undefined);
  if (asked === undefined) return { text: `\`${text}\` is not understood. A question reads as a rule does: \`frontend -> redis-master : redis\`.` };
  const found = answer(universe, asked);
  const parts = found.parts.map(
    ({ outcome, verdicts, example }) =>
      `- **${outcome === "untouched" ? "not decided" : outcome}** by ${verdicts.map(describeVerdict).join(" and ") || "nobody"}, such as \`${describeFlow(policy, example)}\``,
  );
  return { text: [`# ${text}`, outcomeText(found.outcome), parts.join("\n")].join("\n\n") };
}

function outcomeText(outcome: Answer["outcome"]): string {
  switch (outcome) {
    case "allow":
      return "All of it is **allowed**.";
    case "deny":
      return "All of it is **denied**.";
    case "mixed":
      return "Some of it is allowed and some is denied.";
    case "untouched":
      return "None of it has an end in a tenant, so nothing here decides it.";
    case "nothing":
      return "There is no such traffic.";
  }
}

const questionName = "<question>";

/** The question, read as an expectation at the end of the view's file: names mean in it what they mean there. */
function askIn(view: View, text: string, tenant: string | undefined): Question | undefined {
  const open = tenant === undefined ? "" : `tenant ${JSON.stringify(tenant)} {\n`;
  const source = `${view.file.text}\n${open}test ${JSON.stringify(questionName)} {\nexpect allow ${text}\n}${tenant === undefined ? "" : "\n}"}\n`;
  const checked = view.project.recheck(new Map([[view.file.id, source]]));
  const unfit = checked.diagnostics.some(
    ({ severity, span }) => severity === "error" && span.file === view.file.id && span.start > view.file.text.length,
  );
  return unfit ? undefined : checked.policy?.tests.find(({ name }) => name === questionName)?.expectations.at(0);
}
