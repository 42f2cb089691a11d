/** Peers: from the names, paths and literals of a rule to what the resolved policy holds. */
import type * as syntax from "../../grammar/syntax.js";
import { isReservedPeer, reservedPeers } from "../bind/builtins.js";
import type { TenantScope } from "../bind/declare.js";
import type { Need, Place } from "../bind/lookup.js";
import { didYouMean, suggest } from "../bind/suggest.js";
import { describeKind, findIn } from "../bind/symbols.js";
import type { PolicySymbol } from "../bind/symbols.js";
import type { Fix } from "../diagnostics/diagnostic.js";
import { definitionCycle, notExported, unknownName, wrongKind } from "../diagnostics/names.js";
import { wrongValue } from "../diagnostics/values.js";
import type { Peer, PeerExpression } from "../policy/model.js";
import { addressText, expressionText, nameText } from "../policy/text.js";
import { remember } from "../remember.js";
import * as address from "../space/address.js";
import type { AddressSet } from "../space/address.js";
import { namesAtHand } from "./athand.js";
import { placeOf } from "./context.js";
import type { Context } from "./context.js";
import { describeValue } from "./describe.js";
import { formatAddresses, readAddresses } from "./literals.js";
import type { Addresses } from "./literals.js";
import { formatParam, paramAddresses } from "./params.js";
import { checkRepeats } from "./repeats.js";

export interface Peers {
  /** Nothing after a message. The same object for the same text where the same names are visible. */
  readonly ofExpression: (place: Place, expression: syntax.PeerExpression, where: string) => PeerExpression | undefined;
  /** What a group, network, external, set or address param stands for, as a peer. */
  readonly ofSymbol: (symbol: PolicySymbol) => Peer | undefined;
  /** Addresses from literals, address params and externals, such as a group's `hosts`. */
  readonly addresses: (place: Place, values: readonly syntax.Value[], where: string) => Addresses | undefined;
}

/** Which tenants may name a tenant's groups: `"all"`, or their names. */
export type Exports = ReadonlyMap<string, "all" | ReadonlySet<string>>;

const peerKinds: ReadonlySet<PolicySymbol["kind"]> = new Set(["network", "group", "external", "set", "param"] as const);
const reservedNames = Object.keys(reservedPeers);
const addressKinds: ReadonlySet<PolicySymbol["kind"]> = new Set(["external", "param"] as const);

const anyPeer: Peer = { kind: "any" };
const worldPeer: Peer = { kind: "world" };

export function makePeers(context: Context, exportsOf: (tenant: TenantScope) => Exports): Peers {
  const { report } = context;
  const open: PolicySymbol[] = [];

  /** Runs a definition once, and tells definitions that lead back to themselves. */
  const guarded = (symbol: PolicySymbol, define: () => Peer | undefined): Peer | undefined => {
    const at = open.indexOf(symbol);
    const declaration = symbol.declarations.at(0);
    if (at >= 0 && declaration !== undefined) {
      const loop = open.slice(at);
      report(definitionCycle.make({ cycle: [...loop, symbol].map((entry) => entry.name) }, { span: declaration.nameSpan }));
      for (const entry of loop) context.valuesOf(entry).peers.set(entry, undefined);
      return undefined;
    }
    open.push(symbol);
    const value = define();
    open.pop();
    const { peers } = context.valuesOf(symbol);
    if (!peers.has(symbol)) peers.set(symbol, value);
    return peers.get(symbol);
  };

  const ofSymbol = (symbol: PolicySymbol): Peer | undefined => {
    const { peers } = context.valuesOf(symbol);
    const known = peers.get(symbol);
    if (known !== undefined || peers.has(symbol)) return known;
    const node = symbol.declarations.at(0)?.node;
    const place = placeOf(context.program, symbol);
    if (node === undefined || place === undefined) return undefined;
    switch (symbol.kind) {
      case "group":
      case "network":
        return guarded(symbol, () => {
          if (symbol.tenant === undefined) return undefined;
          const { tenant, name } = symbol;
          return symbol.kind === "group" ? { kind: "group", tenant, group: name } : { kind: "network", tenant, network: name };
        });
      case "external":
        return guarded(symbol, () => {
          const found = node.kind === "external" ? addresses(place, node.values, `external "${symbol.name}"`) : undefined;
          return found === undefined ? undefined : { kind: "addresses", ...found, name: symbol.name };
        });
      case "set":
        return guarded(symbol, () => {
          const expression = node.kind === "set" ? ofExpression(place, node.peers, `in set "${symbol.name}"`) : undefined;
          return expression === undefined ? undefined : { kind: "set", name: symbol.name, expression };
        });
      case "param": {
        const value = context.paramOf(symbol);
        const found = value === undefined ? undefined : paramAddresses(value);
        return found === undefined ? undefined : { kind: "addresses", addresses: found, text: formatAddresses(found), name: symbol.name };
      }
      default:
        return undefined;
    }
  };

  const ofTerm = (place: Place, term: syntax.PeerTerm, need: Need): Peer | undefined => {
    switch (term.kind) {
      case "name":
        return ofName(place, term, need);
      case "path":
        return ofPath(place, term, need.where);
      default:
        return ofLiteral(term);
    }
  };

  const literals = new Map<string, Peer>();
  /** One peer for one text, so that what is derived from its addresses is derived once. A literal that had a message gets it each time. */
  const ofLiteral = (literal: syntax.AddressLiteral | syntax.PrefixLiteral | syntax.AddressRangeLiteral): Peer | undefined => {
    const key = addressText(literal);
    const known = literals.get(key);
    if (known !== undefined) return known;
    let clean = true;
    const found = readAddresses(literal, (diagnostic) => {
      clean = false;
      report(diagnostic);
    });
    if (found === undefined) return undefined;
    const peer: Peer = { kind: "addresses", ...found };
    if (clean) literals.set(key, peer);
    return peer;
  };

  const ofName = (place: Place, name: syntax.Name, need: Need): Peer | undefined => {
    // In quotes they would be names like any other, and nothing can be declared by these names.
    if (!name.quoted && name.text === "any") return anyPeer;
    if (!name.quoted && name.text === "world") return worldPeer;
    const symbol = context.lookup.find(place, name, need);
    if (symbol === undefined || !fitsParam(symbol, name, need)) return undefined;
    return ofSymbol(symbol);
  };

  /** A param where addresses are needed; one that had a message already passes silently as nothing. */
  const fitsParam = (symbol: PolicySymbol, name: syntax.Name, need: Need): boolean => {
    const value = symbol.kind === "param" ? context.paramOf(symbol) : undefined;
    if (value === undefined || paramAddresses(value) !== undefined) return true;
    const found = `a param of type ${value.type} (${formatParam(value)})`;
    report(wrongKind.make({ name: name.text, found, needed: need.text, where: need.where }, { span: name.span }));
    return false;
  };

  const ofPath = (place: Place, path: syntax.Path, where: string): Peer | undefined => {
    const owner = context.lookup.findTenant(path.tenant);
    if (owner === undefined) return undefined;
    const name = path.name.text;
    const symbol = findIn(owner.scope, "peer", name);
    if (symbol === undefined) {
      if (owner.parts.some((part) => part.file.parsed.problems.length > 0)) return undefined;
      const groups = [...(owner.scope.get("peer")?.values() ?? [])].filter((entry) => entry.kind === "group").map((entry) => entry.name);
      const near = suggest(name, groups);
      const fixes = near.map((text) => ({ title: `use "${text}"`, safe: false, edits: [{ span: path.name.span, text }] }));
      const needed = `a group of tenant "${owner.name}"`;
      report(unknownName.make({ name, needed, where }, { span: path.name.span, help: didYouMean(near), fixes }));
      return undefined;
    }
    context.facts.record(path.name.span, symbol);
    if (symbol.kind !== "group") {
      report(
        wrongKind.make({ name, found: describeKind(symbol.kind), needed: `a group of tenant "${owner.name}"`, where }, { span: path.name.span }),
      );
      return undefined;
    }
    if (!mayName(place, owner, symbol, path)) return undefined;
    return ofSymbol(symbol);
  };

  /** A tenant may name its own groups, and what others export to it; tests outside tenants may name every group. */
  const mayName = (place: Place, owner: TenantScope, group: PolicySymbol, path: syntax.Path): boolean => {
    if (place.tenant === owner || (place.tenant === undefined && insideTest(place, path))) return true;
    const exported = exportsOf(owner).get(group.name);
    const user = place.tenant?.name;
    if (exported === "all" || (exported !== undefined && user !== undefined && exported.has(user))) return true;
    const related = group.declarations.slice(0, 1).map((entry) => ({ span: entry.nameSpan, message: "the group is declared here" }));
    const part = owner.parts.at(0)?.node;
    const fixes: Fix[] = [];
    if (part !== undefined && part.items.length > 0) {
      const at = part.items[0].span.start;
      const text = `export ${nameText({ ...path.name, text: group.name })}${user === undefined ? "" : ` to ${user}`}`;
      fixes.push({
        title: `add \`${text}\` to tenant "${owner.name}"`,
        safe: false,
        edits: [{ span: { file: part.span.file, start: at, end: at }, text: `${text}\n  ` }],
      });
    }
    report(notExported.make({ tenant: owner.name, group: group.name, user, toOthers: exported !== undefined }, { span: path.span, related, fixes }));
    return false;
  };

  const need = remember((where: string): Need => ({ space: "peer", kinds: peerKinds, also: reservedNames, text: "a peer", where }));
  const expressions = new Map<TenantScope | Place["file"], Map<string, PeerExpression>>();

  const single = new Map<TenantScope | Place["file"], Map<Peer, PeerExpression>>();
  /** The expression that is one peer: most are, and need no text to be known by. */
  const ofPeer = (place: Place, peer: Peer): PeerExpression => {
    const scope = place.tenant ?? place.file;
    const ofScope = single.get(scope) ?? new Map<Peer, PeerExpression>();
    if (ofScope.size === 0) single.set(scope, ofScope);
    const known = ofScope.get(peer);
    if (known !== undefined) return known;
    const made: PeerExpression = { include: [peer], except: [] };
    ofScope.set(peer, made);
    return made;
  };

  const namesAt = namesAtHand<PeerExpression>();
  const ofOne = (place: Place, term: syntax.PeerTerm, where: string): PeerExpression | undefined => {
    const found = term.kind === "name" ? namesAt(place).get(term.text) : undefined;
    if (found !== undefined) {
      context.facts.record(term.span, found.symbol);
      return found.expression;
    }
    const peer = ofTerm(place, term, need(where));
    if (peer === undefined) return undefined;
    const expression = ofPeer(place, peer);
    const symbol = term.kind === "name" ? context.lookup.only(place, "peer", term.text) : undefined;
    if (term.kind === "name" && symbol !== undefined) namesAt(place).set(term.text, { symbol, expression });
    return expression;
  };

  const ofExpression: Peers["ofExpression"] = (place, expression, where) => {
    if (expression.include.length === 1 && expression.except.length === 0) return ofOne(place, expression.include[0], where);
    const wanted = need(where);
    checkRepeats(expression.include, report);
    checkRepeats(expression.except, report);
    const include = expression.include.map((term) => ofTerm(place, term, wanted));
    const except = expression.except.map((term) => ofTerm(place, term, wanted));
    if (include.length === 0 || !include.every((peer) => peer !== undefined) || !except.every((peer) => peer !== undefined)) return undefined;
    const scope = place.tenant ?? place.file;
    const known = expressions.get(scope) ?? new Map<string, PeerExpression>();
    expressions.set(scope, known);
    const key = expressionText(expression);
    const cached = known.get(key);
    if (cached !== undefined && samePeers(cached.include, include) && samePeers(cached.except, except)) return cached;
    const made: PeerExpression = { include, except };
    known.set(key, made);
    return made;
  };

  const addresses: Peers["addresses"] = (place, list, where) => {
    const wanted: Need = { space: "peer", kinds: addressKinds, text: "an address, an external or a cidrs param", where: `in ${where}` };
    checkRepeats(list, report);
    const found = list.map((value): Addresses | undefined => {
      switch (value.kind) {
        case "address":
        case "prefix":
        case "addressRange":
          return readAddresses(value, report);
        case "name": {
          if (isReservedPeer(value.text)) {
            report(
              wrongKind.make({ name: value.text, found: reservedPeers[value.text], needed: wanted.text, where: wanted.where }, { span: value.span }),
            );
            return undefined;
          }
          const peer = ofName(place, value, wanted);
          return peer?.kind === "addresses" ? { addresses: peer.addresses, text: value.text } : undefined;
        }
        default:
          report(wrongValue.make({ where, found: describeValue(value), needed: "addresses, prefixes or address ranges" }, { span: value.span }));
          return undefined;
      }
    });
    if (found.length === 0 || !found.every((entry) => entry !== undefined)) return undefined;
    const sets: readonly AddressSet[] = found.map((entry) => entry.addresses);
    return { addresses: address.unionAllAddresses(sets), text: found.map((entry) => entry.text).join(", ") };
  };

  return { ofExpression, ofSymbol, addresses };
}

/** Whether the peers are the same; address literals are read anew each time, and compared by what they say. */
function samePeers(left: readonly Peer[], right: readonly Peer[]): boolean {
  return (
    left.length === right.length &&
    left.every((peer, index) => {
      const other = right[index];
      if (peer === other) return true;
      return (
        peer.kind === "addresses" && other.kind === "addresses" && peer.name === other.name && address.addressesEqual(peer.addresses, other.addresses)
      );
    })
  );
}

function insideTest(place: Place, node: syntax.Path): boolean {
  return place.file.parsed.file.items.some((item) => item.kind === "test" && item.span.start <= node.span.start && node.span.end <= item.span.end);
}
