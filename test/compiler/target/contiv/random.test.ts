/** Random policies: two tenants, machines, both families, overlapping groups, sets of peers, priorities. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { policySketch, podCidrs } from "../../../support/arbitrary.js";
import { makePolicy, universeOf } from "../../../support/policy.js";
import { randomDisagreements } from "./agreement.js";

describe("Contiv decides as the source does", () => {
  it("for random policies", () => {
    fc.assert(
      fc.property(policySketch(), podCidrs, (sketch, pods) => {
        expect(randomDisagreements(universeOf(makePolicy(sketch), pods))).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });
});
