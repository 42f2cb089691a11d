/**
 * Lists of checkpoints, with their entries found by overlap. Both the source and every target's reading are such lists, so comparing
 * them is one function (`compare.ts`).
 *
 * Entries with one action that follow each other are a run: their order decides nothing, so those between the same ends become one box.
 * A range of ports that a target could only say port by port is one box again.
 */
import type { EndBox } from "../space/ends.js";
import { flowBox, flowInSet } from "../space/flows.js";
import type { Flow, FlowBox, FlowSet } from "../space/flows.js";
import { unionAllServices } from "../space/service.js";
import type { ServiceSet } from "../space/service.js";
import type { Checkpoint, CheckpointEntry } from "../target/target.js";
import { overlapIndex } from "../verdict/overlap.js";
import type { OverlapIndex } from "../verdict/overlap.js";
import type { KnownEnds } from "./known.js";

/** A checkpoint whose runs are found by overlap: the owner of a row is the position of its run. */
export interface IndexedCheckpoint extends Checkpoint {
  readonly actions: readonly CheckpointEntry["action"][];
  readonly index: OverlapIndex;
  /**
   * What the first and the last run hold, where it is few boxes: these are the wide ones, such as a tenant's default. What no entry holds
   * lies outside of them, and there little else is near.
   */
  readonly wide: FlowSet;
}

/** More boxes than this are not worth being subtracted. */
const FEW_BOXES = 16;

export function indexCheckpoint(checkpoint: Checkpoint, known: KnownEnds): IndexedCheckpoint {
  const runs: { readonly action: CheckpointEntry["action"]; readonly boxes: FlowBox[] }[] = [];
  for (const { action, flows } of checkpoint.entries) {
    const last = runs.at(-1);
    if (last?.action === action) last.boxes.push(...flows);
    else runs.push({ action, boxes: [...flows] });
  }
  const merged = runs.map((run) => mergeServices(run.boxes, known));
  const edges = [merged.slice(0, 1), merged.slice(1).slice(-1)].flat();
  return {
    ...checkpoint,
    actions: runs.map((run) => run.action),
    index: overlapIndex(merged),
    wide: edges.filter((boxes) => boxes.length <= FEW_BOXES).flat(),
  };
}

/** The same flows, as far as they can exist, with one box for each two ends. */
export function mergeServices(boxes: FlowSet, known: KnownEnds): FlowSet {
  const pairs = new Map<EndBox, Map<EndBox, ServiceSet[]>>();
  for (const box of boxes) {
    const source = known(box.source);
    const destination = known(box.destination);
    if (source === undefined || destination === undefined) continue;
    const destinations = pairs.get(source) ?? new Map<EndBox, ServiceSet[]>();
    if (destinations.size === 0) pairs.set(source, destinations);
    const services = destinations.get(destination);
    if (services === undefined) destinations.set(destination, [box.service]);
    else services.push(box.service);
  }
  return [...pairs].flatMap(([source, destinations]) =>
    [...destinations].flatMap(([destination, services]) => flowBox(source, destination, unionAllServices(services)) ?? []),
  );
}

/** The entry that decides a flow, of a single object; nothing where none holds it. */
export function decidingEntry({ entries }: Checkpoint, flow: Flow): CheckpointEntry | undefined {
  const holds = (entry: CheckpointEntry): boolean => flowInSet(entry.flows, flow);
  const found = entries.find(holds);
  return found?.parts?.().find(holds) ?? found;
}
