/**
 * Lists of checkpoints, with their entries found by overlap. Both the source and every target's reading are such lists, so comparing
 * them is one function (`compare.ts`).
 *
 * Entries with one action that follow each other are a run: their order decides nothing, so those between the same ends become one box.
 * A range of ports that a target could only say port by port is one box again.
 */
import { once } from "../once.js";
import { everyFlow } from "../policy/universe.js";
import { allEnds, complementEnds } from "../space/ends.js";
import { boundedCache } from "../space/boundedCache.js";
import type { EndBox } from "../space/ends.js";
import { flowBox, flowBoxesOverlap, flowBoxWithin, flowInSet, flowProduct, uncoveredParts } from "../space/flows.js";
import type { Flow, FlowBox, FlowSet } from "../space/flows.js";
import { everyService, isEveryService, unionAllServices } from "../space/service.js";
import type { ServiceSet } from "../space/service.js";
import type { Checkpoint, CheckpointEntry } from "../target/target.js";
import { overlapIndex } from "../verdict/overlap.js";
import type { OverlapIndex, OverlapRow } from "../verdict/overlap.js";
import type { KnownEnds } from "./known.js";

/** A checkpoint whose runs are found by overlap: the owner of a row is the position of its run. */
export interface IndexedCheckpoint extends Checkpoint {
  readonly actions: readonly CheckpointEntry["action"][];
  readonly index: OverlapIndex;
  /** The position of the first run that denies; infinite where none does. */
  readonly firstDeny: number;
  /**
   * What the first and the last run hold, as far as it is short to say: these are the wide ones, such as a tenant's default. What no entry holds
   * lies outside of them, and there little else is near. The boxes are as they were read, and not cut down to ends that can exist: those of
   * a hundred tenants differ in one dimension then.
   */
  readonly wide: FlowSet;
  /** What the first entry holds, where it allows and is few boxes: flows in one of them are soon told. */
  readonly open: FlowSet;
  /** The rows of an index without those that one of its own denies as a whole; the same index where there is none. */
  readonly permittedOf: (rows: OverlapIndex) => OverlapIndex;
}

/** Checkpoints in a list, by their positions. */
export interface Checkpoints {
  readonly all: readonly IndexedCheckpoint[];
  readonly asked: readonly Asked[];
  /** Those that may deny some of a box, ascending. */
  readonly near: (box: FlowBox) => readonly number[];
  /** Of these, those of which one box of what they may deny holds all of the given one. */
  readonly holding: (box: FlowBox) => readonly number[];
  /** The entries of all of them that allow some of a box. */
  readonly allowing: (box: FlowBox) => readonly AllowingRow[];
}

interface Asked {
  /** All flows that a checkpoint may deny, and maybe others: boxes as large as can be, which may overlap. */
  readonly flows: FlowSet;
  /** Whether only entries of it allow some of these. */
  readonly isListed: boolean;
}

/** A box that a run of one of many checkpoints allows. */
interface AllowingRow {
  readonly at: number;
  readonly run: number;
  readonly box: FlowBox;
}

export function indexCheckpoints(checkpoints: readonly Checkpoint[], among: FlowSet, known: KnownEnds): Checkpoints {
  const all = checkpoints.map((checkpoint) => indexCheckpoint(checkpoint, among, known));
  const allowing = once(() => allowingIndex(all));
  if (all.length < 2) {
    const positions = all.map((_, at) => at);
    return { all, asked: all.map(() => everything), near: () => positions, holding: () => positions, allowing: (box) => allowing()(box) };
  }
  const asked = all.map((checkpoint) => askedBy(checkpoint, known));
  const index = overlapIndex(asked.map(({ flows }) => mergeServices(flows, known)));
  return {
    all,
    asked,
    near: (box) => [...new Set(index.overlapping(box).map(({ owner }) => owner))],
    holding: (box) => index.holding(box).map(({ owner }) => owner),
    allowing: (box) => allowing()(box),
  };
}

const everything: Asked = { flows: everyFlow, isListed: false };

function allowingIndex(all: readonly IndexedCheckpoint[]): Checkpoints["allowing"] {
  const rows = all.flatMap(({ index, actions }, at) =>
    index.rows.flatMap(({ owner, box }): readonly AllowingRow[] => (actions[owner] === "allow" ? [{ at, run: owner, box }] : [])),
  );
  const index = overlapIndex(rows.map(({ box }) => [box]));
  return (box) => index.overlapping(box).map(({ owner }) => rows[owner]);
}

/** More boxes than this are not worth being subtracted. */
export const FEW_BOXES = 16;

const few = (boxes: FlowSet): FlowSet => (boxes.length <= FEW_BOXES ? boxes : []);

const KNOWN_INDICES = 1024;

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
  const actions = runs.map((run) => run.action);
  const [entry] = checkpoint.entries;
  const open = entry?.action === "allow" ? few(mergeServices(entry.flows, known)) : [];
  const index = overlapIndex(merged);
  const wide = runs.flatMap(({ boxes }, run) => (run === runs.length - 1 || (run === 0 && boxes.length <= FEW_BOXES) ? boxes : []));
  return {
    ...checkpoint,
    actions,
    firstDeny: actions.includes("deny") ? actions.indexOf("deny") : Infinity,
    index,
    wide: wide.length <= FEW_BOXES ? wide : wide.filter(isShort),
    open,
    permittedOf: boundedCache(KNOWN_INDICES, (asked) => {
      const left = asked.rows.filter(({ box }) => !index.holding(box).some(({ owner }) => actions[owner] === "deny"));
      return left.length === asked.rows.length ? asked : overlapIndex([left.map(({ box }) => box)]);
    }),
  };
}

/** Whether a box asks for no labels. */
function isShort({ source, destination }: FlowBox): boolean {
  return source.labels.size === 0 && destination.labels.size === 0;
}

/** Where all entries lie in the wide ones and others pass, nothing else can be denied. */
function askedBy({ index, wide, open, otherwise }: IndexedCheckpoint, known: KnownEnds): Asked {
  const boxes = mergeServices(wide, known);
  const holding = overlapIndex([boxes]).holding;
  const isHeld = ({ box }: OverlapRow): boolean =>
    boxes.length <= FEW_BOXES ? boxes.some((held) => flowBoxWithin(box, held)) : holding(box).length > 0;
  const isInWide = otherwise === "allow" && index.rows.every(isHeld);
  return { flows: isInWide ? wide : outsideOf(open), isListed: isInWide || otherwise === "deny" };
}

/**
 * All flows but the given ones, in boxes that may overlap: what lies outside of a product of ends begins outside of it or ends there, so that two
 * boxes say it, where disjoint ones are many.
 */
function outsideOf(flows: FlowSet): FlowSet {
  const sources = [...new Set(flows.map(({ source }) => source))];
  const destinations = [...new Set(flows.map(({ destination }) => destination))];
  const isProduct = flows.length === sources.length * destinations.length && flows.every(({ service }) => isEveryService(service));
  if (!isProduct || flows.length === 0) return everyFlow.flatMap((box) => uncoveredParts(box, flows));
  return [...flowProduct(complementEnds(sources), allEnds, everyService), ...flowProduct(allEnds, complementEnds(destinations), everyService)];
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
export function decidingEntry({ entries }: Pick<Checkpoint, "entries">, flow: Flow): CheckpointEntry | undefined {
  const found = entries.find((entry) => flowInSet(entry.flows, flow));
  return found?.parts === undefined ? found : (decidingEntry({ entries: found.parts() }, flow) ?? found);
}
