/**
 * Lists of checkpoints, with their entries found by overlap. Both the source and every target's reading are such lists, so comparing
 * them is one function (`compare.ts`).
 *
 * Entries with one action that follow each other are a run: their order decides nothing, so those between the same ends become one box.
 * A range of ports that a target could only say port by port is one box again.
 */
import { everyFlow } from "../policy/universe.js";
import type { EndBox } from "../space/ends.js";
import { flowBox, flowBoxesOverlap, flowBoxWithin, flowInSet, uncoveredParts } from "../space/flows.js";
import type { Flow, FlowBox, FlowSet } from "../space/flows.js";
import { unionAllServices } from "../space/service.js";
import type { ServiceSet } from "../space/service.js";
import type { Checkpoint, CheckpointEntry } from "../target/target.js";
import { overlapIndex } from "../verdict/overlap.js";
import type { OverlapIndex } from "../verdict/overlap.js";
import { knownFlows } from "./known.js";
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
  /** What the first entry holds, where it allows and is few boxes: flows in one of them are soon told. */
  readonly open: FlowSet;
  /** All flows that it may deny, and maybe others. */
  readonly asked: FlowSet;
}

/** Checkpoints in a list, and which of them may deny some of a box: their positions, ascending. */
export interface Checkpoints {
  readonly all: readonly IndexedCheckpoint[];
  readonly near: (box: FlowBox) => readonly number[];
}

export function indexCheckpoints(checkpoints: readonly Checkpoint[], among: FlowSet, known: KnownEnds): Checkpoints {
  const all = checkpoints.map((checkpoint) => indexCheckpoint(checkpoint, among, known));
  const positions = all.map((_, at) => at);
  if (all.length < 2) return { all, near: () => positions };
  const index = overlapIndex(all.map(({ asked }) => asked));
  return { all, near: (box) => [...new Set(index.overlapping(box).map(({ owner }) => owner))] };
}

/** More boxes than this are not worth being subtracted. */
const FEW_BOXES = 16;

/** `among`: the flows that will be asked about; entries beside them are left out. */
function indexCheckpoint(checkpoint: Checkpoint, among: FlowSet, known: KnownEnds): IndexedCheckpoint {
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
  const [entry] = checkpoint.entries;
  const open = entry?.action === "allow" ? few(mergeServices(entry.flows, known)) : [];
  const wide = [...few(first), ...merged.slice(1).slice(-1).flatMap(few)];
  // Where all entries lie in the wide ones and others pass, nothing else can be denied.
  const isInWide = checkpoint.otherwise === "allow" && merged.every((boxes) => boxes.every((box) => wide.some((held) => flowBoxWithin(box, held))));
  return {
    ...checkpoint,
    actions,
    firstDeny: actions.includes("deny") ? actions.indexOf("deny") : Infinity,
    index: overlapIndex(merged),
    wide,
    open,
    asked: isInWide ? wide : everyFlow.flatMap((box) => uncoveredParts(box, open)).flatMap((part) => knownFlows(part, known) ?? []),
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
