/**
 * Which flows each rule of a tenant decides. The rules form one ordered list, so a rule decides what it matches and no earlier rule
 * does. Regions are made on demand, from the earlier rules that the index finds, and kept.
 */
import type { Rule, Tenant } from "../policy/model.js";
import { flowsOfRule } from "../policy/universe.js";
import type { Universe } from "../policy/universe.js";
import { uncoveredParts } from "../space/flows.js";
import type { FlowBox, FlowSet } from "../space/flows.js";
import { overlapIndex } from "./overlap.js";
import type { OverlapIndex, OverlapRow } from "./overlap.js";

export interface Regions {
  readonly tenant: Tenant;
  /** The tenant's rules in order of evaluation. Positions below are positions in this list. */
  readonly rules: readonly Rule[];
  /** What each rule matches among flows with an end in the tenant. */
  readonly flows: readonly FlowSet[];
  /** The boxes of `flows`, owned by position. */
  readonly index: OverlapIndex;
  /** The flows that the rule decides, as boxes that are disjoint where the rule's own boxes are. */
  readonly effective: (position: number) => FlowSet;
  /** The flows of the rule without those of earlier rules with the opposite action: what it adds where order is lost. */
  readonly residual: (position: number) => FlowSet;
}

const made = new WeakMap<Universe, Map<Tenant, Regions>>();

/** The regions of a tenant's rules; the same object for the same universe and tenant. */
export function effectiveRegions(universe: Universe, tenant: Tenant): Regions {
  const ofUniverse = made.get(universe) ?? new Map<Tenant, Regions>();
  made.set(universe, ofUniverse);
  const known = ofUniverse.get(tenant);
  if (known !== undefined) return known;
  const regions = makeRegions(universe, tenant);
  ofUniverse.set(tenant, regions);
  return regions;
}

function makeRegions(universe: Universe, tenant: Tenant): Regions {
  const { rules } = tenant;
  const flows = rules.map((rule) => flowsOfRule(universe, rule));
  const index = overlapIndex(flows);
  const without = (position: number, counts: (row: OverlapRow) => boolean): FlowSet =>
    flows[position].flatMap((box) => uncoveredParts(box, boxesOf(index.overlapping(box, 0, position).filter(counts))));
  const effective = remembered((position) => without(position, () => true));
  const residual = remembered((position) => without(position, (row) => rules[row.owner].action !== rules[position].action));
  return { tenant, rules, flows, index, effective, residual };
}

export function boxesOf(rows: readonly OverlapRow[]): readonly FlowBox[] {
  return rows.map((row) => row.box);
}

function remembered(make: (position: number) => FlowSet): (position: number) => FlowSet {
  const known = new Map<number, FlowSet>();
  return (position) => {
    const found = known.get(position) ?? make(position);
    known.set(position, found);
    return found;
  };
}
