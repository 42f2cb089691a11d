/** Where comments go. Prettier places most of them; here are the places that only braces and brackets have. */
import { restOfLineIsBlank, skipBlanksAndComments } from "./lines.js";
import { type CommentMarker, type FormatNode, type PlacedComment, bodyOf, childKeys, commentsOf } from "./nodes.js";

/** A comment while Prettier looks for its place, with the nodes around it. */
interface LooseComment extends PlacedComment {
  readonly placement: "ownLine" | "endOfLine" | "remaining";
  enclosingNode?: FormatNode;
  precedingNode?: FormatNode;
  followingNode?: FormatNode;
}

/** Places a comment on a line of its own; false leaves it to Prettier. */
export function placeOwnLine(comment: LooseComment, text: string): boolean {
  const { enclosingNode, followingNode } = comment;
  if (enclosingNode !== undefined && followingNode === undefined && hasBrackets(enclosingNode)) return attach(enclosingNode, comment, "body");
  return placeAmongWords(comment, text) || placeInside(comment, text, "body");
}

/** Places a comment that is the last thing on its line; false leaves it to Prettier. */
export function placeAtEndOfLine(comment: LooseComment, text: string): boolean {
  return (!followsComma(comment, text) && placeAmongWords(comment, text)) || placeInside(comment, text, "opening");
}

/** Places a comment with code after it on its line; false leaves it to Prettier. */
export function placeAmongCode(comment: LooseComment, text: string): boolean {
  return placeInside(comment, text, restOfLineIsBlank(text, comment.span.end) ? "opening" : "body");
}

/** A comment between two words of a statement whose line goes on after it: it stands before what follows. */
function placeAmongWords(comment: LooseComment, text: string): boolean {
  const { enclosingNode, followingNode } = comment;
  if (enclosingNode === undefined || followingNode === undefined || bodyOf(enclosingNode) !== undefined) return false;
  const alone = comment.placement === "ownLine" && restOfLineIsBlank(text, comment.span.end);
  Object.assign(comment, { startsLine: alone && followsComma(comment, text) });
  return attach(followingNode, comment, "leading");
}

function placeInside(comment: LooseComment, text: string, place: "opening" | "body"): boolean {
  const { enclosingNode: enclosing, precedingNode: preceding, followingNode: following } = comment;
  if (enclosing === undefined || enclosing.kind === "file") return false;
  // Before the statement it would come between it and its doc comment.
  if (enclosing.kind === "default") return attach(enclosing, comment, "trailing");
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

/** Whether the comment stands in a list, after the comma of the item before it. */
function followsComma(comment: LooseComment, text: string): boolean {
  return comment.precedingNode !== undefined && text[skipBlanksAndComments(text, comment.precedingNode.span.end)] === ",";
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
