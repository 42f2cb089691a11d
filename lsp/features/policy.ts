/** What an editor can ask about the policy as a whole: tests, targets' output, who reaches whom, the fate of some flows. */
import { settleTargets } from "../../compiler/compile.js";
import type { Policy } from "../../compiler/policy/model.js";
import type { Universe } from "../../compiler/policy/universe.js";
import { testFindings } from "../../compiler/verdict/findings.js";
import { formatFlow, parseFlow } from "../../compiler/verdict/format.js";
import { describeVerdict } from "../../compiler/verdict/findings.js";
import { answer, answerFlow } from "../../compiler/verdict/query.js";
import type { Answer } from "../../compiler/verdict/query.js";
import { findQuestion } from "../../compiler/verdict/question.js";
import type { FoundQuestion } from "../../compiler/verdict/question.js";
import { matrixSvg } from "../../compiler/verdict/matrix/svg.js";
import { matrixTable } from "../../compiler/verdict/matrix/table.js";
import { matrixMarkdown } from "../../compiler/verdict/matrix/text.js";
import { runTests } from "../../compiler/verdict/tests.js";
import { targets } from "../../compiler/target/index.js";
import { rangeOf } from "../place.js";
import type { ExplainFlow, MatrixText, TargetText, TestItem, TestOutcome } from "../protocol.js";
import type { View } from "../workspace/workspace.js";

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
  const { settings, targets: options } = view.project.settings();
  const { artefacts, diagnostics } = target.emit(universe, { options, ...(inventory === undefined ? {} : { inventory }) });
  const findings = settleTargets(view.checked, diagnostics, [], settings).map(
    ({ code, message, span }) => `${span.file}:${rangeOf(view, span).start.line + 1}: ${code}: ${message}`,
  );
  return { artefacts, findings: [...new Set(findings)] };
}

/** Who reaches whom; nothing while the policy has errors. */
export function matrix(view: View): MatrixText | undefined {
  const { universe } = view.checked;
  if (universe === undefined) return undefined;
  const table = matrixTable(universe);
  return { svg: matrixSvg(table), markdown: matrixMarkdown(table) };
}

/** What happens to the flows of a question, in Markdown. */
export function explainFlow(view: View, text: string): ExplainFlow {
  const { universe, policy } = view.checked;
  if (universe === undefined || policy === undefined) return { text: "The policy has errors: mend them first." };
  const found = answerTo(view, universe, policy, text);
  if (typeof found === "string") return { text: found };
  const parts = found.parts.map(
    ({ outcome, verdicts, example }) =>
      `- **${outcome === "untouched" ? "not decided" : outcome}** by ${verdicts.map(describeVerdict).join(" and ") || "nobody"}, such as \`${formatFlow(example)}\``,
  );
  return { text: [`# ${text}`, outcomeText(found.outcome), parts.join("\n")].join("\n\n") };
}

/** About one flow in the form in which findings print it, or about sets, with the names of the tenant in which they mean something; else why there is no answer. */
function answerTo(view: View, universe: Universe, policy: Policy, text: string): Answer | string {
  const flow = parseFlow(text);
  if (flow !== undefined) return answerFlow(policy, flow);
  const found = findQuestion({ checked: view.checked, recheck: view.project.recheck }, text, undefined, view.file.id);
  return found.kind === "found" ? answer(universe, found.question) : notUnderstood(text, found);
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

function notUnderstood(text: string, found: Exclude<FoundQuestion, { readonly kind: "found" }>): string {
  switch (found.kind) {
    case "several":
    case "no such tenant":
      return `\`${text}\` means something in each of the tenants ${found.tenants.join(", ")}: write names as \`${found.tenants.at(0) ?? "tenant"}/NAME\`.`;
    case "wrong": {
      const why = found.diagnostics.map(({ message }) => message).join("; ");
      return `\`${text}\` is not understood${why === "" ? "" : `: ${why}`}. A question reads as a rule does: \`frontend -> redis-master : redis\`.`;
    }
  }
}
