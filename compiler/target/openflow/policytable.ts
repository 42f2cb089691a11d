/**
 * The policy table's flows, from a program alone: the rules of every tenant, matched on the tenant that is asked, the classes or
 * addresses of both ends, and the service.
 *
 * A rule becomes the product of its conditions, or one conjunctive match where that takes fewer flows. OVS asks much of
 * conjunctive matches (ovs-fields(7), "conjunctive match fields"); here they hold by construction:
 *
 *  - rules that may overlap have different priorities (`priorities.ts`), so a packet meets at most one conjunction at a
 *    priority, and no plain flow of another rule beside it;
 *  - the action flow has the priority of its clauses, and comes before them;
 *  - clauses with one match at one priority, of several rules, are one flow with several conjunction actions;
 *  - no flow is two clauses of one conjunction: OVS expects at least as many flows as there are clauses (`min_n_clauses` in its
 *    `classifier.c`), and would not see that the conjunction is complete;
 *  - a condition that leaves nothing open is no clause of its own, and the tenant is matched in each clause.
 */
import { areApart, foldSingles, product, productSize } from "./combine.js";
import type { Dimensions } from "./combine.js";
import { bitsAre, makeMatch, setBits } from "./flow.js";
import type { Action, Cookie, Flow, Match } from "./flow.js";
import { familyMatch } from "./fragments.js";
import type { Fragment } from "./fragments.js";
import type { Program, ProgramRule, ProgramTenant } from "./program.js";
import { registers } from "./registers.js";
import { piecesOfRules } from "./rulepieces.js";
import { tables } from "./tables.js";
import { flowKey } from "./text.js";

/** Which form to give rules that could have either; `fewest` by default. The others are for tests. */
export type RuleForm = "fewest" | "product" | "conjunction";

/** The flows of one rule, with shared clauses at the first rule that has them. */
export interface RuleFlows {
  readonly rule: ProgramRule;
  readonly flows: readonly Flow[];
}

const MISS_PRIORITY = 0;
const DEFAULT_PRIORITY = 100;
/** Levels start above; what is below is for defaults. */
export const RULE_PRIORITY = 1000;
/** Levels end here; what is above is left for an operator's emergency flows. */
export const LAST_RULE_PRIORITY = 60000;

/** What the flows of a rule are: every combination of its pieces, or flows of which some may be shared with other rules. */
export type RulePlan = { readonly kind: "product"; readonly dimensions: Dimensions } | { readonly kind: "flows"; readonly flows: readonly Flow[] };

/** For each rule of the program in its order. */
export function planRules(program: Program, form: RuleForm = "fewest"): readonly RulePlan[] {
  const piecesOf = piecesOfRules(program);
  const { rules } = program;
  const dimensions = rules.map(piecesOf);
  const clauses = new Map<number, Dimensions>();
  dimensions.forEach((own, at) => {
    const found = clausesOf(own, form);
    if (found.length > 0) clauses.set(at, found);
  });
  const shared = clauses.size === 0 ? undefined : shareClauses(flowsAtLevelsOf(clauses, rules, dimensions));
  return dimensions.map((own, at) => {
    const flows = shared?.get(at);
    return flows === undefined ? { kind: "product", dimensions: own } : { kind: "flows", flows };
  });
}

/** The flows of one rule. */
function plannedFlows(rule: ProgramRule, plan: RulePlan): readonly Flow[] {
  return plan.kind === "flows" ? plan.flows : productFlows(rule, plan.dimensions);
}

/** How many they are where they are more than a limit, else nothing. */
export function flowsBeyond(limit: number, plan: RulePlan): number | undefined {
  if (plan.kind === "flows") return plan.flows.length > limit ? plan.flows.length : undefined;
  // Never fewer than what `productSize` counts, and quick.
  const combinations = plan.dimensions.reduce((count, dimension) => count * dimension.length, 1);
  if (combinations <= limit) return undefined;
  const count = productSize(plan.dimensions);
  return count > limit ? count : undefined;
}

/** Flows of all rules, in the program's order. */
export function rulesFlows(program: Program, form: RuleForm = "fewest"): readonly RuleFlows[] {
  const plans = planRules(program, form);
  return program.rules.map((rule, at) => ({ rule, flows: plannedFlows(rule, plans[at]) }));
}

const isClause = (flow: Flow): boolean => flow.actions[0]?.kind === "conjunction";
const levelKey = (rule: ProgramRule): string => `${rule.tenant} ${rule.priority}`;

/** The flows of all rules that are at one level with a rule made of clauses, by the places of the rules. */
function flowsAtLevelsOf(
  clauses: ReadonlyMap<number, Dimensions>,
  rules: readonly ProgramRule[],
  dimensions: readonly Dimensions[],
): ReadonlyMap<number, readonly Flow[]> {
  const levels = new Set([...clauses.keys()].map((at) => levelKey(rules[at])));
  const made = new Map<number, readonly Flow[]>();
  rules.forEach((rule, at) => {
    const own = clauses.get(at);
    if (own !== undefined) made.set(at, clauseFlows(rule, own));
    else if (levels.has(levelKey(rule))) made.set(at, productFlows(rule, dimensions[at]));
  });
  return made;
}

/**
 * One flow for all clauses with one match at one priority, at the first rule that has them. A clause whose match a plain flow of its priority has is
 * left out: the plain flow wins there in any case. (That happens where two rules are disjoint only because some workloads have no addresses of a
 * family.)
 */
function shareClauses(made: ReadonlyMap<number, readonly Flow[]>): ReadonlyMap<number, readonly Flow[]> {
  const actionsOf = new Map<string, Action[]>();
  for (const flows of made.values()) {
    for (const flow of flows) {
      if (!isClause(flow)) continue;
      const key = flowKey(flow);
      actionsOf.set(key, [...(actionsOf.get(key) ?? []), ...flow.actions]);
    }
  }
  for (const flows of made.values()) for (const flow of flows) if (!isClause(flow)) actionsOf.delete(flowKey(flow));
  const shared = new Map<number, readonly Flow[]>();
  for (const [at, flows] of made) {
    const own = flows.flatMap((flow) => {
      if (!isClause(flow)) return [flow];
      const key = flowKey(flow);
      const actions = actionsOf.get(key);
      actionsOf.delete(key);
      return actions === undefined ? [] : [{ ...flow, actions }];
    });
    shared.set(at, own);
  }
  return shared;
}

/** The whole policy table: rules, defaults, and the flow that nothing should ever reach. */
export function policyFlows(program: Program, form: RuleForm = "fewest"): readonly Flow[] {
  return [...rulesFlows(program, form).flatMap(({ flows }) => flows), ...program.tenants.map(defaultFlow), missFlow];
}

const isDenied = setBits(registers.denied, 1);
const isAudited = setBits(registers.audited, 1);
const isLogged = setBits(registers.logged, 1);

/** A tenant's `default`, written out: a verdict is never an accident of what the table lacks. */
export function defaultFlow(tenant: ProgramTenant): Flow {
  return {
    table: tables.policy,
    priority: DEFAULT_PRIORITY,
    cookie: { kind: "default", id: tenant.decision },
    match: bitsAre(registers.tenant, tenant.id),
    actions: verdictActions(tenant.decision, tenant.defaultAction === "allow" ? "allow" : tenant.audit ? "audit" : "deny", false),
  };
}

/** Asked for a tenant that the table does not know: the answer is no. */
export const missFlow: Flow = {
  table: tables.policy,
  priority: MISS_PRIORITY,
  cookie: { kind: "pipeline", id: 0 },
  match: [],
  actions: verdictActions(0, "deny", false),
};

function verdictActions(decision: number, verdict: "allow" | "deny" | "audit", log: boolean): readonly Action[] {
  const actions = [setBits(registers.decision, decision)];
  if (verdict !== "allow") actions.push(verdict === "deny" ? isDenied : isAudited);
  if (log) actions.push(isLogged);
  return actions;
}

/** The clauses of the rule's conjunctive match, where it has that form. */
function clausesOf(dimensions: Dimensions, form: RuleForm): Dimensions {
  const clauses = form === "product" ? [] : foldSingles(dimensions);
  if (clauses.length === 0) return [];
  const conjunctive = 1 + clauses.reduce((sum, clause) => sum + clause.length, 0);
  return (form === "conjunction" || conjunctive < productSize(dimensions)) && areApart(clauses) ? clauses : [];
}

/** What the flows of a rule have in common: the tenant that is asked, and what they do. */
export function askedBy(rule: ProgramRule): Match {
  return bitsAre(registers.tenant, rule.tenant);
}

export function cookieOf(rule: ProgramRule): Cookie {
  return { kind: "rule", id: rule.decision };
}

export function actionsOfRule(rule: ProgramRule): readonly Action[] {
  return verdictActions(rule.decision, rule.action === "allow" ? "allow" : rule.audit ? "audit" : "deny", rule.log);
}

function productFlows(rule: ProgramRule, dimensions: Dimensions): readonly Flow[] {
  if (dimensions.length === 0) return [];
  const { priority } = rule;
  const [cookie, actions] = [cookieOf(rule), actionsOfRule(rule)];
  return product(askedBy(rule), dimensions).map((match) => ({ table: tables.policy, priority, cookie, match, actions }));
}

function clauseFlows(rule: ProgramRule, clauses: Dimensions): readonly Flow[] {
  const { priority, decision } = rule;
  const [asked, cookie] = [askedBy(rule), cookieOf(rule)];
  const flow = (match: Match, actions: readonly Action[]): Flow => ({ table: tables.policy, priority, cookie, match, actions });
  return [
    flow(makeMatch(asked, [{ field: "conj_id", value: decision }]), actionsOfRule(rule)),
    ...clauses.flatMap((clause, at) =>
      clause.map((piece) => flow(wholeMatch(asked, piece), [{ kind: "conjunction", id: decision, clause: at + 1, of: clauses.length }])),
    ),
  ];
}

function wholeMatch(asked: Match, piece: Fragment): Match {
  return makeMatch(asked, familyMatch(piece.family), piece.match);
}
