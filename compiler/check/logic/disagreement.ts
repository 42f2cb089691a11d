/** Rules of two policies of equal priority that match one flow with different actions. */
import type { Diagnostic } from "../../diagnostics/diagnostic.js";
import { equalPriorityDisagreement } from "../../diagnostics/logic.js";
import type { Rule } from "../../policy/model.js";
import { intersectFlowBoxes } from "../../space/flows.js";
import type { Flow } from "../../space/flows.js";
import { describeFlow } from "../../verdict/describe.js";
import { formatFlow } from "../../verdict/format.js";
import { ruleName, witness } from "./context.js";
import type { LogicContext, Meeting } from "./context.js";

/** Two rules that disagree, and a flow that shows it. */
export interface Disagreement {
  readonly first: Rule;
  readonly second: Rule;
  readonly flow: Flow;
}

const none: readonly Disagreement[] = [];

/** The earlier rules that the rule at this position must not, but does, contradict; each once. */
export function disagreementsOf({ universe, regions }: LogicContext, position: number, meetings: readonly Meeting[]): readonly Disagreement[] {
  const second = regions.rules[position];
  let found: Map<Rule, Disagreement> | undefined;
  for (const { box, rows } of meetings) {
    for (const row of rows) {
      if (row.owner >= position) break;
      const first = regions.rules[row.owner];
      if (first.priority !== second.priority || first.policy === second.policy || first.action === second.action) continue;
      if (found?.has(first) === true) continue;
      const common = intersectFlowBoxes(box, row.box);
      const flow = common === undefined ? undefined : witness(universe, common);
      if (flow === undefined) continue;
      found ??= new Map();
      found.set(first, { first, second, flow });
    }
  }
  return found === undefined ? none : [...found.values()];
}

/** One finding for each pair of policies, at the first pair of rules; the number of further pairs is told. */
export function reportDisagreements({ universe }: LogicContext, disagreements: readonly Disagreement[]): readonly Diagnostic[] {
  const byPolicies = new Map<string, Disagreement[]>();
  for (const disagreement of disagreements) {
    const key = JSON.stringify([disagreement.first.policy, disagreement.second.policy]);
    byPolicies.set(key, [...(byPolicies.get(key) ?? []), disagreement]);
  }
  return [...byPolicies.values()].map(([{ first, second, flow }, ...more]) =>
    equalPriorityDisagreement.make(
      {
        policy: second.policy,
        other: first.policy,
        priority: second.priority,
        rule: second.text,
        otherRule: first.text,
        flow: describeFlow(universe.policy, flow),
        more: more.length,
      },
      {
        span: second.origin.span,
        related: [
          { span: first.origin.span, message: `${first.action === "allow" ? "allowed" : "denied"} here by policy "${first.policy}"` },
          ...more.slice(0, 3).map((other) => ({ span: other.first.origin.span, message: `disagrees with ${ruleName(other.second)} as well` })),
        ],
        help: `Give "${first.policy}" or "${second.policy}" the higher priority.`,
        rule: second.id,
        flow: formatFlow(flow),
      },
    ),
  );
}
