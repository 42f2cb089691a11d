/** Which policy a command of the palette is about. */
import * as vscode from "vscode";

/** The URI of the policy that is being edited; nothing while something else is. */
export function sourceInFocus(): string | undefined {
  const document = vscode.window.activeTextEditor?.document;
  return document?.languageId === "ctv" ? document.uri.toString() : undefined;
}
