/** Rules and expectations as the formatter would write them, on one line: for ids, messages and annotations. */
import type {
  AddressLiteral,
  AddressRangeLiteral,
  Expectation,
  Name,
  PeerExpression,
  PeerTerm,
  PrefixLiteral,
  Rule,
  ServiceLiteral,
  ServiceTerm,
} from "../../grammar/syntax.js";
import { isPlainName } from "../../grammar/format/names.js";

export function nameText(name: Name): string {
  return name.quoted && !isPlainName(name.text) ? `"${name.text}"` : name.text;
}

export function addressText(literal: AddressLiteral | PrefixLiteral | AddressRangeLiteral): string {
  if (literal.kind !== "addressRange") return literal.text;
  return `${literal.first}-${literal.last}${literal.length === undefined ? "" : `/${literal.length}`}`;
}

export function peerText(term: PeerTerm): string {
  switch (term.kind) {
    case "name":
      return nameText(term);
    case "path":
      return `${nameText(term.tenant)}/${nameText(term.name)}`;
    default:
      return addressText(term);
  }
}

export function expressionText(expression: PeerExpression): string {
  const include = listText(expression.include, peerText);
  return expression.except.length === 0 ? include : `${include} except ${listText(expression.except, peerText)}`;
}

/** Most lists have one entry, which needs no list of texts. */
function listText<T>(entries: readonly T[], textOf: (entry: T) => string): string {
  return entries.length === 1 ? textOf(entries[0]) : entries.map(textOf).join(", ");
}

export function serviceText(term: ServiceTerm): string {
  if (term.kind === "name") return nameText(term);
  const ports = listText(term.ports, portText);
  return `${nameText(term.protocol)}/${term.ports.length === 1 ? ports : `{${ports}}`}`;
}

function portText(port: ServiceLiteral["ports"][number]): string {
  switch (port.kind) {
    case "name":
      return nameText(port);
    case "integer":
      return `${port.value}`;
    case "integerRange":
      return `${port.first}-${port.last}`;
  }
}

type Sentence = Pick<Rule | Expectation, "action" | "source" | "destination" | "services">;

function sentence(node: Sentence): string {
  const services = node.services === undefined ? "" : ` : ${listText(node.services, serviceText)}`;
  return `${node.action} ${expressionText(node.source)} -> ${expressionText(node.destination)}${services}`;
}

export function ruleText(rule: Rule): string {
  return `${sentence(rule)}${rule.log ? " log" : ""}${rule.name === undefined ? "" : ` as ${nameText(rule.name)}`}`;
}

export function expectationText(expectation: Expectation): string {
  return `expect ${sentence(expectation)}`;
}

/** Ten hexadecimal digits that depend on the text alone (cyrb53, shortened): the part of a rule's id that stands for its text. */
export function shortHash(text: string): string {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return (
    hexadecimal[low & 0xff] +
    hexadecimal[high >>> 24] +
    hexadecimal[(high >>> 16) & 0xff] +
    hexadecimal[(high >>> 8) & 0xff] +
    hexadecimal[high & 0xff]
  );
}

/** The two digits of each byte. */
const hexadecimal: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
