/** Formatting, as edits; none for a text that cannot be read. */
import type { FormattingOptions, Position, Range, TextEdit } from "vscode-languageserver-types";
import { formatText } from "../../grammar/format/format.js";
import { formatRange } from "../../grammar/format/range.js";
import { lineMap } from "../../grammar/span.js";
import { offsetIn, toRange } from "../place.js";
import type { View } from "../workspace/workspace.js";

function optionsOf({ tabSize, insertSpaces }: FormattingOptions): { readonly tabWidth: number; readonly useTabs: boolean } {
  return { tabWidth: tabSize, useTabs: !insertSpaces };
}

/** The fewest whole lines that have to change. */
export async function formatting(view: View, options: FormattingOptions): Promise<TextEdit[]> {
  const { text, lines } = view.file;
  const formatted = await formatText(text, optionsOf(options));
  if (formatted.kind === "unreadable" || formatted.text === text) return [];
  const after = text.includes("\r\n") ? formatted.text.replaceAll("\n", "\r\n") : formatted.text;
  let start = 0;
  while (start < text.length && start < after.length && text[start] === after[start]) start += 1;
  start = text.lastIndexOf("\n", start - 1) + 1;
  let tail = 0;
  const most = Math.min(text.length, after.length) - start;
  while (tail < most && text[text.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  if (start + tail === text.length && text.length === after.length) return [];
  return [{ range: toRange(lines, { start, end: text.length - tail }), newText: after.slice(start, after.length - tail) }];
}

export async function rangeFormatting(view: View, range: Range, options: FormattingOptions): Promise<TextEdit[]> {
  const { text, lines } = view.file;
  const formatted = await formatRange(text, { start: offsetIn(view, range.start), end: offsetIn(view, range.end) }, optionsOf(options));
  if (formatted.kind === "unreadable") return [];
  return formatted.edits.map((edit) => ({
    range: toRange(lines, edit),
    newText: text.includes("\r\n") ? edit.text.replaceAll("\n", "\r\n") : edit.text,
  }));
}

/** Characters after which something is finished that can be formatted. */
export const formattingCharacters = ["}", "\n"] as const;

/** After `}`, the block that it closes; after a line's end, the declaration around the line that was finished. */
export async function typeFormatting(view: View, position: Position, character: string, options: FormattingOptions): Promise<TextEdit[]> {
  if (character !== "\n") return rangeFormatting(view, { start: position, end: position }, options);
  return lineFormatting(view, position.line, options);
}

/** Changes lines around the empty one that the cursor is on, and never that one: its white space is where the author goes on. */
async function lineFormatting({ file: { text } }: View, cursor: number, options: FormattingOptions): Promise<TextEdit[]> {
  const lines = text.split(/\r?\n/);
  if (cursor === 0 || lines[cursor]?.trim() !== "" || lines[cursor - 1].trim() === "") return [];
  const others = lines.filter((_, line) => line !== cursor);
  const without = others.join("\n");
  const starts = lineMap(without);
  const end = starts[cursor - 1] + others[cursor - 1].trimEnd().length;
  const formatted = await formatRange(without, { start: end, end }, optionsOf(options));
  if (formatted.kind === "unreadable") return [];
  return formatted.edits.flatMap((edit) => {
    const first = toRange(starts, edit).start.line;
    const after = (without.slice(starts[first], edit.start) + edit.text).split("\n");
    // A formatter that moves words from line to line would move them past the cursor.
    if (after.length !== toRange(starts, edit).end.line - first + 1) return [];
    return after.flatMap((line, index): readonly TextEdit[] => {
      const before = others[first + index];
      const at = first + index < cursor ? first + index : first + index + 1;
      const rest = index === after.length - 1 ? before.slice(toRange(starts, edit).end.character) : "";
      const newText = line + rest;
      return newText === before ? [] : [{ range: { start: { line: at, character: 0 }, end: { line: at, character: before.length } }, newText }];
    });
  });
}
