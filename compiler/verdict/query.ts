/**
 * A question about a set of flows: is all of it allowed, all of it denied, or some of each? The answer is cut by what decides,
 * and each part has a flow that can exist.
 */
import type { Action, PeerExpression, Policy, ServiceExpression } from "../policy/model.js";
import { possiblePart } from "../policy/universe.js";
import type { Universe } from "../policy/universe.js";
import { flowProduct, someFlow } from "../space/flows.js";
import type { Flow } from "../space/flows.js";
import { evaluate } from "./evaluate.js";
import type { Verdict } from "./evaluate.js";
import { decidedParts } from "./parts.js";
import type { DecidedPart } from "./parts.js";

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

/** The answer to a question, for every flow in it that can exist. */
export function answer(universe: Universe, question: Question): Answer {
  const asked = flowProduct(universe.endsOf(question.source), universe.endsOf(question.destination), question.service.services);
  const parts = merge(decidedParts(universe, asked)).flatMap((same) => toPart(universe, same));
  const order = { allow: 0, deny: 1, untouched: 2 };
  return { outcome: outcomeOf(parts), parts: [...parts].sort((left, right) => order[left.outcome] - order[right.outcome]) };
}

/** The answer about one flow, whether or not it can exist. */
export function answerFlow(policy: Policy, flow: Flow): Answer {
  const { outcome, verdicts } = evaluate(policy, flow);
  return { outcome, parts: [{ outcome, verdicts, example: flow }] };
}

/** Nothing for flows that cannot exist. */
function toPart(universe: Universe, same: readonly DecidedPart[]): readonly AnswerPart[] {
  for (const { flows, outcome, verdicts } of same) {
    const possible = possiblePart(universe, flows);
    const example = possible === undefined ? undefined : someFlow(possible);
    if (example !== undefined) return [{ outcome, verdicts, example }];
  }
  return [];
}

/** The parts by combination of verdicts. */
function merge(parts: readonly DecidedPart[]): readonly (readonly DecidedPart[])[] {
  const byVerdicts = new Map<string, DecidedPart[]>();
  for (const part of parts) {
    const key = JSON.stringify(part.verdicts.map((verdict) => [verdict.tenant, verdict.rule?.id ?? ""]));
    const known = byVerdicts.get(key);
    if (known === undefined) byVerdicts.set(key, [part]);
    else known.push(part);
  }
  return [...byVerdicts.values()];
}

function outcomeOf(parts: readonly AnswerPart[]): Answer["outcome"] {
  if (parts.length === 0) return "nothing";
  const outcomes = new Set(parts.map((part) => part.outcome).filter((outcome) => outcome !== "untouched"));
  if (outcomes.size === 0) return "untouched";
  if (outcomes.size === 2) return "mixed";
  return outcomes.has("allow") ? "allow" : "deny";
}
