/** The switch test of `test/compiler/target/openflow` at length: at least 200,000 packets. */
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { RuleForm } from "../../compiler/target/openflow/policytable.js";
import { podCidrs, policySketch } from "../support/arbitrary.js";
import { missingSwitch } from "../support/ovs.js";
import { makePolicy, universeOf } from "../support/policy.js";
import { compareWithSwitch, startWorldSwitch } from "../support/switched.js";
import type { WorldSwitch } from "../support/switched.js";
import { sampleWorld, smallAlphabet, smallWorld } from "../support/worlds.js";
import { describeWhere } from "../support/where.js";

const forms: readonly RuleForm[] = ["fewest", "product", "conjunction"];
const WANTED = Number(process.env.CTV_FLOWS ?? 200_000);

describeWhere(missingSwitch(), "tables in a real switch, at length", () => {
  let worldSwitch: WorldSwitch;
  beforeAll(async () => {
    worldSwitch = await startWorldSwitch();
  });
  afterAll(async () => worldSwitch.ovs.stop());

  it("decides as the evaluator does", async () => {
    let asked = 0;
    let policies = 0;
    const seed = Number(process.env.CTV_SEED ?? 1);
    const found: string[] = [];
    const small = sampleWorld(smallWorld(smallAlphabet, 2), 100_000);
    const random = fc.sample(fc.record({ sketch: policySketch({ tenants: 3, groups: 5, policies: 3, rules: 6 }), pods: podCidrs }), {
      seed,
      numRuns: 2000,
    });
    while (asked < WANTED && found.length < 5) {
      const next = small.next();
      const world = policies % 4 === 0 && next.done !== true ? { sketch: next.value, pods: undefined } : random[policies % random.length];
      const universe = universeOf(makePolicy(world.sketch), world.pods);
      const form = forms[policies % forms.length];
      const result = await compareWithSwitch(worldSwitch, universe, { spread: policies % 2 === 0, form, most: 200 });
      asked += result.asked;
      policies++;
      found.push(...result.found.slice(0, 1).map((text) => `${form} pods ${world.pods}: ${JSON.stringify(world.sketch)}\n${text}`));
    }
    process.stderr.write(`asked ${asked} packets about ${policies} policies, ${found.length} policies with disagreements\n`);
    expect(found.join("\n\n")).toBe("");
  });
});
