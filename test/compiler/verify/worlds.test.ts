/** A slice of the exhaustive worlds of `test/long`: every target on small policies, flow by flow, and `compare` held against that. */
import { describe, expect, it } from "@jest/globals";
import { decideWorlds, empty, machinePairs, overlappingPairs, singles, triples } from "../../support/exhaustive.js";

describe("small policies, on every flow that they can tell apart", () => {
  it.each([
    ["no rule", empty, 6],
    ["one rule of many kinds", singles, 16],
    ["two rules, overlapping groups", overlappingPairs, 10],
    ["two rules, machines", machinePairs, 10],
    ["three rules", triples, 6],
  ])("are decided alike by the evaluator and every target: %s", (_, world, most) => {
    const { policies, disagreements } = decideWorlds([world], { most, cross: true });
    expect(policies).toBe(most);
    expect(disagreements.join("\n")).toBe("");
  });
});
