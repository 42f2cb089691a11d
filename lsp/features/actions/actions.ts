/** Everything that can be done about the code in a range. */
import type { CodeAction, Range } from "vscode-languageserver-types";
import { offsetIn } from "../../place.js";
import type { View } from "../../workspace/workspace.js";
import type { Diagnostic } from "../../../compiler/diagnostics/diagnostic.js";
import { findingsIn } from "../diagnostics.js";
import { quickFixes } from "./quickfixes.js";
import { refactorings } from "./refactorings.js";
import { fixAll, organiseImports } from "./source.js";

/** `only` are kinds that the client asks for; a kind holds those below it (`source` holds `source.fixAll`). */
export function codeActions(view: View, range: Range, only: readonly string[] | undefined, more: readonly Diagnostic[] = []): CodeAction[] {
  const start = offsetIn(view, range.start);
  const end = offsetIn(view, range.end);
  const inFile = findingsIn(view, view.file.id, more);
  const inRange = inFile.filter(({ span }) => span.start <= end && start <= span.end);
  const actions = [...quickFixes(view, inRange), ...refactorings(view, start), ...fixAll(view, inFile), ...organiseImports(view)];
  if (only === undefined) return actions;
  return actions.filter(({ kind }) => only.some((wanted) => kind === wanted || kind?.startsWith(`${wanted}.`) === true));
}
