/**
 * Names for sets of ends: every end there is has at least one of the names that a reader of the policy knows. These are the groups, what is
 * in no group of a tenant, the externals and addresses that rules name outside every tenant, and the rest of the world.
 */
import type { Peer, PeerExpression } from "../policy/model.js";
import type { Universe } from "../policy/universe.js";
import { unionAllAddresses } from "../space/address.js";
import { boundedCache } from "../space/boundedCache.js";
import { endIndex } from "../space/endIndex.js";
import { intersectEndBoxes, intersectEnds, subtractEnds } from "../space/ends.js";
import type { EndBox, EndSet } from "../space/ends.js";

export interface NamedEnds {
  readonly name: string;
  readonly kind: "group" | "rest" | "external" | "world";
  /** The tenant of a group or a rest. */
  readonly tenant?: string;
  readonly ends: EndSet;
}

/** The part of a box that has a name. An end in several groups is in the pieces of each. */
export interface NamedPiece {
  readonly named: NamedEnds;
  readonly box: EndBox;
}

/** One box of the ends of a name. */
export interface NamedBox {
  readonly named: NamedEnds;
  readonly box: EndBox;
}

export interface Naming {
  readonly all: readonly NamedEnds[];
  /** The boxes of names that meet a box, in order of names. */
  readonly meeting: (box: EndBox) => readonly NamedBox[];
  readonly piecesOf: (box: EndBox) => readonly NamedPiece[];
}

const made = new WeakMap<Universe, Naming>();

/** The names of a universe; the same object for the same universe. */
export function namingOf(universe: Universe): Naming {
  const known = made.get(universe) ?? makeNaming(universe);
  made.set(universe, known);
  return known;
}

function makeNaming(universe: Universe): Naming {
  const { policy } = universe;
  const several = policy.tenants.length > 1;
  const groups = policy.tenants.flatMap((tenant) =>
    tenant.groups.map((group): NamedEnds => {
      const expression: PeerExpression = { include: [{ kind: "group", tenant: tenant.name, group: group.name }], except: [] };
      const name = several ? `${tenant.name}/${group.name}` : group.name;
      return { name, kind: "group", tenant: tenant.name, ends: universe.endsOf(expression) };
    }),
  );
  const rests = policy.tenants.map((tenant): NamedEnds => {
    const grouped = groups.filter((group) => group.tenant === tenant.name).flatMap((group) => group.ends);
    const ends = subtractEnds(universe.tenantEnds.get(tenant.name) ?? [], grouped);
    return { name: several ? `other endpoints of ${tenant.name}` : "other endpoints", kind: "rest", tenant: tenant.name, ends };
  });
  const externals = namedOutside(universe);
  const world = subtractEnds(universe.worldEnds, joined(externals.flatMap((external) => external.ends)));
  const all = [
    ...groups,
    ...rests,
    ...externals,
    { name: externals.length === 0 ? "world" : "rest of the world", kind: "world" as const, ends: world },
  ];
  const boxes = all.flatMap((named) => named.ends.map((box): NamedBox => ({ named, box })));
  const index = endIndex(boxes.map((entry) => entry.box));
  const meeting = (box: EndBox): readonly NamedBox[] => index.overlapping(box).map((position) => boxes[position]);
  const piecesOf = boundedCache(1024, (box: EndBox): readonly NamedPiece[] =>
    meeting(box).flatMap((entry) => {
      const piece = intersectEndBoxes(box, entry.box);
      return piece === undefined ? [] : [{ named: entry.named, box: piece }];
    }),
  );
  return { all, meeting, piecesOf };
}

/** The same ends in fewer boxes: addresses of one namespace set as one, since thousands of them are taken away at once. */
function joined(boxes: EndSet): EndSet {
  const byNamespace = new Map<string, EndBox[]>();
  for (const box of boxes) {
    const key = JSON.stringify([box.namespace, [...box.labels]]);
    const known = byNamespace.get(key);
    if (known === undefined) byNamespace.set(key, [box]);
    else known.push(box);
  }
  return [...byNamespace.values()].map((same) => ({ ...same[0], addresses: unionAllAddresses(same.map((box) => box.addresses)) }));
}

/** Addresses that rules and tests name, as far as they are outside every tenant; one for each name. */
function namedOutside(universe: Universe): readonly NamedEnds[] {
  const { policy } = universe;
  const found = new Map<string, NamedEnds>();
  const visit = ({ include, except }: PeerExpression): void => [...include, ...except].forEach(visitPeer);
  const visitPeer = (peer: Peer): void => {
    if (peer.kind === "set") visit(peer.expression);
    if (peer.kind !== "addresses") return;
    const name = peer.name ?? peer.text;
    const ends = intersectEnds(universe.endsOf({ include: [peer], except: [] }), universe.worldEnds);
    if (ends.length > 0 && !found.has(name)) found.set(name, { name, kind: "external", ends });
  };
  for (const claim of [...policy.tenants.flatMap((tenant) => tenant.rules), ...policy.tests.flatMap((test) => test.expectations)]) {
    visit(claim.source);
    visit(claim.destination);
  }
  return [...found.values()];
}
