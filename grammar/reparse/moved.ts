/** Trees at another place of the text: the same statements with every span moved by so many characters. */
import type { Span } from "../span.js";
import type * as tree from "../syntax.js";

type Spanned = { readonly span: Span };

/** A node that has no other nodes inside. */
type Leaf =
  | tree.Name
  | tree.IntegerLiteral
  | tree.IntegerRange
  | tree.AddressLiteral
  | tree.PrefixLiteral
  | tree.AddressRangeLiteral
  | tree.BandwidthLiteral
  | tree.Comment
  | tree.Default;

/** The span, moved. */
function movedSpan({ file, start, end }: Span, by: number): Span {
  return { file, start: start + by, end: end + by };
}

/** The comment, moved. */
export function movedComment(comment: tree.Comment, by: number): tree.Comment {
  return leaf(comment, by);
}

/** The problem with the places and edits that it speaks of, moved; the ones of related places too, so all of them have to lie behind the change. */
export function movedProblem(problem: tree.SyntaxProblem, by: number): tree.SyntaxProblem {
  const related = problem.related.map((entry) => ({ ...entry, span: movedSpan(entry.span, by) }));
  if (problem.fix === undefined) return { ...problem, span: movedSpan(problem.span, by), related };
  const fix = { ...problem.fix, edits: problem.fix.edits.map((edit) => ({ ...edit, span: movedSpan(edit.span, by) })) };
  return { ...problem, span: movedSpan(problem.span, by), related, fix };
}

/** The statement with everything in it, moved. */
export function movedItem(item: tree.Item, by: number): tree.Item {
  const span = movedSpan(item.span, by);
  switch (item.kind) {
    case "import":
      return { ...item, span, path: leaf(item.path, by) };
    case "param": {
      const { value } = item;
      return {
        ...item,
        span,
        name: leaf(item.name, by),
        type: leaf(item.type, by),
        ...(value === undefined ? {} : { value: value.map((part) => movedValue(part, by)) }),
      };
    }
    case "tenant":
      return { ...item, span, name: leaf(item.name, by), items: item.items.map((inner) => movedItem(inner, by)) };
    case "namespaces":
      return { ...item, span, names: leaves(item.names, by) };
    case "default":
      return leaf(item, by);
    case "external":
      return { ...item, span, name: leaf(item.name, by), values: leaves(item.values, by) };
    case "set":
      return { ...item, span, name: leaf(item.name, by), peers: movedPeers(item.peers, by) };
    case "service":
      return { ...item, span, name: leaf(item.name, by), terms: item.terms.map((term) => movedService(term, by)) };
    case "policy":
      return movedPolicy(item, by);
    case "export":
      return { ...item, span, groups: leaves(item.groups, by), ...(item.to === undefined ? {} : { to: leaves(item.to, by) }) };
    case "app":
      return { ...item, span, name: leaf(item.name, by), groups: leaves(item.groups, by) };
    case "contracts":
      return { ...item, span, name: leaf(item.name, by), names: leaves(item.names, by) };
    case "test":
      return { ...item, span, name: leaf(item.name, by), expectations: item.expectations.map((expectation) => movedFlows(expectation, by)) };
    default:
      return movedBlock(item, by);
  }
}

/** Of each policy whose rules were moved, or will be when somebody asks for them: the policy that was read, and how far it is now from there. */
const readAt = new WeakMap<tree.Policy, { readonly policy: tree.Policy; readonly by: number }>();

/** Most policies move with each keystroke, and nobody looks at their rules before they move again: these are moved when they are asked for. */
function movedPolicy(policy: tree.Policy, further: number): tree.Policy {
  const earlier = readAt.get(policy) ?? { policy, by: 0 };
  const by = earlier.by + further;
  const read = earlier.policy;
  let rules: readonly tree.Rule[] | undefined;
  const moved: tree.Policy = {
    ...read,
    span: movedSpan(read.span, by),
    name: leaf(read.name, by),
    ...(read.priority === undefined ? {} : { priority: leaf(read.priority, by) }),
    get rules() {
      rules ??= read.rules.map((rule) => movedRule(rule, by));
      return rules;
    },
  };
  readAt.set(moved, { policy: read, by });
  return moved;
}

/** The rules of a policy with the places that they had when they were read: for questions in which places do not matter. */
export function rulesAsRead(policy: tree.Policy): readonly tree.Rule[] {
  return (readAt.get(policy)?.policy ?? policy).rules;
}

function leaf<Node extends Leaf>(node: Node, by: number): Node {
  return { ...node, span: movedSpan(node.span, by) };
}

function leaves<Node extends Leaf>(nodes: readonly Node[], by: number): readonly Node[] {
  return nodes.map((node) => leaf(node, by));
}

function movedBlock(block: tree.Block, by: number): tree.Block {
  const { name, network } = block;
  return {
    ...block,
    span: movedSpan(block.span, by),
    ...(name === undefined ? {} : { name: leaf(name, by) }),
    ...(network === undefined ? {} : { network: leaf(network, by) }),
    statements: block.statements.map((statement) => movedStatement(statement, by)),
  };
}

function movedStatement(statement: tree.Property | tree.Match, by: number): tree.Property | tree.Match {
  const span = movedSpan(statement.span, by);
  if (statement.kind === "property")
    return { ...statement, span, name: leaf(statement.name, by), values: statement.values.map((value) => movedValue(value, by)) };
  const requirements = statement.requirements.map((requirement) => ({
    ...requirement,
    span: movedSpan(requirement.span, by),
    key: leaf(requirement.key, by),
    values: leaves(requirement.values, by),
  }));
  return { ...statement, span, requirements };
}

function movedRule(rule: tree.Rule, by: number): tree.Rule {
  const moved = movedFlows(rule, by);
  return rule.name === undefined ? moved : { ...moved, name: leaf(rule.name, by) };
}

type Flows = Spanned & Pick<tree.Rule, "source" | "destination" | "services">;

function movedFlows<Node extends Flows>(node: Node, by: number): Node {
  const span = movedSpan(node.span, by);
  const source = movedPeers(node.source, by);
  const destination = movedPeers(node.destination, by);
  if (node.services === undefined) return { ...node, span, source, destination };
  return { ...node, span, source, destination, services: node.services.map((term) => movedService(term, by)) };
}

function movedPeers(peers: tree.PeerExpression, by: number): tree.PeerExpression {
  const moved = (terms: readonly tree.PeerTerm[]): readonly tree.PeerTerm[] =>
    terms.length === 0 ? terms : terms.map((term) => (term.kind === "path" ? movedPath(term, by) : leaf(term, by)));
  return { kind: "peers", include: moved(peers.include), except: moved(peers.except), span: movedSpan(peers.span, by) };
}

function movedPath(path: tree.Path, by: number): tree.Path {
  return { kind: "path", tenant: leaf(path.tenant, by), name: leaf(path.name, by), span: movedSpan(path.span, by) };
}

function movedService(term: tree.ServiceTerm, by: number): tree.ServiceTerm {
  return term.kind === "name" ? leaf(term, by) : movedLiteral(term, by);
}

function movedLiteral(literal: tree.ServiceLiteral, by: number): tree.ServiceLiteral {
  return { ...literal, protocol: leaf(literal.protocol, by), ports: leaves(literal.ports, by), span: movedSpan(literal.span, by) };
}

function movedValue(value: tree.Value, by: number): tree.Value {
  switch (value.kind) {
    case "path":
      return movedPath(value, by);
    case "service":
      return movedLiteral(value, by);
    case "portMapping":
      return { kind: "portMapping", service: movedLiteral(value.service, by), target: leaf(value.target, by), span: movedSpan(value.span, by) };
    default:
      return leaf(value, by);
  }
}
