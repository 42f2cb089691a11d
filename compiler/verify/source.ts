/**
 * The source as checkpoints: one for each tenant, named after it. A tenant has a say only about flows with an end in it.
 */
import { flowsOfRule } from "../policy/universe.js";
import type { Universe } from "../policy/universe.js";
import { allEnds } from "../space/ends.js";
import { flowProduct } from "../space/flows.js";
import type { FlowSet } from "../space/flows.js";
import { everyService } from "../space/service.js";
import type { Checkpoint } from "../target/target.js";

export function sourceCheckpoints(universe: Universe): readonly Checkpoint[] {
  return universe.policy.tenants.map((tenant) => ({
    name: tenant.name,
    entries: [
      ...tenant.rules.map((rule) => ({ flows: flowsOfRule(universe, rule), action: rule.action, by: rule.id })),
      { flows: flowsOfTenant(universe, tenant.name), action: tenant.defaultAction, by: `default of tenant ${tenant.name}` },
    ],
    otherwise: "allow" as const,
  }));
}

/** All flows with an end in the tenant, in boxes that overlap: "from others to it" would name every other tenant. */
function flowsOfTenant({ tenantEnds }: Universe, tenant: string): FlowSet {
  const own = tenantEnds.get(tenant) ?? [];
  return [...flowProduct(own, allEnds, everyService), ...flowProduct(allEnds, own, everyService)];
}
