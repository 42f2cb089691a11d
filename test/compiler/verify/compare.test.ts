/** The comparison on readings and losses at random, against asking flow by flow. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { Diagnostic } from "../../../compiler/diagnostics/diagnostic.js";
import { everyFlow, isPossibleEnd, touching } from "../../../compiler/policy/universe.js";
import type { Universe } from "../../../compiler/policy/universe.js";
import { flowInSet, flowProduct, intersectFlows, someFlow } from "../../../compiler/space/flows.js";
import type { Flow, FlowSet } from "../../../compiler/space/flows.js";
import { everyService, portService, protocolNumber, protocolService, subtractServices } from "../../../compiler/space/service.js";
import type { ServiceSet } from "../../../compiler/space/service.js";
import { allEnds } from "../../../compiler/space/ends.js";
import type { Checkpoint, Loss, Reading } from "../../../compiler/target/target.js";
import { evaluate } from "../../../compiler/verdict/evaluate.js";
import { compare } from "../../../compiler/verify/compare.js";
import { sourceCheckpoints } from "../../../compiler/verify/source.js";
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

const flows = fc.array(anyFlow, { maxLength: 40 });

/** The differences are flows that differ; without any, none of `asked` that can exist does. Whether there are any. */
function holds(universe: Universe, read: Reading, losses: readonly Loss[], asked: readonly Flow[]): boolean {
  const differences = compare(universe, read, losses);
  for (const { flow } of differences) expect(differs(universe, read, losses, flow)).toBe(true);
  if (differences.length > 0) return true;
  const possible = asked.filter(({ source, destination }) => isPossibleEnd(universe, source) && isPossibleEnd(universe, destination));
  expect(possible.filter((flow) => differs(universe, read, losses, flow))).toEqual([]);
  return false;
}

describe("the comparison", () => {
  const sketches = policySketch({ tenants: 2, policies: 2, rules: 2 });

  it("finds a difference just where a flow has one", () => {
    fc.assert(
      fc.property(sketches, reading, fc.array(loss, { maxLength: 4 }), flows, (sketch, read, losses, asked) => {
        holds(universeOf(makePolicy(sketch)), read, losses, asked);
      }),
      { numRuns: 200 },
    );
  });

  it("does so where a right reading has one entry too many, and all is lost but some", () => {
    const found = { proved: 0, refuted: 0 };
    const extra = fc.record({ flows: fc.oneof(flowSet, fc.constant(everyFlow)), action });
    const wide = fc.record({ except: fc.oneof(flowSet, fc.constant(everyFlow)), more: fc.option(flowSet, { nil: undefined }) });
    fc.assert(
      fc.property(sketches, extra, wide, flows, (sketch, { flows: wrong, action: outcome }, { except, more }, asked) => {
        const universe = universeOf(makePolicy(sketch));
        const [first, ...others] = sourceCheckpoints(universe);
        const entries = [{ flows: wrong, action: outcome, by: "too many" }, ...first.entries];
        const read: Reading = { checkpoints: [{ ...first, entries }, ...others], replies: [], problems: [] };
        const all: Loss = { diagnostic, tenant: "t1", outcome, flows: everyFlow, except };
        const losses = more === undefined ? [all] : [all, { ...all, flows: more, except: intersectFlows(except, wrong) }];
        const witnesses = intersectFlows(wrong, except).flatMap((box) => someFlow(box) ?? []);
        found[holds(universe, read, losses, [...witnesses, ...asked]) ? "refuted" : "proved"]++;
      }),
      { numRuns: 300 },
    );
    expect(Math.min(found.proved, found.refuted)).toBeGreaterThan(20);
  });

  it("does so of many tenants, each with a table of its own, and losses for each", () => {
    const found = { proved: 0, refuted: 0 };
    const saying = fc.array(fc.record({ flows: fc.option(flowSet, { nil: undefined }), except: flowSet }), { maxLength: 8 });
    const many = policySketch({ tenants: 7, groups: 2, policies: 1, rules: 2 }).filter(({ tenants = [] }) => tenants.length > 4);
    const wrongs = fc.array(fc.record({ at: fc.nat(6), flows: fc.option(flowSet, { nil: undefined }), action }), { maxLength: 3 });
    fc.assert(
      fc.property(many, wrongs, saying, flows, (sketch, wrong, said, asked) => {
        const universe = universeOf(makePolicy(sketch));
        const { policy, worldEnds } = universe;
        // Flows that no tenant is asked about: a target has no business to stop them.
        const extra = wrong.map(({ at, flows: more, action: outcome }) => ({
          at,
          entry: { flows: more ?? flowProduct(worldEnds, worldEnds, everyService), action: outcome, by: "too many" },
        }));
        const checkpoints = sourceCheckpoints(universe).map((checkpoint, position) => ({
          ...checkpoint,
          entries: [...extra.flatMap(({ at, entry }) => (at === position ? [entry] : [])), ...checkpoint.entries],
        }));
        const wide = said.map(({ flows: lost, except }, at): Loss => {
          const own = touching(universe, policy.tenants[at % policy.tenants.length].name, everyFlow);
          return { diagnostic, tenant: "t1", outcome: at % 3 === 0 ? "deny" : "allow", flows: lost ?? own, except };
        });
        const witnesses = extra.flatMap(({ entry }) => entry.flows.flatMap((box) => someFlow(box) ?? []));
        found[holds(universe, { checkpoints, replies: [], problems: [] }, wide, [...witnesses, ...asked]) ? "refuted" : "proved"]++;
      }),
      { numRuns: 40 },
    );
    expect(Math.min(found.proved, found.refuted)).toBeGreaterThan(5);
  });

  it("takes wide losses together, and looks into the exceptions of each", () => {
    const universe = universeOf(makePolicy({ tenants: [{ name: "t", groups: { a: { match: "app=a" } } }] }));
    const open: Reading = { checkpoints: [{ name: "table", entries: [], otherwise: "allow" }], replies: [], problems: [] };
    const tcp = protocolService(protocolNumber.tcp);
    const ssh = flowProduct(allEnds, allEnds, portService(protocolNumber.tcp, 22, 22));
    const lost = (services: ServiceSet, except: FlowSet): Loss => {
      const said = flowProduct(allEnds, allEnds, services);
      return { diagnostic, tenant: "t", outcome: "allow", flows: said, except };
    };
    const differences = (...losses: readonly Loss[]) => compare(universe, open, losses).map(({ flow: { protocol, detail } }) => [protocol, detail]);
    const rest = lost(subtractServices(everyService, tcp), []);
    expect(differences(lost(tcp, []), rest)).toEqual([]);
    expect(differences(rest, lost(tcp, []))).toEqual([]);
    expect(differences(rest, lost(tcp, ssh))).toEqual([[protocolNumber.tcp, 22]]);
    expect(differences(rest, lost(tcp, ssh), lost(everyService, ssh))).toEqual([[protocolNumber.tcp, 22]]);
    expect(differences(lost(everyService, ssh), lost(tcp, []))).toEqual([]);
  });
});
