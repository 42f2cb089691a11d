/** What stands here, and what it means. */
import type { Hover } from "vscode-languageserver-types";
import type { PolicySymbol } from "../../compiler/bind/symbols.js";
import { describeType, propertyRow } from "../../compiler/bind/properties.js";
import { definitionByCode } from "../../compiler/diagnostics/catalogue.js";
import type { Span } from "../../grammar/span.js";
import type { Block, Property, Rule } from "../../grammar/syntax.js";
import { type SyntaxNode, nodesAt } from "../../grammar/walk.js";
import { toRange } from "../place.js";
import type { Outcome } from "../targets/outcomes.js";
import type { View } from "../workspace/workspace.js";
import { addressMeaning } from "./meaning/addresses.js";
import { groupMeaning } from "./meaning/groups.js";
import { ruleMeaning } from "./meaning/rules.js";
import { symbolMeaning } from "./meaning/symbols.js";
import { occurrenceAt } from "./names.js";

/** What the editor shows at `offset`, in Markdown. `outcomes` are what the targets make of the text, once that is known. */
export function hover(view: View, offset: number, outcomes?: readonly Outcome[]): Hover | undefined {
  const found = codeAt(view, offset) ?? nameAt(view, offset) ?? nodeAt(view, offset, outcomes);
  if (found === undefined) return undefined;
  return { contents: { kind: "markdown", value: found.text.join("\n\n") }, range: toRange(view.file.lines, found.span) };
}

interface Found {
  readonly span: Span;
  /** Paragraphs. */
  readonly text: readonly string[];
}

/** A code in a comment that silences it. */
function codeAt(view: View, offset: number): Found | undefined {
  const comment = view.file.parsed.file.comments.find(({ span }) => span.start <= offset && offset <= span.end);
  if (comment === undefined) return undefined;
  for (const match of comment.text.matchAll(/CTV\d{4}/g)) {
    const start = comment.span.start + match.index;
    const definition = definitionByCode.get(match[0]);
    if (definition === undefined || offset < start || offset > start + match[0].length) continue;
    return {
      span: { file: view.file.id, start, end: start + match[0].length },
      text: [`**${definition.code}** ${definition.title}`, definition.explanation],
    };
  }
  return undefined;
}

function nameAt(view: View, offset: number): Found | undefined {
  const found = occurrenceAt(view, offset);
  return found === undefined ? undefined : { span: found.span, text: describeSymbol(view, found.symbol) };
}

/** A declared name in Markdown: its declaration, its doc comment, and what it means. */
export function describeSymbol(view: View, symbol: PolicySymbol): readonly string[] {
  const [declaration] = symbol.declarations;
  const owner = symbol.tenant === undefined ? "" : ` of tenant ${symbol.tenant}`;
  const head = declaration === undefined ? `**${symbol.kind}** ${symbol.name}` : `**${symbol.kind}** ${symbol.name}${owner}`;
  const meaning = symbol.kind === "group" ? groupMeaning(view, symbol) : symbolMeaning(view, symbol);
  return [head, ...(symbol.doc === undefined ? [] : [symbol.doc]), ...meaning];
}

function nodeAt(view: View, offset: number, outcomes: readonly Outcome[] | undefined): Found | undefined {
  const path = nodesAt(view.file.parsed.file, offset);
  for (const [index, node] of [...path.entries()].reverse()) {
    const text = node.kind === "rule" ? ruleMeaning(view, node, outcomes) : describeNode(view, node, path[index - 1]);
    if (text !== undefined) return { span: focusOf(node), text };
  }
  return undefined;
}

function describeNode(view: View, node: SyntaxNode, parent: SyntaxNode | undefined): readonly string[] | undefined {
  switch (node.kind) {
    case "address":
    case "prefix":
    case "addressRange":
      return addressMeaning(view, node);
    case "property":
      return parent !== undefined && "statements" in parent ? propertyMeaning(node, parent) : undefined;
    case "default":
      return [`**default ${node.action}**`, `What no rule decides is ${node.action === "allow" ? "allowed" : "denied"}.`];
    case "name":
      return node.text === "any"
        ? ["**any**", "Every address there is."]
        : node.text === "world"
          ? ["**world**", "Whatever belongs to no tenant."]
          : undefined;
    default:
      return undefined;
  }
}

/** A rule is found by its action, so that its names and spaces show what they are. */
function focusOf(node: SyntaxNode): Span {
  if (node.kind === "property") return node.name.span;
  return node.kind === "rule" ? actionSpan(node) : node.span;
}

function actionSpan(rule: Rule): Span {
  return { ...rule.span, end: rule.span.start + rule.action.length };
}

function propertyMeaning(property: Property, block: Block): readonly string[] | undefined {
  const row = propertyRow(block.kind, property.name.text);
  if (row === undefined) return undefined;
  const fallback = row.default === undefined ? [] : [`Default: \`${row.default}\`.`];
  return [`**${row.name}** of ${block.kind}: ${describeType(row.type)}`, row.doc, ...fallback];
}
