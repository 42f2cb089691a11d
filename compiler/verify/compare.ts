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
import { everyFlow, possiblePart, touching } from "../policy/universe.js";
import type { Universe } from "../policy/universe.js";
import { cutFlowBox, flowBoxWithin, someFlow } from "../space/flows.js";
import type { Flow, FlowBox, FlowSet } from "../space/flows.js";
import type { Checkpoint, Loss, Reading } from "../target/target.js";
import { evaluate } from "../verdict/evaluate.js";
import type { OverlapIndex } from "../verdict/overlap.js";
import { candidates, deniedBefore, isDeniedBefore } from "./candidates.js";
import type { Candidate } from "./candidates.js";
import { decidingEntry, indexCheckpoint } from "./checkpoint.js";
import type { IndexedCheckpoint } from "./checkpoint.js";
import { knownEnds, knownFlows } from "./known.js";
import type { KnownEnds } from "./known.js";
import { exceptions, indexLosses, meets } from "./losses.js";
import type { Losses, Wide } from "./losses.js";
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
  const source = sourceCheckpoints(universe).map((checkpoint) => indexCheckpoint(checkpoint, known));
  const index = (checkpoints: readonly Checkpoint[]) => checkpoints.map((checkpoint) => indexCheckpoint(checkpoint, known));
  const said = new Map<Loss["outcome"], Losses>();
  const groundFor = (outcome: Loss["outcome"], among: FlowSet): Ground => {
    const ofOutcome =
      said.get(outcome) ??
      indexLosses(
        losses.filter((loss) => loss.outcome === outcome),
        known,
      );
    said.set(outcome, ofOutcome);
    return { universe, losses: ofOutcome, known, among: among.flatMap((box) => knownFlows(box, known) ?? []) };
  };
  return (reading, asked = everything) => {
    const target = index(reading.checkpoints);
    const tooMuch = asked.tooMuch.length === 0 ? [] : targetAllows(groundFor("allow", asked.tooMuch), source, target);
    const tooLittle = asked.tooLittle.length === 0 ? [] : sourceAllows(groundFor("deny", asked.tooLittle), source, target, index(reading.replies));
    return [...tooMuch, ...tooLittle];
  };
}

/** The differences between a source and one reading of a target that no loss covers. */
export function compare(universe: Universe, reading: Reading, losses: readonly Loss[] = [], asked: Asked = everything): readonly Difference[] {
  return comparison(universe, losses)(reading, asked);
}

interface Ground {
  readonly universe: Universe;
  /** What has been said of the wrong outcome that is looked for. */
  readonly losses: Losses;
  readonly known: KnownEnds;
  readonly among: FlowSet;
}

function* targetAllows(ground: Ground, source: readonly IndexedCheckpoint[], target: readonly IndexedCheckpoint[]): Generator<Difference> {
  const { universe } = ground;
  const seen = new Set<string>();
  for (const permitted of candidates(target, ground.among, ground.known)) {
    for (const checkpoint of source) {
      for (const part of touching(universe, checkpoint.name, [permitted.box])) {
        const box = knownFlows(part, ground.known);
        if (box === undefined) continue;
        for (const { flow, by } of deniedFlows(ground, permitted, checkpoint, box, (witness) => allowedBy(target, witness))) {
          const difference = describe(universe, "target-allows", flow, checkpoint.name, by);
          if (once(seen, difference)) yield difference;
        }
      }
    }
  }
}

function* sourceAllows(
  ground: Ground,
  source: readonly IndexedCheckpoint[],
  target: readonly IndexedCheckpoint[],
  replies: readonly IndexedCheckpoint[],
): Generator<Difference> {
  const { universe } = ground;
  const seen = new Set<string>();
  const asked = [
    ...target.map((checkpoint) => ({ checkpoint, kind: "target-denies" as const })),
    ...replies.map((checkpoint) => ({ checkpoint, kind: "reply-denied" as const })),
  ];
  for (const permitted of candidates(source, ground.among, ground.known)) {
    for (const { checkpoint, kind } of asked) {
      for (const { flow } of deniedFlows(ground, permitted, checkpoint, permitted.box, (witness) => allowedBy(source, witness))) {
        const tenant = evaluate(universe.policy, flow).verdicts[0]?.tenant ?? "";
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

interface Cause {
  readonly by: string;
  /** All that it speaks of; absent for a default. */
  readonly flows?: FlowSet;
}

function once(seen: Set<string>, difference: Difference): boolean {
  const key = [difference.kind, difference.tenant, difference.rule?.id ?? "", difference.by].join("\n");
  if (seen.has(key)) return false;
  seen.add(key);
  return true;
}

/**
 * Flows of `part`, a part of what is permitted, that can exist, that the checkpoint denies and that no loss covers: one for each
 * cause of their being permitted, since a candidate may come from several entries.
 */
function* deniedFlows(
  ground: Ground,
  permitted: Candidate,
  checkpoint: IndexedCheckpoint,
  part: FlowBox,
  causeOf: (flow: Flow) => Cause,
): Generator<{ readonly flow: Flow; readonly by: string }> {
  const told: FlowBox[] = [];
  for (;;) {
    const flow = firstDenied({ ...ground, permitted, checkpoint, told }, part);
    if (flow === undefined) return;
    const { by, flows } = causeOf(flow);
    yield { flow, by };
    if (flows === undefined) return;
    told.push(...flows);
  }
}

interface Question extends Ground {
  readonly permitted: Candidate;
  readonly checkpoint: IndexedCheckpoint;
  /** Flows of which nothing more is asked. */
  readonly told: FlowSet;
}

/** With no more rows than this, the cover search drops those that miss a part of a box sooner than the index finds the others. */
const FEW_ROWS = 64;

/**
 * Each run that denies is one question to the cover search: is what it shares with the part held by the runs before it that allow,
 * by what is denied on the permitting side, and by the losses? Earlier denies need not be taken out: they have been asked about.
 */
function firstDenied(question: Question, part: FlowBox): Flow | undefined {
  const { checkpoint } = question;
  const rows = checkpoint.index.overlapping(part);
  const rest = { wide: question.losses.wide, covers: [], ...(rows.length <= FEW_ROWS ? { near: rows } : {}) };
  for (const row of rows) {
    const inside = flowBoxWithin(part, row.box);
    if (checkpoint.actions[row.owner] === "allow") {
      if (inside) return undefined;
      continue;
    }
    const denied = inside ? part : cutFlowBox(part, row.box, question.known);
    const flow = denied === undefined ? undefined : flowAmong(question, denied, { ...rest, before: row.owner });
    if (flow !== undefined) return flow;
    if (inside) return undefined;
  }
  return checkpoint.otherwise === "allow" ? undefined : flowAmong(question, part, { ...rest, before: Infinity });
}

/** Whether one box alone holds all of `denied`: the usual case, and cheaper to find than everything that is near. */
function isHeld({ checkpoint, permitted, losses }: Question, denied: FlowBox, before: number): boolean {
  return (
    losses.plain.holding(denied).length > 0 ||
    checkpoint.index.holding(denied).some((row) => row.owner < before && checkpoint.actions[row.owner] === "allow") ||
    isDeniedBefore(permitted, denied)
  );
}

/** What is denied, as far as something may still cover it. */
interface Rest {
  readonly before: number;
  readonly wide: readonly Wide[];
  readonly covers: FlowSet;
  /** All rows of the checkpoint near the part, where they are few. */
  readonly near?: OverlapIndex["rows"];
}

/**
 * A flow of `denied` that neither a run before `before` allows nor anything else covers. A wide loss makes it two questions: what lies
 * beside the loss, and what lies in each of its exceptions.
 */
function flowAmong(question: Question, denied: FlowBox, { before, wide, covers, near }: Rest): Flow | undefined {
  if (isHeld(question, denied, before)) return undefined;
  const { universe, checkpoint, permitted, losses, told, known } = question;
  const rows = near?.filter((row) => row.owner < before) ?? checkpoint.index.overlapping(denied, 0, before);
  const found = possiblePart(universe, denied, [
    ...covers,
    ...losses.plain.overlapping(denied).map((row) => row.box),
    ...deniedBefore(permitted, denied),
    ...told,
    ...rows.flatMap((row) => (checkpoint.actions[row.owner] === "allow" ? [row.box] : [])),
  ]);
  if (found === undefined) return undefined;
  const [first, ...others] = wide.filter((loss) => meets(loss, denied));
  if (first === undefined) return someFlow(found);
  const beside = flowAmong(question, denied, { before, wide: others, covers: [...first.flows, ...covers] });
  if (beside !== undefined) return beside;
  for (const part of exceptions(first, denied, known)) {
    const flow = flowAmong(question, part, { before, wide: others, covers });
    if (flow !== undefined) return flow;
  }
  return undefined;
}

function describe(universe: Universe, kind: Difference["kind"], flow: Flow, tenant: string, by: string): Difference {
  const rule = evaluate(universe.policy, flow).verdicts.find((verdict) => verdict.tenant === tenant)?.rule;
  return rule === undefined ? { kind, flow, tenant, by } : { kind, flow, tenant, rule, by };
}
