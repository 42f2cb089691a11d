/** A slice of the exhaustive worlds of `test/long`: every target on small policies, flow by flow, and `compare` held against that. */
import { describe, expect, it } from "@jest/globals";
import { decideEverywhere, everySetting } from "../../support/decide.js";
import type { Setting } from "../../support/decide.js";
import { decideWorlds, empty, machinePairs, overlappingPairs, singles, triples } from "../../support/exhaustive.js";
import { allow, makePolicy, universeOf } from "../../support/policy.js";

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

describe("a target that is wrong", () => {
  const universe = universeOf(
    makePolicy({
      tenants: [
        {
          name: "t",
          networks: { net: "10.0.0.0/24" },
          groups: { a: { match: "app=a", in: "net" }, b: { match: "app in (b|c)", in: "net" } },
          policies: [{ name: "p", rules: [allow("a", "b", "tcp/80"), allow("fd00::/64", "198.51.100.0/24")] }],
        },
      ],
    }),
  );
  const faults = (name: string, change: (setting: Setting) => Partial<Setting["target"]>): readonly string[] =>
    decideEverywhere(universe, {
      settings: everySetting
        .filter((setting) => setting.name === name)
        .map((setting) => ({ ...setting, target: { ...setting.target, ...change(setting) } })),
      cross: true,
    }).faults;

  it("is noticed flow by flow and by verification, when it lets everything pass", () => {
    const found = faults("openflow", () => ({ readings: () => [{ reading: { checkpoints: [], replies: [], problems: [] } }] }));
    expect(found).toContainEqual(expect.stringMatching(/^openflow: a .* -> .*: source deny by t\/default; target allow; told by nothing$/));
    expect(found).toContainEqual(expect.stringMatching(/^openflow: verify: /));
  });

  it("is noticed when replies alone do not pass", () => {
    const found = faults("openflow", ({ target }) => ({
      readings: (artefacts, of) =>
        target
          .readings(artefacts, of)
          .map(({ reading }) => ({ reading: { ...reading, replies: [{ name: "replies", entries: [], otherwise: "deny" as const }] } })),
    }));
    expect(found).toContainEqual(expect.stringMatching(/^openflow: a .* -> b .*: source allow by t\/p\/1; target deny; told by nothing$/));
    expect(found).toContainEqual(expect.stringMatching(/^openflow: verify: .*drops replies/));
  });

  it.each(["kubernetes network-policy", "contiv"])("is noticed when it says nothing of its differences, or says it twice: %s", (name) => {
    const { losses = [] } = everySetting.find((setting) => setting.name === name)?.target.emit(universe, { options: {} }) ?? {};
    expect(losses).not.toEqual([]);
    expect(faults(name, ({ target }) => ({ emit: (...input) => ({ ...target.emit(...input), losses: [] }) }))).not.toEqual([]);
    const twice = faults(name, ({ target }) => ({ emit: (...input) => ({ ...target.emit(...input), losses: [...losses, ...losses] }) }));
    expect(twice).toContainEqual(expect.stringMatching(/told by CTV5\d+ .*, CTV5/));
  });
});
