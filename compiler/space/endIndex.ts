/**
 * Which of many boxes of ends meet a given one, without asking each.
 *
 * A query looks for the boxes whose addresses meet its own. Few are compared at once. Of many it keeps, as bits, for each label (and the namespace)
 * of which it lists values those that list one of them or list none; of which it excludes values, it drops those that list one of these alone. What
 * is left is compared box by box. On policies, where groups differ in the value of some label, little is left. Boxes that hold the given one are found the same way, and are fewer: where it leaves a label open, no
 * box that lists values of it can hold it.
 */
import { once } from "../once.js";
import type { AddressSet } from "./address.js";
import { addressIndex } from "./addressIndex.js";
import { addMembers, asMembers, clearBit, dropMembers, eachBit, fullBits, keepBits, makeBits } from "./bits.js";
import type { Bits, Members } from "./bits.js";
import { boundedCache } from "./boundedCache.js";
import { endBoxesOverlap, endBoxWithin, isBare } from "./ends.js";
import type { EndBox } from "./ends.js";
import { anyValue } from "./values.js";
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
  /** Boxes that list nothing else; made for the first query that excludes values. */
  readonly alone: () => MembersByValue;
}

type MembersByValue = ReadonlyMap<string | undefined, Members>;

/** `positions` are those of the boxes that ask something, and `setAt` is what they ask. */
function valueIndex(size: number, positions: readonly number[], setAt: (position: number) => ValueSet): ValueIndex {
  const open = fullBits(size);
  const listing = new Map<string | undefined, number[]>();
  for (const position of positions) {
    const set = setAt(position);
    if (set.kind === "notIn") continue;
    clearBit(open, position);
    for (const value of set.values) post(listing, value, position);
    if (set.absent) post(listing, undefined, position);
  }
  const listingAlone = (): MembersByValue => {
    const alone = new Map<string | undefined, number[]>();
    for (const position of positions) {
      const { kind, values, absent } = setAt(position);
      if (kind === "in" && values.length + (absent ? 1 : 0) === 1) post(alone, values[0], position);
    }
    return inBits(alone, size);
  };
  return { open, listing: inBits(listing, size), alone: once(listingAlone) };
}

/** The lists themselves while all of them are short, as nearly all are. */
function inBits(lists: ReadonlyMap<string | undefined, readonly number[]>, size: number): MembersByValue {
  let made: Map<string | undefined, Members> | undefined;
  for (const [value, positions] of lists) {
    const members = asMembers(positions, size);
    if (members === positions) continue;
    made ??= new Map<string | undefined, Members>(lists);
    made.set(value, members);
  }
  return made ?? lists;
}

function post(lists: Map<string | undefined, number[]>, value: string | undefined, position: number): void {
  const known = lists.get(value);
  if (known === undefined) lists.set(value, [position]);
  else known.push(position);
}

/** Leaves in `bits` only boxes that can meet `set`. Overwrites `wanted`. */
function keepMeeting(bits: Bits, index: ValueIndex, set: ValueSet, wanted: Bits): void {
  if (set.kind === "notIn") {
    if (set.values.length === 0 && set.absent) return;
    const alone = index.alone();
    for (const value of set.values) dropMembers(bits, alone.get(value) ?? nobody);
    if (!set.absent) dropMembers(bits, alone.get(undefined) ?? nobody);
    return;
  }
  wanted.set(index.open);
  for (const value of set.values) addMembers(wanted, index.listing.get(value) ?? nobody);
  if (set.absent) addMembers(wanted, index.listing.get(undefined) ?? nobody);
  keepBits(bits, wanted);
}

const nobody: Members = [];

/** Which boxes have addresses in common with a given set. */
interface AddressReach {
  /** The address sets of boxes that meet the given one, by number. */
  readonly meeting: (set: AddressSet) => readonly number[];
  /** By number of an address set, the boxes that have it. */
  readonly positions: readonly (readonly number[])[];
  readonly members: readonly Members[];
}

function addressReach(boxes: readonly EndBox[]): AddressReach {
  const known = new Map<AddressSet, number[]>();
  for (let position = 0; position < boxes.length; position++) {
    const { addresses } = boxes[position];
    const positions = known.get(addresses);
    if (positions === undefined) known.set(addresses, [position]);
    else positions.push(position);
  }
  const positions = [...known.values()];
  return { meeting: addressIndex([...known.keys()]).overlapping, positions, members: positions.map((some) => asMembers(some, boxes.length)) };
}

/** So many boxes are compared one by one, without bits. */
const FEW = 16;

/** The boxes of some address sets, ascending, where they are few. */
function fewOf({ positions }: AddressReach, near: readonly number[]): readonly number[] | undefined {
  if (near.length === 1) return positions[near[0]].length > FEW ? undefined : positions[near[0]];
  let total = 0;
  for (const number of near) total += positions[number].length;
  return total > FEW ? undefined : near.flatMap((number) => positions[number]).sort((a, b) => a - b);
}

export function endIndex(boxes: readonly EndBox[]): EndIndex {
  const size = boxes.length;
  const byLabel = new Map<string, number[]>();
  for (let position = 0; position < size; position++) {
    for (const key of boxes[position].labels.keys()) {
      const known = byLabel.get(key);
      if (known === undefined) byLabel.set(key, [position]);
      else known.push(position);
    }
  }
  const reach = addressReach(boxes);
  // Addresses alone tell many boxes apart, so the others are looked at when they are needed.
  const labels = new Map<string, () => ValueIndex>();
  for (const [key, positions] of byLabel)
    labels.set(
      key,
      once(() => valueIndex(size, positions, (at) => boxes[at].labels.get(key) ?? anyValue)),
    );
  const namespaces = once(() => valueIndex(size, [...boxes.keys()], (at) => boxes[at].namespace));
  const bits = makeBits(size);
  const scratch = makeBits(size);
  const most = 4 * size + 1024;
  /** Marks the boxes that can meet `box`; `near` are the address sets that meet its own. */
  const keepCandidates = (box: EndBox, near: readonly number[]): void => {
    bits.fill(0);
    for (const number of near) addMembers(bits, reach.members[number]);
    keepMeeting(bits, namespaces(), box.namespace, scratch);
    for (const [key, set] of box.labels) {
      const index = labels.get(key);
      if (index !== undefined) keepMeeting(bits, index(), set, scratch);
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
    const near = reach.meeting(box.addresses);
    const few = fewOf(reach, near);
    if (few !== undefined) return few.filter((position) => endBoxesOverlap(boxes[position], box));
    keepCandidates(box, near);
    return marked((position) => endBoxesOverlap(boxes[position], box));
  });
  const holding = boundedCache(most, (box: EndBox): readonly number[] => {
    const near = reach.meeting(box.addresses);
    const few = fewOf(reach, near);
    if (few !== undefined) return few.filter((position) => endBoxWithin(box, boxes[position]));
    keepCandidates(box, near);
    // A machine has no labels, so it is held whatever is asked of them, absence included.
    if (!isBare(box)) for (const [key, index] of labels) if (!box.labels.has(key)) keepBits(bits, index().open);
    return marked((position) => endBoxWithin(box, boxes[position]));
  });
  return { overlapping, holding };
}
