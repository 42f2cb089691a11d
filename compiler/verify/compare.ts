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
import { someFlow, subtractFlowBox } from "../space/flows.js";
import type { Flow, FlowBox, FlowSet } from "../space/flows.js";
import type { Loss, Reading } from "../target/target.js";
import { evaluate } from "../verdict/evaluate.js";
import { overlapIndex } from "../verdict/overlap.js";
import type { OverlapIndex } from "../verdict/overlap.js";
import { deniedParts, indexCheckpoint, permittedBoxes } from "./checkpoint.js";
import type { Decided, IndexedCheckpoint } from "./checkpoint.js";
import { sourceCheckpoints } from "./source.js";

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
  for (const permitted of permittedBoxes(target)) {
    for (const checkpoint of source) {
      for (const box of touching(universe, checkpoint.name, [permitted.box])) {
        const found = firstUnsaid(said, "allow", deniedParts(checkpoint, box));
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
  for (const permitted of permittedBoxes(source)) {
    for (const { checkpoint, kind } of asked) {
      const found = firstUnsaid(said, "deny", deniedParts(checkpoint, permitted.box));
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

/** The first flow of the parts that can exist and that no loss with this outcome covers. */
function firstUnsaid(said: Said, outcome: Loss["outcome"], parts: Iterable<Decided>): { readonly flow: Flow; readonly by?: string } | undefined {
  for (const part of parts) {
    for (const box of withoutLosses(said.losses[outcome], part.box)) {
      const possible = possiblePart(said.universe, box);
      const flow = possible === undefined ? undefined : someFlow(possible);
      if (flow !== undefined) return part.by === undefined ? { flow } : { flow, by: part.by };
    }
  }
  return undefined;
}

function withoutLosses(losses: OverlapIndex, box: FlowBox): FlowSet {
  return losses.overlapping(box).reduce<FlowSet>((rest, row) => rest.flatMap((piece) => subtractFlowBox(piece, row.box)), [box]);
}

function describe(universe: Universe, kind: Difference["kind"], flow: Flow, tenant: string, by: string): Difference {
  const rule = evaluate(universe.policy, flow).verdicts.find((verdict) => verdict.tenant === tenant)?.rule;
  return rule === undefined ? { kind, flow, tenant, by } : { kind, flow, tenant, rule, by };
}
