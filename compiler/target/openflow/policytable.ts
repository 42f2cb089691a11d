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
import { remember } from "../../remember.js";
import type { Family } from "../../space/address.js";
import type { EndSet } from "../../space/ends.js";
import { classWords, registers } from "./registers.js";
import { tables } from "./tables.js";
import { bitsAre, makeMatch, setBits } from "./flow.js";
import type { Action, Cookie, Flow, Match } from "./flow.js";
import { areApart, foldSingles, livingPieces, pieceKey, product, productSize } from "./combine.js";
import { anything, familyMatch, prefixTextFragment, serviceFragments } from "./fragments.js";
import type { Fragment } from "./fragments.js";
import { flowKey } from "./text.js";
import type { Condition, Program, ProgramRule, ProgramTenant } from "./program.js";

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

type Side = "source" | "destination";

/** Where rules get their flows from: pieces of matches, made once for each condition and service. */
export interface PieceCache {
  readonly of: (condition: number, side: Side) => readonly Fragment[];
  readonly ofService: (service: number) => readonly Fragment[];
}

function pieceCache(program: Program): PieceCache {
  const conditions = {
    source: remember((at: number) => conditionFragments(program, program.conditions[at], "source")),
    destination: remember((at: number) => conditionFragments(program, program.conditions[at], "destination")),
  };
  return { of: (condition, side) => conditions[side](condition), ofService: remember((at: number) => serviceFragments(program.services[at])) };
}

function conditionFragments(program: Program, condition: Condition, side: Side): readonly Fragment[] {
  const members = side === "source" ? registers.sourceMembers : registers.destinationMembers;
  switch (condition.kind) {
    case "every":
      return [anything];
    case "world":
      return [{ match: bitsAre(members, 0) }];
    case "class": {
      const { dimension, value, include } = program.classes[condition.class];
      const { word, offset, width } = program.dimensions[dimension];
      return [{ ...onlyFamily(include), match: bitsAre({ field: classWords[side][word], offset, width }, value) }];
    }
    case "addresses": {
      const prefixes = condition.prefixes.map((prefix) => prefixTextFragment(prefix, side));
      if (condition.members === undefined) return prefixes;
      return condition.members.flatMap((id) => prefixes.map(({ family, match }) => ({ family, match: makeMatch(bitsAre(members, id), match) })));
    }
  }
}

/**
 * The family of a class whose ends all have one. Rules are told apart by that too, so it has to be in their matches: without it a
 * clause that no packet can complete might equal a flow of another rule.
 */
function onlyFamily(include: EndSet): { readonly family?: Family } {
  const four = include.some((box) => box.addresses.v4.length > 0);
  const six = include.some((box) => box.addresses.v6.length > 0);
  return four === six ? {} : { family: four ? 4 : 6 };
}

/** Flows of all rules, in the program's order. */
export function rulesFlows(program: Program, form: RuleForm = "fewest"): readonly RuleFlows[] {
  const pieces = pieceCache(program);
  return shareClauses(program.rules.map((rule) => ({ rule, flows: ruleFlows(rule, pieces, form) })));
}

const isClause = (flow: Flow): boolean => flow.actions[0]?.kind === "conjunction";
const levelKey = (flow: Flow, rule: ProgramRule): string => `${rule.tenant} ${flow.priority}`;

/**
 * One flow for all clauses with one match at one priority. A clause whose match a plain flow of its priority has is left out: the plain
 * flow wins there in any case. (That happens where two rules are disjoint only because some workloads have no addresses of a family.)
 */
function shareClauses(rules: readonly RuleFlows[]): readonly RuleFlows[] {
  const actionsOf = new Map<string, Action[]>();
  const levels = new Set<string>();
  for (const { rule, flows } of rules) {
    for (const flow of flows) {
      if (!isClause(flow)) continue;
      levels.add(levelKey(flow, rule));
      const key = flowKey(flow);
      actionsOf.set(key, [...(actionsOf.get(key) ?? []), ...flow.actions]);
    }
  }
  if (levels.size === 0) return rules;
  for (const { rule, flows } of rules)
    for (const flow of flows) if (!isClause(flow) && levels.has(levelKey(flow, rule))) actionsOf.delete(flowKey(flow));
  return rules.map(({ rule, flows }) => ({
    rule,
    flows: flows.flatMap((flow) => {
      if (!isClause(flow)) return [flow];
      const key = flowKey(flow);
      const actions = actionsOf.get(key);
      actionsOf.delete(key);
      return actions === undefined ? [] : [{ ...flow, actions }];
    }),
  }));
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

/** The flows of one rule by itself. */
function ruleFlows(rule: ProgramRule, pieces: PieceCache, form: RuleForm): readonly Flow[] {
  const dimensions = [
    piecesOf(rule.source, (condition) => pieces.of(condition, "source")),
    piecesOf(rule.destination, (condition) => pieces.of(condition, "destination")),
    pieces.ofService(rule.service),
  ];
  const living = livingPieces(dimensions);
  if (living.length === 0) return [];
  const asked = bitsAre(registers.tenant, rule.tenant);
  const cookie: Cookie = { kind: "rule", id: rule.decision };
  const verdict = rule.action === "allow" ? "allow" : rule.audit ? "audit" : "deny";
  const actions = verdictActions(rule.decision, verdict, rule.log);
  const flow = (match: Match, what: readonly Action[]): Flow => ({ table: tables.policy, priority: rule.priority, cookie, match, actions: what });

  const clauses = form === "product" ? [] : foldSingles(living);
  const conjunctive = 1 + clauses.reduce((sum, clause) => sum + clause.length, 0);
  const asConjunction = clauses.length > 0 && (form === "conjunction" || conjunctive < productSize(living)) && areApart(clauses);
  if (!asConjunction) return product(asked, living).map((match) => flow(match, actions));
  return [
    flow(makeMatch(asked, [{ field: "conj_id", value: rule.decision }]), actions),
    ...clauses.flatMap((clause, at) =>
      clause.map((piece) => flow(wholeMatch(asked, piece), [{ kind: "conjunction", id: rule.decision, clause: at + 1, of: clauses.length }])),
    ),
  ];
}

function wholeMatch(asked: Match, piece: Fragment): Match {
  return makeMatch(asked, familyMatch(piece.family), piece.match);
}

function piecesOf(conditions: readonly number[], pieces: (condition: number) => readonly Fragment[]): readonly Fragment[] {
  if (conditions.length === 1) return pieces(conditions[0]);
  return [...new Map(conditions.flatMap(pieces).map((piece) => [pieceKey(piece), piece])).values()];
}
