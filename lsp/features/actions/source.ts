/** Actions on a whole file: every safe fix at once, and imports in order. */
import { type CodeAction, CodeActionKind } from "vscode-languageserver-types";
import type { Diagnostic } from "../../../compiler/diagnostics/diagnostic.js";
import type { Import, TextEdit } from "../../../grammar/syntax.js";
import type { View } from "../../workspace/workspace.js";
import { workspaceEdit } from "./edits.js";

export const fixAllKind = `${CodeActionKind.SourceFixAll}.ctv`;

/** Every fix that is safe to apply without looking; of fixes that overlap, the first. */
export function fixAll(view: View, findings: readonly Diagnostic[]): CodeAction[] {
  const edits: TextEdit[] = [];
  for (const { fixes } of findings) {
    const safe = fixes.find((fix) => fix.safe);
    if (safe !== undefined && safe.edits.every((edit) => edits.every((other) => !overlap(edit, other)))) edits.push(...safe.edits);
  }
  return edits.length === 0 ? [] : [{ title: "Apply every safe fix", kind: fixAllKind, edit: workspaceEdit(view, edits) }];
}

function overlap(left: TextEdit, right: TextEdit): boolean {
  return left.span.file === right.span.file && left.span.start <= right.span.end && right.span.start <= left.span.end;
}

/** Each run of imports in order of path, each once. A run with comments in it stays as it is: they may belong to a line. */
export function organiseImports(view: View): CodeAction[] {
  const edits = importRuns(view).flatMap((run) => {
    const span = { file: view.file.id, start: run[0].span.start, end: run[run.length - 1].span.end };
    if (view.file.parsed.file.comments.some((comment) => span.start < comment.span.start && comment.span.end < span.end)) return [];
    const lines = [...new Set(run.map(({ span: { start, end } }) => view.file.text.slice(start, end)))];
    const text = lines.sort((left, right) => (left < right ? -1 : 1)).join("\n");
    return text === view.file.text.slice(span.start, span.end) ? [] : [{ span, text }];
  });
  return edits.length === 0 ? [] : [{ title: "Put imports in order", kind: CodeActionKind.SourceOrganizeImports, edit: workspaceEdit(view, edits) }];
}

function importRuns(view: View): readonly (readonly Import[])[] {
  const runs: Import[][] = [];
  let before: string | undefined;
  for (const item of view.file.parsed.file.items) {
    if (item.kind === "import") {
      if (before === "import") runs[runs.length - 1].push(item);
      else runs.push([item]);
    }
    before = item.kind;
  }
  return runs;
}
