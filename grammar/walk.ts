/** The tree as nodes within nodes, for questions about a place in the text. */
import type { Expectation, Item, Match, PeerExpression, PeerTerm, Property, Requirement, Rule, ServiceTerm, SourceFile, Value } from "./syntax.js";

export type SyntaxNode = SourceFile | Item | Rule | Expectation | Property | Match | Requirement | PeerExpression | PeerTerm | ServiceTerm | Value;

/** The nodes right inside `node`, in source order. */
function childrenOf(node: SyntaxNode): readonly SyntaxNode[] {
  switch (node.kind) {
    case "file":
      return node.items;
    case "import":
      return [node.path];
    case "param":
      return [node.name, node.type, ...(node.value ?? [])];
    case "tenant":
      return [node.name, ...node.items];
    case "namespaces":
      return node.names;
    case "network":
    case "group":
    case "qos":
    case "loadbalancer":
    case "fabric":
    case "bgp":
    case "aci":
      return [...present(node.name), ...present(node.network), ...node.statements];
    case "external":
      return [node.name, ...node.values];
    case "set":
      return [node.name, node.peers];
    case "service":
      return "ports" in node ? [node.protocol, ...node.ports] : [node.name, ...node.terms];
    case "policy":
      return [node.name, ...present(node.priority), ...node.rules];
    case "rule":
      return [node.source, node.destination, ...(node.services ?? []), ...present(node.name)];
    case "export":
      return [...node.groups, ...(node.to ?? [])];
    case "app":
      return [node.name, ...node.groups];
    case "contracts":
      return [node.name, ...node.names];
    case "test":
      return [node.name, ...node.expectations];
    case "expect":
      return [node.source, node.destination, ...(node.services ?? [])];
    case "property":
      return [node.name, ...node.values];
    case "match":
      return node.requirements;
    case "requirement":
      return [node.key, ...node.values];
    case "peers":
      return [...node.include, ...node.except];
    case "path":
      return [node.tenant, node.name];
    case "portMapping":
      return [node.service, node.target];
    case "default":
    case "name":
    case "integer":
    case "integerRange":
    case "address":
    case "prefix":
    case "addressRange":
    case "bandwidth":
      return [];
  }
}

function present<T>(node: T | undefined): readonly T[] {
  return node === undefined ? [] : [node];
}

/** The nodes that hold `offset`, outermost first; a node's end counts as in it, since a cursor there is on it. */
export function nodesAt(file: SourceFile, offset: number): readonly SyntaxNode[] {
  const path: SyntaxNode[] = [file];
  for (let node: SyntaxNode | undefined = file; node !== undefined;) {
    const holding: readonly SyntaxNode[] = childrenOf(node).filter(({ span }) => span.start <= offset && offset <= span.end);
    node = holding.at(-1);
    if (node !== undefined) path.push(node);
  }
  return path;
}

/** Calls `visit` for `node` and every node below it, in source order. */
export function visitNodes(node: SyntaxNode, visit: (node: SyntaxNode) => void): void {
  visit(node);
  for (const child of childrenOf(node)) visitNodes(child, visit);
}
