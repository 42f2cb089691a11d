import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { flowInSet } from "../../../compiler/space/flows.js";
import { belongs, matches, verdictOf } from "../../../compiler/verdict/evaluate.js";
import { effectiveRegions } from "../../../compiler/verdict/regions.js";
import { podCidrs, policySketch } from "../../support/arbitrary.js";
import { allow, deny, makePolicy, universeOf } from "../../support/policy.js";
import { distinctEnds, interestingEnds, interestingFlows, seenByPolicy } from "../../support/worlds.js";

describe("the regions of a tenant's rules", () => {
  it("hold the flows that the evaluator says each rule decides", () => {
    fc.assert(
      fc.property(policySketch(), podCidrs, (sketch, pods) => {
        const policy = makePolicy(sketch);
        const universe = universeOf(policy, pods);
        const flows = [...interestingFlows(universe, distinctEnds(interestingEnds(universe), seenByPolicy(policy)).slice(0, 20))];
        for (const tenant of policy.tenants) {
          const regions = effectiveRegions(universe, tenant);
          for (const flow of flows) {
            if (!belongs(policy, tenant, flow.source) && !belongs(policy, tenant, flow.destination)) continue;
            const { rule } = verdictOf(policy, tenant, flow);
            const deciding = tenant.rules.filter((_, position) => flowInSet(regions.effective(position), flow));
            if (deciding.length > 1 || deciding[0] !== rule) expect({ flow, deciding }).toEqual({ flow, rule });
          }
        }
      }),
      { numRuns: 80 },
    );
  });

  it("leave earlier rules of the same action in the residual", () => {
    fc.assert(
      fc.property(policySketch({ tenants: 1 }), (sketch) => {
        const policy = makePolicy(sketch);
        const universe = universeOf(policy);
        const flows = [...interestingFlows(universe, distinctEnds(interestingEnds(universe), seenByPolicy(policy)).slice(0, 20))];
        const [tenant] = policy.tenants;
        const regions = effectiveRegions(universe, tenant);
        tenant.rules.forEach((rule, position) => {
          const opposite = tenant.rules.slice(0, position).filter((earlier) => earlier.action !== rule.action);
          for (const flow of flows) {
            if (!belongs(policy, tenant, flow.source) && !belongs(policy, tenant, flow.destination)) continue;
            const wanted = matches(policy, rule, flow) && !opposite.some((earlier) => matches(policy, earlier, flow));
            if (flowInSet(regions.residual(position), flow) !== wanted) expect({ rule: rule.text, flow }).toBe(wanted);
          }
        });
      }),
      { numRuns: 60 },
    );
  });

  it("are empty for a rule that earlier ones cover together", () => {
    const policy = makePolicy({
      tenants: [
        {
          name: "shop",
          groups: { web: { match: "app=web" }, db: { match: "app=db" } },
          policies: [{ name: "p", rules: [allow("web", "db", "tcp/1-100"), deny("web", "db", "tcp/101-200"), allow("web", "db", "tcp/50-150")] }],
        },
      ],
    });
    const regions = effectiveRegions(universeOf(policy), policy.tenants[0]);
    expect(regions.effective(2)).toEqual([]);
    expect(regions.residual(2).map((box) => box.service)).toEqual([[6 * 65536 + 50, 6 * 65536 + 100]]);
  });
});
