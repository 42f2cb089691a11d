/**
 * How a cluster with these objects decides flows, for the proof: the same tiers in the same order as `manifests/connectivity/chains.ts`, over sets of
 * ends instead of single workloads.
 */
import * as ends from "../../space/ends.js";
import * as flows from "../../space/flows.js";
import type { FlowBox, FlowSet } from "../../space/flows.js";
import { everyService } from "../../space/service.js";
import type { Checkpoint, CheckpointEntry, Reading } from "../../target/target.js";
import { titleOf } from "../../manifests/model.js";
import type { Direction, Meaning, MeantPolicy, MeantRule } from "./meaning.js";

export function flowsOf({ products }: MeantRule): FlowSet {
  return products.flatMap(({ sources, destinations, services }) => flows.flowProduct(sources, destinations, services));
}

/** Everything to or from the subjects of a policy. */
function allOf({ subjects }: Pick<MeantPolicy, "subjects">, direction: Direction): FlowSet {
  return direction === "ingress" ? flows.flowProduct(ends.allEnds, subjects, everyService) : flows.flowProduct(subjects, ends.allEnds, everyService);
}

/** What a tier decides, rule by rule; what one passes on, no later rule of the tier decides. */
function tierEntries(policies: readonly MeantPolicy[], direction: Direction): readonly CheckpointEntry[] {
  const passed: FlowBox[] = [];
  return policies.flatMap(({ object, rules }) =>
    (rules[direction] ?? []).flatMap((rule): readonly CheckpointEntry[] => {
      const held = flows.subtractFlows(flowsOf(rule), passed);
      if (rule.verdict !== "pass") return held.length === 0 ? [] : [{ flows: held, action: rule.verdict, by: titleOf(object) }];
      passed.push(...held);
      return [];
    }),
  );
}

function networkEntries(policies: readonly MeantPolicy[], direction: Direction): readonly CheckpointEntry[] {
  const isolating = policies.filter(({ rules }) => rules[direction] !== undefined);
  return [
    ...isolating.flatMap(({ object, rules }) =>
      (rules[direction] ?? []).map((rule): CheckpointEntry => ({ flows: flowsOf(rule), action: "allow", by: titleOf(object) })),
    ),
    ...isolating.map((policy): CheckpointEntry => ({ flows: allOf(policy, direction), action: "deny", by: titleOf(policy.object) })),
  ].filter((entry) => entry.flows.length > 0);
}

export function readingOf(meaning: Meaning): Reading {
  const checkpoint = (direction: Direction): Checkpoint => ({
    name: direction,
    entries: [...tierEntries(meaning.admin, direction), ...networkEntries(meaning.network, direction), ...tierEntries(meaning.baseline, direction)],
    otherwise: "allow",
  });
  return { checkpoints: [checkpoint("egress"), checkpoint("ingress")], replies: [], problems: [] };
}
