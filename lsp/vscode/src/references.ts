/** The code lens that counts references, opened as VS Code's own list of places. */
import * as vscode from "vscode";
import type { Location, Position } from "vscode-languageserver-types";
import { toPosition, toRange } from "./place.js";

export function registerReferences(): vscode.Disposable {
  return vscode.commands.registerCommand("ctv.showReferences", (uri: string, position: Position, places: readonly Location[]) =>
    vscode.commands.executeCommand(
      "editor.action.showReferences",
      vscode.Uri.parse(uri),
      toPosition(position),
      places.map((place) => new vscode.Location(vscode.Uri.parse(place.uri), toRange(place.range))),
    ),
  );
}
