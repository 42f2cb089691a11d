/**
 * Rules that their place in the order makes useless: shadowed ones, which earlier rules cover together, and redundant ones, whose
 * flows later rules or the default would decide alike. Exact over all flows that can exist.
 */
import type { Diagnostic } from "../../diagnostics/diagnostic.js";
import { redundantRule, shadowedRule } from "../../diagnostics/logic.js";
import type { CoverEffect } from "../../diagnostics/logic.js";
import type { Rule } from "../../policy/model.js";
import { possiblePart } from "../../policy/universe.js";
import { flowInBox, intersectFlowBoxes } from "../../space/flows.js";
import type { OverlapRow } from "../../verdict/overlap.js";
import { boxesOf } from "../../verdict/regions.js";
import { ruleName, witness } from "./context.js";
import type { LogicContext, Meeting } from "./context.js";

/** More covering rules than this are named as found, without looking for fewer. */
const MOST_TO_MINIMISE = 16;

/** What is wrong with the place in the order of a rule that matches something, if anything. */
export function checkOrder(context: LogicContext, position: number, meetings: readonly Meeting[]): Diagnostic | undefined {
  let redundant = false;
  for (const meeting of meetings) {
    const standing = standingOf(context, position, meeting);
    if (standing === "needed") return undefined;
    if (standing === "redundant") redundant = true;
  }
  return redundant ? reportRedundant(context, position, meetings) : reportShadowed(context, position, meetings);
}

type Standing = "needed" | "redundant" | "shadowed";

function standingOf({ universe, tenant, regions }: LogicContext, position: number, { box, rows }: Meeting): Standing {
  const rule = regions.rules[position];
  if (rows.length === 0) return rule.log || tenant.defaultAction !== rule.action ? "needed" : "redundant";
  // Most rules are told apart here, with one search: some flow is left to the rule alone and not to a default that agrees.
  if (!rule.log && tenant.defaultAction !== rule.action && possiblePart(universe, box, boxesOf(rows)) !== undefined) return "needed";
  const earlier = rows.filter((row) => row.owner < position);
  if (possiblePart(universe, box, boxesOf(earlier)) === undefined) return "shadowed";
  if (rule.log) return "needed";
  const otherwise = rows.filter((row) => row.owner > position && decidesOtherwise(rule, regions.rules[row.owner]));
  return otherwise.some((row) => {
    const common = intersectFlowBoxes(box, row.box);
    const before = rows.filter((other) => other.owner < row.owner);
    return common !== undefined && possiblePart(universe, common, boxesOf(before)) !== undefined;
  })
    ? "needed"
    : "redundant";
}

/** Whether a flow of `rule` would be treated otherwise if `later` decided it. */
function decidesOtherwise(rule: Rule, later: Rule): boolean {
  return later.action !== rule.action || later.log;
}

interface Takers {
  /** Positions of rules that take flows, ascending. */
  readonly owners: readonly number[];
  /** Whether some flow is taken by none of them. */
  readonly rest: boolean;
}

/**
 * Which of the rules that `takes` selects take the flows of the meetings that those of `before` leave: adds, flow by flow, the rule that decides
 * it first. So a rule that comes too late to decide anything is never named.
 */
function findTakers(
  context: LogicContext,
  meetings: readonly Meeting[],
  before: (row: OverlapRow) => boolean,
  takes: (row: OverlapRow) => boolean,
): Takers {
  const owners = new Set<number>();
  for (const { box, rows } of meetings) {
    for (;;) {
      const flow = witness(context.universe, box, boxesOf(rows.filter((row) => before(row) || owners.has(row.owner))));
      if (flow === undefined) break;
      const taker = rows.find((row) => takes(row) && flowInBox(row.box, flow));
      if (taker === undefined) return { owners: sorted(owners), rest: true };
      owners.add(taker.owner);
    }
  }
  return { owners: minimised(context, meetings, before, owners), rest: false };
}

/** The rules without those that the others make unnecessary, the latest dropped first. */
function minimised(
  context: LogicContext,
  meetings: readonly Meeting[],
  before: (row: OverlapRow) => boolean,
  owners: ReadonlySet<number>,
): readonly number[] {
  const kept = new Set(owners);
  if (kept.size > MOST_TO_MINIMISE) return sorted(kept);
  for (const owner of sorted(owners).toReversed()) {
    kept.delete(owner);
    const covered = meetings.every(({ box, rows }) => {
      const covers = rows.filter((row) => before(row) || kept.has(row.owner));
      return possiblePart(context.universe, box, boxesOf(covers)) === undefined;
    });
    if (!covered) kept.add(owner);
  }
  return sorted(kept);
}

function sorted(owners: ReadonlySet<number>): readonly number[] {
  return [...owners].sort((a, b) => a - b);
}

function reportShadowed(context: LogicContext, position: number, meetings: readonly Meeting[]): Diagnostic {
  const { rules } = context.regions;
  const rule = rules[position];
  const { owners } = findTakers(
    context,
    meetings,
    () => false,
    (row) => row.owner < position,
  );
  const by = owners.map((owner) => rules[owner]);
  return shadowedRule.make(
    { by: by.map(ruleName), action: rule.action, effect: effectOf(rule, by) },
    { ...place(rule), related: by.map((other) => ({ span: other.origin.span, message: "this rule comes first" })) },
  );
}

function effectOf(rule: Rule, by: readonly Rule[]): CoverEffect {
  const same = by.filter((other) => other.action === rule.action).length;
  return same === by.length ? "same" : same === 0 ? "opposite" : "mixed";
}

function reportRedundant(context: LogicContext, position: number, meetings: readonly Meeting[]): Diagnostic {
  const { rules } = context.regions;
  const rule = rules[position];
  const { owners, rest } = findTakers(
    context,
    meetings,
    (row) => row.owner < position,
    (row) => row.owner > position,
  );
  const by = owners.map((owner) => rules[owner]);
  return redundantRule.make(
    { by: by.map(ruleName), byDefault: rest, action: rule.action },
    { ...place(rule), related: by.map((other) => ({ span: other.origin.span, message: "this rule would decide alike" })) },
  );
}

function place(rule: Rule): Pick<Diagnostic, "span" | "fixes"> & { readonly rule: string } {
  return {
    span: rule.origin.span,
    rule: rule.id,
    fixes: [{ title: "Delete the rule", edits: [{ span: rule.origin.span, text: "" }], safe: false }],
  };
}
