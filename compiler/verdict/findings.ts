/** The outcome of the language's tests as diagnostics. */
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { emptyExpectation, emptyTest, failedExpectation, uncoveredRule, undecidedExpectation } from "../diagnostics/tests.js";
import type { Policy, Rule } from "../policy/model.js";
import { describeFlow } from "./describe.js";
import type { Verdict } from "./evaluate.js";
import { formatFlow } from "./format.js";
import type { ExpectationResult, TestRun } from "./tests.js";

/** Failing and vacuous expectations and empty tests, in order of the tests. */
export function testFindings(policy: Policy, run: TestRun): readonly Diagnostic[] {
  return run.results.flatMap(({ test, expectations }) =>
    expectations.length === 0
      ? [emptyTest.make({ name: test.name }, { span: test.origin.span })]
      : expectations.flatMap((result) => expectationFindings(policy, result)),
  );
}

/** A note for each rule that no expectation depends on. */
export function coverageFindings(run: TestRun): readonly Diagnostic[] {
  return run.uncovered.map((rule) => uncoveredRule.make({ rule: rule.name ?? rule.text }, { span: rule.origin.span, rule: rule.id }));
}

function expectationFindings(policy: Policy, result: ExpectationResult): readonly Diagnostic[] {
  const { span } = result.expectation.origin;
  switch (result.status) {
    case "passed":
      return [];
    case "vacuous":
      return [(result.reason === "nothing" ? emptyExpectation : undecidedExpectation).make({}, { span })];
    case "failed": {
      const { flow, outcome, verdicts } = result.counterexample;
      // Of several tenants that have a say, one that denies is enough to deny; all of them allow what is allowed.
      const deciding = verdicts.filter((verdict) => verdict.action === outcome);
      const rules = deciding.flatMap((verdict): readonly Rule[] => (verdict.rule === undefined ? [] : [verdict.rule]));
      return [
        failedExpectation.make(
          {
            expected: result.expectation.action,
            outcome: outcome === "allow" ? "allowed" : "denied",
            flow: describeFlow(policy, flow),
            by: deciding.map(describeVerdict).join(" and "),
          },
          {
            span,
            related: rules.map((rule) => ({ span: rule.origin.span, message: "decided here" })),
            flow: formatFlow(flow),
            ...(rules.length === 0 ? {} : { rule: rules[0].id }),
          },
        ),
      ];
    }
  }
}

/** Such as `"allow web -> db" (line 7)`, or `the default of tenant "shop"`. */
export function describeVerdict({ tenant, rule }: Verdict): string {
  return rule === undefined ? `the default of tenant "${tenant}"` : `"${rule.name ?? rule.text}" (line ${rule.origin.line})`;
}
