/** Exhaustive worlds: every policy of one rule of many kinds, and of three rules where order counts, on every target. */
import { expect, it } from "@jest/globals";
import { decideAtLength, empty, singles, triples } from "../support/exhaustive.js";

it("every target decides every policy of one rule, and of three, as the evaluator does", () => {
  const { disagreements } = decideAtLength("no rule, one, three", [empty, singles, triples]);
  expect(disagreements.join("\n")).toBe("");
});
