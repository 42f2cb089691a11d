/** The language's `test` blocks: every expectation proved for all its flows, or refuted by one of them. */
import type { Action, Expectation, Rule, Test } from "../policy/model.js";
import { possiblePart } from "../policy/universe.js";
import type { Universe } from "../policy/universe.js";
import { flowProduct, someFlow } from "../space/flows.js";
import type { Flow } from "../space/flows.js";
import type { Verdict } from "./evaluate.js";
import { decidedParts } from "./parts.js";
import type { DecidedPart } from "./parts.js";

/** A flow of an expectation that is not decided as expected. */
export interface Counterexample {
  readonly flow: Flow;
  readonly outcome: Action;
  readonly verdicts: readonly Verdict[];
}

export type ExpectationResult =
  | { readonly expectation: Expectation; readonly status: "passed" }
  | { readonly expectation: Expectation; readonly status: "failed"; readonly counterexample: Counterexample }
  /** It speaks of no flow that can exist (`nothing`), or only of flows with no end in a tenant (`untouched`). */
  | { readonly expectation: Expectation; readonly status: "vacuous"; readonly reason: "nothing" | "untouched" };

export interface TestResult {
  readonly test: Test;
  readonly expectations: readonly ExpectationResult[];
  /** Every expectation passed; a vacuous one does not fail, and neither does having none. */
  readonly passed: boolean;
}

export interface TestRun {
  readonly results: readonly TestResult[];
  /** Rules that some expectation depends on: with the other action they would change the outcome of a flow that it speaks of. */
  readonly covered: ReadonlySet<string>;
  /** The others, in order of tenant and evaluation. */
  readonly uncovered: readonly Rule[];
}

/** Proves every expectation of the tests that `wanted` selects; default: all. */
export function runTests(universe: Universe, wanted: (test: Test) => boolean = () => true): TestRun {
  const covered = new Set<string>();
  const results = universe.policy.tests.filter(wanted).map((test): TestResult => {
    const expectations = test.expectations.map((expectation) => runExpectation(universe, expectation, covered));
    return { test, expectations, passed: expectations.every((result) => result.status !== "failed") };
  });
  const uncovered = universe.policy.tenants.flatMap((tenant) => tenant.rules.filter((rule) => !covered.has(rule.id)));
  return { results, covered, uncovered };
}

/** Adds to `covered` the rules that the expectation depends on. */
function runExpectation(universe: Universe, expectation: Expectation, covered: Set<string>): ExpectationResult {
  const asked = flowProduct(universe.endsOf(expectation.source), universe.endsOf(expectation.destination), expectation.service.services);
  let counterexample: Counterexample | undefined;
  let touched = false;
  let untouched = false;
  for (const part of decidedParts(universe, asked)) {
    const possible = possiblePart(universe, part.flows);
    if (possible === undefined) continue;
    if (part.outcome === "untouched") {
      untouched = true;
      continue;
    }
    touched = true;
    for (const rule of decisiveRules(part)) covered.add(rule.id);
    const flow = part.outcome === expectation.action || counterexample !== undefined ? undefined : someFlow(possible);
    if (flow !== undefined) counterexample = { flow, outcome: part.outcome, verdicts: part.verdicts };
  }
  if (counterexample !== undefined) return { expectation, status: "failed", counterexample };
  if (!touched) return { expectation, status: "vacuous", reason: untouched ? "untouched" : "nothing" };
  return { expectation, status: "passed" };
}

/** Rules whose action decides the outcome: where another tenant denies, the rule's own word changes nothing. */
function decisiveRules({ verdicts }: DecidedPart): readonly Rule[] {
  return verdicts.flatMap(({ rule }, at) => {
    const othersAllow = verdicts.every((verdict, other) => other === at || verdict.action === "allow");
    return rule !== undefined && othersAllow ? [rule] : [];
  });
}
