/** How wide a document is when it is printed on one line. */
import type { Doc } from "prettier";

/**
 * Columns that `doc` takes on one line, comments at the line's end not counted; undefined where it cannot stand on one line.
 */
export function flatWidth(doc: Doc): number | undefined {
  if (typeof doc === "string") return textWidth(doc);
  if (Array.isArray(doc)) return sumOfWidths(doc);
  switch (doc.type) {
    case "fill":
      return sumOfWidths(doc.parts);
    case "group":
    case "indent":
    case "align":
    case "label":
      return flatWidth(doc.contents);
    case "line":
      return doc.hard ? undefined : doc.soft ? 0 : 1;
    case "if-break":
      return flatWidth(doc.flatContents);
    case "line-suffix":
      return 0;
    default:
      return doc.type === "break-parent" ? undefined : 0;
  }
}

function sumOfWidths(docs: readonly Doc[]): number | undefined {
  let sum = 0;
  for (const doc of docs) {
    const width = flatWidth(doc);
    if (width === undefined) return undefined;
    sum += width;
  }
  return sum;
}

/** Columns of a text, one for each character. */
function textWidth(text: string): number {
  let width = 0;
  for (const character of text) if (character !== "") width += 1;
  return width;
}
