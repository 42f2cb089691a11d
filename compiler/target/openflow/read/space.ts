/**
 * What a match on registers and addresses says about the ends of a flow: numbers of sets of tenants and of classes are turned
 * back into sets of ends, by the program's class table and by the tables' own flows for bare ends.
 */
import { endIndex } from "../../../space/endIndex.js";
import {
  addressRange,
  allAddresses,
  intersectAddresses,
  isEmptyAddresses,
  prefixSet,
  subtractAddresses,
  unionAddresses,
} from "../../../space/address.js";
import type { AddressSet } from "../../../space/address.js";
import { allEnds, complementEnds, endSet, intersectEnds, subtractEnds } from "../../../space/ends.js";
import type { EndSet } from "../../../space/ends.js";
import { noneOf, oneOf, onlyAbsent } from "../../../space/values.js";
import type { Program } from "../program.js";
import { classWords, registers } from "../registers.js";
import { tables } from "../tables.js";
import type { ReadValue } from "./fields.js";
import type { ReadFlow } from "./flowtext.js";

export type Side = "source" | "destination";

/** What a table says of the bare ends at some addresses. */
interface ReadPlace {
  readonly addresses: AddressSet;
  readonly members: bigint;
  readonly words: readonly bigint[];
}

export interface EndSpace {
  /** Ends for which the field of their side has a value that the match takes. Empty `known`: not a field of ends. */
  readonly endsOf: (side: Side, field: string, value: ReadValue) => EndSet | undefined;
  readonly endsOfMembers: (id: number) => EndSet;
  readonly problems: readonly string[];
}

const memberBits = { source: registers.sourceMembers, destination: registers.destinationMembers };
const placeTables = { source: tables.sourcePlace, destination: tables.destinationPlace };

/** Reads the ends out of the program and the flows of the two place tables. */
export function endSpace(program: Program, flows: readonly ReadFlow[]): EndSpace {
  const places = { source: readPlaces(flows, "source"), destination: readPlaces(flows, "destination") };
  const classEnds = program.classes.map(({ include, except }) => subtractEnds(include, except));
  const foreign = noneOf(program.tenants.flatMap((tenant) => tenant.namespaces));
  const memberCache = new Map<number, EndSet>();

  const endsOfMembers = (id: number): EndSet => {
    const known = memberCache.get(id);
    if (known !== undefined) return known;
    const tenant = program.tenants.find((candidate) => candidate.id === id);
    const addresses = places.source
      .filter((place) => place.members === BigInt(id))
      .reduce<AddressSet>((sum, place) => unionAddresses(sum, place.addresses), { v4: [], v6: [] });
    const made = [
      ...(tenant === undefined ? [] : endSet({ namespace: oneOf(tenant.namespaces) })),
      ...(isEmptyAddresses(addresses) ? [] : endSet({ namespace: foreign, addresses })),
    ];
    memberCache.set(id, made);
    return made;
  };

  const fields = program.dimensions.map((dimension, index) => ({
    word: dimension.word,
    offset: BigInt(dimension.offset),
    bits: ((1n << BigInt(dimension.width)) - 1n) << BigInt(dimension.offset),
    members: program.classes.flatMap((entry, at) => (entry.dimension === index ? [{ value: BigInt(entry.value), ends: classEnds[at] }] : [])),
    byValue: new Map(program.classes.flatMap((entry, at) => (entry.dimension === index ? [[BigInt(entry.value), classEnds[at]] as const] : []))),
  }));

  const endsOfField = ({ offset, bits, members, byValue }: (typeof fields)[number], asked: bigint, value: bigint): EndSet => {
    const wanted = (value & bits) >> offset;
    const exact = asked === bits && wanted !== 0n ? byValue.get(wanted) : undefined;
    if (exact !== undefined) return exact;
    const some = members.filter((entry) => ((entry.value << offset) & asked) === (value & bits)).flatMap((entry) => entry.ends);
    return wanted === 0n ? [...some, ...complementEnds(members.flatMap((entry) => entry.ends))] : some;
  };

  const endsOfWord = (word: number, { value, mask }: ReadValue): EndSet => {
    let left = mask;
    let found: EndSet = allEnds;
    for (const field of fields) {
      const asked = field.word === word ? mask & field.bits : 0n;
      if (asked === 0n) continue;
      left &= ~field.bits;
      const here = endsOfField(field, asked, value);
      found = found === allEnds ? here : intersectEnds(found, here);
    }
    // Bits of no dimension are never set.
    return (left & value) === 0n ? found : [];
  };

  const endsOf = (side: Side, field: string, value: ReadValue): EndSet | undefined => {
    const word = classWords[side].findIndex((name) => name === field);
    if (word >= 0) return endsOfWord(word, value);
    const { offset } = memberBits[side];
    if (field === memberBits[side].field) {
      const mask = Number((value.mask >> BigInt(offset)) & 0xffffn);
      const wanted = Number((value.value >> BigInt(offset)) & 0xffffn);
      if (mask === 0) return allEnds;
      return [0, ...program.memberships.map(({ id }) => id)].filter((id) => (id & mask) === wanted).flatMap(endsOfMembers);
    }
    const addresses = addressesOf(side, field, value);
    return addresses === undefined ? undefined : endSet({ addresses });
  };
  return { endsOf, endsOfMembers, problems: [...placeProblems(program, places, classEnds), ...classProblems(program, classEnds)] };
}

/** Addresses that a match on an address takes; nothing for a field that is none, or a mask with holes. */
function addressesOf(side: Side, field: string, { value, mask }: ReadValue): AddressSet | undefined {
  const family = field === (side === "source" ? "nw_src" : "nw_dst") ? 4 : field === (side === "source" ? "ipv6_src" : "ipv6_dst") ? 6 : undefined;
  if (family === undefined) return undefined;
  const width = family === 4 ? 32 : 128;
  const holes = (1n << BigInt(width)) - 1n - mask;
  if ((holes & (holes + 1n)) !== 0n) return undefined;
  const length = width - (holes === 0n ? 0 : holes.toString(2).length);
  return family === 4 ? prefixSet({ address: { family, value: Number(value) }, length }) : prefixSet({ address: { family, value }, length });
}

/** The flows of a place table, in order of priority: each speaks of the addresses that no earlier one took. */
function readPlaces(flows: readonly ReadFlow[], side: Side): readonly ReadPlace[] {
  let left = allAddresses;
  const found: ReadPlace[] = [];
  const own = flows.filter((flow) => flow.table === placeTables[side]).sort((a, b) => b.priority - a.priority);
  for (const flow of own) {
    const matched = [...flow.match].reduce<AddressSet>((addresses, [field, value]) => {
      const type = field === "dl_type" ? familyAddresses(value) : addressesOf(side, field, value);
      return type === undefined ? { v4: [], v6: [] } : intersectAddresses(addresses, type);
    }, allAddresses);
    const addresses = intersectAddresses(matched, left);
    left = subtractAddresses(left, matched);
    if (isEmptyAddresses(addresses)) continue;
    let members = 0n;
    const words = classWords[side].map(() => 0n);
    for (const action of flow.actions) {
      if (action.kind !== "set") continue;
      const word = classWords[side].findIndex((name) => name === action.field);
      if (word >= 0) words[word] = (words[word] & ~action.value.mask) | action.value.value;
      if (action.field === memberBits[side].field) members = (action.value.value >> BigInt(memberBits[side].offset)) & 0xffffn;
    }
    found.push({ addresses, members, words });
  }
  return found;
}

const ofFamily4 = addressRange({ family: 4, value: 0 }, { family: 4, value: 0xffffffff });

function familyAddresses({ value }: ReadValue): AddressSet {
  if (value === 0x0800n) return ofFamily4;
  return value === 0x86ddn ? { v4: [], v6: allAddresses.v6 } : { v4: [], v6: [] };
}

/** The tables have to say of bare ends what the class table says; both sides the same. */
function placeProblems(program: Program, places: Readonly<Record<Side, readonly ReadPlace[]>>, classEnds: readonly EndSet[]): readonly string[] {
  const problems: string[] = [];
  const bare = endSet({ namespace: onlyAbsent });
  for (const side of ["source", "destination"] as const) {
    program.classes.forEach((entry, index) => {
      const { word, offset, width } = program.dimensions[entry.dimension];
      const field = (place: ReadPlace): number => Number((place.words[word] >> BigInt(offset)) & ((1n << BigInt(width)) - 1n));
      const written = places[side]
        .filter((place) => field(place) === entry.value)
        .flatMap((place) => endSet({ namespace: onlyAbsent, addresses: place.addresses }));
      const meant = intersectEnds(classEnds[index], bare);
      if (subtractEnds(written, meant).length > 0 || subtractEnds(meant, written).length > 0) {
        problems.push(`table ${placeTables[side]} gives class "${entry.key}" to other addresses than the class has`);
      }
    });
    const known = new Set([0, ...program.memberships.map(({ id }) => id)]);
    for (const place of places[side]) {
      if (!known.has(Number(place.members)))
        problems.push(`table ${placeTables[side]} writes the set of tenants ${place.members}, which the program does not have`);
    }
  }
  for (const place of places.source) {
    const same = places.destination
      .filter((other) => other.members === place.members)
      .reduce<AddressSet>((sum, other) => unionAddresses(sum, other.addresses), { v4: [], v6: [] });
    if (!isEmptyAddresses(subtractAddresses(place.addresses, same)))
      problems.push(`tables ${tables.sourcePlace} and ${tables.destinationPlace} do not agree about tenants`);
  }
  return problems;
}

/** One field holds one class: two classes of a dimension with a common end could not both be told. */
function classProblems(program: Program, classEnds: readonly EndSet[]): readonly string[] {
  const index = classIndex(classEnds);
  return program.classes.flatMap((entry, at) =>
    index.overlapping(at).flatMap((other) => {
      if (other <= at || program.classes[other].dimension !== entry.dimension) return [];
      const common = subtractEnds(intersectEnds(classEnds[at], classEnds[other]), program.impossible);
      return common.length === 0 ? [] : [`classes "${entry.key}" and "${program.classes[other].key}" share a field, and an end can be in both`];
    }),
  );
}

function classIndex(classEnds: readonly EndSet[]): { readonly overlapping: (at: number) => readonly number[] } {
  const boxes = classEnds.flatMap((set, owner) => set.map((entry) => ({ owner, entry })));
  const index = endIndex(boxes.map(({ entry }) => entry));
  return { overlapping: (at) => [...new Set(classEnds[at].flatMap((entry) => index.overlapping(entry).map((found) => boxes[found].owner)))] };
}
