/** Formatting, as edits; none for a text that cannot be read. */
import type { FormattingOptions, Range, TextEdit } from "vscode-languageserver-types";
import { formatText } from "../../grammar/format/format.js";
import { formatRange } from "../../grammar/format/range.js";
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
