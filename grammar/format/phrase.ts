/**
 * A phrase is a statement, or a part of one, cut where its line may break: after a comma. A statement ends at its line's end,
 * so a break anywhere else would change what the text says.
 */
import type { Doc } from "prettier";
import { builders, utils } from "prettier/doc";
import { type FormatNode, commentsOf } from "./nodes.js";

const { fill, hardline, indent, line } = builders;

interface Chunk {
  readonly doc: Doc;
  /** A comment that keeps a line of its own stands at its start. */
  readonly ownLine: boolean;
  /** A comment that runs to the end of its line stands in it. */
  readonly endsLine: boolean;
}

/** Never empty. */
export type Phrase = readonly Chunk[];

/** A phrase that holds together. */
export function words(doc: Doc): Phrase {
  return [{ doc, ownLine: false, endsLine: false }];
}

/** `a, b, c`. */
export function list(nodes: readonly FormatNode[], docs: readonly Doc[]): Phrase {
  const last = nodes.length - 1;
  return nodes.map((node, index) => ({
    doc: index < last ? [docs[index], ","] : docs[index],
    ownLine: commentsOf(node).some((comment) => comment.startsLine === true),
    endsLine: holdsLineSuffix(docs[index]),
  }));
}

/** The phrases one after the other, each beginning right where the one before it ends. */
export function join(phrases: readonly Phrase[]): Phrase {
  return phrases.reduce((left, right) => {
    if (left.length === 0 || right.length === 0) return [...left, ...right];
    const end = left[left.length - 1];
    const start = right[0];
    const seam = { doc: [end.doc, start.doc], ownLine: end.ownLine, endsLine: end.endsLine || start.endsLine };
    return [...left.slice(0, -1), seam, ...right.slice(1)];
  }, []);
}

/** The phrase on as few lines as hold it; its second and later lines are indented. */
export function layOut(phrase: Phrase): Doc {
  if (phrase.length === 1) return indent(phrase[0].doc);
  const parts: Doc[] = [];
  phrase.forEach((chunk, index) => {
    if (index > 0) parts.push(mustBreakBefore(phrase, index) ? hardline : line);
    parts.push(chunk.doc);
  });
  return indent(fill(parts));
}

/** The phrase on one line, for the cell of a table. */
export function onOneLine(phrase: Phrase): Doc {
  return phrase.map((chunk, index) => [index === 0 ? "" : mustBreakBefore(phrase, index) ? hardline : " ", chunk.doc]);
}

/**
 * The phrase between brackets. `comments` stand alone on the lines before the closing one, which then has a line to itself, as
 * it has where the last item ends with a comment.
 */
export function bracketed(open: string, phrase: Phrase, comments: readonly Doc[], close: string): Doc {
  const alone = comments.length > 0 || phrase.some((chunk, index) => index === phrase.length - 1 && chunk.endsLine);
  return [open, layOut(phrase), indent(comments.map((comment) => [hardline, comment])), alone ? hardline : "", close];
}

function mustBreakBefore(phrase: Phrase, index: number): boolean {
  return phrase[index - 1].endsLine || phrase[index].ownLine;
}

function holdsLineSuffix(doc: Doc): boolean {
  if (typeof doc === "string") return false;
  return (
    utils.findInDoc(doc, (part) => (typeof part === "object" && !Array.isArray(part) && part.type === "line-suffix" ? true : undefined), false) ===
    true
  );
}
