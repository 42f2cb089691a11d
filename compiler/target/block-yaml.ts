/**
 * Reads a small subset of YAML fast: block maps and lists, full-line comments, words, integers, JSON strings, IPv4 CIDRs, `{}`, `[]`, and
 * literal texts (`|`) without blank lines.
 *
 * INVARIANT: whatever is read here, the `yaml` package reads the same; whatever is not surely in the subset is not read at all (the answer
 * is `undefined`), and the caller asks the package. Generated folders hold megabytes, for which a general parser takes seconds.
 */
type Block = { [key: string]: unknown };

interface Line {
  readonly indent: number;
  /** Without indentation. */
  readonly text: string;
  /** The text below a line that ends in `: |`. */
  readonly literal?: string;
}

const keyPattern = /^(?:([A-Za-z][A-Za-z0-9_./-]*)|("(?:[^"\\]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*")):(?: (\S.*))?$/;
const wordPattern = /^[A-Za-z/][A-Za-z0-9_./|-]*$/;
const cidrPattern = /^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+\/[0-9]+$/;
const integerPattern = /^(?:0|[1-9][0-9]{0,8})$/;
const stringPattern = /^"(?:[^"\\]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"$/;
/** What some YAML version reads as a boolean or as nothing. */
const otherMeaning = /^(?:y|n|yes|no|on|off|true|false|null)$/i;

/** Not a value of the subset. */
const foreign = Symbol("foreign");

function scalar(text: string): unknown {
  if (wordPattern.test(text)) return otherMeaning.test(text) ? foreign : text;
  if (integerPattern.test(text)) return Number(text);
  if (cidrPattern.test(text)) return text;
  if (stringPattern.test(text)) return JSON.parse(text);
  if (text === "{}") return {};
  if (text === "[]") return [];
  return foreign;
}

/** A literal text and where it ends. */
interface Literal {
  readonly text: string;
  readonly end: number;
}

/** Lines from `start` on that are deeper than `indent`, less the indentation of the first; nothing where one is blank, or between the two. */
function literalFrom(text: string, start: number, indent: number): Literal | undefined {
  let at = start;
  let own = 0;
  let literal = "";
  while (at < text.length) {
    const stop = text.indexOf("\n", at);
    const depth = depthAt(text, at);
    if (stop < 0 || at + depth === stop) return undefined;
    if (depth <= indent) break;
    if (own === 0) own = depth;
    if (depth < own) return undefined;
    literal += text.slice(at + own, stop + 1);
    at = stop + 1;
  }
  return own === 0 ? undefined : { text: literal, end: at };
}

/** How many spaces stand at a place. */
function depthAt(text: string, place: number): number {
  let at = place;
  while (text.charCodeAt(at) === 32) at++;
  return at - place;
}

function linesOf(text: string): readonly Line[] | undefined {
  if (/[\t\r\u0000-\u0008\u0085\u2028\u2029\ufeff]/.test(text)) return undefined;
  const lines: Line[] = [];
  let start = 0;
  while (start < text.length) {
    const end = text.indexOf("\n", start);
    const stop = end < 0 ? text.length : end;
    const indent = depthAt(text, start);
    const at = start + indent;
    start = stop + 1;
    if (at >= stop || text.charCodeAt(at) === 35) continue;
    const line: Line = { indent, text: text.slice(at, stop) };
    if (!line.text.endsWith(": |")) lines.push(line);
    else {
      // The key's own depth, behind a list's dash.
      const literal = literalFrom(text, start, isItem(line.text) ? indent + 2 : indent);
      if (literal === undefined) return undefined;
      lines.push({ ...line, literal: literal.text });
      start = literal.end;
    }
  }
  return lines;
}

/** The one document of the text, or nothing when it is not surely in the subset. */
export function readBlockYaml(text: string): { readonly value: unknown } | undefined {
  const lines = linesOf(text);
  if (lines === undefined || lines.length === 0 || lines[0].indent !== 0) return undefined;
  let next = 0;

  /** A value that starts on the next line at this indentation. */
  const block = (indent: number): unknown => (isItem(lines[next].text) ? list(indent) : map(indent, undefined));

  /** What stands after `key:`; lines deeper than `indent` belong to it. */
  const under = (rest: string | undefined, indent: number): unknown => {
    const deeper = next < lines.length && lines[next].indent > indent;
    // A scalar must not go on in the next line, and a key without a value is null or a list at its own depth: not for here.
    if (rest !== undefined) return deeper ? foreign : scalar(rest);
    return deeper ? block(lines[next].indent) : foreign;
  };

  /** `first`: the entry that stands on the line of a list item, already taken. */
  const map = (indent: number, first: string | undefined): unknown => {
    const out: Block = {};
    for (let entry = first; entry !== undefined || (next < lines.length && lines[next].indent === indent); entry = undefined) {
      if (entry === undefined) entry = lines[next++].text;
      const match = keyPattern.exec(entry);
      if (match === null) return foreign;
      const key: unknown = match[1] ?? JSON.parse(match[2]);
      if (typeof key !== "string" || key === "__proto__" || Object.hasOwn(out, key) || otherMeaning.test(key)) return foreign;
      const value = match[3] === "|" ? (lines[next - 1].literal ?? foreign) : under(match[3], indent);
      if (value === foreign) return foreign;
      out[key] = value;
    }
    return next < lines.length && lines[next].indent > indent ? foreign : out;
  };

  const list = (indent: number): unknown => {
    const out: unknown[] = [];
    while (next < lines.length && lines[next].indent === indent && isItem(lines[next].text)) {
      const item = lines[next++].text.slice(2);
      if (item.startsWith(" ") || isItem(item)) return foreign;
      const value = keyPattern.test(item) ? map(indent + 2, item) : under(item, indent);
      if (value === foreign) return foreign;
      out.push(value);
    }
    return next < lines.length && lines[next].indent >= indent ? foreign : out;
  };

  const value = block(0);
  return value === foreign || next < lines.length ? undefined : { value };
}

function isItem(text: string): boolean {
  return text.startsWith("- ");
}
