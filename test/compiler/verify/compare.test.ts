/** The comparison on readings and losses at random, against asking flow by flow. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { Diagnostic } from "../../../compiler/diagnostics/diagnostic.js";
import { isPossibleEnd } from "../../../compiler/policy/universe.js";
import type { Universe } from "../../../compiler/policy/universe.js";
import { flowInSet } from "../../../compiler/space/flows.js";
import type { Flow } from "../../../compiler/space/flows.js";
import type { Checkpoint, Loss, Reading } from "../../../compiler/target/target.js";
import { evaluate } from "../../../compiler/verdict/evaluate.js";
import { compare } from "../../../compiler/verify/compare.js";
import { anyFlow, flowSet, policySketch } from "../../support/arbitrary.js";
import { isLost } from "../../support/losses.js";
import { makePolicy, universeOf } from "../../support/policy.js";

const action = fc.constantFrom("allow" as const, "deny" as const);

const checkpoint: fc.Arbitrary<Checkpoint> = fc
  .record({ entries: fc.array(fc.record({ flows: flowSet, action }), { maxLength: 5 }), otherwise: action })
  .map(({ entries, otherwise }) => ({ name: "table", otherwise, entries: entries.map((entry, at) => ({ ...entry, by: `entry ${at}` })) }));

const reading: fc.Arbitrary<Reading> = fc
  .record({ checkpoints: fc.array(checkpoint, { minLength: 1, maxLength: 2 }), replies: fc.array(checkpoint, { maxLength: 1 }) })
  .map((parts) => ({ ...parts, problems: [] }));

const diagnostic: Diagnostic = {
  code: "CTV5201",
  severity: "warning",
  message: "said",
  span: { file: "main.ctv", start: 0, end: 0 },
  related: [],
  fixes: [],
};

const loss: fc.Arbitrary<Loss> = fc
  .record({ outcome: action, flows: flowSet, except: fc.option(flowSet, { nil: undefined }) })
  .map(({ except, ...parts }) => ({ diagnostic, tenant: "t1", ...parts, ...(except === undefined ? {} : { except }) }));

function lets(checkpoints: readonly Checkpoint[], flow: Flow): boolean {
  return checkpoints.every(({ entries, otherwise }) => (entries.find(({ flows }) => flowInSet(flows, flow))?.action ?? otherwise) === "allow");
}

/** Whether the reading decides a flow otherwise than the policy, and nothing has been said of it. */
function differs(universe: Universe, { checkpoints, replies }: Reading, losses: readonly Loss[], flow: Flow): boolean {
  const denied = evaluate(universe.policy, flow).outcome === "deny";
  const passes = lets(checkpoints, flow);
  if (denied ? !passes : passes && lets(replies, flow)) return false;
  return !losses.some((one) => one.outcome === (denied ? "allow" : "deny") && isLost(one, flow));
}

describe("the comparison", () => {
  it("finds a difference just where a flow has one", () => {
    let proved = 0;
    let refuted = 0;
    fc.assert(
      fc.property(
        policySketch({ tenants: 2, policies: 2, rules: 2 }),
        reading,
        fc.array(loss, { maxLength: 4 }),
        fc.array(anyFlow, { maxLength: 40 }),
        (sketch, read, losses, flows) => {
          const universe = universeOf(makePolicy(sketch));
          const differences = compare(universe, read, losses);
          for (const { flow } of differences) expect(differs(universe, read, losses, flow)).toBe(true);
          if (differences.length > 0) refuted++;
          else {
            proved++;
            const possible = flows.filter(({ source, destination }) => isPossibleEnd(universe, source) && isPossibleEnd(universe, destination));
            expect(possible.filter((flow) => differs(universe, read, losses, flow))).toEqual([]);
          }
        },
      ),
      { numRuns: 300 },
    );
    expect(Math.min(proved, refuted)).toBeGreaterThan(0);
  });
});
