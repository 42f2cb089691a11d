/**
 * What a list of checkpoints may permit of some flows, without subtracting anything: one box for each way past entries that allow, and the
 * entries before these, whose denies are taken out only where a question needs it. Subtracting them beforehand costs, with a default of
 * allow, the product of all denies.
 */
import { flowBoxWithin, uncoveredParts } from "../space/flows.js";
import type { FlowBox, FlowSet } from "../space/flows.js";
import type { OverlapIndex } from "../verdict/overlap.js";
import type { Checkpoints, IndexedCheckpoint } from "./checkpoint.js";
import { commonFlows, knownFlows } from "./known.js";
import type { KnownEnds } from "./known.js";

/** Flows that the checkpoints allow which it has passed, apart from those that an earlier entry of one of them denies. */
export interface Candidate {
  readonly box: FlowBox;
  /** Positions of the checkpoints. */
  readonly passed: readonly number[];
  readonly behind: readonly Behind[];
  /** The entry by which it came past its first checkpoint; nothing where none of the checkpoint's entries holds it. */
  readonly entry: FlowBox | undefined;
}

/** The runs of a checkpoint before the one that allows. */
interface Behind {
  readonly checkpoint: IndexedCheckpoint;
  readonly before: number;
}

/** With more checkpoints than this that have a say, they are not asked one after another. */
const FEW = 4;

/**
 * Candidates that have passed at least one checkpoint more; together they are what the given one permits, and maybe twice. Nothing where it has
 * passed all that may deny some of it. A checkpoint that has a say about all of it comes first: of what a tenant's pods send, its own
 * rules let little through, and nobody else needs to be asked about the rest.
 */
export function narrower(candidate: Candidate, checkpoints: Checkpoints, known: KnownEnds): Iterable<Candidate> | undefined {
  const { box, passed } = candidate;
  const mayDeny = (at: number): boolean => !passed.includes(at) && !checkpoints.all[at].open.some((open) => flowBoxWithin(box, open));
  const holder = checkpoints.holding(box).find(mayDeny);
  if (holder !== undefined) return past(holder, candidate, checkpoints, known);
  const asking = checkpoints.near(box).filter(mayDeny);
  if (asking.length === 0) return undefined;
  return asking.length <= FEW ? past(asking[0], candidate, checkpoints, known) : pastAny(candidate, asking, checkpoints, known);
}

/**
 * The candidate's ways past some of many checkpoints: by an entry that allows, of whichever of them, or where none of them has a say. So a rule of
 * one tenant that speaks of everybody meets only those rules of a hundred others that speak of the same flows.
 */
function* pastAny(candidate: Candidate, asking: readonly number[], checkpoints: Checkpoints, known: KnownEnds): Generator<Candidate> {
  const { box } = candidate;
  const isListed = new Set(asking.filter((at) => checkpoints.asked[at].isListed));
  for (const { at, run, box: entry } of checkpoints.allowing(box)) {
    const common = isListed.has(at) ? commonFlows(box, entry, known) : undefined;
    if (common !== undefined) yield passing(candidate, checkpoints, at)(run, common, entry);
  }
  for (const at of asking) {
    if (isListed.has(at)) continue;
    for (const flows of checkpoints.asked[at].flows) {
      const part = commonFlows(box, flows, known);
      if (part !== undefined) yield* past(at, { ...candidate, box: part }, checkpoints, known);
    }
  }
  const asked = asking.flatMap((at) => checkpoints.asked[at].flows);
  for (const part of uncoveredParts(box, asked)) {
    const beside = knownFlows(part, known);
    if (beside !== undefined) yield { ...candidate, box: beside, passed: [...candidate.passed, ...asking] };
  }
}

/** The candidate's ways past one checkpoint. */
function* past(at: number, candidate: Candidate, checkpoints: Checkpoints, known: KnownEnds): Generator<Candidate> {
  const { box } = candidate;
  const { index, actions, otherwise, wide } = checkpoints.all[at];
  const passes = passing(candidate, checkpoints, at);
  const holding = index.holding(box);
  // Behind a deny that holds the whole box nothing passes: what a quarantine denies is not asked about rule by rule.
  const end = holding.reduce((least, { owner }) => (actions[owner] === "deny" && owner < least ? owner : least), Infinity);
  for (const row of index.overlapping(box, 0, end)) {
    const common = actions[row.owner] === "deny" ? undefined : commonFlows(box, row.box, known);
    if (common !== undefined) yield passes(row.owner, common, row.box);
  }
  if (otherwise !== "allow" || holding.length > 0) return;
  for (const part of uncoveredParts(box, wide)) {
    const beside = knownFlows(part, known);
    if (beside !== undefined) yield passes(Infinity, beside);
  }
}

/** Makes what the candidate is behind a checkpoint, where it passes by a box of a run, or by none: behind all of them. */
function passing(candidate: Candidate, checkpoints: Checkpoints, at: number): (run: number, box: FlowBox, entry?: FlowBox) => Candidate {
  const checkpoint = checkpoints.all[at];
  const passed = [...candidate.passed, at];
  return (run, box, entry) => ({
    box,
    passed,
    behind: checkpoint.firstDeny < run ? [...candidate.behind, { checkpoint, before: run }] : candidate.behind,
    entry: candidate.entry ?? entry,
  });
}

/** What earlier entries deny near a part of a candidate. */
export function deniedBefore({ behind }: Candidate, part: FlowBox): FlowSet {
  return behind.flatMap(({ checkpoint, before }) =>
    checkpoint.index.overlapping(part, 0, before).flatMap((row) => (checkpoint.actions[row.owner] === "deny" ? [row.box] : [])),
  );
}

/** Whether one box that an earlier run denies holds all of a part of a candidate. */
export function isDeniedBefore({ behind }: Candidate, part: FlowBox): boolean {
  return behind.some(({ checkpoint, before }) =>
    checkpoint.index.holding(part).some((row) => row.owner < before && checkpoint.actions[row.owner] === "deny"),
  );
}

/**
 * The rows of an index without those that a checkpoint, which the candidate passed by no entry of it, denies as a whole. That is found out once for
 * all candidates: what no tenant may send is asked about for each of a hundred tenants that it may be sent to.
 */
export function permittedOf(index: OverlapIndex, { behind }: Candidate): OverlapIndex {
  return behind.reduce((left, { checkpoint, before }) => (before === Infinity ? checkpoint.permittedOf(left) : left), index);
}
