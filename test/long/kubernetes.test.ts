/** Kubernetes on the small worlds and on many random policies, both flavours: `CTV_LONG=1`. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { holdAgainstSource } from "../compiler/target/kubernetes/agreement.js";
import { podCidrs, policySketch } from "../support/arbitrary.js";
import { sampleWorld, smallAlphabet, smallWorld } from "../support/worlds.js";

const SAMPLE = Number(process.env.CTV_SAMPLE ?? 20_000);
const RUNS = Number(process.env.CTV_RUNS ?? 5_000);

describe.each(["network-policy", "cluster-policy"] as const)("flavour %s decides as the source does, or says where it does not", (flavour) => {
  it.each([
    [1, undefined],
    [1, "10.244.0.0/16"],
    [2, undefined],
    [3, "10.0.0.0/16"],
  ])("on policies with %d rules of the small world, pods in %s", (rules, pods) => {
    const world = smallWorld(smallAlphabet, rules);
    for (const sketch of sampleWorld(world, Math.min(world.size, SAMPLE))) {
      const { faults } = holdAgainstSource(sketch, pods, { flavour });
      if (faults.length > 0) throw new Error(`${JSON.stringify(sketch)}\n${faults.slice(0, 5).join("\n")}`);
    }
  });

  it("on random policies of up to three tenants", () => {
    fc.assert(
      fc.property(policySketch({ tenants: 3 }), podCidrs, (sketch, pods) => {
        expect(holdAgainstSource(sketch, pods, { flavour }).faults.slice(0, 5)).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });
});
