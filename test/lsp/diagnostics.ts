import type { Diagnostic } from "vscode-languageserver-types";
import { findingsIn, toEditor } from "../../lsp/features/diagnostics.js";
import type { View } from "../../lsp/workspace/workspace.js";

/** What the compiler finds in the view's file, as the editor shows it. */
export function diagnosticsOf(view: View): Diagnostic[] {
  return findingsIn(view, view.file.id).map((diagnostic) => toEditor(view, diagnostic));
}
