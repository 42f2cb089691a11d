/** Colours that only meaning can give: what each name stands for. */
import type { PolicySymbol, SymbolKind } from "../../compiler/bind/symbols.js";
import { visitNodes } from "../../grammar/walk.js";
import type { Span } from "../../grammar/span.js";
import { toPosition } from "../place.js";
import type { View } from "../workspace/workspace.js";

export const tokenTypes = [
  "namespace",
  "class",
  "interface",
  "enum",
  "parameter",
  "type",
  "function",
  "struct",
  "property",
  "enumMember",
  "variable",
  "keyword",
] as const;
export const tokenModifiers = ["declaration", "defaultLibrary"] as const;

type TokenType = (typeof tokenTypes)[number];

interface Token {
  readonly span: Span;
  readonly type: TokenType;
  /** Bits, in the order of `tokenModifiers`. */
  readonly modifiers: number;
}

const declarationBit = 1;
const libraryBit = 2;

/** The tokens of the file in the protocol's form: five numbers each, positions relative to the token before. */
export function semanticTokens(view: View): number[] {
  const { lines } = view.file;
  const tokens = [...namedTokens(view), ...labelTokens(view)].sort((left, right) => left.span.start - right.span.start);
  const data: number[] = [];
  let line = 0;
  let character = 0;
  let end = -1;
  for (const { span, type, modifiers } of tokens) {
    if (span.start < end) continue;
    end = span.end;
    const position = toPosition(lines, span.start);
    data.push(
      position.line - line,
      position.line === line ? position.character - character : position.character,
      span.end - span.start,
      tokenTypes.indexOf(type),
      modifiers,
    );
    ({ line, character } = position);
  }
  return data;
}

function namedTokens(view: View): readonly Token[] {
  return view.checked.names.occurrencesIn(view.file.id).map(({ span, symbol, declaration }) => ({
    span,
    type: typeOf(symbol.kind),
    modifiers: (declaration ? declarationBit : 0) | (isBuiltIn(symbol) ? libraryBit : 0),
  }));
}

function isBuiltIn(symbol: PolicySymbol): boolean {
  return symbol.declarations.length === 0;
}

function labelTokens(view: View): readonly Token[] {
  const tokens: Token[] = [];
  visitNodes(view.file.parsed.file, (node) => {
    if (node.kind === "requirement") {
      tokens.push({ span: node.key.span, type: "property", modifiers: 0 });
      for (const value of node.values) tokens.push({ span: value.span, type: "enumMember", modifiers: 0 });
    }
    if (node.kind === "peers") {
      for (const term of [...node.include, ...node.except]) {
        if (term.kind === "name" && !term.quoted && (term.text === "any" || term.text === "world"))
          tokens.push({ span: term.span, type: "keyword", modifiers: libraryBit });
      }
    }
  });
  return tokens;
}

function typeOf(kind: SymbolKind): TokenType {
  switch (kind) {
    case "tenant":
      return "namespace";
    case "group":
      return "class";
    case "network":
    case "external":
      return "interface";
    case "set":
      return "enum";
    case "param":
      return "parameter";
    case "service":
      return "type";
    case "policy":
    case "test":
      return "function";
    case "qos":
    case "app":
    case "contracts":
    case "loadbalancer":
    case "bgp":
      return "struct";
  }
}

export interface TokenEdit {
  readonly start: number;
  readonly deleteCount: number;
  readonly data: number[];
}

/** The one edit that makes `after` of `before`; none where they are the same. */
export function tokenEdits(before: readonly number[], after: readonly number[]): TokenEdit[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let tail = 0;
  while (tail < before.length - start && tail < after.length - start && before[before.length - 1 - tail] === after[after.length - 1 - tail])
    tail += 1;
  if (start === before.length && start === after.length) return [];
  return [{ start, deleteCount: before.length - start - tail, data: after.slice(start, after.length - tail) }];
}
