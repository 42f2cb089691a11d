/** Actions that answer a finding: its own fixes, a declaration for a missing name, silence with a reason. */
import { type CodeAction, CodeActionKind, type Diagnostic as EditorDiagnostic } from "vscode-languageserver-types";
import type { Diagnostic, Fix } from "../../../compiler/diagnostics/diagnostic.js";
import { definitionByCode } from "../../../compiler/diagnostics/catalogue.js";
import { ignoreWithoutReason, unknownName } from "../../../compiler/diagnostics/names.js";
import { unusedIgnore } from "../../../compiler/diagnostics/usage.js";
import { isEssential } from "../../../compiler/source/settings.js";
import type { TextEdit } from "../../../grammar/syntax.js";
import { type SyntaxNode, nodesAt } from "../../../grammar/walk.js";
import type { View } from "../../workspace/workspace.js";
import { toEditor } from "../diagnostics.js";
import { indentationAt, insertion, startOfLine, workspaceEdit } from "./edits.js";

export function quickFixes(view: View, findings: readonly Diagnostic[]): CodeAction[] {
  return findings.flatMap((finding) => {
    const diagnostics = [toEditor(view, finding)];
    const [first] = finding.fixes;
    return [
      ...finding.fixes.map((fix) => ({ ...action(view, fix, diagnostics), isPreferred: fix === first && (fix.safe || finding.fixes.length === 1) })),
      ...declarations(view, finding).map((fix) => action(view, fix, diagnostics)),
      ...silence(view, finding).map((fix) => action(view, fix, diagnostics)),
    ];
  });
}

function action(view: View, fix: Fix, diagnostics: EditorDiagnostic[]): CodeAction {
  return { title: capital(fix.title), kind: CodeActionKind.QuickFix, diagnostics, edit: workspaceEdit(view, fix.edits) };
}

function capital(title: string): string {
  return title.charAt(0).toUpperCase() + title.slice(1);
}

/** Declares what a name was meant to stand for, before the declaration that uses it. */
function declarations(view: View, finding: Diagnostic): readonly Fix[] {
  if (finding.code !== unknownName.code) return [];
  const path = nodesAt(view.file.parsed.file, finding.span.start);
  const name = view.file.text.slice(finding.span.start, finding.span.end);
  const kinds = kindsFor(path);
  const user = outermostInTenant(path);
  if (user === undefined) return [];
  const indentation = indentationAt(view.file.text, user.span.start);
  return kinds.map((kind) => ({
    title: `declare the ${kind} ${name}`,
    safe: false,
    edits: [insertion(view, startOfLine(view.file.text, user.span.start), `${indentation}${declarationText(kind, name)}\n`)],
  }));
}

type Declarable = "group" | "set" | "service" | "network" | "param";

function kindsFor(path: readonly SyntaxNode[]): readonly Declarable[] {
  const [parent, name] = path.slice(-2);
  if (parent.kind === "peers") return ["group", "set"];
  if (parent.kind === "service") return ["ports" in parent ? "param" : "service"];
  if ((parent.kind === "rule" || parent.kind === "expect") && parent.services?.some((term) => term === name) === true) return ["service"];
  if ((parent.kind === "group" || parent.kind === "loadbalancer") && parent.network === name) return ["network"];
  return parent.kind === "app" || parent.kind === "export" ? ["group"] : [];
}

function declarationText(kind: Declarable, name: string): string {
  switch (kind) {
    case "group":
      return `group ${name} { match app = ${name} }`;
    case "set":
      return `set ${name} = any`;
    case "service":
      return `service ${name} = tcp/80`;
    case "network":
      return `network ${name} { subnet 10.0.0.0/24 }`;
    case "param":
      return `param ${name}: port = 80`;
  }
}

/** The declaration around a place that stands right in a tenant, or in the file. */
export function outermostInTenant(path: readonly SyntaxNode[]): SyntaxNode | undefined {
  const tenant = path.findIndex(({ kind }) => kind === "tenant");
  return path.at(tenant === -1 ? 1 : tenant + 1);
}

/** Findings about comments that silence others: these are mended, not silenced. */
const aboutSilence: ReadonlySet<string> = new Set([ignoreWithoutReason.code, unusedIgnore.code]);

/** A comment that silences the finding; the reason is for the author to write. */
function silence(view: View, { code, span }: Diagnostic): readonly Fix[] {
  if (isEssential(code, definitionByCode) || aboutSilence.has(code) || span.file !== view.file.id) return [];
  const start = startOfLine(view.file.text, span.start);
  const edits: readonly TextEdit[] = [insertion(view, start, `${indentationAt(view.file.text, span.start)}// ctv-ignore ${code}: because\n`)];
  return [{ title: `silence ${code} on this line, with a reason`, safe: false, edits }];
}
