/** YAML text to plain data, with the lines of what turns out to be wrong. Several documents a file. */
import { isMap, isSeq, LineCounter, parseAllDocuments } from "yaml";
import type { Document, Node } from "yaml";
import { readBlockYaml } from "../../block-yaml.js";

/** Keys and positions from the root of a document. */
export type Path = readonly (string | number)[];

export interface LoadedDocument {
  readonly value: unknown;
  /** Position among the documents of the text. */
  readonly position: number;
}

export interface Loaded {
  readonly documents: readonly LoadedDocument[];
  readonly errors: readonly { readonly line: number; readonly message: string }[];
}

export function loadDocuments(text: string): Loaded {
  const simple = readBlockYaml(text);
  if (simple !== undefined) return { documents: [{ value: simple.value, position: 0 }], errors: [] };
  const counter = new LineCounter();
  // Its warnings would go to the standard error of the process.
  const parsed = parseAllDocuments(text, { lineCounter: counter, uniqueKeys: true, logLevel: "error" });
  const documents: readonly Document[] = Array.isArray(parsed) ? parsed : [];
  const errors = documents.flatMap((document) =>
    document.errors.map((error) => ({ line: counter.linePos(error.pos[0]).line, message: error.message.split("\n")[0].replace(/ at line .*$/, "") })),
  );
  if (errors.length > 0) return { documents: [], errors };
  return {
    documents: documents
      .map((document, position) => ({ value: toPlain(document), position }))
      .filter(({ value }) => value !== null && value !== undefined),
    errors: [],
  };
}

function toPlain(document: Document): unknown {
  // An alias can make a document exponentially larger than its text; objects of this size need none.
  return document.toJS({ maxAliasCount: 100 });
}

/** The line of the nearest node that the path reaches, from 1. */
export function lineOf(text: string, position: number, path: Path): number | undefined {
  const counter = new LineCounter();
  const parsed = parseAllDocuments(text, { lineCounter: counter });
  const document = Array.isArray(parsed) ? parsed[position] : undefined;
  if (document === undefined) return undefined;
  let node: unknown = document.contents;
  let offset = startOf(node);
  for (const step of path) {
    const next = childOf(node, step);
    if (next === undefined) break;
    node = next.node;
    offset = next.offset ?? offset;
  }
  return offset === undefined ? undefined : counter.linePos(offset).line;
}

function childOf(node: unknown, step: string | number): { readonly node: unknown; readonly offset: number | undefined } | undefined {
  if (isMap<Node, Node>(node)) {
    const pair = node.items.find((item) => String(item.key) === String(step));
    return pair === undefined ? undefined : { node: pair.value, offset: startOf(pair.key) };
  }
  if (isSeq<Node>(node) && typeof step === "number" && step < node.items.length) {
    const item = node.items[step];
    return { node: item, offset: startOf(item) };
  }
  return undefined;
}

function startOf(node: unknown): number | undefined {
  if (typeof node !== "object" || node === null || !("range" in node)) return undefined;
  const { range } = node;
  return Array.isArray(range) && typeof range[0] === "number" ? range[0] : undefined;
}
