/** The outline of a file, and declarations by name across projects. */
import { type DocumentSymbol, SymbolKind, type WorkspaceSymbol } from "vscode-languageserver-types";
import { declaredName } from "../../compiler/bind/declare.js";
import type { SymbolKind as DeclaredKind } from "../../compiler/bind/symbols.js";
import type { Item, Rule } from "../../grammar/syntax.js";
import { locationOf, rangeOf } from "../place.js";
import type { View } from "../workspace/workspace.js";
import { ruleText } from "../../compiler/policy/text.js";
import type { Span } from "../../grammar/span.js";

export function documentSymbols(view: View): DocumentSymbol[] {
  return view.file.parsed.file.items.flatMap((item) => symbolOf(view, item));
}

function symbolOf(view: View, item: Item): DocumentSymbol[] {
  const declared = declaredName(item);
  if (declared === undefined) {
    return item.kind === "fabric" || item.kind === "aci" ? [entry(view, item.kind, SymbolKind.Object, item.span, item.span, item.kind)] : [];
  }
  const { name, kind } = declared;
  const children =
    item.kind === "tenant" ? item.items.flatMap((inner) => symbolOf(view, inner)) : item.kind === "policy" ? rulesOf(view, item.rules) : [];
  return [{ ...entry(view, name.text, editorKind(kind), item.span, name.span, kind), ...(children.length === 0 ? {} : { children }) }];
}

function rulesOf(view: View, rules: readonly Rule[]): DocumentSymbol[] {
  return rules.map((rule) =>
    entry(
      view,
      rule.name?.text ?? ruleText(rule),
      SymbolKind.Event,
      rule.span,
      rule.name?.span ?? rule.span,
      rule.name === undefined ? "" : ruleText(rule),
    ),
  );
}

function entry(view: View, name: string, kind: SymbolKind, span: Span, selection: Span, detail: string): DocumentSymbol {
  return { name: name === "" ? detail : name, kind, detail, range: rangeOf(view, span), selectionRange: rangeOf(view, selection) };
}

/** How an editor shows each kind of declaration. */
function editorKind(kind: DeclaredKind): SymbolKind {
  switch (kind) {
    case "tenant":
      return SymbolKind.Namespace;
    case "network":
      return SymbolKind.Module;
    case "group":
      return SymbolKind.Class;
    case "external":
      return SymbolKind.Interface;
    case "set":
      return SymbolKind.Array;
    case "param":
      return SymbolKind.Constant;
    case "service":
      return SymbolKind.Field;
    case "policy":
      return SymbolKind.Function;
    case "qos":
    case "app":
    case "contracts":
    case "loadbalancer":
    case "bgp":
      return SymbolKind.Object;
    case "test":
      return SymbolKind.Method;
  }
}

/** The declarations of the project whose names have the letters of `query` in their order. */
export function workspaceSymbols(view: View, query: string): WorkspaceSymbol[] {
  return view.checked.names.symbols
    .filter((symbol) => hasInOrder(symbol.name.toLowerCase(), query.toLowerCase()))
    .flatMap((symbol) =>
      symbol.declarations.map(({ nameSpan }) => ({
        name: symbol.name,
        kind: editorKind(symbol.kind),
        location: locationOf(view, nameSpan),
        ...(symbol.tenant === undefined ? {} : { containerName: symbol.tenant }),
      })),
    );
}

function hasInOrder(text: string, letters: string): boolean {
  let at = 0;
  for (const letter of letters) {
    at = text.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return true;
}
