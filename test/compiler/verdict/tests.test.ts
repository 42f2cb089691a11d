import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { Action, Policy } from "../../../compiler/policy/model.js";
import { evaluate, matches } from "../../../compiler/verdict/evaluate.js";
import { coverageFindings, testFindings } from "../../../compiler/verdict/findings.js";
import { runTests } from "../../../compiler/verdict/tests.js";
import { policySketch } from "../../support/arbitrary.js";
import { allFlows } from "../../support/oracle.js";
import { allow, deny, makePolicy, universeOf } from "../../support/policy.js";
import type { PolicySketch, RuleSketch } from "../../support/policy.js";

function shop(expectations: readonly RuleSketch[]): PolicySketch {
  return {
    tenants: [
      {
        name: "shop",
        networks: { net: "10.1.0.0/24" },
        groups: { web: { match: "app=web", in: "net" }, db: { match: "app=db", in: "net" } },
        policies: [{ name: "p", rules: [deny("web", "db", "tcp/22"), allow("web", "db"), allow("world", "web", "tcp/443")] }],
      },
    ],
    tests: [{ name: "tiers", tenant: "shop", expect: expectations }],
  };
}

function messages(expectations: readonly RuleSketch[]): readonly string[] {
  const policy = makePolicy(shop(expectations));
  return testFindings(policy, runTests(universeOf(policy))).map((finding) => `${finding.code} ${finding.message}`);
}

describe("an expectation", () => {
  it("passes when all its flows are decided so", () => {
    expect(messages([allow("web", "db", "tcp/5432"), deny("world", "db"), deny("web", "db", "tcp/22")])).toEqual([]);
  });

  it("fails with one flow and what decides it", () => {
    expect(messages([allow("web", "db"), deny("any", "web"), allow("db", "web")])).toEqual([
      'CTV6001 expected allow, but web (10.1.0.1) -> db (10.1.0.3) : tcp/22 is denied by "deny web -> db : tcp/22" (line 6)',
      'CTV6001 expected deny, but 192.0.2.1 -> web (10.1.0.1) : tcp/443 is allowed by "allow world -> web : tcp/443" (line 8)',
      'CTV6001 expected allow, but db (10.1.0.1) -> web (10.1.0.3) : tcp/1 is denied by the default of tenant "shop"',
    ]);
  });

  it("is told when it covers nothing, or nothing of a tenant", () => {
    expect(messages([allow("web except web", "db"), deny("world", "world")]).map((message) => message.slice(0, 7))).toEqual(["CTV6002", "CTV6003"]);
  });

  it("is missed in a test without any", () => {
    expect(messages([])).toEqual(['CTV6004 test "tiers" expects nothing']);
  });
});

describe("coverage", () => {
  it("names the rules that no expectation depends on", () => {
    const run = runTests(universeOf(makePolicy(shop([deny("web", "db", "tcp/22")]))));
    expect([...run.covered]).toEqual(["shop/p/1"]);
    expect(coverageFindings(run).map((finding) => finding.rule)).toEqual(["shop/p/2", "shop/p/3"]);
  });

  it("counts nothing where another tenant refuses the flow anyway", () => {
    const sketch: PolicySketch = {
      tenants: [
        { name: "a", groups: { web: { match: "app=web" } }, policies: [{ name: "p", rules: [allow("web", "any")] }] },
        { name: "b", groups: { db: { match: "app=db" } }, exports: ["db"] },
      ],
      tests: [{ name: "apart", tenant: "a", expect: [deny("web", "b/db")] }],
    };
    const run = runTests(universeOf(makePolicy(sketch)));
    expect([run.results[0].passed, [...run.covered]]).toEqual([true, []]);
  });
});

describe("running tests", () => {
  /** The outcome if one rule had the other action. */
  function turned(policy: Policy, id: string): Policy {
    const other: Readonly<Record<Action, Action>> = { allow: "deny", deny: "allow" };
    const tenants = policy.tenants.map((tenant) => ({
      ...tenant,
      rules: tenant.rules.map((rule) => (rule.id === id ? { ...rule, action: other[rule.action] } : rule)),
    }));
    return { ...policy, tenants };
  }

  it("agrees with looking at every flow, outcomes and coverage", () => {
    fc.assert(
      fc.property(policySketch({ groups: 2, rules: 2, tests: 2 }), (sketch) => {
        const policy = makePolicy(sketch);
        const universe = universeOf(policy);
        const run = runTests(universe);
        const flows = allFlows(universe);
        const covered = new Set<string>();
        for (const { expectations } of run.results) {
          for (const result of expectations) {
            const { expectation } = result;
            const matching = flows.filter((flow) => matches(policy, expectation, flow));
            const touched = matching
              .map((flow) => ({ flow, outcome: evaluate(policy, flow).outcome }))
              .filter(({ outcome }) => outcome !== "untouched");
            const wrong = touched.some(({ outcome }) => outcome !== expectation.action);
            const status = wrong ? "failed" : touched.length === 0 ? "vacuous" : "passed";
            expect({ text: expectation.text, status: result.status }).toEqual({ text: expectation.text, status });
            if (result.status === "vacuous") expect(result.reason).toBe(matching.length === 0 ? "nothing" : "untouched");
            if (result.status === "failed") {
              const { flow, outcome } = result.counterexample;
              expect(matches(policy, expectation, flow)).toBe(true);
              expect(evaluate(policy, flow).outcome).toBe(outcome);
              expect(outcome).not.toBe(expectation.action);
            }
            for (const rule of policy.tenants.flatMap((tenant) => tenant.rules)) {
              const other = turned(policy, rule.id);
              if (touched.some(({ flow, outcome }) => evaluate(other, flow).outcome !== outcome)) covered.add(rule.id);
            }
          }
        }
        expect([...run.covered].toSorted()).toEqual([...covered].toSorted());
      }),
      { numRuns: 40 },
    );
  });
});
