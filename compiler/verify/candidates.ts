/**
 * What a list of checkpoints may permit, without subtracting anything: one box for each way through entries that allow, and the entries
 * before these, whose denies are taken out only where a question needs it. Subtracting them beforehand costs, with a default of allow,
 * the product of all denies.
 */
import { everyFlow } from "../policy/universe.js";
import { flowBoxWithin, uncoveredParts } from "../space/flows.js";
import type { FlowBox, FlowSet } from "../space/flows.js";
import type { Checkpoints, IndexedCheckpoint } from "./checkpoint.js";
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

/** Candidates whose boxes, without what their earlier entries deny, are together what the whole list permits among some flows. */
export function* candidates(checkpoints: Checkpoints, among: FlowSet, known: KnownEnds): Generator<Candidate> {
  for (const box of among) yield* through({ box, behind: [] }, [], checkpoints, known);
}

/** With more checkpoints than this that have a say, each gets what no earlier one is asked about: few of its entries meet the rest. */
const FEW = 4;

/** The candidate's ways through the checkpoints, apart from those that it has passed. */
function* through(candidate: Candidate, passed: readonly number[], checkpoints: Checkpoints, known: KnownEnds): Generator<Candidate> {
  const { box, behind } = candidate;
  const isOpen = (at: number): boolean => checkpoints.all[at].open.some((open) => flowBoxWithin(box, open));
  const asking = checkpoints.near(box).filter((at) => !passed.includes(at) && !isOpen(at));
  if (asking.length === 0) yield candidate;
  else if (asking.length <= FEW) yield* past(asking[0], candidate, passed, checkpoints, known);
  else {
    let left: FlowSet = [box];
    for (const [index, at] of asking.entries()) {
      const { asked } = checkpoints.all[at];
      const parts = left.flatMap((rest) => asked.flatMap((flows) => commonFlows(rest, flows, known) ?? []));
      for (const part of parts) yield* past(at, { box: part, behind }, [...passed, ...asking.slice(0, index)], checkpoints, known);
      left = left.flatMap((rest) => uncoveredParts(rest, asked).flatMap((part) => knownFlows(part, known) ?? []));
    }
    for (const part of left) yield { box: part, behind };
  }
}

/** The candidate's ways through one checkpoint, and then through the others. */
function* past(at: number, { box, behind }: Candidate, passed: readonly number[], checkpoints: Checkpoints, known: KnownEnds): Generator<Candidate> {
  const checkpoint = checkpoints.all[at];
  const behindRun = (before: number): readonly Behind[] => (checkpoint.firstDeny < before ? [...behind, { checkpoint, before }] : behind);
  const next = [...passed, at];
  const whole = everyFlow.includes(box);
  for (const row of whole ? checkpoint.index.rows : checkpoint.index.overlapping(box)) {
    if (checkpoint.actions[row.owner] === "deny") continue;
    const common = whole ? row.box : commonFlows(box, row.box, known);
    if (common !== undefined) yield* through({ box: common, behind: behindRun(row.owner) }, next, checkpoints, known);
  }
  if (checkpoint.otherwise !== "allow") return;
  for (const part of uncoveredParts(box, checkpoint.wide)) {
    const beside = knownFlows(part, known);
    if (beside !== undefined) yield* through({ box: beside, behind: behindRun(Infinity) }, next, checkpoints, known);
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
