/**
 * Lists of checkpoints, with their entries found by overlap. Both the source and every target's reading are such lists, so comparing
 * them is one function (`compare.ts`).
 *
 * Entries with one action that follow each other are a run: their order decides nothing, so those between the same ends become one box.
 * A range of ports that a target could only say port by port is one box again.
 */
import { everyFlow } from "../policy/universe.js";
import type { EndBox } from "../space/ends.js";
import { flowBox, flowBoxesOverlap, flowInSet } from "../space/flows.js";
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
  /** The position of the first run that denies; infinite where none does. */
  readonly firstDeny: number;
  /**
   * What the first and the last run hold, where it is few boxes: these are the wide ones, such as a tenant's default. What no entry holds
   * lies outside of them, and there little else is near.
   */
  readonly wide: FlowSet;
  /** What the first run holds, where it allows and is few boxes: flows in one of them are soon told. */
  readonly open: FlowSet;
}

/** More boxes than this are not worth being subtracted. */
const FEW_BOXES = 16;

/** `among`: the flows that will be asked about; entries beside them are left out. */
export function indexCheckpoint(checkpoint: Checkpoint, among: FlowSet, known: KnownEnds): IndexedCheckpoint {
  const runs: { readonly action: CheckpointEntry["action"]; readonly boxes: FlowBox[] }[] = [];
  const all = everyFlow.every((box) => among.includes(box));
  for (const { action, flows } of checkpoint.entries) {
    const last = runs.at(-1);
    const boxes = last?.action === action ? last.boxes : [];
    if (boxes !== last?.boxes) runs.push({ action, boxes });
    for (const box of flows) if (all || among.some((asked) => flowBoxesOverlap(asked, box))) boxes.push(box);
  }
  const merged = runs.map((run) => mergeServices(run.boxes, known));
  const few = (boxes: FlowSet): FlowSet => (boxes.length <= FEW_BOXES ? boxes : []);
  const [first = []] = merged;
  const actions = runs.map((run) => run.action);
  return {
    ...checkpoint,
    actions,
    firstDeny: actions.includes("deny") ? actions.indexOf("deny") : Infinity,
    index: overlapIndex(merged),
    wide: [...few(first), ...merged.slice(1).slice(-1).flatMap(few)],
    open: runs[0]?.action === "allow" ? few(first) : [],
  };
}

/** The same flows, as far as they can exist, with one box for each two ends. */
export function mergeServices(boxes: FlowSet, known: KnownEnds): FlowSet {
  const pairs = new Map<EndBox, Map<EndBox, ServiceSet[]>>();
  for (const box of boxes) {
    const source = known.of(box.source);
    const destination = known.of(box.destination);
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
