/**
 * The question of a comparison: is some of what one side permits denied by a checkpoint of the other? Each run that denies is one
 * question to the cover search: is what it shares with the part held by the runs before it that allow, by what is denied on the
 * permitting side, and by the losses? Earlier denies need not be taken out: they have been asked about.
 */
import { possiblePart } from "../policy/universe.js";
import type { Universe } from "../policy/universe.js";
import { flowBoxWithin, someFlow } from "../space/flows.js";
import type { Flow, FlowBox, FlowSet } from "../space/flows.js";
import { deniedBefore, isDeniedBefore } from "./candidates.js";
import type { Candidate } from "./candidates.js";
import type { IndexedCheckpoint } from "./checkpoint.js";
import { commonFlows } from "./known.js";
import type { KnownEnds } from "./known.js";
import { exceptions, meets } from "./losses.js";
import type { Losses, Wide } from "./losses.js";

/** What all questions of one inclusion share. */
export interface Ground {
  readonly universe: Universe;
  /** What has been said of the wrong outcome that is looked for. */
  readonly losses: Losses;
  readonly known: KnownEnds;
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

const nothing: readonly Denied[] = [];

/**
 * Flows of `part`, a part of what is permitted, that can exist, that the checkpoint denies and that no loss covers: one for each
 * cause of their being permitted, since a candidate may come from several entries.
 */
export function deniedFlows(
  ground: Ground,
  permitted: Candidate,
  checkpoint: IndexedCheckpoint,
  part: FlowBox,
  causeOf: (flow: Flow) => Cause,
): readonly Denied[] {
  if (checkpoint.open.some((open) => flowBoxWithin(part, open))) return nothing;
  const told: FlowBox[] = [];
  const question: Question = { ground, permitted, checkpoint, told };
  const found: Denied[] = [];
  for (;;) {
    const flow = firstDenied(question, part);
    if (flow === undefined) return found.length === 0 ? nothing : found;
    const { by, flows } = causeOf(flow);
    found.push({ flow, by });
    if (flows === undefined) return found;
    told.push(...flows);
  }
}

interface Question {
  readonly ground: Ground;
  readonly permitted: Candidate;
  readonly checkpoint: IndexedCheckpoint;
  /** Flows of which nothing more is asked. */
  readonly told: FlowSet;
}

/** With no more rows than this near a part, looking through them is less work than asking the index for those near some of it. */
const FEW_ROWS = 64;

function firstDenied(question: Question, part: FlowBox): Flow | undefined {
  const { checkpoint, ground } = question;
  const { wide } = ground.losses;
  const rows = checkpoint.index.overlapping(part);
  const allowed: FlowBox[] = [];
  const near = rows.length <= FEW_ROWS ? allowed : undefined;
  for (const { owner, box } of rows) {
    const inside = flowBoxWithin(part, box);
    if (checkpoint.actions[owner] === "allow") {
      if (inside) return undefined;
      allowed.push(box);
      continue;
    }
    const denied = inside ? part : commonFlows(part, box, ground.known);
    const flow = denied === undefined ? undefined : flowAmong(question, denied, { before: owner, wide, covers: [], near });
    if (flow !== undefined) return flow;
    if (inside) return undefined;
  }
  return checkpoint.otherwise === "allow" ? undefined : flowAmong(question, part, { before: Infinity, wide, covers: [], near });
}

/** What is denied, as far as something may still cover it. */
interface Rest {
  readonly before: number;
  readonly wide: readonly Wide[];
  readonly covers: FlowSet;
  /** What the checkpoint allows before, near the part, where that is little. */
  readonly near: FlowSet | undefined;
}

/** Whether one box alone holds all of `denied`: the usual case, and cheaper to find than everything that is near. */
function isHeld({ checkpoint, permitted, ground }: Question, denied: FlowBox, { before, near }: Rest): boolean {
  const allowed =
    near === undefined
      ? checkpoint.index.holding(denied).some((row) => row.owner < before && checkpoint.actions[row.owner] === "allow")
      : near.some((box) => flowBoxWithin(denied, box));
  return allowed || isDeniedBefore(permitted, denied) || ground.losses.plain.holding(denied).length > 0;
}

/**
 * A flow of `denied` that neither a run before `before` allows nor anything else covers. A wide loss makes it two questions: what lies
 * beside the loss, and what lies in each of its exceptions.
 */
function flowAmong(question: Question, denied: FlowBox, rest: Rest): Flow | undefined {
  if (isHeld(question, denied, rest)) return undefined;
  const { ground, checkpoint, permitted, told } = question;
  const { before, wide, covers, near } = rest;
  const allowed =
    near ?? checkpoint.index.overlapping(denied, 0, before).flatMap((row) => (checkpoint.actions[row.owner] === "allow" ? [row.box] : []));
  const found = possiblePart(ground.universe, denied, [
    ...covers,
    ...ground.losses.plain.overlapping(denied).map((row) => row.box),
    ...deniedBefore(permitted, denied),
    ...told,
    ...allowed,
  ]);
  if (found === undefined) return undefined;
  const [first, ...others] = wide.filter((loss) => meets(loss, denied));
  if (first === undefined) return someFlow(found);
  const beside = flowAmong(question, denied, { before, wide: others, covers: [...first.flows, ...covers], near });
  if (beside !== undefined) return beside;
  for (const part of exceptions(first, denied, ground.known)) {
    const flow = flowAmong(question, part, { before, wide: others, covers, near });
    if (flow !== undefined) return flow;
  }
  return undefined;
}
