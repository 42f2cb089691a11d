/** What is asked of every careful piece about its subject, found out once for each: where its pods can be, and what is allowed near them. */
import { once } from "../../../once.js";
import * as address from "../../../space/address.js";
import type { AddressSet, Family } from "../../../space/address.js";
import { endIndex } from "../../../space/endIndex.js";
import * as ends from "../../../space/ends.js";
import type { EndBox, EndSet } from "../../../space/ends.js";
import type { FlowSet } from "../../../space/flows.js";
import * as values from "../../../space/values.js";
import { blind, familyPart } from "./ground.js";
import type { Ground, WorkloadClass } from "./ground.js";
import { flowOf } from "./pieces.js";
import type { Direction, Piece } from "./pieces.js";

/** Pods of one class, at the addresses that the class can have. */
export type Placed = readonly [WorkloadClass, EndBox];

export interface Near {
  /** The subject's pods at the addresses of the piece, and at every address that they can have. */
  readonly there: readonly Placed[];
  readonly anywhere: EndSet;
  /** All pieces with subjects that meet this one, whatever their addresses are, and their flows. */
  readonly pieces: readonly Piece[];
  readonly allowed: () => FlowSet;
  /** Addresses at which any of them names pods of no tenant. */
  readonly namedForeign: () => AddressSet;
  /** Whether denied flows of all these pods, at addresses of one family, leave no pod of theirs to speak of. */
  readonly coversColumns: (family: Family) => boolean;
}

export function placed(ground: Ground, box: EndBox): readonly Placed[] {
  return ground.classes.flatMap((kind) => {
    const made = ends.intersectEndBoxes(box, { namespace: kind.namespace, labels: new Map(), addresses: kind.addresses });
    return made === undefined ? [] : [[kind, made] as const];
  });
}

export function existing(ground: Ground, box: EndBox): readonly Placed[] {
  return placed(ground, box).filter(([, part]) => ground.possible(part) !== undefined);
}

/** Pods that may be at an address of the box, whatever their address is now. */
export function columns(ground: Ground, box: EndBox): EndSet {
  return ends.subtractEnds([blind(box)], ground.ruledOut(box));
}

/** Addresses at which pieces name pods of no tenant. */
export function namedForeign({ foreign }: Ground, pieces: readonly Piece[]): AddressSet {
  const naming = pieces.filter(({ peer }) => values.valuesOverlap(peer.namespace, foreign.namespace));
  return address.unionAllAddresses(naming.map(({ peer }) => peer.addresses));
}

/** Answers about the subjects of these pieces, the same object for the same subject. */
export function nearby(ground: Ground, direction: Direction, all: readonly Piece[]): (subject: EndBox) => Near {
  const bySubject = new Map<EndBox, Piece[]>();
  for (const piece of all) {
    const known = bySubject.get(piece.subject);
    if (known === undefined) bySubject.set(piece.subject, [piece]);
    else known.push(piece);
  }
  const index = endIndex([...bySubject.keys()]);
  const sets = [...bySubject.values()];
  const known = new Map<EndBox, Near>();
  return (subject) => {
    let near = known.get(subject);
    if (near === undefined) known.set(subject, (near = nearOf(ground, direction, subject, piecesAt(sets, index.overlapping(blind(subject))))));
    return near;
  };
}

/** The one list itself where it is one, as where groups do not overlap. */
function piecesAt(sets: readonly (readonly Piece[])[], positions: readonly number[]): readonly Piece[] {
  return positions.length === 1 ? sets[positions[0]] : positions.flatMap((at) => sets[at]);
}

function nearOf(ground: Ground, direction: Direction, subject: EndBox, pieces: readonly Piece[]): Near {
  const anywhere = placed(ground, blind(subject)).map(([, box]) => box);
  const covers = (family: Family): boolean => {
    const possible = anywhere.flatMap((box) => familyPart(box, family) ?? []).filter((box) => ground.possible(box) !== undefined);
    const taken = possible.flatMap((box) => columns(ground, box));
    return ends.subtractEnds([blind(subject)], taken).length === 0;
  };
  const inFamily = { 4: once(() => covers(4)), 6: once(() => covers(6)) };
  return {
    there: existing(ground, subject),
    anywhere,
    pieces,
    allowed: once(() => pieces.flatMap((piece) => flowOf(direction, piece.subject, piece.peer, piece.service) ?? [])),
    namedForeign: once(() => namedForeign(ground, pieces)),
    coversColumns: (family) => inFamily[family](),
  };
}
