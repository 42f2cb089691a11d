/** Random policies: two tenants, machines, both families, overlapping groups, sets of peers, priorities. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { policySketch, podCidrs } from "../../../support/arbitrary.js";
import { makePolicy, universeOf } from "../../../support/policy.js";
import { emitContiv } from "../../../../compiler/target/contiv/emit/emit.js";
import { distinctEnds, interestingEnds, interestingFlows, seenByPolicy } from "../../../support/worlds.js";
import { untold } from "./agreement.js";
import { formatAddress } from "../../../../compiler/space/address.js";

describe("Contiv decides as the source does", () => {
  it("for random policies", () => {
    fc.assert(
      fc.property(policySketch(), podCidrs, (sketch, pods) => {
        const universe = universeOf(makePolicy(sketch), pods);
        // Contiv sees addresses where the policy may not, so one end of every address is kept.
        const seen = seenByPolicy(universe.policy);
        const ends = distinctEnds(interestingEnds(universe), (end) => `${seen(end)} ${end.namespace ?? ""} ${formatAddress(end.address)}`);
        const sample = ends.length > 40 ? ends.filter((_, index) => index % Math.ceil(ends.length / 40) === 0) : ends;
        expect(untold(universe, emitContiv(universe, { portLimit: 64 }), interestingFlows(universe, sample))).toEqual([]);
      }),
      { numRuns: Number(process.env.RUNS ?? 60), ...(process.env.SEED === undefined ? {} : { seed: Number(process.env.SEED) }) },
    );
  });
});
