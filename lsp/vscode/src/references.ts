/** The code lens that counts references, opened as VS Code's own list of places. */
import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import type { Location, Position } from "vscode-languageserver-types";

export function registerReferences(client: LanguageClient): vscode.Disposable {
  return vscode.commands.registerCommand("ctv.showReferences", (uri: string, position: Position, places: readonly Location[]) => {
    const { asLocation, asPosition } = client.protocol2CodeConverter;
    return vscode.commands.executeCommand(
      "editor.action.showReferences",
      vscode.Uri.parse(uri),
      asPosition(position),
      places.map((place) => asLocation(place)),
    );
  });
}
