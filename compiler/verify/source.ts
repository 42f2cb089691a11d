/**
 * The source as checkpoints: one for each tenant, named after it. A tenant has a say only about flows with an end in it.
 */
import { everyFlow, flowsOfRule, touching } from "../policy/universe.js";
import type { Universe } from "../policy/universe.js";
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
