/** Places as LSP writes them, for VS Code. */
import * as vscode from "vscode";
import type { Position, Range } from "vscode-languageserver-types";

export function toPosition({ line, character }: Position): vscode.Position {
  return new vscode.Position(line, character);
}

export function toRange({ start, end }: Range): vscode.Range {
  return new vscode.Range(toPosition(start), toPosition(end));
}
