/** Folding and selection, straight from the tree. */
import { type FoldingRange, FoldingRangeKind, type Range, type SelectionRange } from "vscode-languageserver-types";
import { nodesAt, visitNodes } from "../../grammar/walk.js";
import { toPosition, toRange } from "../place.js";
import type { View } from "../workspace/workspace.js";

/** Blocks, runs of comments and runs of imports that take more than one line. */
export function foldingRanges(view: View): FoldingRange[] {
  const { lines, parsed } = view.file;
  const lineAt = (offset: number): number => toPosition(lines, offset).line;
  const ranges: FoldingRange[] = [];
  visitNodes(parsed.file, (node) => {
    const braced = "items" in node || "rules" in node || "statements" in node || "expectations" in node;
    if (!braced || node.kind === "file") return;
    const startLine = lineAt(node.span.start);
    const endLine = lineAt(node.span.end) - 1;
    if (endLine > startLine) ranges.push({ startLine, endLine });
  });
  const comments = parsed.file.comments.filter(({ span }) => isFirstOnLine(view.file.text, span.start));
  ranges.push(...runs(comments.map(({ span }) => [lineAt(span.start), lineAt(span.end)])).map((run) => ({ ...run, kind: FoldingRangeKind.Comment })));
  const imports = parsed.file.items.filter((item) => item.kind === "import");
  ranges.push(...runs(imports.map(({ span }) => [lineAt(span.start), lineAt(span.end)])).map((run) => ({ ...run, kind: FoldingRangeKind.Imports })));
  return ranges.sort((left, right) => left.startLine - right.startLine || right.endLine - left.endLine);
}

function isFirstOnLine(text: string, offset: number): boolean {
  return text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset).trim() === "";
}

/** Stretches of lines that follow each other, those of one line left out. */
function runs(stretches: readonly (readonly [number, number])[]): { startLine: number; endLine: number }[] {
  const found: { startLine: number; endLine: number }[] = [];
  for (const [start, end] of stretches) {
    const last = found.at(-1);
    if (last !== undefined && start === last.endLine + 1) last.endLine = end;
    else found.push({ startLine: start, endLine: end });
  }
  return found.filter(({ startLine, endLine }) => endLine > startLine);
}

/** For each offset, the nodes around it from the inside out. */
export function selectionRanges(view: View, offsets: readonly number[]): SelectionRange[] {
  return offsets.map((offset) => {
    const ranges = nodesAt(view.file.parsed.file, offset).map(({ span }) => toRange(view.file.lines, span));
    const [outermost, ...inner] = ranges.filter((range, index) => index === 0 || !sameRange(range, ranges[index - 1]));
    return inner.reduce<SelectionRange>((parent, range) => ({ range, parent }), { range: outermost });
  });
}

function sameRange(left: Range, right: Range): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
