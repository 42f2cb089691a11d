import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { checkLogic } from "../../../support/logic.js";
import type { Rule, Tenant } from "../../../../compiler/policy/model.js";
import type { Universe } from "../../../../compiler/policy/universe.js";
import { podCidrs, policySketch } from "../../../support/arbitrary.js";
import { allFlows, casesOf } from "../../../support/oracle.js";
import type { Case } from "../../../support/oracle.js";
import { makePolicy, ruleText, universeOf } from "../../../support/policy.js";
import { sampleWorld, smallAlphabet, smallWorld } from "../../../support/worlds.js";

const opposed = (a: Rule, b: Rule): boolean => a.priority === b.priority && a.policy !== b.policy && a.action !== b.action;

/** Codes by rule, found by looking at every flow. Rules of policies that disagree have no other finding. */
function expected(tenant: Tenant, cases: readonly Case[]): readonly string[] {
  const disagreeing = new Set(cases.flatMap(({ matching }) => matching.filter((rule) => matching.some((other) => opposed(rule, other)))));
  return tenant.rules.flatMap((rule) => {
    if (disagreeing.has(rule)) return [];
    const matched = cases.filter((flow) => flow.matching.includes(rule));
    if (matched.length === 0) return [`${rule.id} matches nothing`];
    const decided = matched.filter((flow) => flow.matching[0] === rule);
    if (decided.length === 0) return [`${rule.id} shadowed`];
    const changes = decided.some(({ matching }) => (matching[1]?.action ?? tenant.defaultAction) !== rule.action || matching[1]?.log === true);
    return changes || rule.log ? [] : [`${rule.id} redundant`];
  });
}

const words: Readonly<Record<string, string>> = {
  CTV4002: "shadowed",
  CTV4003: "redundant",
  CTV4004: "matches nothing",
  CTV4007: "matches nothing",
  CTV4010: "matches nothing",
};

function check(universe: Universe): void {
  const findings = checkLogic(universe);
  const flows = allFlows(universe);
  for (const tenant of universe.policy.tenants) {
    const ids = new Set(tenant.rules.map((rule) => rule.id));
    const found = findings
      .filter((finding) => finding.rule !== undefined && ids.has(finding.rule) && finding.code in words)
      .map((finding) => `${finding.rule} ${words[finding.code]}`);
    const wanted = expected(tenant, casesOf(universe, tenant, flows));
    expect({ rules: tenant.rules.map((rule) => rule.text), found: found.toSorted() }).toEqual({
      rules: tenant.rules.map((rule) => rule.text),
      found: wanted.toSorted(),
    });
  }
}

describe("findings about the order of rules", () => {
  it("are those that looking at every flow gives, on random policies", () => {
    fc.assert(
      fc.property(policySketch({ groups: 2, rules: 3 }), podCidrs, (sketch, pods) => check(universeOf(makePolicy(sketch), pods))),
      { numRuns: 120 },
    );
  });

  it("are those that looking at every flow gives, on small worlds", () => {
    for (const sketch of sampleWorld(smallWorld(smallAlphabet, 3), 250)) check(universeOf(makePolicy(sketch)));
  });
});

describe("policies of equal priority", () => {
  it("disagree exactly where some flow matches rules of both with different actions", () => {
    fc.assert(
      fc.property(policySketch({ groups: 2, rules: 2, policies: 3 }), (sketch) => {
        const universe = universeOf(makePolicy(sketch));
        const flows = allFlows(universe);
        const findings = checkLogic(universe).filter((finding) => finding.code === "CTV4001");
        for (const tenant of universe.policy.tenants) {
          const cases = casesOf(universe, tenant, flows);
          const pairs = cases.flatMap(({ matching }) =>
            matching.flatMap((rule, at) =>
              matching.slice(at + 1).flatMap((other) => (opposed(rule, other) ? [`${rule.policy} ${other.policy}`] : [])),
            ),
          );
          const own = findings.filter((finding) => tenant.rules.some((rule) => rule.id === finding.rule));
          expect(own.length).toBe(new Set(pairs).size);
        }
      }),
      { numRuns: 80 },
    );
  });
});

describe("rule texts of sketches", () => {
  it("read as the language writes them", () => {
    expect(ruleText({ action: "allow", from: "a", to: "b except c", service: "tcp/80", log: true, name: "n" })).toBe(
      "allow a -> b except c : tcp/80 log as n",
    );
  });
});
