/** Each statement as a phrase: words in order, one space between them, breaks after commas only. */
import type { Doc } from "prettier";
import type {
  App,
  Block,
  Contracts,
  Expectation,
  Export,
  External,
  Match,
  Namespaces,
  Param,
  PeerExpression,
  Policy,
  Property,
  Requirement,
  Rule,
  Service,
  ServiceLiteral,
  SetDeclaration,
} from "../syntax.js";
import { printComments } from "./commentprint.js";
import type { FormatNode } from "./nodes.js";
import { type Phrase, bracketed, join, list, words } from "./phrase.js";

/** Prints the child of the statement that is reached by these keys. */
export type Part = (...keys: readonly (string | number)[]) => Doc;

/** What has one line of its own and no body. */
export type Line = App | Contracts | Export | External | Match | Namespaces | Param | Property | Service | SetDeclaration;

/** The statement as one phrase. */
export function printLine(node: Line, part: Part): Phrase {
  const all = (key: string, nodes: readonly FormatNode[]): Phrase => each(part, [key], nodes);
  const named = (word: string, key: string, nodes: readonly FormatNode[]): Phrase => join([words([word, " ", part("name"), " = "]), all(key, nodes)]);
  switch (node.kind) {
    case "param": {
      const start = words(["param ", part("name"), ": ", part("type")]);
      return node.value === undefined ? start : join([start, words(" = "), all("value", node.value)]);
    }
    case "namespaces":
      return join([words("namespaces "), all("names", node.names)]);
    case "external":
      return named("external", "values", node.values);
    case "set":
      return join([words(["set ", part("name"), " = "]), peers(node.peers, part, ["peers"])]);
    case "service":
      return named("service", "terms", node.terms);
    case "export": {
      const groups = join([words("export "), all("groups", node.groups)]);
      return node.to === undefined ? groups : join([groups, words(" to "), all("to", node.to)]);
    }
    case "app":
      return named("app", "groups", node.groups);
    case "contracts":
      return join([words(["contracts ", part("name"), " ", node.type, " = "]), all("names", node.names)]);
    case "property":
      return node.values.length === 0 ? words(part("name")) : join([words([part("name"), " "]), all("values", node.values)]);
    case "match":
      return join([words("match "), all("requirements", node.requirements)]);
  }
}

/** The words before the `{` of a block of properties. */
export function blockHead(node: Block, part: Part): Doc {
  return [node.kind, node.name === undefined ? "" : [" ", part("name")], node.network === undefined ? "" : [" in ", part("network")]];
}

/** The words before the `{` of a policy. */
export function policyHead(node: Policy, part: Part): Doc {
  return ["policy ", part("name"), node.priority === undefined ? "" : [" priority ", part("priority")]];
}

/** The parts of a rule or an expectation that have a column each. */
export interface Cells {
  readonly action: string;
  readonly source: Phrase;
  readonly destination: Phrase;
  readonly services?: Phrase;
  readonly tail?: Doc;
}

export function ruleCells(node: Rule | Expectation, part: Part): Cells {
  const tail = node.kind === "expect" ? [] : [...(node.log ? ["log"] : []), ...(node.name === undefined ? [] : [["as ", part("name")]])];
  return {
    action: node.kind === "expect" ? `expect ${node.action}` : node.action,
    source: peers(node.source, part, ["source"]),
    destination: peers(node.destination, part, ["destination"]),
    ...(node.services === undefined ? {} : { services: each(part, ["services"], node.services) }),
    ...(tail.length === 0 ? {} : { tail: tail.length === 2 ? [tail[0], " ", tail[1]] : tail[0] }),
  };
}

/** A rule that is in no table. */
export function looseRule(cells: Cells): Phrase {
  const flow = [words([cells.action, " "]), cells.source, words(" -> "), cells.destination];
  const services = cells.services === undefined ? [] : [words(" : "), cells.services];
  return join([...flow, ...services, ...(cells.tail === undefined ? [] : [words([" ", cells.tail])])]);
}

/** `k = v`, `k in (a, b)`, `has k`. */
export function printRequirement(node: Requirement, part: Part): Doc {
  const key = part("key");
  switch (node.operator) {
    case "equals":
      return [key, " = ", part("values", 0)];
    case "has":
      return ["has ", key];
    case "hasNot":
      return ["not ", key];
    case "in":
    case "notIn": {
      const values = each(part, ["values"], node.values);
      return [key, node.operator === "in" ? " in " : " not in ", bracketed("(", values, loneComments(node), ")")];
    }
  }
}

/** `tcp/80`, `tcp/{80, 443}`. */
export function printService(node: ServiceLiteral, part: Part): Doc {
  if (!node.braces) return [node.protocol.text, "/", part("ports", 0)];
  return [node.protocol.text, "/", bracketed("{", each(part, ["ports"], node.ports), loneComments(node), "}")];
}

/** The documents of the children below `keys`, set out as a list. */
function each(part: Part, keys: readonly (string | number)[], nodes: readonly FormatNode[]): Phrase {
  return list(
    nodes,
    nodes.map((_, index) => part(...keys, index)),
  );
}

function peers(node: PeerExpression, part: Part, keys: readonly (string | number)[]): Phrase {
  const include = each(part, [...keys, "include"], node.include);
  return node.except.length === 0 ? include : join([include, words(" except "), each(part, [...keys, "except"], node.except)]);
}

function loneComments(node: FormatNode): Doc[] {
  return printComments(node, "body").map(({ doc }) => doc);
}
