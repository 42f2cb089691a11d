/**
 * The cover search: is a box of flows inside a union of boxes, and if not, which part of it sticks out?
 *
 * The question is NP-hard in the number of dimensions, and easy on policies, where a cover constrains few of them. The search looks
 * at one piece of the box at a time:
 *
 *  1. Covers that miss the piece are dropped; one that holds it ends the matter; when none is left, the piece is the answer.
 *  2. Covers that hold the piece in all dimensions but one take their part of that dimension away, all at once. Unions along one
 *     dimension (ports, addresses, values of a label), the usual case, need no search beyond this.
 *  3. Otherwise the dimension that most covers constrain is split. First comes the part that none of them asks for, where all of
 *     them drop out: that is where something sticks out if anything does. Then the rest, cover by cover, or where they are many and list values
 *     of a label, value by value.
 *
 * Each step costs one pass over the covers that are left; every split leaves some cover with one dimension less to look at.
 */
import * as address from "./address.js";
import { addressDimension, everything, isSame, labelOf, namespaceDimension, restrict, serviceDimension, sides, slab } from "./cut.js";
import type { Dimension, Slab } from "./cut.js";
import { everyEnd } from "./ends.js";
import type { EndBox } from "./ends.js";
import { flowBoxesOverlap } from "./flowBox.js";
import type { FlowBox } from "./flowBox.js";
import { servicesWithin } from "./service.js";
import * as values from "./values.js";
import type { ValueSet } from "./values.js";

/** The dimensions in which `cover` does not hold all of `piece`. */
function constrained(piece: FlowBox, cover: FlowBox): readonly Dimension[] {
  const out: Dimension[] = [];
  for (const side of sides) {
    const mine = piece[side];
    const theirs = cover[side];
    if (mine === theirs) continue;
    if (!values.valuesWithin(mine.namespace, theirs.namespace)) out.push(namespaceDimension[side]);
    if (mine.labels !== theirs.labels) {
      for (const [key, set] of theirs.labels) if (!values.valuesWithin(labelOf(mine, key), set)) out.push({ of: "label", side, key });
    }
    if (!address.addressesWithin(mine.addresses, theirs.addresses)) out.push(addressDimension[side]);
  }
  if (!servicesWithin(piece.service, cover.service)) out.push(serviceDimension);
  return out;
}

/** Covers that leave the same dimension open. */
interface Asking {
  readonly dimension: Dimension;
  readonly covers: FlowBox[];
}

/** Lists, since there are few dimensions, and a map for each search costs more than the search. */
function addTo(groups: Asking[], dimension: Dimension, cover: FlowBox): void {
  for (const group of groups) {
    if (!isSame(group.dimension, dimension)) continue;
    group.covers.push(cover);
    return;
  }
  groups.push({ dimension, covers: [cover] });
}

/**
 * A part of `box` that is in none of the covers, or nothing when they hold all of it together. Exact; see the head of this file
 * for the cost. The part is not always a largest one.
 */
export function findUncovered(box: FlowBox, covers: readonly FlowBox[]): FlowBox | undefined {
  if (covers.length === 0) return box;
  let found: FlowBox | undefined;
  search(box, covers, (part) => {
    found = part;
    return true;
  });
  return found;
}

/** All of `box` that is in none of the covers, as disjoint boxes. */
export function uncoveredParts(box: FlowBox, covers: readonly FlowBox[]): readonly FlowBox[] {
  if (covers.length === 0) return [box];
  const parts: FlowBox[] = [];
  search(box, covers, (part) => {
    parts.push(part);
    return false;
  });
  return parts;
}

/** From so many covers on, taking them one by one costs more than looking at what values they list. */
const MANY = 32;

/** Values of a dimension that the same covers list, as a box that asks for these values and nothing else. */
interface ValueClass {
  readonly cut: FlowBox;
  readonly covers: readonly FlowBox[];
}

/**
 * What the covers ask of a label or a namespace, cut into values that the same of them list; nothing where one lists none. A thousand groups
 * list a thousand values, and to each of these few covers are left.
 */
function valueClasses(dimension: Dimension, covers: readonly FlowBox[]): readonly ValueClass[] | undefined {
  if (dimension.of !== "label" && dimension.of !== "namespace") return undefined;
  const listing = new Map<string | undefined, number[]>();
  for (const [position, cover] of covers.entries()) {
    const end = cover[dimension.side];
    const set = dimension.of === "namespace" ? end.namespace : (end.labels.get(dimension.key) ?? values.anyValue);
    if (set.kind === "notIn") return undefined;
    for (const value of set.absent ? [...set.values, undefined] : set.values) {
      const known = listing.get(value);
      if (known === undefined) listing.set(value, [position]);
      else known.push(position);
    }
  }
  const classes = new Map<string, { readonly positions: readonly number[]; readonly values: (string | undefined)[] }>();
  for (const [value, positions] of listing) {
    const key = positions.join();
    const known = classes.get(key);
    if (known === undefined) classes.set(key, { positions, values: [value] });
    else known.values.push(value);
  }
  return [...classes.values()].map(({ positions, values: listed }) => ({
    cut: { ...everything, [dimension.side]: { ...everyEnd, ...asksFor(dimension, listed) } },
    covers: positions.map((position) => covers[position]),
  }));
}

function asksFor(dimension: Dimension & { readonly of: "label" | "namespace" }, listed: readonly (string | undefined)[]): Partial<EndBox> {
  const named = listed.filter((value) => value !== undefined);
  const set: ValueSet = { ...values.oneOf(named), absent: named.length < listed.length };
  return dimension.of === "namespace" ? { namespace: set } : { labels: new Map([[dimension.key, set]]) };
}

/** The covers that meet a piece, by how many dimensions of it they leave open. */
interface Survey {
  readonly held: boolean;
  /** Those that hold the piece in all dimensions but this one. */
  readonly single: readonly Asking[];
  /** Those that leave more than one open, under each of these. */
  readonly several: readonly Asking[];
  readonly others: readonly FlowBox[];
}

const holds: Survey = { held: true, single: [], several: [], others: [] };
const misses: Survey = { ...holds, held: false };

function survey(piece: FlowBox, covers: readonly FlowBox[]): Survey {
  let first = 0;
  while (first < covers.length && !flowBoxesOverlap(piece, covers[first])) first++;
  if (first === covers.length) return misses;
  const single: Asking[] = [];
  const several: Asking[] = [];
  const others: FlowBox[] = [];
  for (let at = first; at < covers.length; at++) {
    const cover = covers[at];
    if (at > first && !flowBoxesOverlap(piece, cover)) continue;
    const found = constrained(piece, cover);
    if (found.length === 0) return holds;
    if (found.length > 1) others.push(cover);
    for (const dimension of found) addTo(found.length === 1 ? single : several, dimension, cover);
  }
  return { held: false, single, several, others };
}

/** Shows `visit` disjoint boxes that make up what no cover holds, until it answers `true`; whether it did. */
function search(box: FlowBox, covers: readonly FlowBox[], visit: (part: FlowBox) => boolean): boolean {
  let piece = box;
  let left = covers;
  for (;;) {
    const { held, single, several, others } = survey(piece, left);
    if (held) return false;
    for (const { dimension, covers: asking } of single) {
      const rest = restrict(piece, dimension, slab(dimension, asking), "outside");
      if (rest === undefined) return false;
      piece = rest;
    }
    left = others;
    if (single.length > 0) continue;
    if (others.length === 0) return visit(piece);

    const { dimension, covers: asking } = several.reduce((most, group) => (group.covers.length > most.covers.length ? group : most));
    const asked = slab(dimension, asking);
    const free = restrict(piece, dimension, asked, "outside");
    const gone = new Set(asking);
    const staying = others.filter((cover) => !gone.has(cover));
    if (free !== undefined && search(free, staying, visit)) return true;
    const classes = asking.length < MANY ? undefined : valueClasses(dimension, asking);
    if (classes !== undefined) {
      const start = piece;
      return classes.some(({ cut, covers: listing }) => {
        const part = restrict(start, dimension, { box: cut, lasts: false }, "inside");
        return part !== undefined && search(part, [...listing, ...staying], visit);
      });
    }
    const within = restrict(piece, dimension, asked, "inside");
    const first: Slab = { box: asking[0], lasts: true };
    const taken = within === undefined ? undefined : restrict(within, dimension, first, "inside");
    if (taken !== undefined && search(taken, others, visit)) return true;
    const rest = within === undefined ? undefined : restrict(within, dimension, first, "outside");
    if (rest === undefined) return false;
    piece = rest;
  }
}
