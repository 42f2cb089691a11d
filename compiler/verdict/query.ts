/**
 * A question about a set of flows: is all of it allowed, all of it denied, or some of each? The answer is cut by what decides,
 * and each part has a flow that can exist.
 */
import type { Action, PeerExpression, ServiceExpression, Tenant } from "../policy/model.js";
import { flowsOfRule, possiblePart, touching } from "../policy/universe.js";
import type { Universe } from "../policy/universe.js";
import { flowProduct, intersectFlows, someFlow, subtractFlows } from "../space/flows.js";
import type { Flow, FlowSet } from "../space/flows.js";
import type { Verdict } from "./evaluate.js";

export interface Question {
  readonly source: PeerExpression;
  readonly destination: PeerExpression;
  readonly service: ServiceExpression;
}

export interface Answer {
  /** `mixed`: some flows are allowed and some are not. `nothing`: no such flow can exist. `untouched`: all are outside every tenant. */
  readonly outcome: Action | "mixed" | "untouched" | "nothing";
  /** In the order in which the rules stand; allowed ones first. */
  readonly parts: readonly AnswerPart[];
}

/** The flows of a question that the same rules decide. */
export interface AnswerPart {
  readonly outcome: Action | "untouched";
  /** What each tenant that has an end of the flows says, by name of the tenant. */
  readonly verdicts: readonly Verdict[];
  readonly example: Flow;
}

interface Undecided {
  readonly flows: FlowSet;
  readonly verdicts: readonly Verdict[];
}

/** The answer to a question, for every flow in it that can exist. */
export function answer(universe: Universe, question: Question): Answer {
  const asked = flowProduct(universe.endsOf(question.source), universe.endsOf(question.destination), question.service.services);
  const start: readonly Undecided[] = [{ flows: asked, verdicts: [] }];
  const decided = universe.policy.tenants.reduce((parts, tenant) => parts.flatMap((part) => askTenant(universe, tenant, part)), start);
  const parts = merge(decided.flatMap((part) => toPart(universe, part)));
  const order = { allow: 0, deny: 1, untouched: 2 };
  return { outcome: outcomeOf(parts), parts: [...parts].sort((left, right) => order[left.outcome] - order[right.outcome]) };
}

/** Cuts a part by what the tenant says of it: each rule takes what no rule before it took, the default the rest. */
function askTenant(universe: Universe, tenant: Tenant, part: Undecided): readonly Undecided[] {
  const concerned = touching(universe, tenant.name, part.flows);
  if (concerned.length === 0) return [part];
  const out: Undecided[] = [];
  const untouched = subtractFlows(part.flows, concerned);
  if (untouched.length > 0) out.push({ ...part, flows: untouched });
  let rest: FlowSet = concerned;
  for (const rule of tenant.rules) {
    if (rest.length === 0) break;
    const taken = intersectFlows(rest, flowsOfRule(universe, rule));
    if (taken.length === 0) continue;
    out.push({ flows: taken, verdicts: [...part.verdicts, { tenant: tenant.name, action: rule.action, rule }] });
    rest = subtractFlows(rest, taken);
  }
  if (rest.length > 0) out.push({ flows: rest, verdicts: [...part.verdicts, { tenant: tenant.name, action: tenant.defaultAction }] });
  return out;
}

/** Nothing for flows that cannot exist. */
function toPart(universe: Universe, { flows, verdicts }: Undecided): readonly AnswerPart[] {
  for (const box of flows) {
    const possible = possiblePart(universe, box);
    const example = possible === undefined ? undefined : someFlow(possible);
    if (example !== undefined) return [{ outcome: combine(verdicts), verdicts, example }];
  }
  return [];
}

function combine(verdicts: readonly Verdict[]): Action | "untouched" {
  if (verdicts.length === 0) return "untouched";
  return verdicts.every((verdict) => verdict.action === "allow") ? "allow" : "deny";
}

/** One part for one combination of verdicts. */
function merge(parts: readonly AnswerPart[]): readonly AnswerPart[] {
  const keyOf = (part: AnswerPart) => JSON.stringify(part.verdicts.map((verdict) => [verdict.tenant, verdict.rule?.id ?? ""]));
  return [...new Map([...parts].reverse().map((part) => [keyOf(part), part])).values()].reverse();
}

function outcomeOf(parts: readonly AnswerPart[]): Answer["outcome"] {
  if (parts.length === 0) return "nothing";
  const outcomes = new Set(parts.map((part) => part.outcome).filter((outcome) => outcome !== "untouched"));
  if (outcomes.size === 0) return "untouched";
  if (outcomes.size === 2) return "mixed";
  return outcomes.has("allow") ? "allow" : "deny";
}
