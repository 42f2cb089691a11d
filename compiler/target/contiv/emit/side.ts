/**
 * One side of a rule in Contiv's terms: which endpoint groups, and which addresses of ends that are in none.
 *
 * Endpoint groups are disjoint (Contiv puts an endpoint into one group), so a peer such as `web except old` speaks of the endpoint
 * group `web` alone. Within the addresses of a group, a part of it can be meant: `10.1.1.0/28` means the members that have such an address.
 */
import { groupNamed } from "../../../policy/territory.js";
import { isEmptyAddresses } from "../../../space/address.js";
import type { Peer, PeerExpression } from "../../../policy/model.js";
import { everyAddress, intersect, overlaps, subtract, union, within } from "./ground.js";
import type { Addresses, EndpointGroup, Ground } from "./ground.js";

export interface Side {
  /** Every end there is; then the other fields are not looked at. */
  readonly any: boolean;
  /** Endpoint groups of which every member is meant, by name. */
  readonly whole: readonly string[];
  /** Endpoint groups of which the members with these addresses are meant. */
  readonly partial: readonly { readonly group: string; readonly addresses: Addresses }[];
  /**
   * Addresses of other ends in the tenants' networks and machines. A rule by address also meets members of endpoint groups: those are
   * meant too (they are then not in `whole` or `partial` for these addresses).
   */
  readonly inside: Addresses;
  /** Whether every end outside all tenants is meant. */
  readonly world: boolean;
  /** Addresses outside all tenants that are meant, when it is not all of them. */
  readonly outside: Addresses;
  /** Addresses of ends in no endpoint group that are meant, but cannot be told from members that are not. */
  readonly blurred: Addresses;
}

const nothing: Addresses = [];

/** The addresses at which ends that are in no endpoint group are meant. */
function restOf(ground: Ground, expression: PeerExpression): Addresses {
  const unionOf = (peers: readonly Peer[]): Addresses => peers.reduce((sum, peer) => union(sum, restOfPeer(ground, peer)), nothing);
  const include = unionOf(expression.include);
  return expression.except.length === 0 ? include : subtract(include, unionOf(expression.except));
}

function restOfPeer(ground: Ground, peer: Peer): Addresses {
  switch (peer.kind) {
    case "any":
      return everyAddress;
    case "world":
      return ground.worldAddresses;
    case "group":
      return groupNamed(ground.universe.tenantByName.get(peer.tenant), peer.group)?.hosts.v4 ?? nothing;
    case "network":
      return networkAddresses(ground, peer.tenant, peer.network);
    case "addresses":
      return peer.addresses.v4;
    case "set":
      return restOf(ground, peer.expression);
  }
}

function networkAddresses(ground: Ground, tenant: string, name: string): Addresses {
  return ground.universe.tenantByName.get(tenant)?.networks.find((network) => network.name === name)?.addresses.v4 ?? nothing;
}

/** The addresses at which members of one endpoint group are meant. */
function membersOf(ground: Ground, expression: PeerExpression, entry: EndpointGroup): Addresses {
  const unionOf = (peers: readonly Peer[]): Addresses => peers.reduce((sum, peer) => union(sum, membersOfPeer(ground, peer, entry)), nothing);
  const include = unionOf(expression.include);
  return expression.except.length === 0 || include.length === 0 ? include : subtract(include, unionOf(expression.except));
}

function membersOfPeer(ground: Ground, peer: Peer, entry: EndpointGroup): Addresses {
  switch (peer.kind) {
    case "any":
      return entry.addresses;
    case "world":
      return nothing;
    case "group":
      return peer.tenant === ground.tenant.name && peer.group === entry.group.name ? entry.addresses : nothing;
    case "network":
      return peer.tenant === ground.tenant.name ? intersect(networkAddresses(ground, peer.tenant, peer.network), entry.addresses) : nothing;
    case "addresses":
      return intersect(peer.addresses.v4, entry.addresses);
    case "set":
      return membersOf(ground, peer.expression, entry);
  }
}

/** What an expression mentions: groups by name, and whether anything in it is meant by address. */
interface Mentions {
  readonly groups: Set<string>;
  byAddress: boolean;
}

function collect(ground: Ground, expression: PeerExpression, into: Mentions): void {
  for (const peer of expression.include) {
    if (peer.kind === "group") {
      if (peer.tenant === ground.tenant.name) into.groups.add(peer.group);
    } else if (peer.kind === "set") collect(ground, peer.expression, into);
    else if (peer.kind !== "world") into.byAddress = true;
  }
}

function isPlainAny(expression: PeerExpression): boolean {
  return (
    expression.except.length === 0 && expression.include.some((peer) => peer.kind === "any" || (peer.kind === "set" && isPlainAny(peer.expression)))
  );
}

const anySide: Side = { any: true, whole: [], partial: [], inside: nothing, world: true, outside: nothing, blurred: nothing };

const noParts: Side["partial"] = [];

const sideOfGroups = (whole: readonly string[]): Side => ({
  any: false,
  whole,
  partial: noParts,
  inside: nothing,
  world: false,
  outside: nothing,
  blurred: nothing,
});

/** An own group with workloads and no machines. */
function isPlainGroup(ground: Ground, peer: Peer): peer is Extract<Peer, { readonly kind: "group" }> {
  const entry = peer.kind === "group" && peer.tenant === ground.tenant.name ? ground.groups.get(peer.group) : undefined;
  return entry !== undefined && isEmptyAddresses(entry.group.hosts);
}

/** The side of a plain list of own groups with workloads and no machines, which is what most rules have. */
function groupsAlone(ground: Ground, { include, except }: PeerExpression): Side | undefined {
  if (except.length > 0) return undefined;
  const [first] = include;
  if (include.length === 1) return isPlainGroup(ground, first) ? sideOfGroups([first.group]) : undefined;
  const whole: string[] = [];
  for (const peer of include) {
    if (!isPlainGroup(ground, peer)) return undefined;
    if (!whole.includes(peer.group)) whole.push(peer.group);
  }
  return sideOfGroups(whole);
}

/** Whether a side is endpoint groups, each of them whole, and nothing else. */
export function isGroupsAlone(side: Side): boolean {
  return !side.any && !side.world && side.partial.length + side.inside.length + side.outside.length === 0;
}

/** Reads one side of a rule. */
export function sideOf(ground: Ground, expression: PeerExpression): Side {
  const alone = groupsAlone(ground, expression);
  if (alone !== undefined) return alone;
  if (isPlainAny(expression)) return anySide;
  const mentions: Mentions = { groups: new Set(), byAddress: false };
  collect(ground, expression, mentions);
  const rest = restOf(ground, expression);
  let inside = subtract(rest, ground.worldAddresses);
  let blurred = nothing;
  const meant: { readonly name: string; readonly addresses: Addresses; readonly all: Addresses }[] = [];
  const look = (entry: EndpointGroup): void => {
    const addresses = membersOf(ground, expression, entry);
    const byAddress = intersect(inside, entry.addresses);
    if (!within(byAddress, addresses)) {
      // Some member at a meant address is not meant itself, so this group's addresses cannot be used to speak of other ends.
      blurred = union(blurred, byAddress);
      inside = subtract(inside, byAddress);
    }
    if (addresses.length > 0) meant.push({ name: entry.group.name, addresses, all: entry.addresses });
  };
  const lookAt = (entry: EndpointGroup | undefined, addresses: Addresses): void => {
    if (entry?.addresses === addresses) look(entry);
  };
  for (const { addresses, groups } of ground.networks) {
    if (overlaps(inside, addresses) || (mentions.byAddress && (overlaps(rest, addresses) || expression.except.length > 0))) groups.forEach(look);
    else for (const name of mentions.groups) lookAt(ground.groups.get(name), addresses);
  }
  const whole: string[] = [];
  const partial: { readonly group: string; readonly addresses: Addresses }[] = [];
  for (const { name, addresses, all } of meant) {
    if (within(addresses, inside)) continue;
    if (within(all, addresses)) whole.push(name);
    else partial.push({ group: name, addresses });
  }
  const outside = intersect(rest, ground.worldAddresses);
  const world = outside.length > 0 && within(ground.worldAddresses, outside);
  return { any: false, whole, partial, inside, world, outside: world ? nothing : outside, blurred };
}

/** The endpoint groups that a side means by address alone, whole or in part: what `inside` meets. */
export function metByAddress(
  ground: Ground,
  side: Side,
): readonly { readonly group: string; readonly addresses: Addresses; readonly whole: boolean }[] {
  if (side.inside.length === 0) return [];
  return ground.networks.flatMap(({ groups }) =>
    groups.flatMap((entry) => {
      const addresses = intersect(side.inside, entry.addresses);
      return addresses.length === 0 ? [] : [{ group: entry.group.name, addresses, whole: within(entry.addresses, addresses) }];
    }),
  );
}
