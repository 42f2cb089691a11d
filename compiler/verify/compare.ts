/**
 * Proof that a target decides every flow as the source does, or the flows on which it does not.
 *
 * Two inclusions, each over sets and not over samples:
 *
 *  1. what the target permits, every tenant of the source permits;
 *  2. what the source permits, every checkpoint of the target permits, and every reply checkpoint for its replies.
 *
 * Left out are flows that cannot exist (`policy/universe.ts`), flows that touch no tenant, and flows of which the emitter has said
 * that the target decides them otherwise (`Loss`): a loss covers only the wrong outcome that it names.
 */
import type { Rule } from "../policy/model.js";
import { possiblePart, touching } from "../policy/universe.js";
import type { Universe } from "../policy/universe.js";
import { flowBoxWithin, intersectFlowBoxes, someFlow } from "../space/flows.js";
import type { Flow, FlowBox } from "../space/flows.js";
import type { Loss, Reading } from "../target/target.js";
import { indexCheckpoint } from "./checkpoint.js";
import type { IndexedCheckpoint } from "./checkpoint.js";
import { evaluate } from "../verdict/evaluate.js";
import { overlapIndex } from "../verdict/overlap.js";
import type { OverlapIndex } from "../verdict/overlap.js";
import { sourceCheckpoints } from "./source.js";
import { candidates, deniedBefore } from "./candidates.js";
import type { Candidate } from "./candidates.js";

export interface Difference {
  readonly kind: "target-allows" | "target-denies" | "reply-denied";
  readonly flow: Flow;
  /** The tenant whose verdict is at stake, and its rule; no rule where the tenant's default decides. */
  readonly tenant: string;
  readonly rule?: Rule;
  /** What decides on the target. */
  readonly by: string;
}

/** What has been said of the target, by the outcome it has there. */
interface Said {
  readonly universe: Universe;
  readonly losses: Readonly<Record<Loss["outcome"], OverlapIndex>>;
}

/**
 * The differences between a source and a reading of a target that no loss covers: none is the proof. For one entry of the source
 * or the target that differs, the first flow found is given, so the list is about as long as the list of causes.
 */
export function compare(universe: Universe, reading: Reading, losses: readonly Loss[] = []): readonly Difference[] {
  const withOutcome = (outcome: Loss["outcome"]): OverlapIndex =>
    overlapIndex(losses.filter((loss) => loss.outcome === outcome).map((loss) => loss.flows));
  const said: Said = { universe, losses: { allow: withOutcome("allow"), deny: withOutcome("deny") } };
  const source = sourceCheckpoints(universe).map(indexCheckpoint);
  const target = reading.checkpoints.map(indexCheckpoint);
  const replies = reading.replies.map(indexCheckpoint);
  return [...targetAllows(said, source, target), ...sourceAllows(said, source, target, replies)];
}

function* targetAllows(said: Said, source: readonly IndexedCheckpoint[], target: readonly IndexedCheckpoint[]): Generator<Difference> {
  const { universe } = said;
  const seen = new Set<string>();
  for (const permitted of candidates(target)) {
    for (const checkpoint of source) {
      for (const box of touching(universe, checkpoint.name, [permitted.box])) {
        const found = firstDenied(said, "allow", permitted, checkpoint, box);
        if (found === undefined) continue;
        const difference = describe(universe, "target-allows", found.flow, checkpoint.name, permitted.by ?? "default");
        if (once(seen, difference)) yield difference;
      }
    }
  }
}

function* sourceAllows(
  said: Said,
  source: readonly IndexedCheckpoint[],
  target: readonly IndexedCheckpoint[],
  replies: readonly IndexedCheckpoint[],
): Generator<Difference> {
  const { universe } = said;
  const seen = new Set<string>();
  const asked = [
    ...target.map((checkpoint) => ({ checkpoint, kind: "target-denies" as const })),
    ...replies.map((checkpoint) => ({ checkpoint, kind: "reply-denied" as const })),
  ];
  for (const permitted of candidates(source)) {
    for (const { checkpoint, kind } of asked) {
      const found = firstDenied(said, "deny", permitted, checkpoint, permitted.box);
      if (found === undefined) continue;
      const tenant = evaluate(universe.policy, found.flow).verdicts[0]?.tenant ?? "";
      const difference = describe(universe, kind, found.flow, tenant, found.by ?? `the default of ${checkpoint.name}`);
      if (once(seen, difference)) yield difference;
    }
  }
}

function once(seen: Set<string>, difference: Difference): boolean {
  const key = [difference.kind, difference.tenant, difference.rule?.id ?? "", difference.by].join("\n");
  if (seen.has(key)) return false;
  seen.add(key);
  return true;
}

/** With no more rows than this, the cover search drops those that miss a part of a box sooner than the index finds the others. */
const FEW_ROWS = 64;

/**
 * A flow of `part`, a part of what is permitted, that can exist, that the checkpoint denies and that no loss with this outcome covers.
 *
 * Each entry that denies is one question to the cover search: is what it shares with the part held by the entries before it that allow,
 * by what is denied on the permitting side, and by the losses? Earlier denies need not be taken out: they have been asked about.
 */
function firstDenied(
  said: Said,
  outcome: Loss["outcome"],
  permitted: Candidate,
  checkpoint: IndexedCheckpoint,
  part: FlowBox,
): { readonly flow: Flow; readonly by?: string } | undefined {
  const rows = checkpoint.index.overlapping(part);
  const flowIn = (denied: FlowBox, before: number): Flow | undefined => {
    const near = rows.length <= FEW_ROWS ? rows.filter((row) => row.owner < before) : checkpoint.index.overlapping(denied, 0, before);
    const allowed = near.flatMap((row) => (checkpoint.entries[row.owner].action === "allow" ? [row.box] : []));
    const losses = said.losses[outcome].overlapping(denied).map((row) => row.box);
    const possible = possiblePart(said.universe, denied, [...deniedBefore(permitted, denied), ...losses, ...allowed]);
    return possible === undefined ? undefined : someFlow(possible);
  };
  for (const row of rows) {
    const { action, by } = checkpoint.entries[row.owner];
    if (action === "allow") {
      if (flowBoxWithin(part, row.box)) return undefined;
      continue;
    }
    const denied = flowBoxWithin(part, row.box) ? part : intersectFlowBoxes(part, row.box);
    const flow = denied === undefined ? undefined : flowIn(denied, row.owner);
    if (flow !== undefined) return { flow, by };
    if (denied === part) return undefined;
  }
  if (checkpoint.otherwise === "allow") return undefined;
  const flow = flowIn(part, Infinity);
  return flow === undefined ? undefined : { flow };
}

function describe(universe: Universe, kind: Difference["kind"], flow: Flow, tenant: string, by: string): Difference {
  const rule = evaluate(universe.policy, flow).verdicts.find((verdict) => verdict.tenant === tenant)?.rule;
  return rule === undefined ? { kind, flow, tenant, by } : { kind, flow, tenant, rule, by };
}
