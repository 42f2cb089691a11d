/** What Contiv does otherwise than the source says: a diagnostic, and the flows that it is about. */
import { once } from "../../../once.js";
import type { Diagnostic } from "../../../diagnostics/diagnostic.js";
import type { Action } from "../../../policy/model.js";
import { touching } from "../../../policy/universe.js";
import type { Universe } from "../../../policy/universe.js";
import type { FlowSet } from "../../../space/flows.js";
import { describeFlow } from "../../../verdict/describe.js";
import { exampleOf } from "../../../verdict/example.js";
import { formatFlow } from "../../../verdict/format.js";
import type { Loss } from "../../target.js";

/**
 * What a finding is about, the most telling first: flows that its rule decides; others that its rule moves (replies, other ports); all flows of
 * some groups or addresses; what is left to the tenant's default. A flow with several is told by the first, and of one kind by the earlier rule.
 */
const subjects = ["rule", "consequence", "ends", "default"] as const;

export interface Finding {
  readonly about: (typeof subjects)[number];
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
  return { about: "rule", diagnostic, outcomes: [], flows: () => [] };
}

/** The losses of a tenant's findings, each behind those that are more to the point. */
export function lossesOf(universe: Universe, tenant: string, findings: readonly Finding[]): readonly Loss[] {
  const inOrder = subjects.flatMap((about) => findings.filter((finding) => finding.about === about));
  return either.flatMap((outcome) => {
    const losses: Loss[] = [];
    for (const { diagnostic, outcomes, flows, wide } of inOrder) {
      if (!outcomes.includes(outcome)) continue;
      losses.push(lossOf({ diagnostic, tenant, outcome }, () => touching(universe, tenant, flows()), losses.at(-1)));
      for (const part of wide?.() ?? []) losses.push({ diagnostic, tenant, outcome, ...part, ...behind(losses.at(-1)) });
    }
    return losses;
  });
}

/** A loss whose flows are worked out only when somebody asks. */
function lossOf(said: Pick<Loss, "diagnostic" | "tenant" | "outcome">, flows: () => FlowSet, before: Loss | undefined): Loss {
  const known = once(flows);
  return {
    ...said,
    get flows() {
      return known();
    },
    ...behind(before),
  };
}

function behind(before: Loss | undefined): Pick<Loss, "after"> {
  return before === undefined ? {} : { after: before };
}
