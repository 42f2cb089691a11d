/**
 * The excerpt of a source with carets under what a finding is about: a margin with line numbers, the lines that are
 * pointed at, and under each its marks with their labels.
 */
import { positionAt } from "../../grammar/span.js";
import type { Span } from "../../grammar/span.js";
import { displayWidth, printable } from "./columns.js";
import type { Source } from "./report.js";

export interface Mark {
  readonly span: Span;
  readonly label?: string;
  readonly primary: boolean;
}

export interface Paint {
  readonly margin: (text: string) => string;
  readonly primary: (text: string) => string;
  readonly secondary: (text: string) => string;
}

/** Columns of source that are shown at most; what lies outside is cut with an ellipsis. */
const window = 160;

interface LineMark {
  readonly line: number;
  /** Zero-based, within the line, in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
  readonly mark: Mark;
}

/** Width of the margin that holds the line numbers of all these marks. */
export function marginWidth(source: Source, marks: readonly Mark[]): number {
  return String(Math.max(...marks.map((mark) => positionAt(source.lines, mark.span.start).line))).length;
}

/** The lines of an excerpt of one file. A mark over several lines is drawn on its first. */
export function excerpt(source: Source, marks: readonly Mark[], width: number, paint: Paint): readonly string[] {
  const placed = marks.map((mark) => place(source, mark)).sort((left, right) => left.line - right.line || left.start - right.start);
  const empty = `${" ".repeat(width)} ${paint.margin("|")}`;
  const lines = [empty];
  let previous: number | undefined;
  for (const line of [...new Set(placed.map((mark) => mark.line))]) {
    if (previous !== undefined && line > previous + 1) lines.push(paint.margin("..."));
    previous = line;
    const here = placed.filter((mark) => mark.line === line);
    const view = crop(lineText(source, line), here);
    lines.push(`${paint.margin(`${String(line).padStart(width)} |`)} ${view.before}${printable(view.text)}${view.after}`.trimEnd());
    for (const mark of [...here].reverse()) lines.push(`${empty} ${underline(view, mark, paint)}`);
  }
  return lines;
}

function place(source: Source, mark: Mark): LineMark {
  const start = positionAt(source.lines, mark.span.start);
  const end = positionAt(source.lines, mark.span.end);
  const length = lineText(source, start.line).length;
  const from = Math.min(start.column - 1, length);
  return { line: start.line, start: from, end: end.line === start.line ? Math.min(end.column - 1, length) : length, mark };
}

function lineText(source: Source, line: number): string {
  const end = source.lines[line] ?? source.text.length;
  return source.text.slice(source.lines[line - 1], end).replace(/\r?\n$/, "");
}

interface View {
  readonly text: string;
  readonly before: string;
  readonly after: string;
  /** Where in the line the view begins. */
  readonly offset: number;
}

function crop(text: string, marks: readonly LineMark[]): View {
  if (text.length <= window) return { text, before: "", after: "", offset: 0 };
  const primary = marks.find((mark) => mark.mark.primary) ?? marks[0];
  const offset = Math.max(0, Math.min(primary.start - window / 4, text.length - window));
  const end = Math.min(text.length, offset + window);
  return { text: text.slice(offset, end), before: offset > 0 ? "…" : "", after: end < text.length ? "…" : "", offset };
}

function underline(view: View, placed: LineMark, paint: Paint): string {
  const from = Math.max(0, placed.start - view.offset);
  const to = Math.min(view.text.length, placed.end - view.offset);
  const column = displayWidth(view.before + printable(view.text.slice(0, from)));
  const length = Math.max(1, displayWidth(printable(view.text.slice(from, Math.max(from, to)))));
  const { primary, label } = placed.mark;
  const drawn = `${(primary ? "^" : "-").repeat(length)}${label === undefined ? "" : ` ${label}`}`;
  return " ".repeat(column) + (primary ? paint.primary(drawn) : paint.secondary(drawn));
}
