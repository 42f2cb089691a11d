/** Tokens to the leaves of the syntax tree, with the problems that only the place of a token shows. */
import type { IToken } from "chevrotain";
import { likely, problem, quoted, replacing, spanOf, syntaxCodes } from "./messages.js";
import type { Fix, Source } from "./messages.js";
import type { AddressLiteral, AddressRangeLiteral, IntegerLiteral, IntegerRange, Name, PrefixLiteral, SyntaxProblem } from "./syntax.js";
import * as t from "./tokens.js";

export type AddressTerm = AddressLiteral | PrefixLiteral | AddressRangeLiteral;

/** What a name is for: names of ours have our letters; label keys, label values and texts may have others when quoted. */
export type NameUse = "name" | "label" | "text";

const maximumNameLength = 64;
const bareName = /^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/;

/** `report` gets what is wrong with the name; the name is good to go on with in any case. */
export function nameOf(source: Source, token: IToken, use: NameUse, report: (found: SyntaxProblem) => void): Name {
  const span = spanOf(source, token);
  if (token.tokenType === t.QuotedName || token.tokenType === t.OtherQuotes) {
    const name: Name = { kind: "name", text: unquote(token.image), quoted: true, span };
    const found = use === "name" && isTerminated(token) ? quotedNameProblem(name) : undefined;
    if (found !== undefined) report(found);
    return name;
  }
  const name: Name = { kind: "name", text: token.image, quoted: false, span };
  const found = token.tokenType === t.MalformedName ? malformed(name, use) : use === "name" ? bareNameProblem(name) : undefined;
  if (found !== undefined) report(found);
  return name;
}

function quotedNameProblem(name: Name): SyntaxProblem | undefined {
  if (name.text === "") return problem(syntaxCodes.malformedName, name.span, "a name needs at least one letter or digit");
  return bareName.test(name.text) ? tooLong(name) : misspelt(name);
}

/** Labels are named by others, and property values are words of any kind; names of ours have their rules. */
function bareNameProblem(name: Name): SyntaxProblem | undefined {
  if (t.reservedWords.has(name.text)) return needsQuotes(name, `${quoted(name.text)} is a reserved word, and as a name must be quoted`);
  return tooLong(name);
}

function tooLong({ text, span }: Name): SyntaxProblem | undefined {
  if (text.length <= maximumNameLength) return undefined;
  return problem(syntaxCodes.malformedName, span, `this name has ${text.length} characters, and may have ${maximumNameLength}`);
}

const malformedNumber = /^(?:[0-9.-]+|0x[0-9A-Fa-f]+)$/;

/** Whether a word is made like a number or an address, and is neither. */
export function isMalformedNumber({ image, tokenType }: IToken): boolean {
  return tokenType === t.MalformedName && malformedNumber.test(image);
}

/** What is wrong with a word that is no name as it stands. */
function malformed(name: Name, use: NameUse): SyntaxProblem {
  const { text, span } = name;
  if (use === "label" && /^[\x21-\x7e]+$/.test(text)) return needsQuotes(name, `${quoted(text)} is not a bare word; in a label it must be quoted`);
  if (malformedNumber.test(text)) {
    const range = /^((?:\d+\.){3})(\d+)-(\d+)$/.exec(text);
    const message = `${quoted(text)} is neither a number (80), a range (8000-8100, 10.1.1.10-10.1.1.20) nor an address (10.1.1.1)`;
    if (range === null) return problem(syntaxCodes.malformedLiteral, span, message);
    const [, network, first, last] = range;
    const better = `${network}${first}-${network}${last}`;
    return problem(
      syntaxCodes.malformedLiteral,
      span,
      "a range of addresses names both of them in full",
      replacing(span, better, `write "${better}"`),
    );
  }
  if (use === "text" && /^\d+(?:\.\d+)?[kmgt]$/i.test(text)) {
    const better = `${text}bps`;
    return problem(
      syntaxCodes.malformedLiteral,
      span,
      `a bandwidth has its whole unit: ${better}`,
      likely(replacing(span, better, `write "${better}"`)),
    );
  }
  if (/^[0-9]/.test(text) && bareName.test(text)) return needsQuotes(name, `${quoted(text)} begins with a digit, and must be quoted`);
  return misspelt(name);
}

function needsQuotes({ text, span }: Name, message: string): SyntaxProblem {
  return problem(syntaxCodes.nameNeedsQuotes, span, message, replacing(span, `"${text}"`, "quote it"));
}

function misspelt({ text, span, quoted: inQuotes }: Name): SyntaxProblem {
  const better = mended(text);
  const fix: Fix | undefined = better === undefined ? undefined : likely(replacing(span, inQuotes ? `"${better}"` : better, `rename to "${better}"`));
  return problem(syntaxCodes.malformedName, span, `${quoted(text)} is not a name: letters a to z, digits, and "-" or "." only inside`, fix);
}

/** The nearest good name, if there is one that starts with a letter. */
function mended(text: string): string | undefined {
  const better = text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[_\s]/g, "-")
    .replace(/^[.-]+|[.-]+$/g, "");
  return /^[A-Za-z]/.test(better) && bareName.test(better) && better.length <= maximumNameLength ? better : undefined;
}

const terminated = /^"[^"\\]*(?:\\.[^"\\]*)*"$/;

/** Whether a quoted name has its closing quote. */
export function isTerminated({ image }: IToken): boolean {
  return !image.startsWith('"') || terminated.test(image);
}

/** The text between the quotes, escapes resolved. A closing quote may be missing. */
function unquote(image: string): string {
  if (!image.startsWith('"')) return image.slice(1, -1);
  const inside = terminated.test(image) ? image.slice(1, -1) : image.slice(1).trimEnd();
  return inside.includes("\\") ? inside.replace(/\\(["\\])/g, "$1") : inside;
}

export function integerOf(source: Source, token: IToken): IntegerLiteral {
  return { kind: "integer", value: Number(token.image), span: spanOf(source, token) };
}

export function integerRangeOf(source: Source, token: IToken): IntegerRange {
  const [first, last] = token.image.split("-");
  return { kind: "integerRange", first: Number(first), last: Number(last), span: spanOf(source, token) };
}

/** An address, prefix or range. Whether its groups and octets are good is checked with the other values; nothing where it can be none. */
export function addressOf(source: Source, token: IToken, report: (found: SyntaxProblem) => void): AddressTerm | undefined {
  const text = token.image;
  const span = spanOf(source, token);
  if (token.tokenType === t.MalformedAddress) {
    const message = `${quoted(text)} is not an IPv6 address: eight groups of up to four hexadecimal digits, or "::" once for the groups left out`;
    report(problem(syntaxCodes.malformedLiteral, span, message));
    return undefined;
  }
  const dash = text.indexOf("-");
  const slash = text.indexOf("/");
  if (dash === -1) return slash === -1 ? { kind: "address", text, span } : { kind: "prefix", text, span };
  const range = { kind: "addressRange", first: text.slice(0, dash), last: text.slice(dash + 1, slash === -1 ? undefined : slash), span } as const;
  return slash === -1 ? range : { ...range, length: Number(text.slice(slash + 1)) };
}

/** A name that needs no quotes where it stands, whatever word it is. */
export function unquotedName(source: Source, token: IToken): Name {
  return { kind: "name", text: token.image, quoted: false, span: spanOf(source, token) };
}
