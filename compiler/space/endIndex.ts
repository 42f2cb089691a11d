/**
 * Which of many boxes of ends meet a given one, without asking each.
 *
 * A query keeps, as bits, the boxes whose addresses meet its own, then for each label (and the namespace) of which it lists values
 * those boxes that list one of them or list none; of which it excludes values, it drops the boxes that list one of these alone. What is left is compared box by box. On policies, where groups differ in the value
 * of some label, little is left. Boxes that hold the given one are found the same way, and are fewer: where it leaves a label open, no
 * box that lists values of it can hold it.
 */
import { addressIndex } from "./addressIndex.js";
import { addMembers, asMembers, clearBit, dropMembers, eachBit, fullBits, keepBits, makeBits } from "./bits.js";
import type { Bits, Members } from "./bits.js";
import { boundedCache } from "./boundedCache.js";
import { endBoxesOverlap, endBoxWithin, isBare } from "./ends.js";
import type { EndBox } from "./ends.js";
import type { ValueSet } from "./values.js";

export interface EndIndex {
  /** Positions of the boxes that meet `box`, ascending. */
  readonly overlapping: (box: EndBox) => readonly number[];
  /** Positions of the boxes that hold all of `box`, ascending. */
  readonly holding: (box: EndBox) => readonly number[];
}

/** The boxes by what they ask of one label or of the namespace. */
interface ValueIndex {
  /** Boxes that list no values, so that a query which does cannot leave them out. */
  readonly open: Bits;
  /** Boxes that list this value; `undefined` is for absence. */
  readonly listing: ReadonlyMap<string | undefined, Members>;
  /** Boxes that list nothing else. */
  readonly alone: ReadonlyMap<string | undefined, Members>;
}

function valueIndex(size: number, entries: readonly (readonly [number, ValueSet])[]): ValueIndex {
  const open = fullBits(size);
  const listing = new Map<string | undefined, number[]>();
  const alone = new Map<string | undefined, number[]>();
  for (const [position, set] of entries) {
    if (set.kind === "notIn") continue;
    clearBit(open, position);
    for (const value of set.values) post(listing, value, position);
    if (set.absent) post(listing, undefined, position);
    if (set.values.length + (set.absent ? 1 : 0) === 1) post(alone, set.values[0], position);
  }
  return { open, listing: inBits(listing, size), alone: inBits(alone, size) };
}

function inBits(lists: ReadonlyMap<string | undefined, readonly number[]>, size: number): ReadonlyMap<string | undefined, Members> {
  return new Map([...lists].map(([value, positions]) => [value, asMembers(positions, size)]));
}

function post(lists: Map<string | undefined, number[]>, value: string | undefined, position: number): void {
  const known = lists.get(value);
  if (known === undefined) lists.set(value, [position]);
  else known.push(position);
}

/** Leaves in `bits` only boxes that can meet `set`. Overwrites `wanted`. */
function keepMeeting(bits: Bits, index: ValueIndex, set: ValueSet, wanted: Bits): void {
  if (set.kind === "notIn") {
    for (const value of set.values) dropMembers(bits, index.alone.get(value) ?? nobody);
    if (!set.absent) dropMembers(bits, index.alone.get(undefined) ?? nobody);
    return;
  }
  wanted.set(index.open);
  for (const value of set.values) addMembers(wanted, index.listing.get(value) ?? nobody);
  if (set.absent) addMembers(wanted, index.listing.get(undefined) ?? nobody);
  keepBits(bits, wanted);
}

const nobody: Members = [];

/** Positions by identity of a part, such as the address set that many groups share. */
function distinct<T extends object>(parts: readonly T[]): { readonly parts: readonly T[]; readonly members: readonly Members[] } {
  const known = new Map<T, number[]>();
  parts.forEach((part, position) => {
    const positions = known.get(part);
    if (positions === undefined) known.set(part, [position]);
    else positions.push(position);
  });
  return { parts: [...known.keys()], members: [...known.values()].map((positions) => asMembers(positions, parts.length)) };
}

export function endIndex(boxes: readonly EndBox[]): EndIndex {
  const size = boxes.length;
  const byLabel = new Map<string, [number, ValueSet][]>();
  boxes.forEach((box, position) => {
    for (const [key, set] of box.labels) {
      const known = byLabel.get(key);
      if (known === undefined) byLabel.set(key, [[position, set]]);
      else known.push([position, set]);
    }
  });
  const labels = new Map([...byLabel].map(([key, entries]) => [key, valueIndex(size, entries)]));
  const namespaces = valueIndex(
    size,
    boxes.map((box, position) => [position, box.namespace]),
  );
  const addresses = distinct(boxes.map((box) => box.addresses));
  const reach = addressIndex(addresses.parts);
  const bits = makeBits(size);
  const scratch = makeBits(size);
  const most = 4 * size + 1024;
  /** Marks the boxes that can meet `box`. */
  const keepCandidates = (box: EndBox): void => {
    bits.fill(0);
    for (const part of reach.overlapping(box.addresses)) addMembers(bits, addresses.members[part]);
    keepMeeting(bits, namespaces, box.namespace, scratch);
    for (const [key, set] of box.labels) {
      const index = labels.get(key);
      if (index !== undefined) keepMeeting(bits, index, set, scratch);
    }
  };
  const marked = (fits: (position: number) => boolean): readonly number[] => {
    const found: number[] = [];
    eachBit(bits, (position) => {
      if (fits(position)) found.push(position);
    });
    return found;
  };
  const overlapping = boundedCache(most, (box: EndBox): readonly number[] => {
    keepCandidates(box);
    return marked((position) => endBoxesOverlap(boxes[position], box));
  });
  const holding = boundedCache(most, (box: EndBox): readonly number[] => {
    keepCandidates(box);
    // A machine has no labels, so it is held whatever is asked of them, absence included.
    if (!isBare(box)) for (const [key, index] of labels) if (!box.labels.has(key)) keepBits(bits, index.open);
    return marked((position) => endBoxWithin(box, boxes[position]));
  });
  return { overlapping, holding };
}
