/** Edits of the compiler as edits of the editor. */
import type { WorkspaceEdit } from "vscode-languageserver-types";
import type { TextEdit } from "../../../grammar/syntax.js";
import { rangeOf } from "../../place.js";
import type { View } from "../../workspace/workspace.js";

export function workspaceEdit(view: View, edits: readonly TextEdit[]): WorkspaceEdit {
  const changes: NonNullable<WorkspaceEdit["changes"]> = {};
  for (const { span, text } of edits) (changes[view.uriOf(span.file)] ??= []).push({ range: rangeOf(view, span), newText: text });
  return { changes };
}

/** An edit that puts `text` at an offset of the view's file. */
export function insertion(view: View, offset: number, text: string): TextEdit {
  return { span: { file: view.file.id, start: offset, end: offset }, text };
}

export function startOfLine(text: string, offset: number): number {
  return text.lastIndexOf("\n", offset - 1) + 1;
}

/** The white space that the line of `offset` begins with. */
export function indentationAt(text: string, offset: number): string {
  return /^[ \t]*/.exec(text.slice(startOfLine(text, offset)))?.[0] ?? "";
}

/** `base`, or `base-2` and so on where that is taken. */
export function freshName(taken: ReadonlySet<string>, base: string): string {
  for (let count = 1; ; count++) {
    const name = count === 1 ? base : `${base}-${count}`;
    if (!taken.has(name)) return name;
  }
}

/** Every name that is declared anywhere in the project. */
export function declaredNames(view: View): ReadonlySet<string> {
  return new Set(view.checked.names.symbols.map(({ name }) => name));
}
