/** Exhaustive worlds: every policy of two rules between overlapping groups, everybody and strangers, on every target. */
import { expect, it } from "@jest/globals";
import { decideAtLength, overlappingPairs } from "../support/exhaustive.js";

it("every target decides every policy of two rules between overlapping groups as the evaluator does", () => {
  const { disagreements } = decideAtLength("two rules, overlapping groups", [overlappingPairs]);
  expect(disagreements.join("\n")).toBe("");
});
