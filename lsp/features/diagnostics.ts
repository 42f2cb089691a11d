/** Findings as the editor shows them. */
import { type Diagnostic as EditorDiagnostic, DiagnosticSeverity, DiagnosticTag } from "vscode-languageserver-types";
import type { Diagnostic, Severity } from "../../compiler/diagnostics/diagnostic.js";
import type { PageOf } from "../documentation.js";
import { locationOf, rangeOf } from "../place.js";
import type { View } from "../workspace/workspace.js";

/** The findings in one file of the view's project; `more` are those that take longer to find than the compiler's own. */
export function findingsIn(view: View, id: string, more: readonly Diagnostic[] = []): readonly Diagnostic[] {
  return [...(view.checked.findings.get(id) ?? []), ...more.filter((diagnostic) => diagnostic.span.file === id)];
}

/** `pageOf` gives the address of the page about a code, for clients that show one. */
export function toEditor(view: View, diagnostic: Diagnostic, pageOf?: PageOf): EditorDiagnostic {
  const href = pageOf?.(diagnostic.code);
  const { code, message, help, related, span } = diagnostic;
  return {
    range: rangeOf(view, span),
    severity: severityOf(diagnostic.severity),
    code,
    ...(href === undefined ? {} : { codeDescription: { href } }),
    source: "ctv",
    message: help === undefined ? message : `${message}\n${help}`,
    ...(isUnneeded(code) ? { tags: [DiagnosticTag.Unnecessary] } : {}),
    ...(related.length === 0
      ? {}
      : { relatedInformation: related.map((entry) => ({ location: locationOf(view, entry.span), message: entry.message })) }),
  };
}

function severityOf(severity: Severity): DiagnosticSeverity {
  switch (severity) {
    case "error":
      return DiagnosticSeverity.Error;
    case "warning":
      return DiagnosticSeverity.Warning;
    case "note":
      return DiagnosticSeverity.Information;
  }
}

/** Rules that decide nothing and declarations that nobody uses are shown faded. */
function isUnneeded(code: string): boolean {
  return unneeded.has(code);
}

const unneeded: ReadonlySet<string> = new Set([
  "CTV4002",
  "CTV4003",
  "CTV4101",
  "CTV4102",
  "CTV4103",
  "CTV4105",
  "CTV4106",
  "CTV4107",
  "CTV4108",
  "CTV4109",
]);
