/** Syntax errors in our own words: their codes, and what each says about the text at hand. */
import type { IToken } from "chevrotain";
import type { Span } from "./span.js";
import type { SyntaxProblem, TextEdit } from "./syntax.js";

/** The kinds of syntax errors; the catalogue in `compiler/diagnostics/syntax.ts` explains each. */
export const syntaxCodes = {
  notText: "CTV1001",
  fileTooLarge: "CTV1002",
  unexpectedCharacter: "CTV1003",
  foreignSign: "CTV1004",
  unterminatedString: "CTV1005",
  unknownEscape: "CTV1006",
  unterminatedComment: "CTV1007",
  malformedName: "CTV1008",
  nameNeedsQuotes: "CTV1009",
  malformedLiteral: "CTV1010",
  unknownStatement: "CTV1011",
  misplacedStatement: "CTV1012",
  blockNotClosed: "CTV1013",
  blockNotOpened: "CTV1014",
  strayClosing: "CTV1015",
  listNotClosed: "CTV1016",
  brokenLine: "CTV1017",
  missingName: "CTV1018",
  missingArrow: "CTV1019",
  missingPeer: "CTV1020",
  missingService: "CTV1021",
  missingValue: "CTV1022",
  missingWord: "CTV1023",
  malformedRequirement: "CTV1024",
  unexpectedText: "CTV1025",
  nestedTooDeeply: "CTV1026",
  tooManyProblems: "CTV1027",
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

export function replacing(span: Span, text: string, title: string): Fix {
  return { title, edits: [{ span, text }] };
}

export function inserting(span: Span, text: string, title: string): Fix {
  const edit: TextEdit = { span: { file: span.file, start: span.start, end: span.start }, text };
  return { title, edits: [edit] };
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
