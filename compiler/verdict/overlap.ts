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
    const known = numbers.get(end) ?? numbers.size;
    if (known === numbers.size && !numbers.has(end)) {
      numbers.set(end, known);
      rowsOfEnd.push([]);
    }
    rowsOfEnd[known].push(row);
    return known;
  });
  return { index: endIndex([...numbers.keys()]), endOfRow, rowsOfEnd };
}

function rowCount(side: SideIndex, ends: readonly number[]): number {
  let total = 0;
  for (const end of ends) total += side.rowsOfEnd[end].length;
  return total;
}

const noRows: readonly number[] = [];

/** Files the sets; `sets[owner]` may be empty. */
export function overlapIndex(sets: readonly FlowSet[]): OverlapIndex {
  const rows = sets.flatMap((set, owner) => set.map((box): OverlapRow => ({ owner, box })));
  const sources = sideIndex(rows.map((row) => row.box.source));
  const destinations = sideIndex(rows.map((row) => row.box.destination));
  const width = destinations.rowsOfEnd.length;
  const rowsOfPair = new Map<number, number[]>();
  rows.forEach((_, row) => {
    const pair = sources.endOfRow[row] * width + destinations.endOfRow[row];
    const known = rowsOfPair.get(pair);
    if (known === undefined) rowsOfPair.set(pair, [row]);
    else known.push(row);
  });
  const marks = new Uint32Array(Math.max(sources.rowsOfEnd.length, width));
  let mark = 0;

  /** Adds the rows along one side whose other end is among `others`. */
  const addAlong = (found: number[], side: SideIndex, ends: readonly number[], other: SideIndex, others: readonly number[]): void => {
    mark++;
    for (const end of others) marks[end] = mark;
    for (const end of ends) for (const row of side.rowsOfEnd[end]) if (marks[other.endOfRow[row]] === mark) found.push(row);
  };
  const addPairs = (found: number[], from: readonly number[], to: readonly number[]): void => {
    for (const source of from)
      for (const destination of to) for (const row of rowsOfPair.get(source * width + destination) ?? noRows) found.push(row);
  };

  /** Rows with both ends, in no order. */
  const candidates = (box: FlowBox): number[] => {
    const from = sources.index.overlapping(box.source);
    const to = destinations.index.overlapping(box.destination);
    const found: number[] = [];
    const bySource = rowCount(sources, from);
    const byDestination = rowCount(destinations, to);
    if (from.length * to.length <= Math.min(bySource, byDestination)) addPairs(found, from, to);
    else if (bySource <= byDestination) addAlong(found, sources, from, destinations, to);
    else addAlong(found, destinations, to, sources, from);
    return found;
  };

  const overlapping = (box: FlowBox, from = 0, to = Infinity): readonly OverlapRow[] => {
    const found = candidates(box).filter((row) => {
      const { owner, box: other } = rows[row];
      return owner >= from && owner < to && servicesOverlap(other.service, box.service) && familiesMeet(other, box);
    });
    return found.sort((a, b) => a - b).map((row) => rows[row]);
  };
  const holding = (box: FlowBox): readonly OverlapRow[] => {
    const to = destinations.index.holding(box.destination);
    if (to.length === 0) return [];
    const found: number[] = [];
    addPairs(found, sources.index.holding(box.source), to);
    return found.flatMap((row) => (servicesWithin(box.service, rows[row].box.service) ? [rows[row]] : []));
  };
  return { rows, overlapping, holding };
}
