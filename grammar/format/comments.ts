/** Where comments go. Prettier places most of them; here are the places that only braces and brackets have. */
import type { AstPath, Doc } from "prettier";
import { builders } from "prettier/doc";
import { skipBlanksAndComments } from "./lines.js";
import { type CommentMarker, type FormatNode, type PlacedComment, bodyOf, childKeys, commentsOf } from "./nodes.js";

const { join, literalline } = builders;

/** A comment while Prettier looks for its place, with the nodes around it. */
interface LooseComment extends PlacedComment {
  enclosingNode?: FormatNode;
  precedingNode?: FormatNode;
  followingNode?: FormatNode;
}

/** Places a comment on a line of its own; false leaves it to Prettier. */
export function placeOwnLine(comment: LooseComment, text: string): boolean {
  const { enclosingNode, followingNode } = comment;
  if (enclosingNode !== undefined && followingNode === undefined && hasBrackets(enclosingNode)) return attach(enclosingNode, comment, "body");
  return placeInside(comment, text, "body");
}

/** Places a comment that is the last thing on its line; false leaves it to Prettier. */
export function placeAtEndOfLine(comment: LooseComment, text: string): boolean {
  const { enclosingNode, followingNode } = comment;
  const amongWords = enclosingNode !== undefined && bodyOf(enclosingNode) === undefined && followingNode !== undefined;
  // A line that ends with `->`, `:`, `=` or an opening bracket goes on, and so must the line after the comment.
  if (amongWords && comment.style !== "block" && lastCharacterBefore(comment, text) !== ",") return attach(followingNode, comment, "leading");
  return placeInside(comment, text, "opening");
}

/** Places a comment with code after it on its line; false leaves it to Prettier. */
export function placeAmongCode(comment: LooseComment, text: string): boolean {
  return placeInside(comment, text, "body");
}

function placeInside(comment: LooseComment, text: string, place: "opening" | "body"): boolean {
  const { enclosingNode: enclosing, precedingNode: preceding, followingNode: following } = comment;
  if (enclosing === undefined || enclosing.kind === "file") return false;
  if (childKeys(enclosing).length === 0) return attach(enclosing, comment, "leading");
  if (bodyOf(enclosing) === undefined) return false;
  const brace = openingBrace(enclosing, text);
  if (comment.span.start < brace) {
    if (comment.style !== "block") return attach(enclosing, comment, "opening");
    if (preceding !== undefined) return attach(preceding, comment, "trailing");
    return following !== undefined && following.span.start < brace ? false : attach(enclosing, comment, "head");
  }
  if (preceding !== undefined && preceding.span.start > brace) return false;
  if (place === "opening") return attach(enclosing, comment, "opening");
  return following === undefined ? attach(enclosing, comment, "body") : attach(following, comment, "leading");
}

function lastCharacterBefore(comment: LooseComment, text: string): string {
  let at = comment.span.start - 1;
  while (at >= 0 && /\s/.test(text[at])) at -= 1;
  return text.charAt(at);
}

function attach(node: FormatNode, comment: PlacedComment, place: CommentMarker | "leading" | "trailing"): true {
  const beside = place === "leading" || place === "trailing";
  Object.assign(comment, { leading: place === "leading", trailing: place === "trailing", ...(beside ? {} : { marker: place }) });
  Object.assign(node, { comments: [...commentsOf(node), comment] });
  return true;
}

function hasBrackets(node: FormatNode): boolean {
  return node.kind === "requirement"
    ? node.values.length > 0 && node.operator !== "equals"
    : node.kind === "service" && "ports" in node && node.braces;
}

/** Offset of the brace that opens the body of `node`. */
export function openingBrace(node: FormatNode, text: string): number {
  let end = node.span.start + node.kind.length;
  if ("name" in node && node.name !== undefined) end = Math.max(end, node.name.span.end);
  if ("network" in node && node.network !== undefined) end = Math.max(end, node.network.span.end);
  if ("priority" in node && node.priority !== undefined) end = Math.max(end, node.priority.span.end);
  return skipBlanksAndComments(text, end);
}

/** The comments of `node` that stand at `place`, as documents; Prettier is told that they are printed. */
export function printComments(node: FormatNode, place: CommentMarker): readonly { readonly comment: PlacedComment; readonly doc: Doc }[] {
  return commentsOf(node)
    .filter((comment) => comment.leading !== true && comment.trailing !== true && (comment.marker ?? "body") === place)
    .map((comment) => {
      Object.assign(comment, { printed: true });
      return { comment, doc: commentText(comment) };
    });
}

/** Prettier's hook: the text of the comment at `path`, exactly as the author wrote it. */
export function printComment(path: AstPath<FormatNode>): Doc {
  const { node } = path;
  return node.kind === "comment" ? commentText(node) : "";
}

function commentText(comment: { readonly text: string }): Doc {
  return join(literalline, comment.text.split("\n"));
}

/** Whether the author asked that the node at `path` be left as it is. */
export function isIgnored(path: AstPath<FormatNode>): boolean {
  return hasIgnoreComment(path.node);
}

export function hasIgnoreComment(node: FormatNode): boolean {
  return commentsOf(node).some((comment) => comment.leading === true && /^\/[/*]\s*prettier-ignore\s*(\*\/)?$/.test(comment.text));
}
