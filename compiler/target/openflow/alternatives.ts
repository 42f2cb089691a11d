/**
 * What a rule's source or destination is made of: alternatives, each of which a switch can match with one condition on a few
 * registers or on the address. A peer expression is the union of its alternatives.
 */
import {
  intersectAddresses,
  isEmptyAddresses,
  subtractAddresses,
  toPrefixes,
  unionAllAddresses,
  formatPrefix,
  addressesOverlap,
} from "../../space/address.js";
import type { AddressSet } from "../../space/address.js";
import { allEnds, subtractEnds } from "../../space/ends.js";
import type { EndSet } from "../../space/ends.js";
import { networkNamed } from "../../policy/territory.js";
import type { Universe } from "../../policy/universe.js";
import type { Peer, PeerExpression } from "../../policy/model.js";
import { trimRegion } from "./region.js";
import type { Region } from "./region.js";

export type Alternative = AlternativeShape & {
  /** Names the set of ends: two alternatives with one key are the same. */
  readonly key: string;
  readonly region: Region;
};

type AlternativeShape =
  /** No condition. */
  | { readonly kind: "every" }
  /** Ends of no tenant. */
  | { readonly kind: "world" }
  /** Ends that the classifier knows by a class number. */
  | { readonly kind: "class" }
  /** Every end with such an address; with `tenant` only those of the tenant, where others can have such an address too. */
  | { readonly kind: "addresses"; readonly addresses: AddressSet; readonly tenant?: string };

/** Gives the alternatives of expressions; equal alternatives are one object. */
export function alternativeReader(universe: Universe): (expression: PeerExpression) => readonly Alternative[] {
  const interned = new Map<string, Alternative>();
  const peers = new Map<string, EndSet>();
  const cache = new Map<PeerExpression, readonly Alternative[]>();

  const intern = (key: string, make: () => AlternativeShape & { readonly region: Region }): Alternative => {
    const known = interned.get(key) ?? { ...make(), key };
    interned.set(key, known);
    return known;
  };

  const peerEnds = (peer: Peer): EndSet => {
    const key = peerKey(peer);
    const known = peers.get(key) ?? universe.endsOf({ include: [peer], except: [] });
    peers.set(key, known);
    return known;
  };
  const regionOf = (peer: Peer): Region => ({ include: peerEnds(peer), except: [] });

  const single = (peer: Peer): readonly Alternative[] => {
    switch (peer.kind) {
      case "any":
        return [intern("any", () => ({ kind: "every", region: { include: allEnds, except: [] } }))];
      case "world":
        return [intern("world", () => ({ kind: "world", region: regionOf(peer) }))];
      case "group": {
        const found = intern(peerKey(peer), () => ({ kind: "class", region: regionOf(peer) }));
        return found.region.include.length === 0 ? [] : [found];
      }
      case "network": {
        const addresses = networkAddresses(universe, peer.tenant, peer.network);
        if (isEmptyAddresses(addresses)) return [];
        const tenant = sharedWithOthers(universe, peer.tenant, addresses) ? { tenant: peer.tenant } : {};
        return [intern(`${peer.tenant} ${addressKey(addresses)}`, () => ({ kind: "addresses", addresses, ...tenant, region: regionOf(peer) }))];
      }
      case "addresses":
        if (isEmptyAddresses(peer.addresses)) return [];
        return [intern(addressKey(peer.addresses), () => ({ kind: "addresses", addresses: peer.addresses, region: regionOf(peer) }))];
      case "set":
        return read(peer.expression);
    }
  };

  const without = (alternative: Alternative, except: readonly Peer[]): readonly Alternative[] => {
    const addresses = except.map(addressesOnly);
    if (alternative.kind === "addresses" && addresses.every((set) => set !== undefined)) {
      const left = subtractAddresses(alternative.addresses, unionAllAddresses(addresses));
      if (isEmptyAddresses(left)) return [];
      const include = alternative.region.include.flatMap((box) => {
        const rest = intersectAddresses(box.addresses, left);
        return isEmptyAddresses(rest) ? [] : [{ ...box, addresses: rest }];
      });
      const prefix = alternative.tenant === undefined ? "" : `${alternative.tenant} `;
      return [
        intern(`${prefix}${addressKey(left)}`, () => ({ ...alternative, addresses: left, region: { include, except: alternative.region.except } })),
      ];
    }
    const gone = except.flatMap((peer) => (peer.kind === "set" ? expressionEnds(peer.expression) : peerEnds(peer)));
    const region = trimRegion({ include: alternative.region.include, except: [...alternative.region.except, ...gone] });
    if (region === undefined) return [];
    // Nothing of the exceptions is in it: it stays what it was, and needs no class of its own.
    if (region.except.length === alternative.region.except.length && region.include.length === alternative.region.include.length)
      return [alternative];
    return [intern(`${alternative.key} except ${except.map(peerKey).sort().join(", ")}`, () => ({ kind: "class", region }))];
  };

  const expressionEnds = (expression: PeerExpression): EndSet =>
    subtractEnds(
      expression.include.flatMap((peer) => (peer.kind === "set" ? expressionEnds(peer.expression) : peerEnds(peer))),
      expression.except.flatMap((peer) => (peer.kind === "set" ? expressionEnds(peer.expression) : peerEnds(peer))),
    );

  const read = (expression: PeerExpression): readonly Alternative[] => {
    const known = cache.get(expression);
    if (known !== undefined) return known;
    const included = expression.include.flatMap(single);
    const made = expression.except.length === 0 ? included : included.flatMap((alternative) => without(alternative, expression.except));
    const every = made.find((alternative) => alternative.kind === "every");
    const result = every === undefined ? [...new Map(made.map((alternative) => [alternative.key, alternative])).values()] : [every];
    cache.set(expression, result);
    return result;
  };
  return read;
}

function networkAddresses(universe: Universe, tenantName: string, network: string): AddressSet {
  const tenant = universe.tenantByName.get(tenantName);
  return (tenant === undefined ? undefined : networkNamed(tenant, network)?.addresses) ?? { v4: [], v6: [] };
}

/** Whether workloads of another tenant can have such an address: then the address alone does not say whose end it is. */
function sharedWithOthers(universe: Universe, tenant: string, addresses: AddressSet): boolean {
  return universe.policy.tenants.some((other) => other.name !== tenant && addressesOverlap(addresses, universe.workloadAddresses(other.name)));
}

/** The addresses, where a peer speaks of every end with one of them and of nothing else. */
function addressesOnly(peer: Peer): AddressSet | undefined {
  if (peer.kind === "addresses") return peer.addresses;
  if (peer.kind !== "set") return undefined;
  const include = peer.expression.include.map(addressesOnly);
  const except = peer.expression.except.map(addressesOnly);
  if (!include.every((set) => set !== undefined) || !except.every((set) => set !== undefined)) return undefined;
  return subtractAddresses(unionAllAddresses(include), unionAllAddresses(except));
}

function addressKey(addresses: AddressSet): string {
  return toPrefixes(addresses).map(formatPrefix).join(" ");
}

function peerKey(peer: Peer): string {
  switch (peer.kind) {
    case "any":
    case "world":
      return peer.kind;
    case "group":
      return `${peer.tenant}/${peer.group}`;
    case "network":
      return `network ${peer.tenant}/${peer.network}`;
    case "addresses":
      return addressKey(peer.addresses);
    case "set": {
      const { include, except } = peer.expression;
      const names = (list: readonly Peer[]): string => list.map(peerKey).sort().join(", ");
      return except.length === 0 ? `(${names(include)})` : `(${names(include)} except ${names(except)})`;
    }
  }
}
