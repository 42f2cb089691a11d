/** Formatting a part of a file: whole declarations, so that the rules of a policy keep their columns. */
import { parseFile } from "../parse.js";
import type { Item, SyntaxProblem, Tenant } from "../syntax.js";
import { openingBrace } from "./comments.js";
import { type FormatOptions, formatText } from "./format.js";

/** Half-open, in UTF-16 code units. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

export interface RangeEdit extends TextRange {
  readonly text: string;
}

export type FormattedRange =
  { readonly kind: "formatted"; readonly edits: readonly RangeEdit[] } | { readonly kind: "unreadable"; readonly problems: readonly SyntaxProblem[] };

interface Stretch {
  readonly items: readonly Item[];
  /** How many tenants are around it. */
  readonly depth: number;
}

/**
 * The edits that format the declarations which `range` touches; inside a tenant, only its own. Errors elsewhere in the file do
 * no harm; positions in `problems` are those of the part that was read.
 */
export async function formatRange(text: string, range: TextRange, options: FormatOptions = {}): Promise<FormattedRange> {
  const { items, depth } = stretch(parseFile("", text).file.items, range, text, 0);
  if (items.length === 0) return { kind: "formatted", edits: [] };
  const start = startOfLine(text, items[0].span.start);
  const end = items[items.length - 1].span.end;
  const formatted = await formatText(wrap(text.slice(start, end), depth), options);
  if (formatted.kind === "unreadable") return formatted;
  const lines = formatted.text.split("\n").slice(depth, -1 - depth);
  if (start === items[0].span.start) lines[0] = lines[0].trimStart();
  const edit = { start, end, text: lines.join("\n") };
  return { kind: "formatted", edits: edit.text === text.slice(start, end) ? [] : [edit] };
}

function stretch(items: readonly Item[], range: TextRange, text: string, depth: number): Stretch {
  const touched = items.filter(({ span }) => span.start <= range.end && range.start <= span.end);
  const [only] = touched;
  if (touched.length === 1 && only.kind === "tenant" && isWithin(only, range, text)) return stretch(only.items, range, text, depth + 1);
  return { items: touched, depth };
}

function isWithin(tenant: Tenant, range: TextRange, text: string): boolean {
  return openingBrace(tenant, text) < range.start && range.end < tenant.span.end;
}

/** The start of the line, where nothing but space stands before `offset` on it; else `offset`. */
function startOfLine(text: string, offset: number): number {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  return text.slice(start, offset).trim() === "" ? start : offset;
}

/** The declarations as they would stand inside tenants, which gives them their indentation. */
function wrap(text: string, depth: number): string {
  return `${"tenant t {\n".repeat(depth)}${text}${"\n}".repeat(depth)}\n`;
}
