/**
 * Proof that a target decides every flow as the source does, or the flows on which it does not.
 *
 * Two inclusions, each over sets and not over samples:
 *
 *  1. what the target permits, every tenant of the source permits;
 *  2. what the source permits, every checkpoint of the target permits, and every reply checkpoint for its replies.
 *
 * Flows that cannot exist (`policy/universe.ts`) and flows that touch no tenant are left out of the first.
 */
import { evaluate } from "../verdict/evaluate.js";
import { possiblePart, touching } from "../policy/universe.js";
import type { Universe } from "../policy/universe.js";
import { someFlow } from "../space/flows.js";
import type { Flow, FlowBox } from "../space/flows.js";
import type { Rule } from "../policy/model.js";
import type { Reading } from "../target/target.js";
import { deniedParts, indexCheckpoint, permittedBoxes } from "./checkpoint.js";
import type { IndexedCheckpoint } from "./checkpoint.js";
import { sourceCheckpoints } from "./source.js";

export interface Difference {
  readonly kind: "target-allows" | "target-denies" | "reply-denied";
  readonly flow: Flow;
  /** The tenant whose verdict is at stake, and its rule; no rule where the tenant's default decides. */
  readonly tenant: string;
  readonly rule?: Rule;
  /** What decides on the target, or `default` of a checkpoint. */
  readonly by: string;
}

/**
 * The differences between a source and a reading of a target: none is the proof. For one entry of the source or the target
 * that differs, the first flow found is given, so the list is about as long as the list of causes.
 */
export function compare(universe: Universe, reading: Reading): readonly Difference[] {
  const source = sourceCheckpoints(universe).map(indexCheckpoint);
  const target = reading.checkpoints.map(indexCheckpoint);
  const replies = reading.replies.map(indexCheckpoint);
  return [...targetAllows(universe, source, target), ...sourceAllows(universe, source, target, replies)];
}

function* targetAllows(universe: Universe, source: readonly IndexedCheckpoint[], target: readonly IndexedCheckpoint[]): Generator<Difference> {
  const seen = new Set<string>();
  for (const permitted of permittedBoxes(target)) {
    for (const checkpoint of source) {
      for (const box of touching(universe, checkpoint.name, [permitted.box])) {
        const flow = firstPossible(universe, deniedParts(checkpoint, box));
        if (flow === undefined) continue;
        const difference = describe(universe, "target-allows", flow.flow, checkpoint.name, permitted.by ?? "nothing that denies it");
        if (once(seen, difference)) yield difference;
      }
    }
  }
}

function* sourceAllows(
  universe: Universe,
  source: readonly IndexedCheckpoint[],
  target: readonly IndexedCheckpoint[],
  replies: readonly IndexedCheckpoint[],
): Generator<Difference> {
  const seen = new Set<string>();
  const rows = [
    ...target.map((checkpoint) => ({ checkpoint, kind: "target-denies" as const })),
    ...replies.map((checkpoint) => ({ checkpoint, kind: "reply-denied" as const })),
  ];
  for (const permitted of permittedBoxes(source)) {
    for (const { checkpoint, kind } of rows) {
      const found = firstPossible(universe, deniedParts(checkpoint, permitted.box));
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

function firstPossible(universe: Universe, parts: Iterable<{ readonly box: FlowBox; readonly by?: string }>): { readonly flow: Flow; readonly by?: string } | undefined {
  for (const part of parts) {
    const possible = possiblePart(universe, part.box);
    const flow = possible === undefined ? undefined : someFlow(possible);
    if (flow !== undefined) return part.by === undefined ? { flow } : { flow, by: part.by };
  }
  return undefined;
}

function describe(universe: Universe, kind: Difference["kind"], flow: Flow, tenant: string, by: string): Difference {
  const rule = evaluate(universe.policy, flow).verdicts.find((verdict) => verdict.tenant === tenant)?.rule;
  return rule === undefined ? { kind, flow, tenant, by } : { kind, flow, tenant, rule, by };
}

