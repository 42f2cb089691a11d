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
import { exceptions, widest } from "./losses.js";
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
    const flow = denied === undefined ? undefined : flowAmong(question, denied, { before: owner, excepted: [], near });
    if (flow !== undefined) return flow;
    if (inside) return undefined;
  }
  return checkpoint.otherwise === "allow" ? undefined : flowAmong(question, part, { before: Infinity, excepted: [], near });
}

/** What is denied, as far as something may still cover it. */
interface Rest {
  readonly before: number;
  /** Wide losses that do not cover it: it lies in their exceptions. */
  readonly excepted: readonly Wide[];
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
 * A flow of `denied` that neither a run before `before` allows nor anything else covers. With wide losses it is several questions: what lies
 * beside all of them, and what lies in an exception of one: of the widest only, since what lies in another is asked about there.
 */
function flowAmong(question: Question, denied: FlowBox, rest: Rest): Flow | undefined {
  if (isHeld(question, denied, rest)) return undefined;
  const { ground, checkpoint, permitted, told } = question;
  const { before, excepted, near } = rest;
  const allowed =
    near ?? checkpoint.index.overlapping(denied, 0, before).flatMap((row) => (checkpoint.actions[row.owner] === "allow" ? [row.box] : []));
  const covers = [...ground.losses.plain.overlapping(denied).map((row) => row.box), ...deniedBefore(permitted, denied), ...told, ...allowed];
  const found = possiblePart(ground.universe, denied, covers);
  if (found === undefined) return undefined;
  const losses = ground.losses.wideNear(denied).filter((loss) => !excepted.includes(loss));
  const wide = widest(losses, denied, ground.known);
  if (wide.length === 0) return someFlow(found);
  const beside = possiblePart(ground.universe, denied, [...covers, ...wide.flatMap(({ flows }) => flows)]);
  if (beside !== undefined) return someFlow(beside);
  for (const loss of wide) {
    for (const part of exceptions(loss, denied, ground.known)) {
      const flow = flowAmong(question, part, { before, excepted: [...excepted, loss], near });
      if (flow !== undefined) return flow;
    }
  }
  return undefined;
}
