/** Some random policies on every target; many in `test/long/random.test.ts`. */
import { describe, expect, it } from "@jest/globals";
import { everySetting } from "../../support/decide.js";
import { tryRandomPolicies } from "../../support/randomly.js";

describe("random policies", () => {
  it("are decided by every target as the evaluator does, flow by flow", () => {
    tryRandomPolicies("flow by flow", 4);
  });

  it("are proved as sets", () => {
    tryRandomPolicies("as sets", 5);
  });

  it("that fail are shown as source", () => {
    const [kubernetes] = everySetting;
    const broken = { ...kubernetes, target: { ...kubernetes.target, readings: () => [{ reading: { checkpoints: [], replies: [], problems: [] } }] } };
    expect(() => {
      tryRandomPolicies("as sets", 50, 1, [broken]);
    }).toThrow(/tenant t1 \{\n  default deny\n[^]*\/\/ kubernetes network-policy: [^]*allows/);
  });
});
