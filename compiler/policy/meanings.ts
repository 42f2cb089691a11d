/** What names stand for, held against what they stood for in an earlier check. */
import type { TenantScope } from "../bind/declare.js";
import type { Place } from "../bind/lookup.js";
import { findIn, nameSpaceOf } from "../bind/symbols.js";
import type { PolicySymbol } from "../bind/symbols.js";
import { formatParam, paramAddresses } from "../check/params.js";
import type { Exports } from "../check/peers.js";
import type { AddressSet } from "../space/address.js";
import type { Resolving } from "./draft.js";
import type { Peer, PeerExpression } from "./model.js";

/** By symbol of one check: everything that what names the symbol takes from it, as text. */
export type Meanings = Map<PolicySymbol, string>;

export interface Succession {
  /** The symbol that a name in this place stands for now, where it stood for `earlier`; nothing where that is none, or means something else. */
  readonly successor: (place: Place, earlier: PolicySymbol) => PolicySymbol | undefined;
  /** Notes what a symbol of this check means. False where it means nothing that can be compared. */
  readonly note: (symbol: PolicySymbol) => boolean;
  /** Everything that was noted. */
  readonly meanings: Meanings;
}

export function makeSuccession(resolving: Resolving, before: Meanings, exportsOf: (tenant: TenantScope) => Exports): Succession {
  const { tenantNamed, lookup } = resolving.context;
  const meanings: Meanings = new Map();
  const places = new Map<TenantScope | undefined, Map<string, Map<PolicySymbol, PolicySymbol | undefined>>>();

  const meaning = (symbol: PolicySymbol): string | undefined => {
    const known = meanings.get(symbol);
    if (known !== undefined) return known;
    // A symbol that is still there means what it meant: where it could mean something else, its scope would have been made again.
    const made = symbol.misplaced ? undefined : (before.get(symbol) ?? meaningOf(resolving, symbol));
    if (made !== undefined) meanings.set(symbol, made);
    return made;
  };
  const find = (place: Place, { kind, name, tenant }: PolicySymbol): PolicySymbol | undefined => {
    if (kind === "tenant") return tenantNamed(name)?.symbol;
    const space = nameSpaceOf(kind);
    if (tenant === undefined || tenant === place.tenant?.name) return lookup.only(place, space, name);
    // What is in another tenant was named by a path, which that tenant has to allow.
    const owner = tenantNamed(tenant);
    const exported = owner === undefined ? undefined : exportsOf(owner).get(name);
    const mayName = exported === "all" || (place.tenant !== undefined && exported?.has(place.tenant.name) === true);
    return mayName ? findIn(owner?.scope, space, name) : undefined;
  };
  const knownIn = ({ tenant, file }: Place): Map<PolicySymbol, PolicySymbol | undefined> => {
    const files = places.get(tenant) ?? new Map<string, Map<PolicySymbol, PolicySymbol | undefined>>();
    places.set(tenant, files);
    const known = files.get(file.id) ?? new Map<PolicySymbol, PolicySymbol | undefined>();
    files.set(file.id, known);
    return known;
  };

  return {
    successor: (place, earlier) => {
      const known = knownIn(place);
      if (known.has(earlier)) return known.get(earlier);
      const found = find(place, earlier);
      const same = found?.kind === earlier.kind && before.get(earlier) !== undefined && meaning(found) === before.get(earlier);
      const successor = same ? found : undefined;
      known.set(earlier, successor);
      return successor;
    },
    note: (symbol) => meaning(symbol) !== undefined,
    meanings,
  };
}

function meaningOf({ context, peers, services }: Resolving, symbol: PolicySymbol): string | undefined {
  switch (symbol.kind) {
    case "tenant":
    case "contracts":
      return symbol.name;
    case "group":
    case "network":
    case "external":
    case "set": {
      const peer = peers.ofSymbol(symbol);
      return peer === undefined ? undefined : peerText(peer);
    }
    case "param": {
      const value = context.paramOf(symbol);
      if (value === undefined) return undefined;
      const addresses = paramAddresses(value);
      return `${value.type} ${addresses === undefined ? formatParam(value) : addressesText(addresses)}`;
    }
    case "service":
      return services.ofSymbol(symbol)?.join(" ");
    case "policy":
    case "qos":
    case "app":
    case "loadbalancer":
    case "bgp":
    case "test":
      return undefined;
  }
}

function peerText(peer: Peer): string {
  switch (peer.kind) {
    case "any":
    case "world":
      return peer.kind;
    case "group":
      return `group ${peer.tenant}\n${peer.group}`;
    case "network":
      return `network ${peer.tenant}\n${peer.network}`;
    case "addresses":
      return `addresses ${peer.name ?? ""}\n${peer.text}\n${addressesText(peer.addresses)}`;
    case "set":
      return `set ${peer.name}\n${expressionText(peer.expression)}`;
  }
}

function expressionText({ include, except }: PeerExpression): string {
  return `(${include.map(peerText).join("\n,")}\n-${except.map(peerText).join("\n,")})`;
}

function addressesText({ v4, v6 }: AddressSet): string {
  return `${v4.join(" ")}/${v6.join(" ")}`;
}
