/**
 * YAML text to nodes with places. A document that cannot be read is one finding, and the others are read all the same.
 *
 * Everything below looks at nodes and never at plain data, so that each finding has the place of the very word it is about.
 */
import { isAlias, isMap, isScalar, isSeq, parseAllDocuments } from "yaml";
import type { Document, Node } from "yaml";
import { invalidManifestYaml, missingManifestField, unknownManifestField, wrongManifestValue } from "../diagnostics/manifests.js";
import type { Report } from "../diagnostics/sink.js";
import { didYouMean, suggest } from "../bind/suggest.js";
import type { Span } from "../../grammar/span.js";

/** One document of a file, and where findings about it go. */
export interface Source {
  readonly document: Document;
  readonly file: string;
  readonly report: Report;
}

/** A value of a document, perhaps absent, with its path from the object's root. */
export interface Cursor {
  readonly source: Source;
  /** Aliases are followed; absent for a field that is not there or is null. */
  readonly node: Node | undefined;
  /** The value, or where there is none the field's name, or what it should stand in. */
  readonly span: Span;
  /** Such as `spec.ingress[0].from`; empty for the object itself. */
  readonly path: string;
}

/** The documents of a text that can be read; the others are reported. */
export function readDocuments(file: string, text: string, report: Report): readonly Cursor[] {
  const parsed = parseAllDocuments(text, { uniqueKeys: true, merge: true, logLevel: "silent" });
  const documents: readonly Document[] = Array.isArray(parsed) ? parsed : [];
  return documents.flatMap((document): readonly Cursor[] => {
    const [error] = document.errors;
    if (error !== undefined) {
      const reason = error.message.split("\n")[0].replace(/ at line \d+, column \d+:?$/, "");
      report(invalidManifestYaml.make({ reason }, { span: { file, start: error.pos[0], end: Math.max(error.pos[0], error.pos[1]) } }));
      return [];
    }
    const root = resolve(document, document.contents);
    if (root === undefined) return [];
    return [{ source: { document, file, report }, node: root, span: spanOf(file, root) ?? { file, start: 0, end: 0 }, path: "" }];
  });
}

function resolve(document: Document, node: Node | null | undefined): Node | undefined {
  const found = isAlias(node) ? node.resolve(document) : node;
  if (found === undefined || found === null || (isScalar(found) && found.value === null)) return undefined;
  return found;
}

function spanOf(file: string, node: unknown): Span | undefined {
  if (typeof node !== "object" || node === null || !("range" in node) || !Array.isArray(node.range)) return undefined;
  const [start, end]: readonly unknown[] = node.range;
  return typeof start === "number" && typeof end === "number" ? { file, start, end } : undefined;
}

/** What a value is, for messages. */
function describe(node: Node | undefined): string {
  if (node === undefined) return "nothing";
  if (isMap(node)) return "a mapping";
  if (isSeq(node)) return "a list";
  if (!isScalar(node)) return "something else";
  return typeof node.value === "string" ? `"${node.value}"` : String(node.value);
}

export function isPresent(at: Cursor): boolean {
  return at.node !== undefined;
}

export function isMapping(at: Cursor): boolean {
  return isMap(at.node);
}

export function reportWrong(at: Cursor, needed: string, help?: string): undefined {
  const where = at.path === "" ? "a Kubernetes object" : at.path;
  at.source.report(wrongManifestValue.make({ where, needed, found: describe(at.node) }, { span: at.span, ...(help === undefined ? {} : { help }) }));
  return undefined;
}

interface Entry {
  readonly name: string;
  readonly key: Span;
  readonly value: Cursor;
}

/** The fields of a mapping; reported, and none, where it is no mapping. None for what is absent. */
export function entriesOf(at: Cursor): readonly Entry[] {
  const { node, source } = at;
  if (node === undefined) return [];
  if (!isMap<Node, Node | null>(node)) {
    reportWrong(at, "a mapping");
    return [];
  }
  return node.items.map((pair) => {
    const name = isScalar(pair.key) ? String(pair.key.value) : "";
    const key = spanOf(source.file, pair.key) ?? at.span;
    const value = resolve(source.document, pair.value);
    const path = at.path === "" ? name : `${at.path}.${name}`;
    // What an alias stands for lies elsewhere: a finding belongs where it is used.
    const span = (isAlias(pair.value) ? spanOf(source.file, pair.value) : spanOf(source.file, value)) ?? key;
    return { name, key, value: { source, node: value, span, path } };
  });
}

/** The value of a field, absent where the mapping has no such field. */
export function field(at: Cursor, name: string): Cursor {
  const path = at.path === "" ? name : `${at.path}.${name}`;
  if (!isMap(at.node)) return { source: at.source, node: undefined, span: at.span, path };
  return entriesOf(at).find((entry) => entry.name === name)?.value ?? { source: at.source, node: undefined, span: startOf(at.span), path };
}

/** A large mapping is pointed at where it begins. */
function startOf(span: Span): Span {
  return { ...span, end: Math.min(span.end, span.start + 1) };
}

/** Reports fields that the API does not have: a server refuses or drops them, and either way they do not what their author meant. */
export function checkFields(at: Cursor, known: readonly string[]): void {
  for (const { name, key } of entriesOf(at)) {
    if (known.includes(name)) continue;
    const help = didYouMean(suggest(name, known));
    at.source.report(
      unknownManifestField.make({ field: name, where: at.path, possible: known }, { span: key, ...(help === undefined ? {} : { help }) }),
    );
  }
}

export function reportMissing(at: Cursor, name: string): undefined {
  at.source.report(missingManifestField.make({ field: name, where: at.path }, { span: startOf(at.span) }));
  return undefined;
}

/** The items of a list; none where it is absent, reported where it is something else. */
export function itemsOf(at: Cursor): readonly Cursor[] {
  const { node, source } = at;
  if (node === undefined) return [];
  if (!isSeq<Node | null>(node)) {
    reportWrong(at, "a list");
    return [];
  }
  return node.items.map((item, index) => {
    const value = resolve(source.document, item);
    const span = (isAlias(item) ? undefined : spanOf(source.file, value)) ?? spanOf(source.file, item) ?? at.span;
    return { source, node: value, span, path: `${at.path}[${index}]` };
  });
}

export function textOf(at: Cursor): string | undefined {
  if (isScalar(at.node)) {
    const { value } = at.node;
    if (typeof value === "string") return value;
    if (typeof value === "number" || typeof value === "boolean") return reportWrong(at, "a text", `write it in quotes: "${String(value)}"`);
  }
  return reportWrong(at, "a text");
}

/** A text if there is one, without a finding. */
export function textIn(at: Cursor): string | undefined {
  return isScalar(at.node) && typeof at.node.value === "string" ? at.node.value : undefined;
}

export function numberIn(at: Cursor): number | undefined {
  return isScalar(at.node) && typeof at.node.value === "number" ? at.node.value : undefined;
}

export function isTrue(at: Cursor): boolean {
  return isScalar(at.node) && at.node.value === true;
}

export function oneOf<const Word extends string>(at: Cursor, words: readonly Word[]): Word | undefined {
  const given = textIn(at);
  const found = words.find((word) => word === given);
  return found ?? reportWrong(at, `one of ${words.join(", ")}`, given === undefined ? undefined : didYouMean(suggest(given, words)));
}

export function wholeNumber(at: Cursor, low: number, high: number): number | undefined {
  const value = numberIn(at);
  if (value !== undefined && Number.isInteger(value) && value >= low && value <= high) return value;
  return reportWrong(at, `a whole number from ${low} to ${high}`);
}
