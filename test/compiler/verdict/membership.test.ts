import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { inGroup, tenantsOf } from "../../../compiler/verdict/evaluate.js";
import { groupsOf, ownersOf } from "../../../compiler/verdict/membership.js";
import { policySketch } from "../../support/arbitrary.js";
import { makePolicy, universeOf } from "../../support/policy.js";
import { interestingEnds } from "../../support/worlds.js";

describe("the groups and tenants of an end", () => {
  it("are those whose members it is among, in order", () => {
    fc.assert(
      fc.property(policySketch({ groups: 3, rules: 1 }), (sketch) => {
        const policy = makePolicy(sketch);
        for (const end of interestingEnds(universeOf(policy))) {
          expect(ownersOf(policy, end)).toEqual(tenantsOf(policy, end));
          for (const tenant of policy.tenants) expect(groupsOf(tenant, end)).toEqual(tenant.groups.filter((group) => inGroup(group, end)));
        }
      }),
      { numRuns: 60 },
    );
  });
});
