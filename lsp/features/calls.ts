/** The call hierarchy, read as "who may reach this group" and "whom may it reach". */
import { type CallHierarchyIncomingCall, type CallHierarchyItem, type CallHierarchyOutgoingCall, SymbolKind } from "vscode-languageserver-types";
import type { PolicySymbol } from "../../compiler/bind/symbols.js";
import type { Peer, PeerExpression, Rule } from "../../compiler/policy/model.js";
import { rangeOf } from "../place.js";
import type { View } from "../workspace/workspace.js";
import { allowing, groupOf, membersText } from "./meaning/groups.js";
import { occurrenceAt } from "./names.js";

export function prepareCalls(view: View, offset: number): CallHierarchyItem[] {
  const symbol = occurrenceAt(view, offset)?.symbol;
  return symbol?.kind === "group" ? itemOf(view, symbol) : [];
}

/** The groups that may reach the one at `offset`, each with the rules that say so. */
export function incoming(view: View, offset: number): CallHierarchyIncomingCall[] {
  return neighbours(view, offset, "destination").map(({ item, rules }) => ({
    from: item,
    fromRanges: rules.map((rule) => rangeOf(view, rule.origin.span)),
  }));
}

/** The groups that the one at `offset` may reach. */
export function outgoing(view: View, offset: number): CallHierarchyOutgoingCall[] {
  return neighbours(view, offset, "source").map(({ item, rules }) => ({
    to: item,
    fromRanges: rules.filter((rule) => rule.origin.span.file === view.file.id).map((rule) => rangeOf(view, rule.origin.span)),
  }));
}

function neighbours(
  view: View,
  offset: number,
  side: "source" | "destination",
): readonly { readonly item: CallHierarchyItem; readonly rules: readonly Rule[] }[] {
  const symbol = occurrenceAt(view, offset)?.symbol;
  const found = symbol === undefined ? undefined : groupOf(view, symbol);
  if (found === undefined) return [];
  const other = side === "source" ? "destination" : "source";
  const byGroup = new Map<PolicySymbol, Rule[]>();
  for (const rule of allowing(view, found.tenant, found.group, side)) {
    for (const group of groupsIn(view, rule[other])) byGroup.set(group, [...(byGroup.get(group) ?? []), rule]);
  }
  return [...byGroup].flatMap(([group, rules]) => itemOf(view, group).map((item) => ({ item, rules })));
}

function groupsIn(view: View, { include }: PeerExpression): readonly PolicySymbol[] {
  const symbolsOf = (peer: Peer): readonly PolicySymbol[] => {
    if (peer.kind === "set") return groupsIn(view, peer.expression);
    if (peer.kind !== "group") return [];
    return view.checked.names.symbols.filter((symbol) => symbol.kind === "group" && symbol.tenant === peer.tenant && symbol.name === peer.group);
  };
  return [...new Set(include.flatMap(symbolsOf))];
}

function itemOf(view: View, symbol: PolicySymbol): CallHierarchyItem[] {
  const declaration = symbol.declarations.at(0);
  if (declaration === undefined) return [];
  const group = groupOf(view, symbol)?.group;
  return [
    {
      name: symbol.name,
      kind: SymbolKind.Class,
      detail: group === undefined ? `group of ${symbol.tenant ?? ""}` : membersText(group),
      uri: view.uriOf(declaration.nameSpan.file),
      range: rangeOf(view, declaration.node.span),
      selectionRange: rangeOf(view, declaration.nameSpan),
    },
  ];
}
