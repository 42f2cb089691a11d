/**
 * Which of many sets of flows meet a given box, without asking each: the index under shadowing, residuals, disagreement, verification
 * and the targets.
 *
 * Boxes are filed by their source and their destination, which few rules make up anew (a group's box is one object). A query looks up
 * the sources and the destinations that meet its own, then takes the cheapest way to the boxes that have both: by pairs, or along one
 * side. So ten thousand rules between a thousand groups cost about what their true overlaps do, and never all pairs.
 */
import { endIndex } from "../space/endIndex.js";
import type { EndIndex } from "../space/endIndex.js";
import { endBoxesOverlap, endBoxWithin } from "../space/ends.js";
import type { EndBox } from "../space/ends.js";
import { familiesMeet } from "../space/flows.js";
import type { FlowBox, FlowSet } from "../space/flows.js";
import { servicesOverlap, servicesWithin } from "../space/service.js";

/** One box of one of the sets. */
export interface OverlapRow {
  /** Position of the set. */
  readonly owner: number;
  readonly box: FlowBox;
}

export interface OverlapIndex {
  /** All boxes of all sets, in order of their owners. */
  readonly rows: readonly OverlapRow[];
  /** The rows whose box shares a flow with `box`, in order, of owners from `from` (included) to `to` (not). Default: all. */
  readonly overlapping: (box: FlowBox, from?: number, to?: number) => readonly OverlapRow[];
  /** The rows of other owners whose box shares a flow with `box`, in order. */
  readonly others: (box: FlowBox, owner: number) => readonly OverlapRow[];
  /** The rows whose box holds all of `box` by itself, in no order. */
  readonly holding: (box: FlowBox) => readonly OverlapRow[];
}

/** The distinct ends on one side of the rows. */
interface SideIndex {
  readonly index: EndIndex;
  /** For each row, the number of its end. */
  readonly endOfRow: Uint32Array;
  /** For each end, its rows, ascending. */
  readonly rowsOfEnd: readonly (readonly number[])[];
}

function sideIndex(ends: readonly EndBox[]): SideIndex {
  const numbers = new Map<EndBox, number>();
  const rowsOfEnd: number[][] = [];
  const endOfRow = Uint32Array.from(ends, (end, row) => {
    const known = numbers.get(end);
    if (known !== undefined) {
      rowsOfEnd[known].push(row);
      return known;
    }
    numbers.set(end, rowsOfEnd.length);
    return rowsOfEnd.push([row]) - 1;
  });
  return { index: endIndex([...numbers.keys()]), endOfRow, rowsOfEnd };
}

function rowCount(side: SideIndex, ends: readonly number[]): number {
  let total = 0;
  for (const end of ends) total += side.rowsOfEnd[end].length;
  return total;
}

/** The rows between two ends, by the numbers of these: calls `visit` with each, ascending. */
type PairIndex = (source: number, destination: number, visit: (row: number) => void) => void;

/**
 * Rows by both ends, in a table with open addressing: most questions about pairs find nothing, and a map of lists costs more to make than
 * all answers. A slot holds the first row of its pair plus one, 0 where it is free; `next` leads to the pair's other rows.
 */
function pairIndex({ endOfRow: sourceOf }: SideIndex, { endOfRow: destinationOf }: SideIndex): PairIndex {
  const rows = sourceOf.length;
  const size = 2 ** Math.ceil(Math.log2(2 * rows + 2));
  const slots = new Uint32Array(size);
  const next = new Uint32Array(rows);
  const slotOf = (source: number, destination: number): number => {
    const mixed = Math.imul(source, 0x9e3779b1) ^ Math.imul(destination, 0x85ebca6b);
    let slot = (mixed ^ (mixed >>> 15)) & (size - 1);
    for (; slots[slot] !== 0; slot = (slot + 1) & (size - 1)) {
      const row = slots[slot] - 1;
      if (sourceOf[row] === source && destinationOf[row] === destination) break;
    }
    return slot;
  };
  for (let row = rows - 1; row >= 0; row--) {
    const slot = slotOf(sourceOf[row], destinationOf[row]);
    next[row] = slots[slot];
    slots[slot] = row + 1;
  }
  return (source, destination, visit) => {
    for (let row = slots[slotOf(source, destination)]; row !== 0; row = next[row - 1]) visit(row - 1);
  };
}

/**
 * Whether an end names many namespaces, as "all tenants but one" does. Each of a hundred tenants has such an end of its own, so that looking it up
 * costs more than comparing it with the few boxes that fit on the other side.
 */
const isLong = ({ namespace }: EndBox): boolean => namespace.values.length > 16;

/** More boxes than this are not compared one by one. */
const FEW_ROWS = 64;

/** Files the sets; `sets[owner]` may be empty. */
export function overlapIndex(sets: readonly FlowSet[]): OverlapIndex {
  const rows: OverlapRow[] = [];
  sets.forEach((set, owner) => {
    for (const box of set) rows.push({ owner, box });
  });
  const sources = sideIndex(rows.map((row) => row.box.source));
  const destinations = sideIndex(rows.map((row) => row.box.destination));
  const eachBetween = pairIndex(sources, destinations);
  const marks = new Uint32Array(Math.max(sources.rowsOfEnd.length, destinations.rowsOfEnd.length));
  let mark = 0;

  /** The rows along one side whose other end is among `others`. */
  const eachAlong = (side: SideIndex, ends: readonly number[], other: SideIndex, others: readonly number[], visit: (row: number) => void): void => {
    mark++;
    for (const end of others) marks[end] = mark;
    for (const end of ends) for (const row of side.rowsOfEnd[end]) if (marks[other.endOfRow[row]] === mark) visit(row);
  };
  const eachPair = (from: readonly number[], to: readonly number[], visit: (row: number) => void): void => {
    for (const source of from) for (const destination of to) eachBetween(source, destination, visit);
  };

  /** Visits the rows that are found by the short side of a box whose other side is long; `false` where that is not the way to find them. */
  const eachBesideLong = (box: FlowBox, find: "overlapping" | "holding", visit: (row: number) => void): boolean => {
    if (isLong(box.source) === isLong(box.destination)) return false;
    const [side, long] = isLong(box.source) ? ([destinations, "source"] as const) : ([sources, "destination"] as const);
    const near = side.index[find](side === sources ? box.source : box.destination);
    if (rowCount(side, near) > FEW_ROWS) return false;
    for (const end of near) {
      for (const row of side.rowsOfEnd[end]) {
        const other = rows[row].box[long];
        if (find === "overlapping" ? endBoxesOverlap(other, box[long]) : endBoxWithin(box[long], other)) visit(row);
      }
    }
    return true;
  };

  /** Rows with both ends, in no order. */
  const eachCandidate = (box: FlowBox, visit: (row: number) => void): void => {
    if (eachBesideLong(box, "overlapping", visit)) return;
    const from = sources.index.overlapping(box.source);
    const to = destinations.index.overlapping(box.destination);
    const bySource = rowCount(sources, from);
    const byDestination = rowCount(destinations, to);
    if (from.length * to.length <= Math.min(bySource, byDestination)) eachPair(from, to, visit);
    else if (bySource <= byDestination) eachAlong(sources, from, destinations, to, visit);
    else eachAlong(destinations, to, sources, from, visit);
  };

  const meets = (row: number, box: FlowBox): boolean => servicesOverlap(rows[row].box.service, box.service) && familiesMeet(rows[row].box, box);
  const inOrder = (found: number[]): readonly OverlapRow[] => {
    // Rows come in order as a rule, and sorting makes copies.
    if (found.some((row, at) => at > 0 && row < found[at - 1])) found.sort((a, b) => a - b);
    return found.map((row) => rows[row]);
  };
  const overlapping = (box: FlowBox, from = 0, to = Infinity): readonly OverlapRow[] => {
    const found: number[] = [];
    eachCandidate(box, (row) => {
      const { owner } = rows[row];
      if (owner >= from && owner < to && meets(row, box)) found.push(row);
    });
    return inOrder(found);
  };
  const others = (box: FlowBox, owner: number): readonly OverlapRow[] => {
    const found: number[] = [];
    eachCandidate(box, (row) => {
      if (rows[row].owner !== owner && meets(row, box)) found.push(row);
    });
    return inOrder(found);
  };
  const holding = (box: FlowBox): readonly OverlapRow[] => {
    const found: OverlapRow[] = [];
    const add = (row: number): void => {
      if (servicesWithin(box.service, rows[row].box.service)) found.push(rows[row]);
    };
    if (eachBesideLong(box, "holding", add)) return found;
    const to = destinations.index.holding(box.destination);
    if (to.length > 0) eachPair(sources.index.holding(box.source), to, add);
    return found;
  };
  return { rows, overlapping, others, holding };
}
