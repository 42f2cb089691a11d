/** Tokens and tree as text, for people and for golden files: one line each, with its position. */
import { tokenise } from "./lexer.js";
import { lineMap, positionAt } from "./span.js";
import type { LineMap, Span } from "./span.js";
import type { SourceFile } from "./syntax.js";

/** Every token and comment of a text, in order: position, kind, and the text itself. */
export function printTokens(id: string, text: string): string {
  const lines = lineMap(text);
  const { tokens, comments } = tokenise({ id, text });
  const words = tokens.map(({ tokenType, image, startOffset }) => ({ kind: tokenType.name, text: image, start: startOffset }));
  const remarks = comments.map(({ style, text: image, span }) => ({ kind: `${style} comment`, text: image, start: span.start }));
  return [...words, ...remarks]
    .sort((left, right) => left.start - right.start)
    .map(({ kind, text: image, start }) => `${place(lines, start).padEnd(8)} ${kind.padEnd(16)} ${JSON.stringify(image)}\n`)
    .join("");
}

/** The tree of a file: a node a line, below the node that it is part of, with where it begins and ends. */
export function printTree(file: SourceFile, text: string): string {
  return printNode("", file, lineMap(text), 0);
}

type Plain = string | number | boolean | undefined;

function printNode(label: string, node: object, lines: LineMap, depth: number): string {
  const entries = Object.entries(node).filter(([key]) => key !== "span" && key !== "kind");
  const own = entries.flatMap(([key, value]: [string, unknown]) => (isPlain(value) ? [plain(key, value)] : []));
  const head = [label, kindOf(node), ...own, spanText(node, lines)].filter((part) => part !== "").join(" ");
  const children = entries.flatMap(([key, value]: [string, unknown]) => childrenOf(key, value));
  const below = children.map(({ name, child }) => printNode(name, child, lines, depth + 1));
  return `${"  ".repeat(depth)}${head}\n${below.join("")}`;
}

function isPlain(value: unknown): value is Plain {
  return typeof value !== "object";
}

function plain(key: string, value: Plain): string {
  if (key === "text" || key === "id") return JSON.stringify(value);
  return value === true ? key : value === false || value === undefined ? "" : `${key}=${JSON.stringify(value)}`;
}

function childrenOf(key: string, value: unknown): readonly { readonly name: string; readonly child: object }[] {
  if (Array.isArray(value)) return value.flatMap((part: unknown) => childrenOf(key, part));
  return typeof value === "object" && value !== null ? [{ name: `${key}:`, child: value }] : [];
}

function kindOf(node: object): string {
  return "kind" in node && typeof node.kind === "string" ? node.kind : "";
}

function spanText(node: object, lines: LineMap): string {
  if (!("span" in node) || !isSpan(node.span)) return "";
  return `@${place(lines, node.span.start)}-${place(lines, node.span.end)}`;
}

function isSpan(value: unknown): value is Span {
  return typeof value === "object" && value !== null && "start" in value && "end" in value;
}

function place(lines: LineMap, offset: number): string {
  const { line, column } = positionAt(lines, offset);
  return `${line}:${column}`;
}
