/** Values of properties, labels, paths and addresses that the project knows. */
import { CompletionItemKind } from "vscode-languageserver-types";
import { blockProperties, describeType, propertyRow } from "../../../compiler/bind/properties.js";
import type { BlockKind, PropertyRow } from "../../../compiler/bind/properties.js";
import { relativePath } from "../../../compiler/source/files.js";
import { isPlainName } from "../../../grammar/format/names.js";
import type { Following } from "../../../grammar/follow/follow.js";
import type { Block, Item, Requirement } from "../../../grammar/syntax.js";
import { nodesAt, visitNodes } from "../../../grammar/walk.js";
import type { Typed, View } from "../../workspace/workspace.js";
import type { Offer } from "./offer.js";

/** The properties that the block has not got yet, required ones first. */
export function propertyItems({ view, knownAt }: Typed, following: Following): readonly Offer[] {
  const kind = blockKind(following.block.keyword);
  if (kind === undefined) return [];
  const start = knownAt(following.written.start);
  const block = blockAt(view, knownAt(following.written.end));
  const given = new Set(
    (block?.statements ?? []).flatMap((statement) =>
      statement.span.start === start ? [] : [statement.kind === "match" ? "match" : statement.name.text],
    ),
  );
  return blockProperties[kind]
    .filter((row) => row.repeatable || !given.has(row.name))
    .map((row) => ({
      label: row.name,
      kind: CompletionItemKind.Property,
      detail: `${describeType(row.type)}${row.required ? ", required" : ""}`,
      documentation: documentationOf(row),
      text: `${row.name} `,
      rank: row.required ? 0 : 1,
    }));
}

function documentationOf(row: PropertyRow): string {
  return `${row.doc}\n\n\`${row.name} ${row.example}\`${row.default === undefined ? "" : `\n\nDefault: \`${row.default}\``}`;
}

type SymbolOffers = (space: "peer" | "qos" | "contracts", kinds?: readonly string[]) => readonly Offer[];

/** What the property at hand takes. */
export function valueItems(view: View, offset: number, following: Following, symbols: SymbolOffers): readonly Offer[] {
  const kind = blockKind(following.block.keyword);
  const row = kind === undefined || following.statement === undefined ? undefined : propertyRow(kind, following.statement);
  if (row === undefined) return symbols("peer", ["param"]);
  switch (row.type.kind) {
    case "word":
      return row.type.words.map((word) => ({
        label: word,
        kind: CompletionItemKind.EnumMember,
        rank: 1,
        ...(word === row.default ? { detail: "default" } : {}),
      }));
    case "bool":
      return ["yes", "no"].map((word) => ({ label: word, kind: CompletionItemKind.EnumMember, rank: 1 }));
    case "reference":
    case "references":
      return row.type.to === "qos" || row.type.to === "contracts" ? symbols(row.type.to) : [];
    case "namespaces":
      return namespaceItems(view, offset);
    default:
      return [
        { label: row.example, kind: CompletionItemKind.Value, detail: `such as this: ${describeType(row.type)}`, rank: 2 },
        ...symbols("peer", ["param"]),
      ];
  }
}

function blockKind(word: string | undefined): BlockKind | undefined {
  return Object.keys(blockProperties).find((kind): kind is BlockKind => kind === word);
}

function blockAt(view: View, offset: number): Block | undefined {
  return nodesAt(view.file.parsed.file, offset).findLast((node): node is Block => "statements" in node);
}

/** Every label that a selector of the project asks for. */
export function labelKeys(view: View): readonly Offer[] {
  const keys = requirementsOf(view).map(({ key }) => key.text);
  return [...new Set(keys)].map((key) => ({ label: key, kind: CompletionItemKind.Field, detail: "label", text: labelText(key), rank: 1 }));
}

/** Values that selectors of the project ask of this label; of all labels where it is not known. */
export function labelValues(view: View, key: string | undefined): readonly Offer[] {
  const fitting = requirementsOf(view).filter((requirement) => requirement.key.text === key);
  const values = (fitting.length === 0 ? requirementsOf(view) : fitting).flatMap((requirement) => requirement.values.map(({ text }) => text));
  return [...new Set(values)].map((value) => ({ label: value, kind: CompletionItemKind.Value, text: labelText(value), rank: 1 }));
}

function labelText(text: string): string {
  return text.split("/").every(isPlainName) ? text : JSON.stringify(text);
}

function requirementsOf(view: View): readonly Requirement[] {
  return itemsOf(view).flatMap((item) =>
    "statements" in item ? item.statements.flatMap((statement) => (statement.kind === "match" ? statement.requirements : [])) : [],
  );
}

/** Everything that is declared in the project, in tenants and outside. */
function itemsOf(view: View): readonly Item[] {
  return [...view.checked.files.values()].flatMap(({ parsed }) =>
    parsed.file.items.flatMap((item) => (item.kind === "tenant" ? item.items : [item])),
  );
}

export function namespaceItems(view: View, offset: number): readonly Offer[] {
  const name = view.checked.names.placeAt(view.file.id, offset)?.tenant?.name;
  const tenants = view.checked.draft.tenants.filter((tenant) => tenant.name === name);
  const names = new Set(tenants.flatMap((tenant) => [...tenant.namespaces, tenant.name]));
  return [...names].map((namespace) => ({ label: namespace, kind: CompletionItemKind.Value, detail: "namespace", rank: 1 }));
}

/** The project's other files, as this one would import them. */
export function importItems(view: View): readonly Offer[] {
  return [...view.checked.files.keys()]
    .filter((id) => id !== view.file.id)
    .map((id) => relativePath(view.file.id, id))
    .map((path) => ({ label: path, kind: CompletionItemKind.File, text: JSON.stringify(path), rank: 1 }));
}

/** More addresses than these help nobody to choose. */
const mostAddresses = 40;

/** Prefixes that the project uses and that begin as the word at hand does: to take one, or to change it into a part of one. */
export function addressItems(view: View, written: string): readonly Offer[] {
  const prefixes = new Set<string>();
  for (const item of itemsOf(view)) {
    if (prefixes.size >= mostAddresses) break;
    visitNodes(item, (node) => {
      if (node.kind === "prefix" && prefixes.size < mostAddresses && node.text.startsWith(written)) prefixes.add(node.text);
    });
  }
  return [...prefixes].map((text) => ({ label: text, kind: CompletionItemKind.Value, detail: "used in this project", rank: 7 }));
}

/** Whether a list with these offers may lack addresses, so that it has to be asked for again with the next character. */
export function mayLackAddresses(offers: readonly Offer[]): boolean {
  return offers.filter(({ rank }) => rank === 7).length >= mostAddresses;
}
