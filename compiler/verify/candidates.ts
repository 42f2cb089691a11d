/**
 * What a list of checkpoints may permit, without subtracting anything: one box for each way through entries that allow, and the entries
 * before these, whose denies are taken out only where a question needs it. Subtracting them beforehand costs, with a default of allow,
 * the product of all denies.
 */
import { everyFlow } from "../policy/universe.js";
import { flowBoxWithin, uncoveredParts } from "../space/flows.js";
import type { FlowBox, FlowSet } from "../space/flows.js";
import type { IndexedCheckpoint } from "./checkpoint.js";
import { commonFlows, knownFlows } from "./known.js";
import type { KnownEnds } from "./known.js";

/** Flows that every checkpoint of a list allows, apart from those that an earlier entry of one denies. */
export interface Candidate {
  readonly box: FlowBox;
  readonly behind: readonly Behind[];
}

/** The runs of a checkpoint before the one that allows. */
interface Behind {
  readonly checkpoint: IndexedCheckpoint;
  readonly before: number;
}

/** Checkpoints in a list, and which of them have a say about a box: their positions, ascending. */
export interface Checkpoints {
  readonly all: readonly IndexedCheckpoint[];
  readonly near: (box: FlowBox) => readonly number[];
}

/** Candidates whose boxes, without what their earlier entries deny, are together what the whole list permits among some flows. */
export function* candidates(checkpoints: Checkpoints, among: FlowSet, known: KnownEnds): Generator<Candidate> {
  for (const box of among) yield* through({ box, behind: [] }, 0, checkpoints, known);
}

/** The candidate's ways through the checkpoints from a position on. */
function* through(candidate: Candidate, from: number, checkpoints: Checkpoints, known: KnownEnds): Generator<Candidate> {
  const { box, behind } = candidate;
  const isOpen = (at: number): boolean => checkpoints.all[at].open.some((open) => flowBoxWithin(box, open));
  const at = checkpoints.near(box).find((position) => position >= from && !isOpen(position));
  if (at === undefined) {
    yield candidate;
    return;
  }
  const checkpoint = checkpoints.all[at];
  const behindRun = (before: number): readonly Behind[] => (checkpoint.firstDeny < before ? [...behind, { checkpoint, before }] : behind);
  const whole = everyFlow.includes(box);
  for (const row of whole ? checkpoint.index.rows : checkpoint.index.overlapping(box)) {
    if (checkpoint.actions[row.owner] === "deny") continue;
    const common = whole ? row.box : commonFlows(box, row.box, known);
    if (common !== undefined) yield* through({ box: common, behind: behindRun(row.owner) }, at + 1, checkpoints, known);
  }
  if (checkpoint.otherwise !== "allow") return;
  for (const part of uncoveredParts(box, checkpoint.wide)) {
    const beside = knownFlows(part, known);
    if (beside !== undefined) yield* through({ box: beside, behind: behindRun(Infinity) }, at + 1, checkpoints, known);
  }
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
