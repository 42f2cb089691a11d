/**
 * The question of a comparison: is some of what one side permits denied by a checkpoint of the other? Each box that the checkpoint denies
 * asks what the other side permits of it, and of each such candidate whether the runs before the box allow it, whether the permitting side
 * itself denies it earlier, or whether a loss covers it. Earlier denies of the checkpoint need not be taken out: they have been asked about.
 *
 * Which of the permitting side's checkpoints is asked first is a choice (`candidates.ts`), and the others are asked only where something is
 * left. So what a tenant's default denies between it and a hundred others is decided by its own rules, and the others are not looked at.
 */
import { everyFlow, possiblePart } from "../policy/universe.js";
import type { Universe } from "../policy/universe.js";
import { someFlow, uncoveredParts } from "../space/flows.js";
import type { Flow, FlowBox, FlowSet } from "../space/flows.js";
import { deniedBefore, isDeniedBefore, narrower, permittedOf } from "./candidates.js";
import type { Candidate } from "./candidates.js";
import { FEW_BOXES } from "./checkpoint.js";
import type { Checkpoints, IndexedCheckpoint } from "./checkpoint.js";
import { commonFlows, knownFlows } from "./known.js";
import type { KnownEnds } from "./known.js";
import { exceptions, widest, widestHolding } from "./losses.js";
import type { Losses, Wide } from "./losses.js";

/** What all questions of one inclusion share. */
export interface Ground {
  readonly universe: Universe;
  /** What has been said of the wrong outcome that is looked for. */
  readonly losses: Losses;
  readonly known: KnownEnds;
  /** The side that permits. */
  readonly permitting: Checkpoints;
  /** Why it permits a flow. */
  readonly causeOf: (flow: Flow) => Cause;
  /** The flows that are asked about. */
  readonly among: FlowSet;
}

/** What lets a flow pass. */
export interface Cause {
  readonly by: string;
  /** All that it speaks of; absent for a default. */
  readonly flows?: FlowSet;
}

interface Denied {
  readonly flow: Flow;
  readonly by: string;
}

interface Question {
  readonly ground: Ground;
  readonly checkpoint: IndexedCheckpoint;
  /** The denying run. */
  readonly before: number;
  /** Flows of which nothing more is asked, by the entry by which a candidate came. */
  readonly told: Map<FlowBox | undefined, FlowBox[]>;
}

/**
 * Flows that one side permits, that can exist, that the checkpoint denies and that no loss covers: one for each entry by which they came and each
 * cause of their being permitted, since one entry may let flows pass that several others decide.
 */
export function* deniedFlows(ground: Ground, checkpoint: IndexedCheckpoint): Generator<Denied> {
  const { permitting, known } = ground;
  const told: Question["told"] = new Map();
  for (const { before, box } of deniedBoxes(ground, checkpoint)) {
    const question: Question = { ground, checkpoint, before, told };
    const whole: Candidate = { box, passed: [], behind: [], entry: undefined };
    for (const candidate of narrower(whole, permitting, known) ?? [whole]) yield* deniedOf(question, candidate);
  }
}

interface DeniedBox {
  /** The position of its run; infinite for what no entry holds. */
  readonly before: number;
  readonly box: FlowBox;
}

/** The boxes that a checkpoint denies, in order. */
function* deniedBoxes({ among, known }: Ground, { index, actions, open, otherwise, wide }: IndexedCheckpoint): Generator<DeniedBox> {
  const asksAll = everyFlow.every((box) => among.includes(box));
  const asked = (box: FlowBox): FlowSet => (asksAll ? [box] : among.flatMap((flows) => commonFlows(box, flows, known) ?? []));
  let earlier: { readonly run: number; readonly boxes: FlowBox[] } = { run: -1, boxes: [] };
  for (const { owner, box } of index.rows) {
    if (actions[owner] !== "deny") continue;
    if (earlier.run !== owner) earlier = { run: owner, boxes: [...open] };
    // The boxes of a default overlap, and what lies in two of them is asked about once.
    const parts = earlier.boxes.length > FEW_BOXES ? [box] : uncoveredParts(box, earlier.boxes);
    earlier.boxes.push(box);
    for (const part of parts) {
      const possible = knownFlows(part, known);
      if (possible !== undefined) for (const left of asked(possible)) yield { before: owner, box: left };
    }
  }
  if (otherwise === "allow") return;
  for (const part of everyFlow.flatMap((box) => uncoveredParts(box, wide))) {
    const possible = knownFlows(part, known);
    if (possible !== undefined) for (const left of asked(possible)) yield { before: Infinity, box: left };
  }
}

/** The flows of a candidate that differ: all checkpoints of its side are asked, one by one, as long as something is left to differ. */
function deniedOf(question: Question, candidate: Candidate): Iterable<Denied> {
  const flow = flowAmong(question, candidate, candidate.box, []);
  return flow === undefined ? nothing : deniedFrom(question, candidate, flow);
}

const nothing: readonly Denied[] = [];

function* deniedFrom(question: Question, candidate: Candidate, first: Flow): Generator<Denied> {
  const { ground, told } = question;
  const next = narrower(candidate, ground.permitting, ground.known);
  if (next !== undefined) {
    for (const further of next) yield* deniedOf(question, further);
    return;
  }
  for (let flow: Flow | undefined = first; flow !== undefined; flow = flowAmong(question, candidate, candidate.box, [])) {
    const { by, flows } = ground.causeOf(flow);
    yield { flow, by };
    if (flows === undefined) return;
    told.set(candidate.entry, [...(told.get(candidate.entry) ?? []), ...flows]);
  }
}

/** Whether one box alone holds all of `part`: the usual case, and cheaper to find than everything that is near. */
function isHeld({ checkpoint, before, ground }: Question, candidate: Candidate, part: FlowBox): boolean {
  return (
    checkpoint.index.holding(part).some((row) => row.owner < before && checkpoint.actions[row.owner] === "allow") ||
    isDeniedBefore(candidate, part) ||
    ground.losses.plain.holding(part).length > 0
  );
}

/** With no more exceptions than this of a loss that holds all of a part, what else is near the part is not looked for. */
const FEW_EXCEPTIONS = 4;

/**
 * A flow of a part of a candidate that neither a run before the denying one allows nor anything else covers. With wide losses it is several
 * questions: what lies beside all of them, and what lies in an exception of one: of the widest only, since what lies in another is asked
 * about there. `excepted`: wide losses that do not cover the part, since it lies in their exceptions.
 */
function flowAmong(question: Question, candidate: Candidate, part: FlowBox, excepted: readonly Wide[]): Flow | undefined {
  if (isHeld(question, candidate, part)) return undefined;
  const { ground, checkpoint, before, told } = question;
  const [holder] = widestHolding(ground.losses, excepted, part);
  if (holder !== undefined && permittedOf(holder.except, candidate).overlapping(part).length <= FEW_EXCEPTIONS)
    return flowExcepted(question, candidate, part, holder, excepted);
  const allowed = checkpoint.index.overlapping(part, 0, before).flatMap((row) => (checkpoint.actions[row.owner] === "allow" ? [row.box] : []));
  const lost = ground.losses.plain.overlapping(part).map((row) => row.box);
  const covers = [...lost, ...deniedBefore(candidate, part), ...(told.get(candidate.entry) ?? []), ...allowed];
  const found = possiblePart(ground.universe, part, covers);
  if (found === undefined) return undefined;
  const wide = holder === undefined ? widest(ground.losses, excepted, part, ground.known) : [holder];
  if (wide.length === 0) return someFlow(found);
  const beside = possiblePart(ground.universe, part, [...covers, ...wide.flatMap(({ flows }) => flows)]);
  if (beside !== undefined) return someFlow(beside);
  for (const loss of wide) {
    const flow = flowExcepted(question, candidate, part, loss, excepted);
    if (flow !== undefined) return flow;
  }
  return undefined;
}

/** Such a flow in what a wide loss excepts. */
function flowExcepted(question: Question, candidate: Candidate, part: FlowBox, loss: Wide, excepted: readonly Wide[]): Flow | undefined {
  for (const exception of exceptions(loss, permittedOf(loss.except, candidate), part, question.ground.known)) {
    const flow = flowAmong(question, candidate, exception, [...excepted, loss]);
    if (flow !== undefined) return flow;
  }
  return undefined;
}
