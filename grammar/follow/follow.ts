/**
 * What may come next at a place in a text, from the tokens before it: for completion. It reads the grammar, not the tree, so
 * what stands behind the place and may be half-written has no say, but for how the file's braces match.
 */
import type { IToken, Rule, Terminal } from "chevrotain";
import { isTerminated } from "../build.js";
import { isA } from "../layout/blocks.js";
import type { BlockKind } from "../layout/blocks.js";
import { placeIn } from "../layout/layout.js";
import { tokenise } from "../lexer.js";
import { parser } from "../parser.js";
import type { Span } from "../span.js";
import type { Comment } from "../syntax.js";
import * as t from "../tokens.js";
import { candidatesAfter } from "./walk.js";
import type { Candidate } from "./walk.js";

/** What sort of thing may be named. `newName` is one that the author makes up; `value` depends on the property. */
export type Expected =
  | "address"
  | "bandwidth"
  | "declaration"
  | "group"
  | "importPath"
  | "labelKey"
  | "labelValue"
  | "member"
  | "namespace"
  | "network"
  | "newName"
  | "number"
  | "param"
  | "paramType"
  | "peer"
  | "port"
  | "property"
  | "service"
  | "tenant"
  | "text"
  | "value";

export interface Following {
  /** The innermost block around the place: its kind, the word that opens it and its name, where it has them. */
  readonly block: { readonly kind: BlockKind; readonly keyword?: string; readonly name?: string };
  /** First word of the statement at hand; none where a statement may begin. */
  readonly statement?: string;
  /** Keywords that may come next, and signs such as `->`. */
  readonly words: readonly string[];
  readonly expected: readonly Expected[];
  /** The word or quoted text that is being written, up to the place; empty where none is. */
  readonly written: Span;
  /** For `labelValue`: the label. For `member`: the tenant. */
  readonly of?: string;
  /** The comment that the place is in; nothing is expected there. */
  readonly comment?: Comment;
}

const nothing = { words: [], expected: [] } as const;

const rules = parser.getGAstProductions();

/** What may stand at `offset` of a text, instead of the word that ends there. */
export function followAt(id: string, text: string, offset: number): Following {
  const source = { id, text };
  const { tokens, comments } = tokenise(source);
  const comment = comments.find(({ span, style }) => span.start < offset && (offset < span.end || (style !== "block" && offset === span.end)));
  const touching = tokens.find((token) => token.startOffset < offset && offset <= endOf(token) && isWritten(token, offset));
  const start = touching?.startOffset ?? offset;
  const { block, statement } = placeIn(source, tokens, start);
  const around = {
    kind: block.kind,
    ...(block.keyword === undefined ? {} : { keyword: block.keyword.image }),
    ...(block.name === undefined ? {} : { name: block.name.image }),
  };
  const first = statement.at(0);
  const written = { file: id, start, end: offset };
  const common = { block: around, written, ...(first === undefined ? {} : { statement: first.image }) };
  if (comment !== undefined) return { ...common, ...nothing, comment };

  const candidates = candidatesAfter(startsIn(block.kind), statement);
  const words = candidates.flatMap(({ terminal }) => wordOf(terminal));
  const expected = candidates.flatMap((candidate) => expectedOf(candidate));
  const of = ownerOf(statement, expected);
  return { ...common, words: [...new Set(words)], expected: [...new Set(expected)], ...(of === undefined ? {} : { of }) };
}

function endOf(token: IToken): number {
  return token.startOffset + token.image.length;
}

/** Whether a token is still being written at this offset: a word up to its end, a quoted text up to its closing quote. */
function isWritten(token: IToken, offset: number): boolean {
  if (isA(token, t.QuotedName)) return offset < endOf(token) || !isTerminated(token);
  return [t.Name, t.PropertyName, t.Address, t.Integer, t.IntegerRange, t.Bandwidth].some((type) => isA(token, type));
}

function startsIn(kind: BlockKind): readonly Rule[] {
  switch (kind) {
    case "file":
    case "tenant":
      return [rules.declaration];
    case "policy":
      return [rules.rule];
    case "test":
      return [rules.expectation];
    case "properties":
      return [rules.property, rules.match];
    case "foreign":
      return [];
  }
}

const signs: ReadonlySet<unknown> = new Set([
  t.Arrow,
  t.Equals,
  t.Colon,
  t.Comma,
  t.Slash,
  t.LeftBrace,
  t.RightBrace,
  t.LeftParenthesis,
  t.RightParenthesis,
]);

function wordOf({ terminalType }: Terminal): readonly string[] {
  if (terminalType === t.Action) return ["allow", "deny"];
  if (terminalType === t.BlockStart) return ["{"];
  const text = typeof terminalType.PATTERN === "string" ? terminalType.PATTERN : undefined;
  const known = text !== undefined && (signs.has(terminalType) || t.reservedWords.has(text) || t.contextualWords.has(text));
  return known ? [text] : [];
}

function expectedOf({ terminal, rules: path }: Candidate): readonly Expected[] {
  const [{ name, call }, outer] = path;
  const second = terminal.idx === 2;
  switch (terminal.terminalType) {
    case t.Address:
      return ["address"];
    case t.Integer:
      return name === "port" ? [] : name === "labelValue" ? [] : ["number"];
    case t.Bandwidth:
      return ["bandwidth"];
    case t.PropertyName:
      return ["property"];
    case t.QuotedName:
      return [name === "import" ? "importPath" : "text"];
    case t.Name:
      return [namedIn(name, second, outer?.name, call)];
    default:
      return path.at(-1)?.name === "declaration" && path.length > 1 && isFirst(terminal) ? ["declaration"] : [];
  }
}

function isFirst({ terminalType }: Terminal): boolean {
  return terminalType.CATEGORIES?.includes(t.Declaring) ?? false;
}

function namedIn(rule: string, second: boolean, outer: string | undefined, call: number): Expected {
  switch (rule) {
    case "peer":
      return second ? "member" : "peer";
    case "serviceTerm":
      return "service";
    case "port":
    case "target":
      return "port";
    case "labelKey":
      return "labelKey";
    case "labelValue":
      return "labelValue";
    case "namedValue":
      return "value";
    case "externalTerm":
    case "priority":
      return "param";
    case "names":
      return outer === "namespaces" ? "namespace" : call === 2 ? "tenant" : "group";
    case "group":
    case "loadbalancer":
      return second ? "network" : "newName";
    case "param":
      return second ? "paramType" : "newName";
    case "contracts":
      return second ? "text" : "newName";
    default:
      return "newName";
  }
}

/** The label whose value is being written, or the tenant whose group is. */
function ownerOf(statement: readonly IToken[], expected: readonly Expected[]): string | undefined {
  if (expected.includes("member")) return statement.at(-2)?.image.replace(/"/g, "");
  if (!expected.includes("labelValue")) return undefined;
  const operator = statement.findLastIndex(({ tokenType }) => tokenType === t.Equals || tokenType === t.In);
  const key = statement[operator - 1]?.tokenType === t.Not ? operator - 2 : operator - 1;
  const begins = statement[key - 1]?.tokenType === t.Slash ? key - 2 : key;
  return statement
    .slice(begins, key + 1)
    .map(({ image }) => image.replace(/"/g, ""))
    .join("");
}
