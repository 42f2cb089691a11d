/** Tokens to the leaves of the syntax tree, with the problems that only the place of a token shows. */
import type { IToken } from "chevrotain";
import { problem, quoted, replacing, spanOf, syntaxCodes } from "./messages.js";
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
  const quotedName = token.tokenType === t.QuotedName || token.tokenType === t.OtherQuotes;
  const text = quotedName ? unquote(token.image) : token.image;
  const name: Name = { kind: "name", text, quoted: quotedName, span };
  if (use !== "text" || token.tokenType === t.MalformedName) {
    const found = nameProblem(name, token, use);
    if (found !== undefined) report(found);
  }
  return name;
}

function nameProblem(name: Name, token: IToken, use: NameUse): SyntaxProblem | undefined {
  const { text, span } = name;
  if (name.quoted) {
    if (use !== "name" || (bareName.test(text) && text.length <= maximumNameLength)) return undefined;
    if (text === "") return problem(syntaxCodes.malformedName, span, "a name needs at least one letter or digit");
    return bareName.test(text) ? tooLong(name) : malformed(name, use);
  }
  if (token.tokenType === t.MalformedName) {
    return /^[0-9]/.test(text) && bareName.test(text) ? needsQuotes(name, digitReason(text)) : malformed(name, use);
  }
  // Labels are named by others, and nothing can begin where they stand.
  if (use === "name" && t.reservedWords.has(text)) return needsQuotes(name, `${quoted(text)} is a reserved word, and as a name must be quoted`);
  return use === "name" && text.length > maximumNameLength ? tooLong(name) : undefined;
}

function digitReason(text: string): string {
  if (/^[0-9.]+$/.test(text)) return `${quoted(text)} is neither a whole number nor an address; as a name it must be quoted`;
  if (/^[0-9.-]+$/.test(text)) return `${quoted(text)} is neither a number nor a range (8000-8100, 10.1.1.10-10.1.1.20); as a name it must be quoted`;
  return `${quoted(text)} begins with a digit, and must be quoted`;
}

function needsQuotes({ text, span }: Name, message: string): SyntaxProblem {
  return problem(syntaxCodes.nameNeedsQuotes, span, message, replacing(span, `"${text}"`, "quote it"));
}

function tooLong({ text, span }: Name): SyntaxProblem {
  return problem(syntaxCodes.malformedName, span, `this name has ${text.length} characters, and may have ${maximumNameLength}`);
}

function malformed(name: Name, use: NameUse): SyntaxProblem {
  const { text, span } = name;
  if (use === "label" && /^[\x21-\x7e]+$/.test(text))
    return needsQuotes(name, `${quoted(text)} is not a bare word; a label written so must be quoted`);
  const better = mended(text);
  const fix: Fix | undefined = better === undefined ? undefined : replacing(span, name.quoted ? `"${better}"` : better, `rename to "${better}"`);
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

/** The text between the quotes, escapes resolved. A closing quote may be missing. */
export function unquote(image: string): string {
  if (!image.startsWith('"')) return image.slice(1, -1);
  const closed = /^"[^"\\]*(?:\\.[^"\\]*)*"$/.test(image);
  const inside = closed ? image.slice(1, -1) : image.slice(1);
  return inside.includes("\\") ? inside.replace(/\\(["\\])/g, "$1") : inside;
}

export function integerOf(source: Source, token: IToken): IntegerLiteral {
  return { kind: "integer", value: Number(token.image), span: spanOf(source, token) };
}

export function integerRangeOf(source: Source, token: IToken): IntegerRange {
  const [first, last] = token.image.split("-");
  return { kind: "integerRange", first: Number(first), last: Number(last), span: spanOf(source, token) };
}

/** An address, prefix or range. Whether its groups and octets are good is checked with the other values. */
export function addressOf(source: Source, token: IToken, report: (found: SyntaxProblem) => void): AddressTerm {
  const text = token.image;
  const span = spanOf(source, token);
  if (token.tokenType === t.MalformedAddress) {
    const message = `${quoted(text)} is not an IPv6 address: eight groups of up to four hexadecimal digits, or "::" once for the groups left out`;
    report(problem(syntaxCodes.malformedAddress, span, message));
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
