/**
 * The syntax tree as Prettier walks it. Prettier hangs each comment on the node it stands next to, in a `comments` field that
 * it adds itself; the tree it gets is made for it alone.
 */
import type {
  Comment,
  Expectation,
  Item,
  Match,
  PeerExpression,
  PeerTerm,
  Property,
  Requirement,
  Rule,
  ServiceTerm,
  SourceFile,
  Value,
} from "../syntax.js";

/** A comment once Prettier has placed it. */
export interface PlacedComment extends Comment {
  readonly leading?: boolean;
  readonly trailing?: boolean;
  readonly marker?: CommentMarker;
  /** It has a line of its own after a comma, and keeps it. */
  readonly startsLine?: boolean;
}

/** Where a comment stands that belongs to no child of a block: in its head, right after its `{`, or alone in its body. */
export type CommentMarker = "head" | "opening" | "body";

export type TreeNode = SourceFile | Item | Rule | Expectation | Property | Match | Requirement | PeerExpression | PeerTerm | ServiceTerm | Value;

export type FormatNode = TreeNode | Comment;

type Kind = TreeNode["kind"];

const children: { readonly [K in Kind]: readonly string[] } = {
  file: ["items"],
  import: ["path"],
  param: ["name", "type", "value"],
  tenant: ["name", "items"],
  namespaces: ["names"],
  default: [],
  network: ["name", "network", "statements"],
  group: ["name", "network", "statements"],
  qos: ["name", "network", "statements"],
  loadbalancer: ["name", "network", "statements"],
  fabric: ["name", "network", "statements"],
  bgp: ["name", "network", "statements"],
  aci: ["name", "network", "statements"],
  external: ["name", "values"],
  set: ["name", "peers"],
  service: ["name", "terms"],
  policy: ["name", "priority", "rules"],
  rule: ["source", "destination", "services", "name"],
  export: ["groups", "to"],
  app: ["name", "groups"],
  contracts: ["name", "names"],
  test: ["name", "expectations"],
  expect: ["source", "destination", "services"],
  property: ["name", "values"],
  match: ["requirements"],
  requirement: ["key", "values"],
  peers: ["include", "except"],
  name: [],
  path: [],
  integer: [],
  integerRange: [],
  address: [],
  prefix: [],
  addressRange: [],
  bandwidth: [],
  portMapping: [],
};

/** The fields of a node that hold its children; none where a comment inside the node must stay outside of it. */
export function childKeys(node: FormatNode): string[] {
  if (node.kind === "comment") return [];
  // A service declaration and a service literal share their kind; only ports in braces have room for a comment.
  if (node.kind === "service" && "ports" in node) return node.braces ? ["ports"] : [];
  return [...children[node.kind]];
}

/** Whether `node` is a part of a statement, and no statement. */
export function isWord(node: FormatNode): boolean {
  return node.kind !== "comment" && (children[node.kind].length === 0 ? node.kind !== "default" : node.kind === "requirement" || isLiteral(node));
}

function isLiteral(node: FormatNode): boolean {
  return node.kind === "service" && "ports" in node;
}

/** Comments that Prettier has hung on `node`, in source order. */
export function commentsOf(node: FormatNode): readonly PlacedComment[] {
  if (!("comments" in node)) return [];
  const comments: readonly PlacedComment[] = node.comments;
  return comments;
}

/** The statements between the braces of `node`, or undefined where it has no braces. A file counts as having them. */
export function bodyOf(node: FormatNode): readonly FormatNode[] | undefined {
  if ("items" in node) return node.items;
  if ("statements" in node) return node.statements;
  if ("rules" in node) return node.rules;
  if ("expectations" in node) return node.expectations;
  return undefined;
}
