/**
 * Lists of checkpoints as sets of flows: where they allow, and whether they allow all of a given box.
 *
 * Both the source and every target's reading are such lists, so comparing them is one function (`compare.ts`). Nothing here
 * subtracts one rule from another unless their flows overlap and their actions differ; the index finds those that overlap.
 */
import { overlapIndex } from "../verdict/overlap.js";
import type { OverlapIndex, OverlapRow } from "../verdict/overlap.js";
import { intersectFlowBoxes, subtractFlowBox } from "../space/flows.js";
import type { FlowBox } from "../space/flows.js";
import { everyFlow } from "../policy/universe.js";
import type { Checkpoint, CheckpointEntry } from "../target/target.js";

type Action = "allow" | "deny";

/** A checkpoint whose entries are found by overlap. */
export interface IndexedCheckpoint {
  readonly name: string;
  readonly otherwise: Action;
  readonly entries: readonly CheckpointEntry[];
  readonly index: OverlapIndex;
}

/** A part of a flow set and the entry that decides it; `by` is absent where `otherwise` does. */
export interface Decided {
  readonly box: FlowBox;
  readonly by?: string;
}

export function indexCheckpoint(checkpoint: Checkpoint): IndexedCheckpoint {
  return { ...checkpoint, index: overlapIndex(checkpoint.entries.map((entry) => entry.flows)) };
}

/**
 * The parts of `box` that the checkpoint denies, lazily, each with what decides it. Rows that allow are taken out on the way,
 * so a box that one row allows costs one subtraction.
 */
export function deniedParts(checkpoint: IndexedCheckpoint, box: FlowBox): Generator<Decided> {
  return deniedFrom(checkpoint, checkpoint.index.overlapping(box), 0, box);
}

function* deniedFrom(checkpoint: IndexedCheckpoint, rows: readonly OverlapRow[], from: number, box: FlowBox): Generator<Decided> {
  for (let at = from; at < rows.length; at++) {
    const row = rows[at];
    const entry = checkpoint.entries[row.owner];
    const common = intersectFlowBoxes(box, row.box);
    if (common === undefined) continue;
    if (entry.action === "deny") yield { box: common, by: entry.by };
    for (const rest of subtractFlowBox(box, row.box)) yield* deniedFrom(checkpoint, rows, at + 1, rest);
    return;
  }
  if (checkpoint.otherwise === "deny") yield { box };
}

/**
 * Boxes whose union is what the checkpoint allows. Only earlier rows that deny are taken out of a row that allows: what
 * earlier rows allow is allowed all the same.
 */
export function* allowedBoxes(checkpoint: IndexedCheckpoint): Generator<Decided> {
  for (const row of checkpoint.index.rows) {
    const entry = checkpoint.entries[row.owner];
    if (entry.action === "allow") for (const box of withoutDenies(checkpoint, row.box, row.owner)) yield { box, by: entry.by };
  }
  if (checkpoint.otherwise === "allow") {
    for (const all of everyFlow) for (const box of withoutDenies(checkpoint, all, checkpoint.entries.length)) yield { box };
  }
}

/** Takes the later denies out first: the widest, such as a tenant's default, come last in a list. */
function withoutDenies(checkpoint: IndexedCheckpoint, box: FlowBox, before: number): readonly FlowBox[] {
  return checkpoint.index
    .overlapping(box, 0, before)
    .reduceRight<readonly FlowBox[]>(
      (rest, row) => (checkpoint.entries[row.owner].action === "deny" ? rest.flatMap((piece) => subtractFlowBox(piece, row.box)) : rest),
      [box],
    );
}

/**
 * What every checkpoint of a list allows: the allowed boxes of the first, cut by the allowed parts of the others. The last checkpoint in which an
 * entry allows gives the name.
 */
export function* permittedBoxes(checkpoints: readonly IndexedCheckpoint[]): Generator<Decided> {
  const [first, ...others] = checkpoints;
  if (first === undefined) {
    for (const box of everyFlow) yield { box };
    return;
  }
  for (const allowed of allowedBoxes(first)) yield* cutByAll(allowed, others);
}

function* cutByAll(allowed: Decided, checkpoints: readonly IndexedCheckpoint[]): Generator<Decided> {
  const [next, ...others] = checkpoints;
  if (next === undefined) {
    yield allowed;
    return;
  }
  for (const { box, by = allowed.by } of allowedParts(next, allowed.box)) yield* cutByAll(by === undefined ? { box } : { box, by }, others);
}

/** Boxes whose union is what the checkpoint allows of `box`. */
function* allowedParts(checkpoint: IndexedCheckpoint, box: FlowBox): Generator<Decided> {
  const denies: FlowBox[] = [];
  const withoutThem = (part: FlowBox): readonly FlowBox[] =>
    denies.reduceRight<readonly FlowBox[]>((rest, deny) => rest.flatMap((piece) => subtractFlowBox(piece, deny)), [part]);
  for (const row of checkpoint.index.overlapping(box)) {
    const common = intersectFlowBoxes(box, row.box);
    if (common === undefined) continue;
    const entry = checkpoint.entries[row.owner];
    if (entry.action === "deny") denies.push(row.box);
    else for (const part of withoutThem(common)) yield { box: part, by: entry.by };
  }
  if (checkpoint.otherwise === "allow") for (const part of withoutThem(box)) yield { box: part };
}
