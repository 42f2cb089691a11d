/**
 * What a list of checkpoints may permit, without subtracting anything: one box for each way through entries that allow, and the entries
 * before these, whose denies are taken out only where a question needs it. Subtracting them beforehand costs, with a default of allow,
 * the product of all denies.
 */
import { everyFlow } from "../policy/universe.js";
import { cutFlowBox, uncoveredParts } from "../space/flows.js";
import type { FlowBox, FlowSet } from "../space/flows.js";
import type { IndexedCheckpoint } from "./checkpoint.js";
import { knownFlows } from "./known.js";
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

/** Candidates whose boxes, without what their earlier entries deny, are together what the whole list permits among some flows. */
export function* candidates(checkpoints: readonly IndexedCheckpoint[], among: FlowSet, known: KnownEnds): Generator<Candidate> {
  for (const box of among) yield* through({ box, behind: [] }, checkpoints, known);
}

function* through(candidate: Candidate, checkpoints: readonly IndexedCheckpoint[], known: KnownEnds): Generator<Candidate> {
  const [checkpoint, ...others] = checkpoints;
  if (checkpoint === undefined) {
    yield candidate;
    return;
  }
  const { box, behind } = candidate;
  const whole = everyFlow.includes(box);
  for (const row of whole ? checkpoint.index.rows : checkpoint.index.overlapping(box)) {
    if (checkpoint.actions[row.owner] === "deny") continue;
    const common = whole ? row.box : cutFlowBox(box, row.box, known);
    if (common !== undefined) yield* through({ box: common, behind: [...behind, { checkpoint, before: row.owner }] }, others, known);
  }
  if (checkpoint.otherwise !== "allow") return;
  for (const part of uncoveredParts(box, checkpoint.wide)) {
    const beside = knownFlows(part, known);
    if (beside !== undefined) yield* through({ box: beside, behind: [...behind, { checkpoint, before: Infinity }] }, others, known);
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
