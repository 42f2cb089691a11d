import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { flowsOfRule, isPossibleEnd, makeUniverse } from "../../../compiler/policy/universe.js";
import { endInSet } from "../../../compiler/space/ends.js";
import { flowInSet } from "../../../compiler/space/flows.js";
import { belongs, inExpression, matches, tenantsOf } from "../../../compiler/verdict/evaluate.js";
import { podCidrs, policySketch } from "../../support/arbitrary.js";
import { allow, makePolicy, universeOf } from "../../support/policy.js";
import { distinctEnds, interestingEnds, interestingFlows, sampleWorld, seenByPolicy, smallAlphabet, smallWorld } from "../../support/worlds.js";
import { parseAddress } from "../../../compiler/space/address.js";
import type { End } from "../../../compiler/space/ends.js";

function at(text: string, namespace?: string, labels: Record<string, string> = {}): End {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(text);
  return namespace === undefined ? { labels: {}, address } : { namespace, labels, address };
}

describe("sets of ends and the evaluator", () => {
  it("speak alike of every possible end", () => {
    fc.assert(
      fc.property(policySketch(), podCidrs, (sketch, pods) => {
        const policy = makePolicy(sketch);
        const universe = universeOf(policy, pods);
        const ends = distinctEnds(interestingEnds(universe), seenByPolicy(policy));
        for (const tenant of policy.tenants) {
          const own = universe.tenantEnds.get(tenant.name) ?? [];
          expect(ends.map((end) => endInSet(own, end))).toEqual(ends.map((end) => belongs(policy, tenant, end)));
          for (const rule of tenant.rules) {
            for (const expression of [rule.source, rule.destination]) {
              const found = ends.map((end) => endInSet(universe.endsOf(expression), end));
              expect(found).toEqual(ends.map((end) => inExpression(policy, expression, end)));
            }
          }
        }
        expect(ends.map((end) => endInSet(universe.worldEnds, end))).toEqual(ends.map((end) => tenantsOf(policy, end).length === 0));
      }),
      { numRuns: 150 },
    );
  });

  it("speak alike of every end at all when read to the letter", () => {
    fc.assert(
      fc.property(policySketch(), podCidrs, (sketch, pods) => {
        const policy = makePolicy(sketch);
        const { surroundings } = universeOf(policy, pods);
        const universe = makeUniverse(policy, surroundings, "literal");
        const ends = distinctEnds(interestingEnds(universe), seenByPolicy(policy));
        for (const rule of policy.tenants.flatMap((tenant) => tenant.rules)) {
          for (const expression of [rule.source, rule.destination]) {
            const found = ends.map((end) => endInSet(universe.endsOf(expression), end));
            expect(found).toEqual(ends.map((end) => inExpression(policy, expression, end)));
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  it("give a rule the flows that it matches and that touch its tenant", () => {
    fc.assert(
      fc.property(policySketch({ rules: 2 }), podCidrs, (sketch, pods) => {
        const policy = makePolicy(sketch);
        const universe = universeOf(policy, pods);
        const ends = distinctEnds(interestingEnds(universe), seenByPolicy(policy)).slice(0, 24);
        const flows = [...interestingFlows(universe, ends)];
        for (const tenant of policy.tenants) {
          for (const rule of tenant.rules) {
            const set = flowsOfRule(universe, rule);
            for (const flow of flows) {
              const touches = belongs(policy, tenant, flow.source) || belongs(policy, tenant, flow.destination);
              if (flowInSet(set, flow) !== (touches && matches(policy, rule, flow))) expect({ rule: rule.text, flow }).toBe("decided alike");
            }
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it("agree on small worlds", () => {
    for (const sketch of sampleWorld(smallWorld(smallAlphabet, 1), 60)) {
      const policy = makePolicy(sketch);
      const universe = universeOf(policy);
      const ends = distinctEnds(interestingEnds(universe), seenByPolicy(policy));
      for (const tenant of policy.tenants) {
        for (const rule of tenant.rules) {
          const set = flowsOfRule(universe, rule);
          for (const flow of interestingFlows(universe, ends)) {
            const touches = belongs(policy, tenant, flow.source) || belongs(policy, tenant, flow.destination);
            if (flowInSet(set, flow) !== (touches && matches(policy, rule, flow))) expect({ rule: rule.text, flow }).toBe("decided alike");
          }
        }
      }
    }
  });
});

describe("ends that cannot exist", () => {
  const sketch = {
    externals: { office: "198.51.100.0/24" },
    tenants: [
      {
        name: "shop",
        networks: { front: "10.1.0.0/24", back: "10.2.0.0/24" },
        groups: { web: { match: "app=web", in: "front" }, vm: { hosts: "10.2.0.9, 192.0.2.1" } },
        policies: [{ name: "p", rules: [allow("any", "any")] }],
      },
      { name: "bare" },
    ],
  };
  const universe = universeOf(makePolicy(sketch));
  const withPods = universeOf(makePolicy(sketch), "10.244.0.0/16");

  it.each<[string, End, boolean]>([
    ["a workload of a group in its network", at("10.1.0.1", "shop", { app: "web" }), true],
    ["a workload of a group in another network", at("10.2.0.1", "shop", { app: "web" }), false],
    ["another workload of the tenant in any of its networks", at("10.2.0.1", "shop", { app: "db" }), true],
    ["a workload of the tenant outside its networks", at("10.3.0.1", "shop"), false],
    ["a workload of a tenant without networks anywhere", at("10.3.0.1", "bare"), true],
    ["a workload of a tenant without networks at an external", at("198.51.100.1", "bare"), false],
    ["a workload of no tenant in a tenant's network", at("10.1.0.1", "elsewhere"), false],
    ["a workload of no tenant outside", at("10.3.0.1", "elsewhere"), true],
    ["a workload at the address of a machine", at("10.2.0.9", "shop"), false],
    ["the machine itself", at("10.2.0.9"), true],
    ["a machine in a network", at("10.1.0.1"), true],
  ])("%s: %#", (_, end, possible) => {
    expect(isPossibleEnd(universe, end)).toBe(possible);
  });

  it.each<[string, End, boolean]>([
    ["a workload of a group in the pod networks", at("10.244.0.1", "shop", { app: "web" }), true],
    ["a workload of no tenant outside the pod networks", at("10.3.0.1", "elsewhere"), false],
    ["a workload of no tenant in the pod networks", at("10.244.0.1", "elsewhere"), true],
    ["a machine in the pod networks", at("10.244.0.1"), false],
  ])("with pod networks, %s: %#", (_, end, possible) => {
    expect(isPossibleEnd(withPods, end)).toBe(possible);
  });
});
