import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { policySketch, podCidrs } from "../../../support/arbitrary.js";
import { sampleWorld, smallAlphabet, smallWorld } from "../../../support/worlds.js";
import { holdAgainstSource } from "./agreement.js";

const options = { flavour: "network-policy" } as const;

describe("flavour network-policy decides as the source does, or says where it does not", () => {
  it("on every policy with one rule of the small world", () => {
    const world = smallWorld(smallAlphabet, 1);
    let flows = 0;
    for (let index = 0; index < world.size; index += 9) {
      const sketch = world.at(index);
      const outcome = holdAgainstSource(sketch, undefined, options);
      flows += outcome.flows;
      if (outcome.faults.length > 0) throw new Error(JSON.stringify(sketch) + "\n" + outcome.faults.slice(0, 5).join("\n"));
    }
    console.log(world.size, flows);
  });
  it("sample of two rules", () => {
    for (const sketch of sampleWorld(smallWorld(smallAlphabet, 2), 300)) {
      const outcome = holdAgainstSource(sketch, "10.244.0.0/16", options);
      if (outcome.faults.length > 0) throw new Error(JSON.stringify(sketch) + "\n" + outcome.faults.slice(0, 5).join("\n"));
    }
  });

  it("on random policies of two tenants", () => {
    fc.assert(
      fc.property(policySketch(), podCidrs, (sketch, pods) => {
        expect(holdAgainstSource(sketch, pods, options).faults.slice(0, 6)).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});
