/**
 * The source as checkpoints: one for each tenant, named after it. A tenant has a say only about flows with an end in it.
 */
import { everyFlow, flowsOfRule, touching } from "../policy/universe.js";
import type { Universe } from "../policy/universe.js";
import { boundedCache } from "../space/boundedCache.js";
import { endIndex } from "../space/endIndex.js";
import type { EndBox } from "../space/ends.js";
import type { FlowBox } from "../space/flows.js";
import type { Checkpoint } from "../target/target.js";

export function sourceCheckpoints(universe: Universe): readonly Checkpoint[] {
  return universe.policy.tenants.map((tenant) => ({
    name: tenant.name,
    entries: [
      ...tenant.rules.map((rule) => ({ flows: flowsOfRule(universe, rule), action: rule.action, by: rule.id })),
      { flows: touching(universe, tenant.name, everyFlow), action: tenant.defaultAction, by: `default of tenant ${tenant.name}` },
    ],
    otherwise: "allow" as const,
  }));
}

/** Which of the source's checkpoints have a say about a box: their positions, ascending. */
export function tenantsNear(universe: Universe): (box: FlowBox) => readonly number[] {
  const boxes = universe.policy.tenants.flatMap(({ name }, at) => (universe.tenantEnds.get(name) ?? []).map((box) => ({ at, box })));
  const index = endIndex(boxes.map(({ box }) => box));
  const tenantsOf = boundedCache(4 * boxes.length + 1024, (box: EndBox): readonly number[] => index.overlapping(box).map((found) => boxes[found].at));
  return (box) => {
    const source = tenantsOf(box.source);
    const destination = tenantsOf(box.destination);
    if (source.length === 1 && destination.length === 1 && source[0] === destination[0]) return source;
    return [...new Set([...source, ...destination])].sort((a, b) => a - b);
  };
}
