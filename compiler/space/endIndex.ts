/**
 * Which of many boxes of ends meet a given one, without asking each.
 *
 * A query keeps, as bits, the boxes whose addresses meet its own, then for each label (and the namespace) of which it lists values
 * those boxes that list one of them or list none. What is left is compared box by box. On policies, where groups differ in the value
 * of some label, little is left.
 */
import { addressIndex } from "./addressIndex.js";
import { clearBit, eachBit, fullBits, keepBits, makeBits, setBit } from "./bits.js";
import type { Bits } from "./bits.js";
import { endBoxesOverlap } from "./ends.js";
import type { EndBox } from "./ends.js";
import type { ValueSet } from "./values.js";

export interface EndIndex {
  /** Positions of the boxes that meet `box`, ascending; the same array for the same object. */
  readonly overlapping: (box: EndBox) => readonly number[];
}

/** The boxes by what they ask of one label or of the namespace. */
interface ValueIndex {
  /** Boxes that list no values, so that a query which does cannot leave them out. */
  readonly open: Bits;
  /** Boxes that list this value; `undefined` is for absence. */
  readonly listing: ReadonlyMap<string | undefined, readonly number[]>;
}

function valueIndex(size: number, entries: readonly (readonly [number, ValueSet])[]): ValueIndex {
  const open = fullBits(size);
  const listing = new Map<string | undefined, number[]>();
  const post = (value: string | undefined, position: number): void => {
    const known = listing.get(value);
    if (known === undefined) listing.set(value, [position]);
    else known.push(position);
  };
  for (const [position, set] of entries) {
    if (set.kind === "notIn") continue;
    clearBit(open, position);
    set.values.forEach((value) => post(value, position));
    if (set.absent) post(undefined, position);
  }
  return { open, listing };
}

/** Leaves in `bits` only boxes that can meet `set`, which lists values. Overwrites `wanted`. */
function keepMeeting(bits: Bits, index: ValueIndex, set: ValueSet, wanted: Bits): void {
  wanted.set(index.open);
  const add = (value: string | undefined): void => index.listing.get(value)?.forEach((position) => setBit(wanted, position));
  set.values.forEach(add);
  if (set.absent) add(undefined);
  keepBits(bits, wanted);
}

/** Positions by identity of a part, such as the address set that many groups share. */
function distinct<T extends object>(parts: readonly T[]): { readonly parts: readonly T[]; readonly positions: readonly (readonly number[])[] } {
  const known = new Map<T, number[]>();
  parts.forEach((part, position) => {
    const positions = known.get(part);
    if (positions === undefined) known.set(part, [position]);
    else positions.push(position);
  });
  return { parts: [...known.keys()], positions: [...known.values()] };
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
  const cache = new Map<EndBox, readonly number[]>();
  const overlapping = (box: EndBox): readonly number[] => {
    const known = cache.get(box);
    if (known !== undefined) return known;
    bits.fill(0);
    for (const part of reach.overlapping(box.addresses)) for (const position of addresses.positions[part]) setBit(bits, position);
    if (box.namespace.kind === "in") keepMeeting(bits, namespaces, box.namespace, scratch);
    for (const [key, set] of box.labels) {
      const index = labels.get(key);
      if (index !== undefined && set.kind === "in") keepMeeting(bits, index, set, scratch);
    }
    const found: number[] = [];
    eachBit(bits, (position) => {
      if (endBoxesOverlap(boxes[position], box)) found.push(position);
    });
    cache.set(box, found);
    return found;
  };
  return { overlapping };
}
