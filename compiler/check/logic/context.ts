/** What the checks of policy logic share about one tenant. */
import type { Rule, Tenant } from "../../policy/model.js";
import { possiblePart } from "../../policy/universe.js";
import type { Universe } from "../../policy/universe.js";
import { someFlow } from "../../space/flows.js";
import type { Flow, FlowBox } from "../../space/flows.js";
import type { OverlapRow } from "../../verdict/overlap.js";
import type { Regions } from "../../verdict/regions.js";

export interface LogicContext {
  readonly universe: Universe;
  readonly tenant: Tenant;
  readonly regions: Regions;
}

/** One box of a rule's flows that can exist, with every box of other rules of the tenant that meets it, in order of evaluation. */
export interface Meeting {
  readonly box: FlowBox;
  readonly rows: readonly OverlapRow[];
}

/** The boxes of the rule at this position with what they meet; none where the rule matches nothing that can exist. */
export function meetingsOf({ universe, regions }: LogicContext, position: number): readonly Meeting[] {
  const flows = regions.flows[position].filter((box) => possiblePart(universe, box) !== undefined);
  return flows.map((box) => ({ box, rows: regions.index.others(box, position) }));
}

/** A flow of the box outside the covers that can exist. */
export function witness(universe: Universe, box: FlowBox, covers: readonly FlowBox[] = []): Flow | undefined {
  const part = possiblePart(universe, box, covers);
  return part === undefined ? undefined : someFlow(part);
}

/** How messages name a rule: by its name where it has one, else by its text; with its line. */
export function ruleName(rule: Rule): string {
  return `"${rule.name ?? rule.text}" (line ${rule.origin.line})`;
}
