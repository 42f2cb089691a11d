/**
 * The conditions of a rule's dimensions (source, destination, service) put together: as the product of their pieces, or as the clauses of a
 * conjunction.
 */
import type { Family } from "../../space/address.js";
import { makeMatch } from "./flow.js";
import type { Match } from "./flow.js";
import { familyMatch } from "./fragments.js";
import type { Fragment } from "./fragments.js";
import { matchText } from "./text.js";

/** For each dimension the pieces of which a packet has to meet one. */
export type Dimensions = readonly (readonly Fragment[])[];

export const pieceKey = (piece: Fragment): string => `${piece.family} ${matchText(piece.match)}`;

const sameFamily = (a: Family | undefined, b: Family | undefined): boolean => a === undefined || b === undefined || a === b;

function join(a: Fragment, b: Fragment): Fragment | undefined {
  if (!sameFamily(a.family, b.family)) return undefined;
  return { family: a.family ?? b.family, match: makeMatch(a.match, b.match) };
}

/** A combination of ends that a packet can have: its family where one is asked for, and the match without it. */
export interface Ends {
  readonly family?: Family;
  readonly match: Match;
}

/** Every combination of a piece of the source and one of the destination that a packet can meet, asked of the tenant. */
export function combinedEnds(asked: Match, [sources, destinations]: Dimensions): readonly Ends[] {
  const out: Ends[] = [];
  for (const source of sources) {
    for (const destination of destinations) {
      if (!sameFamily(source.family, destination.family)) continue;
      out.push({ family: source.family ?? destination.family, match: makeMatch(asked, source.match, destination.match) });
    }
  }
  return out;
}

/** The pieces of a service that packets with these ends can meet. */
export function servicesFor({ family }: Ends, [, , services]: Dimensions): readonly Fragment[] {
  const fits = (service: Fragment): boolean => sameFamily(family, service.family);
  return services.every(fits) ? services : services.filter(fits);
}

/** A match for every combination that a packet can meet. */
export function product(asked: Match, dimensions: Dimensions): readonly Match[] {
  const out: Match[] = [];
  for (const ends of combinedEnds(asked, dimensions))
    for (const service of servicesFor(ends, dimensions)) out.push(makeMatch(familyMatch(ends.family ?? service.family), ends.match, service.match));
  return out;
}

/** How many matches `product` gives. */
export function productSize(dimensions: Dimensions): number {
  const count = (dimension: readonly Fragment[], family: Family): number => dimension.filter((piece) => sameFamily(piece.family, family)).length;
  const free = dimensions.map((dimension) => dimension.filter((piece) => piece.family === undefined).length);
  const both =
    dimensions.reduce((sum, dimension) => sum * count(dimension, 4), 1) + dimensions.reduce((sum, dimension) => sum * count(dimension, 6), 1);
  return both - free.reduce((sum, number) => sum * number, 1);
}

/**
 * Dimensions with one piece become part of the shortest that has more, so that the rest is what a conjunction is good for. Nothing where
 * fewer than two dimensions have more: there is nothing to save.
 */
export function foldSingles(dimensions: Dimensions): Dimensions {
  if (dimensions.reduce((count, dimension) => (dimension.length > 1 ? count + 1 : count), 0) < 2) return [];
  const open = dimensions.filter((dimension) => dimension.length > 1).sort((a, b) => a.length - b.length);
  const single = dimensions.filter((dimension) => dimension.length === 1).flat();
  const [first, ...rest] = open;
  const folded = first.flatMap(
    (piece) => single.reduce<Fragment | undefined>((made, other) => (made === undefined ? undefined : join(made, other)), piece) ?? [],
  );
  return [folded, ...rest];
}

/** Whether no piece stands in two clauses, as `0.0.0.0/0` on both sides would. */
export function areApart(clauses: Dimensions): boolean {
  const seen = new Set<string>();
  return clauses.every((clause) => {
    const keys = clause.map(pieceKey);
    const apart = keys.every((key) => !seen.has(key));
    for (const key of keys) seen.add(key);
    return apart;
  });
}
