/** Emitted tables in a real switch, against the reference evaluator; no reader of ours takes part. */
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { RuleForm } from "../../../../compiler/target/openflow/policytable.js";
import { policySketch } from "../../../support/arbitrary.js";
import { missingSwitch } from "../../../support/ovs.js";
import { allow, deny, makePolicy, universeOf } from "../../../support/policy.js";
import type { PolicySketch } from "../../../support/policy.js";
import { compareWithSwitch, startWorldSwitch } from "../../../support/switched.js";
import type { WorldSwitch } from "../../../support/switched.js";
import { sampleWorld, smallAlphabet, smallWorld } from "../../../support/worlds.js";
import { describeWhere } from "../../../support/where.js";

const forms: readonly RuleForm[] = ["fewest", "product", "conjunction"];

describeWhere(missingSwitch(), "tables in a real switch", () => {
  let worldSwitch: WorldSwitch;
  beforeAll(async () => {
    worldSwitch = await startWorldSwitch();
  });
  afterAll(async () => worldSwitch.ovs.stop());

  async function compareAll(sketches: Iterable<PolicySketch>, most: number): Promise<number> {
    let asked = 0;
    let turn = 0;
    for (const sketch of sketches) {
      const form = forms[turn++ % forms.length];
      const result = await compareWithSwitch(worldSwitch, universeOf(makePolicy(sketch)), { spread: turn % 2 === 0, form, most });
      asked += result.asked;
      if (result.found.length > 0) throw new Error(`${form}: ${JSON.stringify(sketch)}\n${result.found[0]}`);
    }
    return asked;
  }

  it("decides small policies as the evaluator does", async () => {
    expect(await compareAll(sampleWorld(smallWorld(smallAlphabet, 2), 12), 90)).toBeGreaterThan(1500);
  });

  it("decides rules whose clauses could be one flow as the evaluator does", async () => {
    const rules = [deny("0.0.0.0/0, ::/0", "::/0, 10.0.0.0/8", "ip/47"), allow("10.0.0.1, 0.0.0.0/0", "any, ::/0")];
    const sketch: PolicySketch = {
      tenants: [{ name: "t", default: "allow", networks: { net: "10.0.1.0/24, fd00::/64" }, policies: [{ name: "p", rules }] }],
    };
    expect(await compareAll([sketch, sketch, sketch], 60)).toBeGreaterThan(150);
  });

  it("decides larger policies as the evaluator does", async () => {
    expect(await compareAll(fc.sample(policySketch(), { seed: 7, numRuns: 9 }), 120)).toBeGreaterThan(1200);
  });
});
