/** What may be written here: from what the grammar lets follow, and from what is declared and visible. */
import { type CompletionItem, CompletionItemKind, type CompletionList } from "vscode-languageserver-types";
import type { PolicySymbol } from "../../../compiler/bind/symbols.js";
import { isPlainName } from "../../../grammar/format/names.js";
import type { Expected, Following } from "../../../grammar/follow/follow.js";
import { followNear } from "../../../grammar/follow/near.js";
import { toRange } from "../../place.js";
import type { Typed, View } from "../../workspace/workspace.js";
import { describeSymbol } from "../hover.js";
import type { Offer } from "./offer.js";
import { blockSnippets } from "./snippets.js";
import { ignoredCodes } from "./ignores.js";
import { addressItems, importItems, labelKeys, labelValues, mayLackAddresses, namespaceItems, propertyItems, valueItems } from "./values.js";

/** Where a symbol to describe is, for the second step of a completion. */
export interface CompletionData {
  readonly uri: string;
  readonly kind: string;
  readonly name: string;
  readonly tenant?: string;
}

/** A place in a text that is being typed. */
interface Cursor extends Typed {
  /** Where the cursor was in the text that was last checked. */
  readonly known: number;
  readonly following: Following;
}

/** The list at `offset` of the text as it is now; `sharesRange`: the client takes one range for all items, which makes long lists half as long. */
export function completion(typed: Typed, offset: number, sharesRange = false): CompletionList {
  const { view, text } = typed;
  const following = followNear(view.file, text, offset);
  if (following.comment !== undefined) {
    const { offers, written } = ignoredCodes(typed, following.comment, offset);
    return toList(typed, offers, written, sharesRange);
  }
  const cursor: Cursor = { ...typed, known: typed.knownAt(offset), following };
  const offers = [...wordOffers(following), ...following.expected.flatMap((expected) => offersFor(cursor, expected))];
  const unique = new Map([...offers].reverse().map((offer) => [`${offer.label}\n${offer.kind}`, offer]));
  return { ...toList(typed, [...unique.values()], following.written, sharesRange), isIncomplete: mayLackAddresses(offers) };
}

/** The item with its documentation. */
export function resolveCompletion(view: View, item: CompletionItem, data: CompletionData): CompletionItem {
  const symbol = [...view.checked.names.symbols, ...view.checked.names.visible({ file: view.file }, "service")].find(
    ({ kind, name, tenant }) => kind === data.kind && name === data.name && tenant === data.tenant,
  );
  if (symbol === undefined) return item;
  return { ...item, documentation: { kind: "markdown", value: describeSymbol(view, symbol).join("\n\n") } };
}

function toList({ view, text, lines }: Typed, offers: readonly Offer[], written: Following["written"], sharesRange: boolean): CompletionList {
  const range = toRange(lines, written);
  const quoted = text.startsWith('"', written.start) && written.start < written.end;
  const edit = ({ label, text: written = label }: Offer): Partial<CompletionItem> => {
    if (!sharesRange) return { textEdit: { range, newText: written } };
    return written === label ? {} : { textEditText: written };
  };
  const items = offers.map((offer): CompletionItem => {
    const data = offer.symbol === undefined ? undefined : dataOf(view, offer.symbol);
    return {
      label: offer.label,
      kind: offer.kind,
      sortText: `${offer.rank}${offer.label}`,
      ...(quoted ? { filterText: `"${offer.label}` } : {}),
      // Not the label, which has a space: clients would keep "allow …" while the reader has typed "allow " and wants a peer.
      ...(offer.snippet === true ? { filterText: offer.label.slice(0, offer.label.indexOf(" ")) } : {}),
      ...(offer.snippet === true ? { insertTextFormat: 2 } : {}),
      ...edit(offer),
      ...(offer.detail === undefined ? {} : { detail: offer.detail }),
      ...(offer.documentation === undefined ? {} : { documentation: { kind: "markdown", value: offer.documentation } }),
      ...(data === undefined ? {} : { data }),
    };
  });
  return { isIncomplete: false, items, ...(sharesRange ? { itemDefaults: { editRange: range } } : {}) };
}

function dataOf(view: View, { kind, name, tenant }: PolicySymbol): CompletionData {
  return { uri: view.uri, kind, name, ...(tenant === undefined ? {} : { tenant }) };
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

function offersFor(cursor: Cursor, expected: Expected): readonly Offer[] {
  const { view, text, known, following } = cursor;
  const written = text.slice(following.written.start, following.written.end);
  switch (expected) {
    case "peer":
      return [...symbols(view, known, "peer"), ...tenantPaths(view, known), ...peerWords, ...addressItems(view, written)];
    case "group":
      return symbols(view, known, "peer", ["group"]);
    case "network":
      return symbols(view, known, "peer", ["network"]);
    case "service":
      return [...symbols(view, known, "service"), ...protocols];
    case "tenant":
      return symbols(view, known, "tenant");
    case "member":
      return exported(view, following.of ?? "");
    case "param":
    case "port":
      return symbols(view, known, "peer", ["param"]);
    case "labelKey":
      return labelKeys(view);
    case "labelValue":
      return labelValues(view, following.of);
    case "property":
      return propertyItems(cursor, following);
    case "value":
      return valueItems(view, known, following, (space, kinds) => symbols(view, known, space, kinds));
    case "namespace":
      return namespaceItems(view, known);
    case "paramType":
      return paramTypeOffers;
    case "importPath":
      return importItems(view);
    case "address":
      return addressItems(view, written);
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
