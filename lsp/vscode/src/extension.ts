/**
 * The VS Code extension: starts the language server and gives it what LSP has no words for, such as the test explorer, the
 * output beside the source and the matrix.
 */
import * as vscode from "vscode";
import { makeFlowAnswers } from "./flows.js";
import { makeMatrixView } from "./matrix.js";
import { makeTargetPreview } from "./preview.js";
import { registerReferences } from "./references.js";
import { makeServer } from "./server.js";
import type { Server } from "./server.js";
import { makeTestExplorer } from "./tests.js";

let running: Server | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const server = makeServer(context, (uris) => {
    preview.changed(uris);
    matrix.changed(uris);
    flows.changed(uris);
    void explorer.discover(uris);
  });
  running = server;
  const preview = makeTargetPreview(server);
  const matrix = makeMatrixView(server);
  const flows = makeFlowAnswers(server);
  const explorer = makeTestExplorer(server);
  const sources = vscode.workspace.createFileSystemWatcher("**/*.ctv", false, true, false);
  const start = async (): Promise<void> => {
    if (await server.start()) await explorer.discoverAll();
  };
  context.subscriptions.push(
    sources,
    preview.disposable,
    matrix.disposable,
    flows.disposable,
    explorer.disposable,
    registerReferences(),
    vscode.commands.registerCommand("ctv.restart", start),
    sources.onDidCreate(explorer.discoverAll),
    sources.onDidDelete(explorer.discoverAll),
  );
  await start();
}

export async function deactivate(): Promise<void> {
  await running?.stop();
}
