/** Syntax errors in our own words: their codes, and what each says about the text at hand. */
import type { IToken } from "chevrotain";
import type { Span } from "./span.js";
import type { SyntaxProblem } from "./syntax.js";

/** The kinds of syntax errors; the catalogue in `compiler/diagnostics/syntax.ts` explains each. */
export const syntaxCodes = {
  unreadableFile: "CTV1001",
  unexpectedCharacter: "CTV1002",
  foreignSign: "CTV1003",
  unterminatedString: "CTV1004",
  unknownEscape: "CTV1005",
  unterminatedComment: "CTV1006",
  malformedName: "CTV1007",
  nameNeedsQuotes: "CTV1008",
  malformedLiteral: "CTV1009",
  unknownStatement: "CTV1010",
  misplacedStatement: "CTV1011",
  blockNotClosed: "CTV1012",
  blockNotOpened: "CTV1013",
  strayClosing: "CTV1014",
  listNotClosed: "CTV1015",
  brokenLine: "CTV1016",
  missingName: "CTV1017",
  missingArrow: "CTV1018",
  missingPeer: "CTV1019",
  missingService: "CTV1020",
  missingValue: "CTV1021",
  missingWord: "CTV1022",
  malformedRequirement: "CTV1023",
  unexpectedText: "CTV1024",
  nestedTooDeeply: "CTV1025",
} as const;

export type SyntaxCode = (typeof syntaxCodes)[keyof typeof syntaxCodes];

/** A file being read. */
export interface Source {
  readonly id: string;
  readonly text: string;
}

export type Fix = NonNullable<SyntaxProblem["fix"]>;
export type Related = SyntaxProblem["related"][number];

export function spanOf(source: Source, token: IToken): Span {
  return { file: source.id, start: token.startOffset, end: token.startOffset + token.image.length };
}

/** The empty span right behind a token: where something is missing. */
export function after(source: Source, token: IToken): Span {
  const end = token.startOffset + token.image.length;
  return { file: source.id, start: end, end };
}

/** A fix that does what the author plainly wanted; `likely` makes it one to look at first. */
export function replacing(span: Span, text: string, title: string): Fix {
  return { title, edits: [{ span, text }], safe: true };
}

export function inserting(span: Span, text: string, title: string): Fix {
  return replacing({ ...span, end: span.start }, text, title);
}

export function likely(fix: Fix): Fix {
  return { ...fix, safe: false };
}

export function problem(code: SyntaxCode, span: Span, message: string, fix?: Fix, related: readonly Related[] = []): SyntaxProblem {
  return fix === undefined ? { code, message, span, related } : { code, message, span, related, fix };
}

/** A piece of source as a message quotes it: on one line, and not longer than a glance takes. */
export function quoted(text: string): string {
  const line = text.replace(/\s+/g, " ");
  const short = line.length > 40 ? `${line.slice(0, 37)}...` : line;
  return short.startsWith('"') ? short : `"${short}"`;
}

/** `a group`, `an external`; words that take no article are quoted. */
export function article(word: string): string {
  if (word === "namespaces" || word === "contracts" || word === "qos") return `"${word}"`;
  return `${/^[aeiou]/.test(word) ? "an" : "a"} ${word}`;
}
