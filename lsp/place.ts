/** Between offsets of the compiler and positions of the protocol; both count UTF-16 code units. */
import type { Location, Position, Range } from "vscode-languageserver-types";
import { lineMap, positionAt } from "../grammar/span.js";
import type { LineMap, Span } from "../grammar/span.js";
import type { View } from "./workspace/workspace.js";

export function toPosition(lines: LineMap, offset: number): Position {
  const { line, column } = positionAt(lines, offset);
  return { line: line - 1, character: column - 1 };
}

export function toRange(lines: LineMap, span: { readonly start: number; readonly end: number }): Range {
  return { start: toPosition(lines, span.start), end: toPosition(lines, span.end) };
}

/** The offset of a position; one past a line's end falls on its end, as the protocol has it. */
export function toOffset(text: string, lines: LineMap, position: Position): number {
  const start = lines.at(Math.max(0, position.line));
  if (start === undefined) return text.length;
  const next = lines.at(position.line + 1);
  const end = next === undefined ? text.length : next - (text[next - 2] === "\r" ? 2 : 1);
  return Math.min(start + Math.max(0, position.character), end);
}

/** The lines of any file of the project, the project file and the inventory included. */
function linesOf(view: View, id: string): LineMap {
  return view.checked.files.get(id)?.lines ?? lineMap(view.project.textOf(id) ?? "");
}

export function rangeOf(view: View, span: Span): Range {
  return toRange(linesOf(view, span.file), span);
}

export function locationOf(view: View, span: Span): Location {
  return { uri: view.uriOf(span.file), range: rangeOf(view, span) };
}

export function offsetIn(view: View, position: Position): number {
  return toOffset(view.file.text, view.file.lines, position);
}
