/** What Contiv does otherwise than the source says: a diagnostic, and the flows that it is about. */
import type { Diagnostic } from "../../../diagnostics/diagnostic.js";
import type { FlowSet } from "../../../space/flows.js";
import type { Loss } from "../../target.js";
import { lossOf } from "./scope.js";

export interface Finding {
  readonly diagnostic: Diagnostic;
  /** What Contiv may make of the flows; empty for findings that are about no flows. */
  readonly outcomes: readonly Loss["outcome"][];
  readonly flows: () => FlowSet;
}

export const either: readonly Loss["outcome"][] = ["allow", "deny"];

export function aboutNoFlow(diagnostic: Diagnostic): Finding {
  return { diagnostic, outcomes: [], flows: () => [] };
}

export function lossesOf(tenant: string, finding: Finding): readonly Loss[] {
  return finding.outcomes.map((outcome) => lossOf(finding.diagnostic, tenant, outcome, finding.flows));
}
