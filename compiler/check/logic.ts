/**
 * What a policy means where its author may have meant something else: contradictions, rules without effect, openings that are too
 * wide, groups that overlap (`CTV40xx`). Everything is decided on sets of flows and exact over the flows that can exist.
 */
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import type { Tenant } from "../policy/model.js";
import type { Universe } from "../policy/universe.js";
import type { Steps } from "../steps.js";
import { effectiveRegions } from "../verdict/regions.js";
import { explainEmpty } from "./logic/concern.js";
import { meetingsOf } from "./logic/context.js";
import type { LogicContext } from "./logic/context.js";
import { disagreementsOf, reportDisagreements } from "./logic/disagreement.js";
import type { Disagreement } from "./logic/disagreement.js";
import { checkGroupOverlaps, checkSplits } from "./logic/groups.js";
import { checkOrder } from "./logic/order.js";
import { checkWide } from "./logic/wide.js";

/** All findings about the policy's logic, tenant by tenant in order of evaluation, in steps of one rule each. */
export function* checkLogicInSteps(universe: Universe): Steps<readonly Diagnostic[]> {
  const found: Diagnostic[] = [];
  for (const tenant of universe.policy.tenants) found.push(...(yield* checkTenant(universe, tenant)));
  found.push(...checkSplits(universe));
  return found;
}

function* checkTenant(universe: Universe, tenant: Tenant): Steps<readonly Diagnostic[]> {
  const context: LogicContext = { universe, tenant, regions: effectiveRegions(universe, tenant) };
  const disagreements: Disagreement[] = [];
  const found: Diagnostic[] = [];
  for (const position of tenant.rules.keys()) {
    yield;
    const meetings = meetingsOf(context, position);
    if (meetings.length === 0) {
      found.push(...explainEmpty(context, position));
      continue;
    }
    disagreements.push(...disagreementsOf(context, position, meetings));
    found.push(...checkOrder(context, position, meetings), ...checkWide(context, position, meetings));
  }
  // The order of two policies that disagree is open, so what it does to their rules is not told yet.
  const open = new Set(disagreements.flatMap(({ first, second }) => [first.id, second.id]));
  const settled = found.filter((finding) => finding.rule === undefined || !open.has(finding.rule));
  return [...reportDisagreements(context, disagreements), ...settled, ...checkGroupOverlaps(universe, tenant)];
}
