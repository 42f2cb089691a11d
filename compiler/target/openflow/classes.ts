/**
 * Where classes live in the registers. Classes that no end can be in together share a dimension: a bit field whose value names
 * one of them, 0 for none. So n disjoint groups cost about log2(n) bits, and groups that overlap cost a field each; nothing is
 * ever multiplied out.
 */
import type { Alternative } from "./alternatives.js";
import { stableIds } from "./hash.js";
import { CLASS_WORD_BITS, CLASS_WORDS } from "./registers.js";

/** A dimension: `width` bits at `offset` of one of the words of `classWords`. */
export interface Dimension {
  readonly word: number;
  readonly offset: number;
  readonly width: number;
}

export interface PlacedClass {
  readonly key: string;
  readonly dimension: Dimension;
  /** 1..2^width-1. */
  readonly value: number;
}

export type ClassLayout =
  | { readonly kind: "fits"; readonly dimensions: readonly Dimension[]; readonly byKey: ReadonlyMap<string, PlacedClass> }
  /** More bits are needed than there are. `overlapping`: the keys of the classes that take a dimension each, in order. */
  | { readonly kind: "overflow"; readonly bits: number; readonly overlapping: readonly string[] };

export const CLASS_BITS = CLASS_WORDS * CLASS_WORD_BITS;

/** `neighbours(i)`: the alternatives that may hold an end in common with alternative i. */
export function layOutClasses(alternatives: readonly Alternative[], neighbours: (index: number) => readonly number[]): ClassLayout {
  const colours = colour(alternatives, neighbours);
  const layout = place(colours, roomyWidth) ?? place(colours, tightWidth);
  if (layout !== undefined) return layout;
  const bits = colours.reduce((sum, members) => sum + tightWidth(members.length), 0);
  return { kind: "overflow", bits, overlapping: colours.map((members) => members[0]) };
}

/** Classes by dimension: each goes to the first where it overlaps nobody, in order of their keys. */
function colour(alternatives: readonly Alternative[], neighbours: (index: number) => readonly number[]): readonly (readonly string[])[] {
  const order = alternatives.map((_, index) => index).filter((index) => alternatives[index].kind === "class");
  order.sort((a, b) => (alternatives[a].key < alternatives[b].key ? -1 : 1));
  const colourOf = new Map<number, number>();
  const members: string[][] = [];
  for (const index of order) {
    const taken = new Set(neighbours(index).map((other) => colourOf.get(other)));
    let chosen = 0;
    while (taken.has(chosen)) chosen++;
    colourOf.set(index, chosen);
    (members[chosen] ??= []).push(alternatives[index].key);
  }
  return members;
}

/** A width with room to grow, so that one class more seldom moves the others. */
function roomyWidth(count: number): number {
  if (count === 1) return 1;
  return 4 * Math.ceil(Math.log2(1.5 * count + 1) / 4);
}

function tightWidth(count: number): number {
  return Math.ceil(Math.log2(count + 1));
}

/** First fit, widest first, no field across two words. */
function place(colours: readonly (readonly string[])[], widthOf: (count: number) => number): ClassLayout | undefined {
  const used = Array.from({ length: CLASS_WORDS }, () => 0);
  const byKey = new Map<string, PlacedClass>();
  const dimensions: Dimension[] = [];
  const widest = colours.map((members) => ({ members, width: widthOf(members.length) })).sort((a, b) => b.width - a.width);
  for (const { members, width } of widest) {
    const word = used.findIndex((bits) => bits + width <= CLASS_WORD_BITS);
    if (word < 0) return undefined;
    const dimension: Dimension = { word, offset: used[word], width };
    used[word] += width;
    dimensions.push(dimension);
    for (const [key, value] of stableIds(members, 2 ** width - 1)) byKey.set(key, { key, dimension, value });
  }
  return { kind: "fits", dimensions, byKey };
}
