/** What an editor can ask about the policy as a whole: tests, targets' output, who reaches whom, the fate of some flows. */
import type { Range } from "vscode-languageserver-types";
import { settleTargets } from "../../compiler/compile.js";
import type { Checked } from "../../compiler/compile.js";
import type { Policy } from "../../compiler/policy/model.js";
import type { Universe } from "../../compiler/policy/universe.js";
import type { FindingSettings } from "../../compiler/source/settings.js";
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
import { lineMap } from "../../grammar/span.js";
import type { Span } from "../../grammar/span.js";
import { rangeOf, toRange } from "../place.js";
import type { ExplainFlow, MatrixText, TargetText, TestItem, TestOutcome } from "../protocol.js";
import { makingOf } from "../targets/outcomes.js";
import type { Making } from "../targets/outcomes.js";
import type { View } from "../workspace/workspace.js";

/** A file in its checked project, and what the project compiles with. */
export interface Subject {
  readonly checked: Checked;
  readonly file: string;
  readonly making: Making;
  readonly settings: FindingSettings;
  /** Text of a file of the project, those beside the sources included. */
  readonly textOf: (id: string) => string | undefined;
  /** Checks again, with other texts in the place of some files. */
  readonly recheck: (texts: ReadonlyMap<string, string>) => Checked;
}

export function subjectOf({ checked, file, project }: View): Subject {
  const { textOf, recheck } = project;
  return { checked, file: file.id, making: makingOf(project), settings: project.settings().settings, textOf, recheck };
}

/** What can be asked about a policy that takes long where the policy is large. Data, so that a thread can be asked. */
export type PolicyQuestion =
  | { readonly kind: "tests"; readonly name?: string; readonly tenant?: string }
  | { readonly kind: "target"; readonly target: string }
  | { readonly kind: "matrix" }
  | { readonly kind: "flow"; readonly question: string };

/** Nothing for a policy with errors, and for a target that there is not. */
export type PolicyAnswer =
  | { readonly kind: "tests"; readonly found: readonly TestOutcome[] }
  | { readonly kind: "target"; readonly target: string; readonly found?: TargetText }
  | { readonly kind: "matrix"; readonly found?: MatrixText }
  | { readonly kind: "flow"; readonly found: ExplainFlow };

export function answerPolicy(subject: Subject, question: PolicyQuestion): PolicyAnswer {
  switch (question.kind) {
    case "tests":
      return { kind: "tests", found: proveTests(subject, question) };
    case "target":
      return { kind: "target", target: question.target, found: targetText(subject, question.target) };
    case "matrix":
      return { kind: "matrix", found: matrix(subject) };
    case "flow":
      return { kind: "flow", found: explainFlow(subject, question.question) };
  }
}

function rangeIn({ checked, textOf }: Subject, span: Span): Range {
  return toRange(checked.files.get(span.file)?.lines ?? lineMap(textOf(span.file) ?? ""), span);
}

/** The tests of the view's file. */
export function testItems(view: View): TestItem[] {
  return view.checked.draft.tests
    .filter((test) => test.origin.span.file === view.file.id)
    .map((test) => ({ name: test.name, range: rangeOf(view, test.origin.span), ...(test.tenant === undefined ? {} : { tenant: test.tenant }) }));
}

/** Proves the tests of the subject's file, or the one that is named; none while the policy has errors. */
export function proveTests(subject: Subject, wanted: { readonly name?: string; readonly tenant?: string }): TestOutcome[] {
  const { universe, policy } = subject.checked;
  if (universe === undefined || policy === undefined) return [];
  const run = runTests(
    universe,
    ({ name, tenant, origin }) =>
      origin.span.file === subject.file && (wanted.name === undefined || (name === wanted.name && tenant === wanted.tenant)),
  );
  return run.results.map((result) => ({
    name: result.test.name,
    ...(result.test.tenant === undefined ? {} : { tenant: result.test.tenant }),
    passed: result.passed,
    failures: testFindings(policy, { ...run, results: [result] })
      .filter(({ severity }) => severity === "error")
      .map(({ span, message }) => ({ range: rangeIn(subject, span), message })),
  }));
}

/** What a target makes of the project; nothing while the policy has errors, or for a target that there is not. */
export function targetText(subject: Subject, name: string): TargetText | undefined {
  const { checked, making, settings } = subject;
  const { universe } = checked;
  const target = targets.find((row) => row.name === name);
  if (universe === undefined || target === undefined) return undefined;
  const { artefacts, diagnostics } = target.emit(universe, making);
  const findings = settleTargets(checked, diagnostics, [], settings).map(
    ({ code, message, span }) => `${span.file}:${rangeIn(subject, span).start.line + 1}: ${code}: ${message}`,
  );
  return { artefacts, findings: [...new Set(findings)] };
}

/** Who reaches whom; nothing while the policy has errors. */
export function matrix({ checked }: Subject): MatrixText | undefined {
  const { universe } = checked;
  if (universe === undefined) return undefined;
  const table = matrixTable(universe);
  return { svg: matrixSvg(table), markdown: matrixMarkdown(table) };
}

/** What happens to the flows of a question, in Markdown. */
export function explainFlow(subject: Subject, text: string): ExplainFlow {
  const { universe, policy } = subject.checked;
  if (universe === undefined || policy === undefined) return { text: "The policy has errors: mend them first." };
  const found = answerTo(subject, universe, policy, text);
  if (typeof found === "string") return { text: found };
  const parts = found.parts.map(
    ({ outcome, verdicts, example }) =>
      `- **${outcome === "untouched" ? "not decided" : outcome}** by ${verdicts.map(describeVerdict).join(" and ") || "nobody"}, such as \`${formatFlow(example)}\``,
  );
  return { text: [`# ${text}`, outcomeText(found.outcome), parts.join("\n")].join("\n\n") };
}

/** About one flow in the form in which findings print it, or about sets, with the names of the tenant in which they mean something; else why there is no answer. */
function answerTo({ checked, file, recheck }: Subject, universe: Universe, policy: Policy, text: string): Answer | string {
  const flow = parseFlow(text);
  if (flow !== undefined) return answerFlow(policy, flow);
  const found = findQuestion({ checked, recheck }, text, undefined, file);
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
