/** Statements one below the other, and the braces around them. */
import type { Doc } from "prettier";
import { builders } from "prettier/doc";
import { printComments } from "./commentprint.js";
import { openingBrace } from "./comments.js";
import { blankLineAfter, newlineWithin } from "./lines.js";
import type { FormatNode } from "./nodes.js";

const { breakParent, group, hardline, ifBreak, indent, line } = builders;

/** `head { … }`, always on several lines. */
export function printBraced(node: FormatNode, head: Doc, statements: readonly FormatNode[], docs: readonly Doc[], text: string): Doc {
  const { opening, lone } = bodyComments(node, text);
  const body = lone === undefined ? printLines(statements, docs, text) : lone;
  if (docs.length === 0 && lone === undefined && opening === "") return [fullHead(node, head), " {}"];
  return [fullHead(node, head), " {", opening, indent(docs.length === 0 && lone === undefined ? "" : [hardline, body]), hardline, "}"];
}

/** `head { … }`, on one line where the author began the body on it and all of it fits. */
export function printShortBraced(node: FormatNode, head: Doc, statements: readonly FormatNode[], docs: readonly Doc[], text: string): Doc {
  if (statements.length === 0) return printBraced(node, head, statements, docs, text);
  const { opening } = bodyComments(node, text);
  const shouldBreak = newlineWithin(text, openingBrace(node, text), statements[0].span.start);
  const separated = docs.map((doc, index) => {
    if (index === docs.length - 1) return doc;
    return [doc, blankLineAfter(text, statements[index].span.end) ? [hardline, hardline] : [ifBreak("", ";"), line]];
  });
  return group([fullHead(node, head), " {", opening, indent([line, separated]), line, "}"], { shouldBreak });
}

/** The statements of a body or of a file; one blank line stays where the author left any. */
export function printLines(statements: readonly FormatNode[], docs: readonly Doc[], text: string): Doc {
  return docs.map((doc, index) => {
    if (index === docs.length - 1) return doc;
    return [doc, hardline, blankLineAfter(text, statements[index].span.end) ? hardline : ""];
  });
}

/** The comments of a body without statements, one below the other; undefined where there are none. */
export function printLoneComments(node: FormatNode, text: string): Doc | undefined {
  const comments = printComments(node, "body");
  if (comments.length === 0) return undefined;
  return comments.map(({ comment, doc }, index) => {
    if (index === comments.length - 1) return doc;
    return [doc, hardline, blankLineAfter(text, comment.span.end) ? hardline : ""];
  });
}

function fullHead(node: FormatNode, head: Doc): Doc {
  return [head, printComments(node, "head").map(({ doc }) => [" ", doc])];
}

function bodyComments(node: FormatNode, text: string): { readonly opening: Doc; readonly lone: Doc | undefined } {
  const opening = printComments(node, "opening");
  const docs = opening.map(({ doc }, index) => [index > 0 && opening[index - 1].comment.style !== "block" ? hardline : " ", doc]);
  return { opening: docs.length === 0 ? "" : [indent(docs), breakParent], lone: printLoneComments(node, text) };
}
