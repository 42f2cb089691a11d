/** Changes of form: a part of a rule becomes a declaration, a rule becomes a test. */
import { type CodeAction, CodeActionKind } from "vscode-languageserver-types";
import { universeNear } from "../../../compiler/verdict/near.js";
import { answer } from "../../../compiler/verdict/query.js";
import type { Rule, TextEdit } from "../../../grammar/syntax.js";
import { type SyntaxNode, nodesAt } from "../../../grammar/walk.js";
import { ruleText } from "../../../compiler/policy/text.js";
import type { View } from "../../workspace/workspace.js";
import { declaredNames, freshName, indentationAt, insertion, startOfLine, workspaceEdit } from "./edits.js";
import { outermostInTenant } from "./quickfixes.js";

export function refactorings(view: View, offset: number): CodeAction[] {
  const path = nodesAt(view.file.parsed.file, offset);
  const home = outermostInTenant(path);
  if (home === undefined) return [];
  return path.flatMap((node, index) => [...extraction(view, home, path, node, index), ...testOf(view, home, node)]);
}

function extraction(view: View, home: SyntaxNode, path: readonly SyntaxNode[], node: SyntaxNode, index: number): CodeAction[] {
  const parent = path.at(index - 1);
  if (node === home || (parent !== undefined && parent === home && home.kind !== "policy" && home.kind !== "test")) return [];
  switch (node.kind) {
    case "service":
      return "ports" in node && isSentence(parent) ? [declared(view, home, node, "service", "Extract a service")] : [];
    case "peers":
      return node.include.length > 1 ? [declared(view, home, node, "set", "Extract a set")] : [];
    case "address":
    case "prefix":
    case "addressRange":
      return parent?.kind === "peers" ? [declared(view, home, node, "external", "Name these addresses as an external")] : [];
    default:
      return [];
  }
}

function isSentence(node: SyntaxNode | undefined): boolean {
  return node?.kind === "rule" || node?.kind === "expect";
}

/** The action that declares the text of `node` by a name of its own, and writes the name instead. */
function declared(view: View, home: SyntaxNode, node: SyntaxNode, word: "service" | "set" | "external", title: string): CodeAction {
  const { text } = view.file;
  const name = freshName(declaredNames(view), `new-${word}`);
  const indentation = indentationAt(text, home.span.start);
  const edits: readonly TextEdit[] = [
    insertion(view, startOfLine(text, home.span.start), `${indentation}${word} ${name} = ${text.slice(node.span.start, node.span.end)}\n`),
    { span: node.span, text: name },
  ];
  return { title, kind: CodeActionKind.RefactorExtract, edit: workspaceEdit(view, edits) };
}

/** A test that claims what the rule says, after the policy of the rule; the title says so where the claim does not hold. */
function testOf(view: View, home: SyntaxNode, node: SyntaxNode): CodeAction[] {
  if (node.kind !== "rule" || home.kind !== "policy") return [];
  const indentation = indentationAt(view.file.text, home.span.start);
  const sentence = ruleText({ ...node, log: false, name: undefined });
  const text = `\n\n${indentation}test ${JSON.stringify(sentence)} {\n${indentation}  expect ${sentence}\n${indentation}}`;
  const title = holds(view, node) ? "Write a test for this rule" : "Write a test for this rule, which fails: other rules decide some of it";
  return [{ title, kind: CodeActionKind.RefactorRewrite, edit: workspaceEdit(view, [insertion(view, home.span.end, text)]) }];
}

/** Whether everything that the rule speaks of is decided as it says; taken for granted while the policy has errors. */
function holds(view: View, node: Rule): boolean {
  const { universe, names } = view.checked;
  const rule = names.ruleOf(node);
  if (universe === undefined || rule === undefined) return true;
  const { source, destination, service } = rule;
  return (
    answer(universeNear(universe, universe.endsOf(source), universe.endsOf(destination)), { source, destination, service }).outcome === rule.action
  );
}
