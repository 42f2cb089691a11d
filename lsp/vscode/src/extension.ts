/**
 * The VS Code extension: starts the language server and gives it what LSP has no words for, such as the test explorer, the
 * output beside the source and the matrix.
 */
import * as vscode from "vscode";
import { LanguageClient } from "vscode-languageclient/node";
import { policyChangedNotification } from "../../protocol.js";
import type { PolicyChangedParams } from "../../protocol.js";
import { makeFlowAnswers } from "./flows.js";
import { launchServer } from "./launch.js";
import { makeMatrixView } from "./matrix.js";
import { makeTargetPreview } from "./preview.js";
import { registerReferences } from "./references.js";
import { makeTestExplorer } from "./tests.js";

let client: LanguageClient | undefined;

/** What the user chooses for the session; see `lsp/settings.ts`. */
function chosen(): { readonly environment: string; readonly inventory: string; readonly documentation: string } {
  const settings = vscode.workspace.getConfiguration("ctv");
  return { environment: settings.get("environment", ""), inventory: settings.get("inventory", ""), documentation: settings.get("documentation", "") };
}

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const running = new LanguageClient("ctv", "ctv", () => launchServer(context), {
    documentSelector: [{ language: "ctv" }],
    // The server asks to be told about files itself.
    synchronize: { configurationSection: "ctv" },
    initializationOptions: () => ({ ...chosen(), ownCommands: true }),
  });
  client = running;
  const sources = vscode.workspace.createFileSystemWatcher("**/*.ctv", false, true, false);
  const preview = makeTargetPreview(running);
  const matrix = makeMatrixView(running);
  const flows = makeFlowAnswers(running);
  const explorer = makeTestExplorer(running);
  context.subscriptions.push(
    running,
    sources,
    preview.disposable,
    matrix.disposable,
    flows.disposable,
    explorer.disposable,
    registerReferences(running),
    vscode.commands.registerCommand("ctv.restart", () => running.restart()),
    running.onNotification(policyChangedNotification, ({ uris }: PolicyChangedParams) => {
      preview.changed(uris);
      matrix.changed(uris);
      flows.changed(uris);
      return explorer.discover(uris);
    }),
    sources.onDidCreate(explorer.discoverAll),
    sources.onDidDelete(explorer.discoverAll),
  );
  await running.start();
  await explorer.discoverAll();
}

export async function deactivate(): Promise<void> {
  await client?.stop();
}
