/** Reading of small texts, for the tests of the grammar. */
import { parseFile } from "../../grammar/parse.js";
import type { Item, Policy, Rule, SourceFile, SyntaxProblem, Value } from "../../grammar/syntax.js";

/** The tree of a text without mistakes. */
export function read(text: string): SourceFile {
  const { file, problems } = parseFile("test.ctv", text);
  if (problems.length > 0) throw new Error(problems.map(({ code, message }) => `${code} ${message}`).join("\n"));
  return file;
}

/** The only statement of a text. */
export function only(text: string): Item {
  const { items } = read(text);
  if (items.length !== 1) throw new Error(`${items.length} statements instead of one: ${text}`);
  return items[0];
}

/** The member of `Item` that may have this kind. */
type ItemOf<Kind extends Item["kind"], Member = Item> = Member extends { readonly kind: infer Kinds } & Item
  ? Kind extends Kinds
    ? Member
    : never
  : never;

/** The only statement of a text, if it is of this kind. */
export function onlyOf<Kind extends Item["kind"]>(kind: Kind, text: string): ItemOf<Kind> {
  const item = only(text);
  if (!isOf(item, kind)) throw new Error(`a ${item.kind} instead of a ${kind}: ${text}`);
  return item;
}

function isOf<Kind extends Item["kind"]>(item: Item, kind: Kind): item is ItemOf<Kind> {
  return item.kind === kind;
}

export function policyOf(rules: string): Policy {
  return onlyOf("policy", `policy p {\n${rules}\n}`);
}

export function ruleOf(rule: string): Rule {
  const { rules } = policyOf(rule);
  if (rules.length !== 1) throw new Error(`${rules.length} rules instead of one: ${rule}`);
  return rules[0];
}

/** Values and terms as they would be written, names in quotes where they were quoted. */
export function written(value: Value): string {
  switch (value.kind) {
    case "name":
      return value.quoted ? JSON.stringify(value.text) : value.text;
    case "path":
      return `${value.tenant.text}/${value.name.text}`;
    case "integer":
      return String(value.value);
    case "integerRange":
      return `${value.first}-${value.last}`;
    case "address":
    case "prefix":
    case "bandwidth":
      return `${value.kind} ${value.text}`;
    case "addressRange":
      return `range ${value.first}-${value.last}${value.length === undefined ? "" : `/${value.length}`}`;
    case "service":
      return `${value.protocol.text}/${value.braces ? "{" : ""}${value.ports.map(written).join(", ")}${value.braces ? "}" : ""}`;
    case "portMapping":
      return `${written(value.service)} -> ${written(value.target)}`;
  }
}

export function problemsOf(text: string): readonly SyntaxProblem[] {
  return parseFile("test.ctv", text).problems;
}

/** A text with its problem marked: `‹` and `›` around the span. */
export function marked(text: string, { span }: SyntaxProblem): string {
  return `${text.slice(0, span.start)}‹${text.slice(span.start, span.end)}›${text.slice(span.end)}`;
}

/** The text after a problem's fix. */
export function mended(text: string, { fix }: SyntaxProblem): string {
  const edits = [...(fix?.edits ?? [])].sort((left, right) => right.span.start - left.span.start);
  return edits.reduce((before, { span, text: inserted }) => before.slice(0, span.start) + inserted + before.slice(span.end), text);
}
