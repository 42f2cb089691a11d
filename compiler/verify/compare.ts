/**
 * Proof that a target decides every flow as the source does, or the flows on which it does not.
 *
 * Two inclusions, each over sets and not over samples:
 *
 *  1. what the target permits, every tenant of the source permits;
 *  2. what the source permits, every checkpoint of the target permits, and every reply checkpoint for its replies.
 *
 * Left out are flows that cannot exist (`policy/universe.ts`), and flows of which the emitter has said that the target decides them
 * otherwise (`Loss`): a loss covers only the wrong outcome that it names. Of a flow that touches no tenant the source says nothing, so a
 * target may let it pass, and has no business to stop it.
 */
import type { Rule } from "../policy/model.js";
import { everyFlow } from "../policy/universe.js";
import type { Universe } from "../policy/universe.js";
import type { Flow, FlowSet } from "../space/flows.js";
import type { Loss, Reading } from "../target/target.js";
import { evaluate } from "../verdict/evaluate.js";
import { decidingEntry, indexCheckpoints } from "./checkpoint.js";
import type { Checkpoints, IndexedCheckpoint } from "./checkpoint.js";
import { deniedFlows } from "./denied.js";
import type { Cause, Ground } from "./denied.js";
import { knownEnds, knownFlows } from "./known.js";
import { indexLosses } from "./losses.js";
import type { Losses } from "./losses.js";
import { sourceCheckpoints } from "./source.js";

export interface Difference {
  readonly kind: "target-allows" | "target-denies" | "reply-denied";
  readonly flow: Flow;
  /** The tenant whose verdict is at stake, and its rule; no rule where the tenant's default decides, and no tenant where the flow touches none. */
  readonly tenant?: string;
  readonly rule?: Rule;
  /** What decides on the target. */
  readonly by: string;
}

/** The flows among which each of the two inclusions is asked. */
export interface Asked {
  /** Does the target permit what the source denies? */
  readonly tooMuch: FlowSet;
  /** Does it deny what the source permits? */
  readonly tooLittle: FlowSet;
}

const everything: Asked = { tooMuch: everyFlow, tooLittle: everyFlow };

/**
 * A comparison of one source with any of a target's readings. It gives the differences that no loss covers: none is the proof. For one
 * entry of the source or the target that differs, the first flow found is given, so the list is about as long as the list of causes.
 */
export function comparison(universe: Universe, losses: readonly Loss[] = []): (reading: Reading, asked?: Asked) => readonly Difference[] {
  const known = knownEnds(universe);
  const source = indexCheckpoints(sourceCheckpoints(universe), everyFlow, known);
  const said = new Map<Loss["outcome"], Losses>();
  const groundFor = (outcome: Loss["outcome"], permitting: Checkpoints, among: FlowSet): Ground => {
    const ofOutcome =
      said.get(outcome) ??
      indexLosses(
        losses.filter((loss) => loss.outcome === outcome),
        known,
      );
    said.set(outcome, ofOutcome);
    return { universe, losses: ofOutcome, known, permitting, among, causeOf: (flow) => allowedBy(permitting.all, flow) };
  };
  return (reading, asked = everything) => {
    const tooMuch = asked.tooMuch.flatMap((box) => knownFlows(box, known) ?? []);
    const tooLittle = asked.tooLittle.flatMap((box) => knownFlows(box, known) ?? []);
    const target = indexCheckpoints(reading.checkpoints, [...tooMuch, ...tooLittle], known);
    return [
      ...(tooMuch.length === 0 ? [] : targetAllows(groundFor("allow", target, tooMuch), source)),
      ...(tooLittle.length === 0
        ? []
        : sourceAllows(groundFor("deny", source, tooLittle), target, indexCheckpoints(reading.replies, tooLittle, known))),
    ];
  };
}

/** The differences between a source and one reading of a target that no loss covers. */
export function compare(universe: Universe, reading: Reading, losses: readonly Loss[] = [], asked: Asked = everything): readonly Difference[] {
  return comparison(universe, losses)(reading, asked);
}

function* targetAllows(ground: Ground, source: Checkpoints): Generator<Difference> {
  const seen = new Set<string>();
  for (const checkpoint of source.all) {
    for (const { flow, by } of deniedFlows(ground, checkpoint)) {
      const difference = describe(ground.universe, "target-allows", flow, checkpoint.name, by);
      if (once(seen, difference)) yield difference;
    }
  }
}

function* sourceAllows(ground: Ground, target: Checkpoints, replies: Checkpoints): Generator<Difference> {
  const { universe } = ground;
  const seen = new Set<string>();
  const kinds = [
    ["target-denies", target],
    ["reply-denied", replies],
  ] as const;
  for (const [kind, { all }] of kinds) {
    for (const checkpoint of all) {
      for (const { flow } of deniedFlows(ground, checkpoint)) {
        const tenant = evaluate(universe.policy, flow).verdicts.at(0)?.tenant;
        const difference = describe(universe, kind, flow, tenant, decidingEntry(checkpoint, flow)?.by ?? `the default of ${checkpoint.name}`);
        if (once(seen, difference)) yield difference;
      }
    }
  }
}

/** What lets a flow pass: the entry that does at the last checkpoint which has one. */
function allowedBy(checkpoints: readonly IndexedCheckpoint[], flow: Flow): Cause {
  const entries = checkpoints.flatMap((checkpoint) => decidingEntry(checkpoint, flow) ?? []);
  const last = entries.at(-1);
  return last === undefined ? { by: "default" } : { by: last.by, flows: last.flows };
}

function once(seen: Set<string>, difference: Difference): boolean {
  const key = [difference.kind, difference.tenant ?? "", difference.rule?.id ?? "", difference.by].join("\n");
  if (seen.has(key)) return false;
  seen.add(key);
  return true;
}

function describe(universe: Universe, kind: Difference["kind"], flow: Flow, tenant: string | undefined, by: string): Difference {
  const rule = evaluate(universe.policy, flow).verdicts.find((verdict) => verdict.tenant === tenant)?.rule;
  return { kind, flow, by, ...(tenant === undefined ? {} : { tenant }), ...(rule === undefined ? {} : { rule }) };
}
