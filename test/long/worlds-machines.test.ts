/** Exhaustive worlds: every policy of two rules between workloads, machines, everybody and strangers, on every target. */
import { expect, it } from "@jest/globals";
import { decideAtLength, machinePairs } from "../support/exhaustive.js";

it("every target decides every policy of two rules between workloads and machines as the evaluator does", () => {
  const { disagreements } = decideAtLength("two rules, workloads and machines", [machinePairs]);
  expect(disagreements.join("\n")).toBe("");
});
