/** Comments as documents. Those between statements Prettier prints; those among words are printed here. */
import type { AstPath, Doc } from "prettier";
import { builders } from "prettier/doc";
import { type CommentMarker, type FormatNode, type PlacedComment, commentsOf, isWord } from "./nodes.js";

const { breakParent, hardline, join, lineSuffix, literalline } = builders;

/** The comments of `node` that stand at `place`, as documents; Prettier is told that they are printed. */
export function printComments(node: FormatNode, place: CommentMarker): readonly { readonly comment: PlacedComment; readonly doc: Doc }[] {
  return commentsOf(node)
    .filter((comment) => comment.leading !== true && comment.trailing !== true && (comment.marker ?? "body") === place)
    .map((comment) => ({ comment, doc: printOnce(comment) }));
}

/** Prettier's hook: the text of the comment at `path`. */
export function printComment(path: AstPath<FormatNode>): Doc {
  const { node } = path;
  return node.kind === "comment" ? commentText(node) : "";
}

/** The document of a word with its comments around it. */
export function withComments(node: FormatNode, doc: Doc): Doc {
  const comments = commentsOf(node);
  if (comments.length === 0) return doc;
  const leading = comments
    .filter((comment) => comment.leading === true)
    .map((comment) => [printOnce(comment), comment.style === "block" && comment.startsLine !== true ? " " : hardline]);
  const trailing = comments
    .filter((comment) => comment.trailing === true)
    .map((comment) => (comment.style === "block" ? [" ", printOnce(comment)] : [lineSuffix([" ", printOnce(comment)]), breakParent]));
  return [leading, doc, trailing];
}

/** Prettier's hook: whether `withComments` has printed the comments of the node at `path`. */
export function printsOwnComments(path: AstPath<FormatNode>): boolean {
  return isWord(path.node);
}

/** Tells Prettier, which counts, that the comment is printed. */
function printOnce(comment: PlacedComment): Doc {
  Object.assign(comment, { printed: true });
  return commentText(comment);
}

/** Exactly as the author wrote it, but for space that nobody sees at the end of a line. */
function commentText(comment: { readonly text: string }): Doc {
  return join(literalline, comment.text.trimEnd().split("\n"));
}

/** Whether the author asked that the node at `path` be left as it is. */
export function isIgnored(path: AstPath<FormatNode>): boolean {
  return hasIgnoreComment(path.node);
}

export function hasIgnoreComment(node: FormatNode): boolean {
  return !isWord(node) && commentsOf(node).some((comment) => comment.leading === true && /^\/[/*]\s*prettier-ignore\s*(\*\/)?$/.test(comment.text));
}
