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

/** A step ends when so many boxes have been looked at: it takes a rule of its own where each side is many groups, and some dozens of plain rules. */
const BOXES_IN_A_STEP = 64;

/** All findings about the policy's logic, tenant by tenant in order of evaluation, in steps of a few rules each. */
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
  const tell = (finding: Diagnostic | undefined): void => {
    if (finding !== undefined) found.push(finding);
  };
  let looked = BOXES_IN_A_STEP;
  for (let position = 0; position < context.regions.rules.length; position++) {
    if (looked >= BOXES_IN_A_STEP) {
      looked = 0;
      yield;
    }
    const meetings = meetingsOf(context, position);
    looked += 1 + context.regions.flows[position].length;
    for (const { rows } of meetings) looked += rows.length;
    if (meetings.length === 0) {
      tell(explainEmpty(context, position));
      continue;
    }
    for (const disagreement of disagreementsOf(context, position, meetings)) disagreements.push(disagreement);
    tell(checkOrder(context, position, meetings));
    tell(checkWide(context, position, meetings));
  }
  // The order of two policies that disagree is open, so what it does to their rules is not told yet.
  const open = new Set(disagreements.flatMap(({ first, second }) => [first.id, second.id]));
  const settled = found.filter((finding) => finding.rule === undefined || !open.has(finding.rule));
  return [...reportDisagreements(context, disagreements), ...settled, ...checkGroupOverlaps(universe, tenant)];
}
