/** What Contiv does otherwise than the source says: a diagnostic, and the flows that it is about. */
import type { Diagnostic } from "../../../diagnostics/diagnostic.js";
import type { Action } from "../../../policy/model.js";
import type { Universe } from "../../../policy/universe.js";
import type { FlowSet } from "../../../space/flows.js";
import { describeFlow } from "../../../verdict/describe.js";
import { exampleOf } from "../../../verdict/example.js";
import { formatFlow } from "../../../verdict/format.js";
import type { Loss } from "../../target.js";
import { lossOf } from "./scope.js";

export interface Finding {
  readonly diagnostic: Diagnostic;
  /** What Contiv may make of the flows; empty for findings that are about no flows. */
  readonly outcomes: readonly Loss["outcome"][];
  readonly flows: () => FlowSet;
  /** More of its flows, where "all but these" says them best. */
  readonly wide?: () => readonly Wide[];
}

/** Flows, without the exceptions. */
export interface Wide {
  readonly flows: FlowSet;
  readonly except: FlowSet;
}

export const either: readonly Loss["outcome"][] = ["allow", "deny"];

/** A flow that shows a finding: in words for its message, and as `ctv query` takes it. */
export interface Shown {
  readonly words: string;
  readonly flow: string;
}

/** A flow of these that the source decides so; nothing when there is none, and then there is nothing to find either. */
export function shownBy(universe: Universe, flows: FlowSet, outcome: Action): Shown | undefined {
  const flow = exampleOf(universe, flows, outcome);
  return flow === undefined ? undefined : { words: describeFlow(universe.policy, flow), flow: formatFlow(flow) };
}

export function aboutNoFlow(diagnostic: Diagnostic): Finding {
  return { diagnostic, outcomes: [], flows: () => [] };
}

export function lossesOf(tenant: string, finding: Finding): readonly Loss[] {
  const { diagnostic, flows, wide } = finding;
  return finding.outcomes.flatMap((outcome) => [
    lossOf(diagnostic, tenant, outcome, flows),
    ...(wide?.() ?? []).map((part): Loss => ({ diagnostic, tenant, outcome, ...part })),
  ]);
}
