/** Text to tokens. Every character of the text ends in a token, a comment, space, or a problem. */
import { Lexer } from "chevrotain";
import type { ILexingError, IToken } from "chevrotain";
import { isTerminated } from "./build.js";
import { likely, problem, quoted, replacing, spanOf, syntaxCodes } from "./messages.js";
import type { Source } from "./messages.js";
import type { Comment, SyntaxProblem } from "./syntax.js";
import { DoubleEquals, lexed, NewLine, OtherArrow, OtherQuotes, QuotedName } from "./tokens.js";

export interface Tokens {
  /** Without space and comments; line ends are tokens. */
  readonly tokens: readonly IToken[];
  readonly comments: readonly Comment[];
  readonly problems: readonly SyntaxProblem[];
  /** Offsets at which text was left out or swallowed, ascending: what is missing there is no second mistake. */
  readonly gaps: readonly number[];
}

const lexer = new Lexer([...lexed], { positionTracking: "onlyOffset", ensureOptimizations: true, skipValidations: true });

/** Characters that `textProblems` tells of wherever they stand. */
const toldOfText = /^[\ufffd\u202a-\u202e\u2066-\u2069]+$/;

/** Of the last text: an editor asks about one text again and again, to parse it and to complete in it. */
let latest: { readonly id: string; readonly text: string; readonly tokens: Tokens } | undefined;

export function tokenise(source: Source): Tokens {
  const { id, text } = source;
  if (latest !== undefined && latest.id === id && latest.text === text) return latest.tokens;
  latest = { id, text, tokens: tokensOf(source) };
  return latest.tokens;
}

function tokensOf(source: Source): Tokens {
  const { tokens, groups, errors } = lexer.tokenize(source.text);
  const problems: SyntaxProblem[] = [];
  for (const [at, { offset, length }] of errors.entries()) {
    const arrow = spacedArrow(source, errors[at - 1], errors[at]) ?? spacedArrow(source, errors[at], errors[at + 1]);
    if (arrow?.span.start === offset) problems.push(arrow);
    else if (arrow === undefined && !toldOfText.test(source.text.slice(offset, offset + length))) problems.push(unexpected(source, offset, length));
  }
  for (const token of groups.hashes) {
    const marker = { file: source.id, start: token.startOffset, end: token.startOffset + 1 };
    problems.push(problem(syntaxCodes.foreignSign, marker, 'a comment begins with "//"', replacing(marker, "//", 'write "//"')));
  }
  const gaps = errors.map((error) => error.offset);
  let count = 0;
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at];
    if (goesOnInNext(token, tokens[at + 1])) continue;
    tokens[count++] = token;
    const found = tokenProblem(source, token);
    if (found === undefined) continue;
    problems.push(found);
    if (found.code === syntaxCodes.unterminatedString) gaps.push(token.startOffset);
  }
  tokens.length = count;
  gaps.sort((left, right) => left - right);
  const comments = groups.comments.map((token) => commentOf(source, token));
  const last = groups.comments.at(-1);
  if (last !== undefined && isUnterminatedComment(last.image)) problems.push(unterminatedComment(source, last));
  return { tokens, comments, problems, gaps };
}

/** A comment on a line of its own parts one run of line ends in two; the last of them stands for both. */
function goesOnInNext(token: IToken, following: IToken | undefined): boolean {
  return token.tokenType === NewLine && following?.tokenType === NewLine;
}

export function isUnterminatedComment(text: string): boolean {
  return text.startsWith("/*") && (text.length < 4 || !text.endsWith("*/"));
}

function commentOf(source: Source, token: IToken): Comment {
  const text = token.image;
  const style = text.startsWith("/*") ? "block" : text.startsWith("///") && !text.startsWith("////") ? "doc" : "line";
  return { kind: "comment", style, text, span: spanOf(source, token) };
}

function tokenProblem(source: Source, token: IToken): SyntaxProblem | undefined {
  switch (token.tokenType) {
    case QuotedName:
      return quotedNameProblem(source, token);
    case OtherQuotes: {
      const span = spanOf(source, token);
      const text = token.image.slice(1, -1);
      const fix = text.includes('"') ? undefined : replacing(span, `"${text}"`, "write straight double quotes");
      return problem(syntaxCodes.foreignSign, span, 'text is quoted with straight double quotes, "..."', fix);
    }
    case OtherArrow: {
      const span = spanOf(source, token);
      return problem(syntaxCodes.foreignSign, span, `the arrow is written "->", not ${quoted(token.image)}`, replacing(span, "->", 'write "->"'));
    }
    case DoubleEquals: {
      const span = spanOf(source, token);
      return problem(syntaxCodes.foreignSign, span, `one "=" is enough`, replacing(span, "=", 'write "="'));
    }
    default:
      return undefined;
  }
}

function quotedNameProblem(source: Source, token: IToken): SyntaxProblem | undefined {
  const text = token.image;
  if (!isTerminated(token)) {
    const opening = { file: source.id, start: token.startOffset, end: token.startOffset + 1 };
    return problem(syntaxCodes.unterminatedString, opening, "this quote is not closed before the end of the line");
  }
  if (!text.includes("\\")) return undefined;
  for (let at = text.indexOf("\\"); at !== -1; at = text.indexOf("\\", at + 2)) {
    if (text[at + 1] === '"' || text[at + 1] === "\\") continue;
    const start = token.startOffset + at;
    const span = { file: source.id, start, end: start + 2 };
    const message = `${quoted(text.slice(at, at + 2))} means nothing in a quoted text; only \\" and \\\\ do`;
    return problem(syntaxCodes.unknownEscape, span, message, replacing(span, `\\${text.slice(at, at + 2)}`, "write the backslash itself"));
  }
  return undefined;
}

function unterminatedComment(source: Source, token: IToken): SyntaxProblem {
  const opening = { file: source.id, start: token.startOffset, end: token.startOffset + 2 };
  return problem(syntaxCodes.unterminatedComment, opening, 'this comment is not closed: "*/" is missing, and the rest of the file is part of it');
}

/** What people mean by signs of other languages. */
const meant: ReadonlyMap<string, string> = new Map([
  ["*", "any"],
  ["&", ","],
  ["&&", ","],
  ["|", ","],
  ["+", ","],
  ["[", "{"],
  ["]", "}"],
  ["\u2026", "-"],
]);

function unexpected(source: Source, offset: number, length: number): SyntaxProblem {
  const span = { file: source.id, start: offset, end: offset + length };
  const text = source.text.slice(offset, offset + length);
  const better = meant.get(text);
  const fix = better === undefined ? undefined : likely(replacing(span, better, `write "${better}"`));
  return problem(syntaxCodes.unexpectedCharacter, span, `${describe(text)} has no meaning here${hint(text)}`, fix);
}

/** `- >`, of which each half has no meaning alone. */
function spacedArrow(source: Source, left: ILexingError | undefined, right: ILexingError | undefined): SyntaxProblem | undefined {
  if (left === undefined || right === undefined) return undefined;
  const span = { file: source.id, start: left.offset, end: right.offset + right.length };
  if (!/^- +>$/.test(source.text.slice(span.start, span.end))) return undefined;
  return problem(syntaxCodes.foreignSign, span, 'the arrow is written "->", without a space', replacing(span, "->", 'write "->"'));
}

function hint(text: string): string {
  if (text === "!" || text === "!=") return '; say "not", or "not in (...)"';
  if (text === "-" || text === "~") return "; a range is written without spaces, 8000-8100, and names have hyphens only inside";
  if (text === "<-" || text === "<" || text === "<->") return '; a rule reads from source to destination, "a -> b"';
  return "";
}

function describe(text: string): string {
  const code = text.codePointAt(0) ?? 0;
  const visible = code > 0x20 && code !== 0x7f && !/^[\p{C}\p{Z}]/u.test(text);
  if (visible) return quoted(text);
  return `the invisible character U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}
