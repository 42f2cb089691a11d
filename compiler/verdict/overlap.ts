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
import { servicesOverlap } from "../space/service.js";

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

  /** Rows along one side whose other end is among `others`. */
  const along = (side: SideIndex, ends: readonly number[], other: SideIndex, others: readonly number[]): number[] => {
    mark++;
    for (const end of others) marks[end] = mark;
    return ends.flatMap((end) => side.rowsOfEnd[end].filter((row) => marks[other.endOfRow[row]] === mark));
  };
  const count = (side: SideIndex, ends: readonly number[]): number => ends.reduce((total, end) => total + side.rowsOfEnd[end].length, 0);

  const candidates = (box: FlowBox): number[] => {
    const from = sources.index.overlapping(box.source);
    const to = destinations.index.overlapping(box.destination);
    const pairs = from.length * to.length;
    const bySource = count(sources, from);
    const byDestination = count(destinations, to);
    if (pairs <= bySource && pairs <= byDestination) {
      return from.flatMap((source) => to.flatMap((destination) => rowsOfPair.get(source * width + destination) ?? []));
    }
    return bySource <= byDestination ? along(sources, from, destinations, to) : along(destinations, to, sources, from);
  };

  const overlapping = (box: FlowBox, from = 0, to = Infinity): readonly OverlapRow[] =>
    candidates(box)
      .sort((a, b) => a - b)
      .map((row) => rows[row])
      .filter((row) => row.owner >= from && row.owner < to && servicesOverlap(row.box.service, box.service) && familiesMeet(row.box, box));
  return { rows, overlapping };
}
