/** `ctv test`: proves every expectation of the policy's `test` blocks for all flows that it covers. */
import { createColors } from "picocolors";
import { settleFindings } from "../../compiler/compile.js";
import { failedExpectation, testsDiagnostics, uncoveredRule } from "../../compiler/diagnostics/tests.js";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.js";
import { globMatcher } from "../../compiler/source/glob.js";
import type { Universe } from "../../compiler/policy/universe.js";
import { coverageFindings, testFindings } from "../../compiler/verdict/findings.js";
import { runTests } from "../../compiler/verdict/tests.js";
import type { TestResult, TestRun } from "../../compiler/verdict/tests.js";
import { exitCodes, Refusal } from "../exit.js";
import { failLevel, failLevelOption, flag, format, formatOption, list, text } from "../options.js";
import { loadProject, projectOptions } from "../project.js";
import type { LoadedProject } from "../project.js";
import { emitReport } from "../report/emit.js";
import { junitDocument } from "../report/junit.js";
import { fails, inOrder, locate, messageLines } from "../report/report.js";
import type { Report } from "../report/report.js";
import { soundUniverse } from "../sound.js";
import { wantsColour } from "../terminal.js";
import type { Verb } from "../verb.js";

export const test: Verb = {
  argument: { syntax: "[paths...]", description: "files, folders, or - for standard input; default: the project around this folder" },
  options: [
    {
      flags: "--filter <pattern>",
      description: "only tests whose name holds this text, or matches it where it has a `*`; may be given again",
      repeat: true,
    },
    { flags: "--coverage", description: "list the rules that no expectation depends on" },
    { flags: "--threshold <percent>", description: "fail where fewer rules than this are covered" },
    { flags: "--fail-on-empty", description: "fail where there is no test" },
    ...projectOptions,
    formatOption,
    failLevelOption,
  ],
  examples: ["ctv test", 'ctv test --filter "redis*"', "ctv test --coverage --threshold 80", "ctv test --format junit > tests.xml"],
  run: ({ words, options, terminal }) => {
    const threshold = percent(text(options, "threshold"));
    const loaded = loadProject(words, options, terminal);
    const form = format(options);
    const universe = soundUniverse("test", loaded, terminal, form);
    if (universe === undefined) return Promise.resolve(exitCodes.findings);

    const patterns = list(options, "filter").map(matcher);
    const run = runTests(universe, ({ name }) => patterns.length === 0 || patterns.some((matches) => matches(name)));
    const covers = flag(options, "coverage") || threshold !== undefined;
    const wanted = covers ? coverageFindings(run) : [];
    const looksFor = (code: string) =>
      patterns.length === 0 && testsDiagnostics.some((kind) => kind.code === code && (covers || kind !== uncoveredRule));
    const found = [...testFindings(universe.policy, run), ...wanted];
    const diagnostics = inOrder(settleFindings(loaded.checked, found, looksFor, loaded.project.settings));
    const report: Report = { verb: "test", diagnostics, sources: loaded.sources, failLevel: failLevel(options), result: summaryOf(run) };

    if (form === "junit") terminal.out.write(junit(loaded, run, diagnostics));
    else emitReport(terminal, report, form);
    if (form === "pretty") terminal.out.write(pretty(loaded, universe, run, wantsColour(terminal, terminal.out)));

    const empty = run.results.length === 0 && flag(options, "failOnEmpty");
    if (empty) terminal.err.write("ctv: there is no test to run\n");
    const low = threshold !== undefined && covered(run) < threshold;
    if (low) terminal.err.write(`ctv: ${covered(run)} % of the rules are covered, and ${threshold} % are asked for\n`);
    if (run.results.some((result) => !result.passed) || empty || low) return Promise.resolve(exitCodes.testsFailed);
    return Promise.resolve(diagnostics.some((diagnostic) => fails(diagnostic, report.failLevel)) ? exitCodes.findings : exitCodes.fine);
  },
};

function percent(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (!/^\d{1,3}$/.test(value) || Number(value) > 100) throw new Refusal(`--threshold ${value}: a percentage is a whole number from 0 to 100`);
  return Number(value);
}

/** A pattern with `*` has to match the whole name; other text may stand anywhere in it. */
function matcher(pattern: string): (name: string) => boolean {
  if (!pattern.includes("*")) return (name) => name.includes(pattern);
  const matches = globMatcher(pattern.replaceAll("/", "\u0000"));
  return (name) => matches(name.replaceAll("/", "\u0000"));
}

/** Percent of the rules that some expectation depends on; all of none. */
function covered(run: TestRun): number {
  const rules = run.covered.size + run.uncovered.length;
  return rules === 0 ? 100 : Math.floor((run.covered.size * 100) / rules);
}

function summaryOf(run: TestRun): Readonly<Record<string, unknown>> {
  return {
    tests: run.results.map(({ test: { name, tenant }, passed, expectations }) => ({
      name,
      tenant,
      passed,
      expectations: expectations.map(({ expectation, status }) => ({ text: expectation.text, status })),
    })),
    coverage: {
      covered: run.covered.size,
      rules: run.covered.size + run.uncovered.length,
      percent: covered(run),
      uncovered: run.uncovered.map((rule) => rule.id),
    },
  };
}

function pretty(loaded: LoadedProject, universe: Universe, run: TestRun, colour: boolean): string {
  const colours = createColors(colour);
  const lines = run.results.map(({ test: { name, origin }, passed }) => {
    const { file, start } = locate(loaded, origin.span);
    return `${passed ? colours.green("holds") : colours.red("fails")}  ${name}  ${colours.dim(`(${file}:${start.line})`)}\n`;
  });
  const failed = run.results.filter((result) => !result.passed).length;
  const held = run.results.length - failed;
  const there = universe.policy.tests.length;
  const none = there === 0 ? "no tests" : `no test with such a name among ${there}`;
  const tests = run.results.length === 0 ? none : `${held} of ${run.results.length} ${run.results.length === 1 ? "test holds" : "tests hold"}`;
  return `${lines.join("")}${tests}; ${run.covered.size} of ${run.covered.size + run.uncovered.length} rules covered\n`;
}

/** A suite a file, a case a test; what fails in it is the case's failure. */
function junit(loaded: LoadedProject, run: TestRun, diagnostics: readonly Diagnostic[]): string {
  const files = [...new Set(run.results.map(({ test: { origin } }) => origin.span.file))];
  const suites = files.map((file) => ({
    name: loaded.sources.get(file)?.shown ?? file,
    cases: run.results.filter((result) => result.test.origin.span.file === file).map((result) => junitCase(loaded, result, diagnostics)),
  }));
  return junitDocument("ctv test", suites);
}

function junitCase(loaded: LoadedProject, result: TestResult, diagnostics: readonly Diagnostic[]) {
  const { name, tenant, origin } = result.test;
  const common = { name, className: tenant ?? loaded.sources.get(origin.span.file)?.shown ?? "" };
  if (result.passed) return common;
  const spans = result.expectations.map(({ expectation }) => expectation.origin.span);
  const failures = diagnostics.filter(
    ({ code, span }) => code === failedExpectation.code && spans.some((one) => one.file === span.file && one.start === span.start),
  );
  const lines = failures.map((failure) => {
    const { file, start } = locate(loaded, failure.span);
    return `${file}:${start.line}: ${messageLines(failure).join("\n")}`;
  });
  return { ...common, failure: { message: failures[0]?.message ?? "does not hold", type: failedExpectation.code, text: lines.join("\n") } };
}
