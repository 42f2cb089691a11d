/** Which block a word opens, and which statements may begin in which block. */
import type { IToken, TokenType } from "chevrotain";
import { nearest } from "../near.js";
import * as t from "../tokens.js";

/** `foreign` are braces that belong to no block. */
export type BlockKind = "file" | "tenant" | "policy" | "test" | "properties" | "foreign";

const openers: ReadonlyMap<TokenType, BlockKind> = new Map([
  [t.Tenant, "tenant"],
  [t.Policy, "policy"],
  [t.Test, "test"],
  ...[t.Network, t.Group, t.Qos, t.Loadbalancer, t.Fabric, t.Bgp, t.Aci].map((type): [TokenType, BlockKind] => [type, "properties"]),
]);

/** The kind of block that a statement with this first word has, if it has one. */
export function blockOf(type: TokenType): BlockKind | undefined {
  return openers.get(type);
}

/** Whether a token is of a type, or of one of its kinds. */
export function isA(token: IToken, type: TokenType): boolean {
  return token.tokenType === type || (token.tokenType.CATEGORIES?.includes(type) ?? false);
}

/**
 * How a statement's first token fits its block: `fits`; `outer` when it belongs to a block around this one; `alien` when it
 * is a statement of some other block; `unknown` when it begins nothing.
 */
export type Fit = "fits" | "outer" | "alien" | "unknown";

/** `following` are the two tokens after the first: they tell the property `qos gold` from the declaration `qos gold { … }`. */
export function fitOf(kind: BlockKind, first: IToken, following: readonly [IToken | undefined, IToken | undefined]): Fit {
  const type = first.tokenType;
  const declaring = isA(first, t.Declaring);
  switch (kind) {
    case "file":
      return declaring ? "fits" : isA(first, t.Reserved) ? "alien" : "unknown";
    case "tenant":
      if (type === t.Tenant) return "outer";
      return declaring ? "fits" : isA(first, t.Reserved) ? "alien" : "unknown";
    case "policy":
      return type === t.Allow || type === t.Deny ? "fits" : declaring ? "outer" : type === t.Expect ? "alien" : "unknown";
    case "test":
      return type === t.Expect ? "fits" : declaring ? "outer" : isA(first, t.Reserved) ? "alien" : "unknown";
    case "properties":
      if (type === t.Match) return "fits";
      if (isA(first, t.PropertyName)) return declaring && declares(first, following) ? "outer" : "fits";
      return declaring ? "outer" : isA(first, t.Reserved) ? "alien" : "unknown";
    case "foreign":
      return "fits";
  }
}

function declares(first: IToken, [, second]: readonly [IToken | undefined, IToken | undefined]): boolean {
  if (second === undefined) return false;
  if (first.tokenType === t.Qos) return second.tokenType === t.LeftBrace;
  return first.tokenType === t.Contracts && (second.tokenType === t.Provided || second.tokenType === t.Consumed);
}

/** Whether a token may follow a label in a requirement. */
export function opensList({ tokenType }: IToken): boolean {
  return tokenType === t.Equals || tokenType === t.DoubleEquals || tokenType === t.In || tokenType === t.Not || tokenType === t.Comma;
}

/** Words of other languages for ours. */
const synonyms: ReadonlyMap<string, string> = new Map([
  ["permit", "allow"],
  ["accept", "allow"],
  ["pass", "allow"],
  ["drop", "deny"],
  ["reject", "deny"],
  ["block", "deny"],
  ["refuse", "deny"],
  ["include", "import"],
  ["use", "import"],
  ["var", "param"],
  ["variable", "param"],
  ["assert", "expect"],
]);

const declarationWords = [...t.reservedWords].filter(([, type]) => type.CATEGORIES?.includes(t.Declaring)).map(([text]) => text);

function startersOf(kind: BlockKind): readonly string[] {
  switch (kind) {
    case "file":
    case "tenant":
      return declarationWords;
    case "policy":
      return ["allow", "deny"];
    case "test":
      return ["expect"];
    case "properties":
      return ["match"];
    case "foreign":
      return [];
  }
}

/** The word that a block's statement was plainly meant to begin with, where it begins with another. */
export function meantStarter(kind: BlockKind, first: IToken): string | undefined {
  const word = first.image.toLowerCase();
  const starters = startersOf(kind);
  if (starters.includes(word)) return word;
  const synonym = synonyms.get(word);
  return synonym !== undefined && starters.includes(synonym) ? synonym : nearest(word, starters);
}

/** What a block holds, for messages. */
export function contentsOf(kind: BlockKind): string {
  switch (kind) {
    case "file":
      return "a file holds declarations such as tenant, service, external and import";
    case "tenant":
      return "a tenant holds declarations such as group, network, service and policy";
    case "policy":
      return "a policy holds rules, and a rule begins with allow or deny";
    case "test":
      return "a test holds expectations, and each begins with expect";
    case "properties":
      return "such a block holds properties, each a name and its value";
    case "foreign":
      return "";
  }
}
