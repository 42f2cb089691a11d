/** What may be written here: from what the grammar lets follow, and from what is declared and visible. */
import { type CompletionItem, CompletionItemKind } from "vscode-languageserver-types";
import type { PolicySymbol } from "../../../compiler/bind/symbols.js";
import { isPlainName } from "../../../grammar/format/names.js";
import { type Expected, type Following, followAt } from "../../../grammar/follow/follow.js";
import { rangeOf } from "../../place.js";
import type { View } from "../../workspace/workspace.js";
import { describeSymbol } from "../hover.js";
import type { Offer } from "./offer.js";
import { blockSnippets } from "./snippets.js";
import { ignoredCodes } from "./ignores.js";
import { addressItems, importItems, labelKeys, labelValues, namespaceItems, propertyItems, valueItems } from "./values.js";

/** Where a symbol to describe is, for the second step of a completion. */
export interface CompletionData {
  readonly uri: string;
  readonly kind: string;
  readonly name: string;
  readonly tenant?: string;
}

export function completion(view: View, offset: number): CompletionItem[] {
  const codes = ignoredCodes(view, offset);
  if (codes !== undefined) return codes.offers.map((offer) => toItem(view, offer, codes.written));
  const following = followAt(view.file.id, view.file.text, offset);
  const offers = [...wordOffers(following), ...following.expected.flatMap((expected) => offersFor(view, offset, expected, following))];
  const unique = new Map([...offers].reverse().map((offer) => [`${offer.label}\n${offer.kind}`, offer]));
  return [...unique.values()].map((offer) => toItem(view, offer, following.written));
}

/** The item with its documentation. */
export function resolveCompletion(view: View, item: CompletionItem, data: CompletionData): CompletionItem {
  const symbol = [...view.checked.names.symbols, ...view.checked.names.visible({ file: view.file }, "service")].find(
    ({ kind, name, tenant }) => kind === data.kind && name === data.name && tenant === data.tenant,
  );
  if (symbol === undefined) return item;
  return { ...item, documentation: { kind: "markdown", value: describeSymbol(view, symbol).join("\n\n") } };
}

function toItem(view: View, offer: Offer, written: Following["written"]): CompletionItem {
  const data: CompletionData | undefined =
    offer.symbol === undefined
      ? undefined
      : {
          uri: view.uri,
          kind: offer.symbol.kind,
          name: offer.symbol.name,
          ...(offer.symbol.tenant === undefined ? {} : { tenant: offer.symbol.tenant }),
        };
  return {
    label: offer.label,
    kind: offer.kind,
    sortText: `${offer.rank}${offer.label}`,
    filterText: view.file.text.slice(written.start, written.end).startsWith('"') ? `"${offer.label}` : offer.label,
    ...(offer.snippet === true ? { insertTextFormat: 2 } : {}),
    textEdit: { range: rangeOf(view, written), newText: offer.text ?? offer.label },
    ...(offer.detail === undefined ? {} : { detail: offer.detail }),
    ...(offer.documentation === undefined ? {} : { documentation: { kind: "markdown", value: offer.documentation } }),
    ...(data === undefined ? {} : { data }),
  };
}

const rank = { own: 1, visible: 2, builtIn: 5, word: 3, sign: 6, snippet: 4 } as const;

function wordOffers(following: Following): Offer[] {
  const words = following.words
    .filter((word) => /^[a-z]/.test(word))
    .map((word): Offer => ({ label: word, kind: CompletionItemKind.Keyword, rank: rank.word }));
  const signs = following.words
    .filter((word) => word === "->")
    .map((word): Offer => ({ label: word, kind: CompletionItemKind.Operator, rank: rank.sign }));
  const snippets = blockSnippets.filter(({ word }) => following.statement === undefined && following.words.includes(word));
  return [
    ...words,
    ...signs,
    ...snippets.map(({ word, detail, text }): Offer => ({
      label: `${word} …`,
      kind: CompletionItemKind.Snippet,
      detail,
      text,
      snippet: true,
      rank: rank.snippet,
    })),
  ];
}

function offersFor(view: View, offset: number, expected: Expected, following: Following): readonly Offer[] {
  switch (expected) {
    case "peer":
      return [...symbols(view, offset, "peer"), ...tenantPaths(view, offset), ...peerWords, ...addressItems(view)];
    case "group":
      return symbols(view, offset, "peer", ["group"]);
    case "network":
      return symbols(view, offset, "peer", ["network"]);
    case "service":
      return [...symbols(view, offset, "service"), ...protocols];
    case "tenant":
      return symbols(view, offset, "tenant");
    case "member":
      return exported(view, following.of ?? "");
    case "param":
    case "port":
      return symbols(view, offset, "peer", ["param"]);
    case "labelKey":
      return labelKeys(view);
    case "labelValue":
      return labelValues(view, following.of);
    case "property":
      return propertyItems(view, offset, following);
    case "value":
      return valueItems(view, offset, following, (space, kinds) => symbols(view, offset, space, kinds));
    case "namespace":
      return namespaceItems(view, offset);
    case "paramType":
      return paramTypeOffers;
    case "importPath":
      return importItems(view);
    case "address":
      return addressItems(view);
    case "bandwidth":
    case "declaration":
    case "newName":
    case "number":
    case "text":
      return [];
  }
}

const paramTypeOffers: readonly Offer[] = ["string", "int", "port", "bool", "bandwidth", "cidr", "cidrs", "address"].map((label) => ({
  label,
  kind: CompletionItemKind.TypeParameter,
  rank: rank.own,
}));

const peerWords: readonly Offer[] = [
  { label: "any", kind: CompletionItemKind.Constant, detail: "every address there is", rank: rank.visible },
  { label: "world", kind: CompletionItemKind.Constant, detail: "whatever belongs to no tenant", rank: rank.visible },
];

const protocols: readonly Offer[] = ["tcp", "udp", "sctp", "icmp", "icmp6", "ip"].map((label) => ({
  label: `${label}/`,
  kind: CompletionItemKind.Unit,
  detail: "protocol",
  rank: rank.word,
}));

/** The symbols that the place sees. */
function symbols(view: View, offset: number, space: "peer" | "service" | "tenant" | "qos" | "contracts", kinds?: readonly string[]): Offer[] {
  const place = view.checked.names.placeAt(view.file.id, offset) ?? { file: view.file };
  return view.checked.names
    .visible(place, space)
    .filter(({ kind }) => kinds === undefined || kinds.includes(kind))
    .map((symbol) => offerOf(symbol, symbol.declarations.length === 0 ? rank.builtIn : symbol.tenant === undefined ? rank.visible : rank.own));
}

function offerOf(symbol: PolicySymbol, place: number): Offer {
  const text = isPlainName(symbol.name) ? symbol.name : JSON.stringify(symbol.name);
  return { label: symbol.name, kind: kindOf(symbol), detail: symbol.kind, text, rank: place, symbol };
}

function kindOf({ kind }: PolicySymbol): CompletionItemKind {
  switch (kind) {
    case "tenant":
      return CompletionItemKind.Module;
    case "group":
      return CompletionItemKind.Class;
    case "network":
    case "external":
      return CompletionItemKind.Interface;
    case "set":
      return CompletionItemKind.Enum;
    case "param":
      return CompletionItemKind.Variable;
    case "service":
      return CompletionItemKind.Unit;
    default:
      return CompletionItemKind.Struct;
  }
}

/** `tenant/` for every other tenant that lets its groups be named. */
function tenantPaths(view: View, offset: number): readonly Offer[] {
  const own = view.checked.names.placeAt(view.file.id, offset)?.tenant?.name;
  return view.checked.draft.tenants
    .filter(({ name, exports }) => name !== own && exports.length > 0)
    .map(({ name }) => ({
      label: `${name}/`,
      kind: CompletionItemKind.Module,
      detail: "exports groups",
      text: `${isPlainName(name) ? name : JSON.stringify(name)}/`,
      rank: rank.builtIn,
    }));
}

function exported(view: View, tenant: string): readonly Offer[] {
  const exports = view.checked.draft.tenants.find(({ name }) => name === tenant)?.exports ?? [];
  return [...new Set(exports.map(({ group }) => group))].map((group) => ({
    label: group,
    kind: CompletionItemKind.Class,
    detail: `group of ${tenant}`,
    text: isPlainName(group) ? group : JSON.stringify(group),
    rank: rank.own,
  }));
}
