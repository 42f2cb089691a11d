/**
 * What is decided about a set of flows, cut by what decides: each part has one verdict of each tenant that it touches.
 *
 * Rules are found through the tenants' indices, and each takes its flows without those of earlier rules near it, so a question costs
 * what it overlaps and not what the policy holds.
 */
import type { Action, Tenant } from "../policy/model.js";
import type { Universe } from "../policy/universe.js";
import { flowProduct, intersectFlowBoxes, uncoveredParts } from "../space/flows.js";
import type { FlowBox, FlowSet } from "../space/flows.js";
import type { Verdict } from "./evaluate.js";
import type { OverlapIndex, OverlapRow } from "./overlap.js";
import { boxesOf, effectiveRegions } from "./regions.js";

export interface DecidedPart {
  readonly flows: FlowBox;
  readonly outcome: Action | "untouched";
  /** One for each tenant that has an end of the flows, by name of the tenant. */
  readonly verdicts: readonly Verdict[];
}

/**
 * The parts of a set of flows. They make up the whole set, and are disjoint where its boxes are. Some may hold no flow that can exist:
 * `possiblePart` tells.
 */
export function decidedParts(universe: Universe, set: FlowSet): readonly DecidedPart[] {
  return set.flatMap((flows) => [...eachDecidedPart(universe, flows)]);
}

/** The parts of a box, each made when it is asked for: who looks for one of many needs no other. */
export function eachDecidedPart(universe: Universe, flows: FlowBox): Generator<DecidedPart> {
  return partsFrom(universe, 0, { flows, outcome: "untouched", verdicts: [] });
}

/** A part as the tenants from `first` on cut it. */
function* partsFrom(universe: Universe, first: number, part: DecidedPart): Generator<DecidedPart> {
  const { tenants } = universe.policy;
  for (let at = first; at < tenants.length; at++) {
    const cut = askTenant(universe, tenants[at], part);
    if (cut === undefined) continue;
    for (const next of cut) yield* partsFrom(universe, at + 1, next);
    return;
  }
  yield part;
}

/** Nothing where the part has no flow that touches the tenant. */
function askTenant(universe: Universe, tenant: Tenant, part: DecidedPart): readonly DecidedPart[] | undefined {
  const { flows } = part;
  const source = universe.splitByTenant(tenant.name, flows.source);
  const destination = universe.splitByTenant(tenant.name, flows.destination);
  if (source.own.length === 0 && destination.own.length === 0) return undefined;
  const touched = [...flowProduct(source.own, [flows.destination], flows.service), ...flowProduct(source.others, destination.own, flows.service)];
  const untouched = flowProduct(source.others, destination.others, flows.service);
  return [...touched.flatMap((box) => decidedBy(universe, tenant, part, box)), ...untouched.map((box) => ({ ...part, flows: box }))];
}

/** A part all of whose flows touch the tenant, cut by the tenant's rules. */
function decidedBy(universe: Universe, tenant: Tenant, part: DecidedPart, whole: FlowBox): readonly DecidedPart[] {
  const { index, rules } = effectiveRegions(universe, tenant);
  const decided = (flows: FlowBox, verdict: Omit<Verdict, "tenant">): DecidedPart => ({
    flows,
    outcome: part.outcome === "deny" ? "deny" : verdict.action,
    verdicts: [...part.verdicts, { tenant: tenant.name, ...verdict }],
  });
  const rows = index.overlapping(whole);
  const byRule = rows.flatMap((row, at) => {
    const rule = rules[row.owner];
    const common = intersectFlowBoxes(whole, row.box);
    if (common === undefined) return [];
    return uncoveredParts(common, boxesOf(earlierNear(index, common, row, rows, at))).map((flows) => decided(flows, { action: rule.action, rule }));
  });
  return [...byRule, ...uncoveredParts(whole, boxesOf(rows)).map((flows) => decided(flows, { action: tenant.defaultAction }))];
}

/** With no more rows than this, asking each is cheaper than asking the index for those near. */
const FEW_ROWS = 32;

/** The rows before `row` that meet its part of the whole: of a thousand rules about one group, few meet each other. */
function earlierNear(index: OverlapIndex, part: FlowBox, row: OverlapRow, rows: readonly OverlapRow[], at: number): readonly OverlapRow[] {
  if (at <= FEW_ROWS) return rows.slice(0, at);
  const near = index.overlapping(part, 0, row.owner + 1);
  return near.slice(0, near.indexOf(row));
}
