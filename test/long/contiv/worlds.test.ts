/** Many small and random policies on Contiv, against the evaluator. `CTV_CONTIV_POLICIES` sets how many of each size. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { podCidrs, policySketch } from "../../support/arbitrary.js";
import { makePolicy, universeOf } from "../../support/policy.js";
import { randomDisagreements } from "../../compiler/target/contiv/agreement.js";
import { findings } from "../../compiler/target/contiv/smallworlds.js";

const count = Number(process.env.CTV_CONTIV_POLICIES ?? 3000);

describe("Contiv decides as the source does", () => {
  it.each([1, 2, 3, 4])("on small policies with %i rules", (rules) => {
    expect(findings(rules, count)).toEqual([]);
  });

  it("on random policies", () => {
    fc.assert(
      fc.property(policySketch({ rules: 6 }), podCidrs, (sketch, pods) => {
        expect(randomDisagreements(universeOf(makePolicy(sketch), pods))).toEqual([]);
      }),
      { numRuns: count },
    );
  });
});
