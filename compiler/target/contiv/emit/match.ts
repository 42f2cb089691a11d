/**
 * What one Contiv rule matches, apart from the service: the group that has the policy, and the other end. Two sides of a rule of
 * the language become a few of these.
 */
import { intersect, overlaps, subtract, union } from "./ground.js";
import type { Addresses, Ground } from "./ground.js";
import { isGroupsAlone, metByAddress } from "./side.js";
import type { Side } from "./side.js";
import { toPrefixes, formatAddress, formatPrefix } from "../../../space/address.js";
import type { Prefix } from "../../../space/address.js";

export type Direction = "in" | "out";

export type Remote =
  | { readonly kind: "any" }
  /** Written as no selector at all, which matches too much: what is above it must cut off the tenants' addresses. */
  | { readonly kind: "world" }
  | { readonly kind: "group"; readonly group: string }
  | { readonly kind: "prefix"; readonly prefix: Prefix }
  | { readonly kind: "member"; readonly group: string; readonly prefix: Prefix };

export interface Match {
  /** The endpoint group that has the policy; absent: every endpoint group of the tenant. */
  readonly own?: string;
  /** `in`: traffic to the own group. */
  readonly direction: Direction;
  readonly remote: Remote;
}

export const opposite: Readonly<Record<Direction, Direction>> = { in: "out", out: "in" };

/** The way back. */
export function reversed(match: Match): Match {
  return { ...match, direction: opposite[match.direction] };
}

/** One end of a match as a packet meets it. */
export interface Term {
  /**
   * For finding terms that can meet: a group's name; `~` for addresses away from every group's; `#` for other addresses; `*` for what can
   * meet anything. A name never is one of the three.
   */
  readonly key: string;
  /** A named endpoint group, or (absent) every one of them, or ends by address. */
  readonly group?: string;
  /** What the source means by it. */
  readonly addresses: Addresses;
  /** What it matches beyond that; empty for all but `world`. */
  readonly spill: Addresses;
}

const none: Addresses = [];

function prefixAddresses(prefix: Prefix): Addresses {
  if (prefix.address.family !== 4) return none;
  return [prefix.address.value, prefix.address.value + 2 ** (32 - prefix.length) - 1];
}

export function prefixesOf(addresses: Addresses): readonly Prefix[] {
  return toPrefixes({ v4: addresses, v6: [] });
}

/** A prefix as netmaster takes it in a rule: its pattern refuses `/32`, so one address stands alone. */
export function prefixText(prefix: Prefix): string {
  return prefix.length === 32 ? formatAddress(prefix.address) : formatPrefix(prefix);
}

export interface Terms {
  readonly source: Term;
  readonly destination: Term;
}

/** Makes the terms of matches; the same object for the same group. */
export function termMaker(ground: Ground): (match: Match) => Terms {
  const everyAddress: Addresses = [0, 0xffff_ffff];
  const any: Term = { key: "*", addresses: everyAddress, spill: none };
  const world: Term = { key: "*", addresses: ground.worldAddresses, spill: subtract(everyAddress, ground.worldAddresses) };
  const every: Term = { key: "*", addresses: ground.networkAddresses, spill: none };
  const groups = new Map(
    [...ground.groups.values()].map((entry): [string, Term] => [
      entry.group.name,
      { key: entry.group.name, group: entry.group.name, addresses: entry.addresses, spill: none },
    ]),
  );
  const groupTerm = (name: string): Term => groups.get(name) ?? { key: name, group: name, addresses: none, spill: none };
  const prefixTerm = (addresses: Addresses): Term => ({ key: overlaps(addresses, ground.networkAddresses) ? "#" : "~", addresses, spill: none });
  const remoteTerm = (remote: Remote): Term => {
    switch (remote.kind) {
      case "any":
        return any;
      case "world":
        return world;
      case "group":
        return groupTerm(remote.group);
      case "prefix":
        return prefixTerm(prefixAddresses(remote.prefix));
      case "member":
        return { key: remote.group, group: remote.group, addresses: prefixAddresses(remote.prefix), spill: none };
    }
  };
  return (match) => {
    const own = match.own === undefined ? every : groupTerm(match.own);
    const remote = remoteTerm(match.remote);
    return match.direction === "in" ? { source: remote, destination: own } : { source: own, destination: remote };
  };
}

/** Matches that together say "from this side to that side", and what they leave out. */
export interface Said {
  readonly matches: readonly Match[];
  /** Members of groups, by address, whose flows from or to the other side cannot be said. */
  readonly unsaidSources: readonly { readonly group: string; readonly addresses: Addresses }[];
  readonly unsaidDestinations: readonly { readonly group: string; readonly addresses: Addresses }[];
}

/** The groups of a side that can have the policy. */
interface Owners {
  readonly whole: readonly string[];
  readonly partial: readonly { readonly group: string; readonly addresses: Addresses }[];
}

function ownersOf(ground: Ground, side: Side): Owners {
  const met = metByAddress(ground, side);
  return {
    whole: [...side.whole, ...met.filter((entry) => entry.whole).map((entry) => entry.group)],
    partial: [...side.partial, ...met.filter((entry) => !entry.whole)],
  };
}

function members(side: Side): readonly Remote[] {
  return side.partial.flatMap(({ group, addresses }) => prefixesOf(addresses).map((prefix): Remote => ({ kind: "member", group, prefix })));
}

/** Remotes for the ends of a side that are in no endpoint group; some of them also meet members that are meant. */
function addressRemotes(side: Side): readonly Remote[] {
  const prefixes = prefixesOf(union(side.inside, side.outside)).map((prefix): Remote => ({ kind: "prefix", prefix }));
  return side.world ? [...prefixes, { kind: "world" }] : prefixes;
}

const groupRemotes = (side: Side): readonly Remote[] => side.whole.map((group): Remote => ({ kind: "group", group }));

/**
 * Every flow from one side to the other, where one end is in an endpoint group that is meant whole: a Contiv rule always has
 * its own group on one side, and knows no address there.
 */
export function say(ground: Ground, source: Side, destination: Side): Said {
  if (isGroupsAlone(source) && isGroupsAlone(destination)) {
    return { matches: groupsToGroups(source.whole, destination.whole), unsaidSources: nobody, unsaidDestinations: nobody };
  }
  if (source.any && destination.any) {
    return {
      matches: [
        { direction: "in", remote: { kind: "any" } },
        { direction: "out", remote: { kind: "any" } },
      ],
      unsaidSources: [],
      unsaidDestinations: [],
    };
  }
  if (source.any) return sayWide(ground, destination, "in");
  if (destination.any) return sayWide(ground, source, "out");
  const from = ownersOf(ground, source);
  const to = ownersOf(ground, destination);
  const intoGroups: readonly Remote[] = [...groupRemotes(source), ...members(source), ...addressRemotes(source)];
  const outOfGroups: readonly Remote[] = [...members(destination), ...addressRemotes(destination)];
  const hasRest = (side: Side): boolean => side.inside.length > 0 || side.outside.length > 0 || side.world;
  return {
    matches: [
      ...to.whole.flatMap((own) => intoGroups.map((remote): Match => ({ own, direction: "in", remote }))),
      ...from.whole.flatMap((own) => outOfGroups.map((remote): Match => ({ own, direction: "out", remote }))),
    ],
    unsaidSources: to.partial.length > 0 || hasRest(destination) ? from.partial : [],
    unsaidDestinations: from.partial.length > 0 || hasRest(source) ? to.partial : [],
  };
}

const nobody: Said["unsaidSources"] = [];

function fromGroup(group: string, own: string): Match {
  return { own, direction: "in", remote: { kind: "group", group } };
}

/** From groups to groups; of most rules it is one to one. */
function groupsToGroups(sources: readonly string[], destinations: readonly string[]): readonly Match[] {
  if (sources.length === 1 && destinations.length === 1) return [fromGroup(sources[0], destinations[0])];
  return destinations.flatMap((own) => sources.map((group) => fromGroup(group, own)));
}

/** One side is `any`. `direction` is how traffic goes for the groups of the other side. */
function sayWide(ground: Ground, side: Side, direction: Direction): Said {
  const owners = ownersOf(ground, side);
  const others = opposite[direction];
  const wide = [...members(side), ...addressRemotes(side)];
  return {
    matches: [
      ...owners.whole.map((own): Match => ({ own, direction, remote: { kind: "any" } })),
      ...wide.map((remote): Match => ({ direction: others, remote })),
    ],
    unsaidSources: direction === "out" ? owners.partial : [],
    unsaidDestinations: direction === "in" ? owners.partial : [],
  };
}

/** A match with `any` on the other side as two: towards the tenants' addresses exactly, and towards the world. */
export function splitByZone(ground: Ground, match: Match): readonly Match[] {
  const tenants = subtract([0, 0xffff_ffff], ground.worldAddresses);
  switch (match.remote.kind) {
    case "any":
      return [
        ...prefixesOf(tenants).map((prefix): Match => ({ ...match, remote: { kind: "prefix", prefix } })),
        { ...match, remote: { kind: "world" } },
      ];
    case "prefix": {
      const addresses = prefixAddresses(match.remote.prefix);
      const inside = intersect(addresses, tenants);
      if (inside.length === 0 || intersect(addresses, ground.worldAddresses).length === 0) return [match];
      return prefixesOf(inside)
        .concat(prefixesOf(subtract(addresses, tenants)))
        .map((prefix): Match => ({ ...match, remote: { kind: "prefix", prefix } }));
    }
    case "world":
    case "group":
    case "member":
      return [match];
  }
}
