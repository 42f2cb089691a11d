/**
 * Lists of checkpoints, with their entries found by overlap. Both the source and every target's reading are such lists, so comparing
 * them is one function (`compare.ts`).
 */
import type { Checkpoint } from "../target/target.js";
import { overlapIndex } from "../verdict/overlap.js";
import type { OverlapIndex } from "../verdict/overlap.js";

/** A checkpoint whose entries are found by overlap: the owner of a row is the position of its entry. */
export interface IndexedCheckpoint extends Checkpoint {
  readonly index: OverlapIndex;
}

export function indexCheckpoint(checkpoint: Checkpoint): IndexedCheckpoint {
  return { ...checkpoint, index: overlapIndex(checkpoint.entries.map((entry) => entry.flows)) };
}
