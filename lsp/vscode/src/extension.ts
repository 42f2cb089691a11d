/**
 * The VS Code extension: starts the language server and gives it what LSP has no words for, such as the test explorer, the
 * output beside the source and the matrix.
 */
import * as vscode from "vscode";
import { LanguageClient, TransportKind } from "vscode-languageclient/node";
import type { ServerOptions } from "vscode-languageclient/node";
import { explainFlowRequest, matrixRequest, policyChangedNotification } from "../../protocol.js";
import type { ExplainFlow, ExplainFlowParams, MatrixParams, MatrixText, PolicyChangedParams } from "../../protocol.js";
import { makeTargetPreview } from "./preview.js";
import { registerReferences } from "./references.js";
import { makeTestExplorer } from "./tests.js";

let client: LanguageClient | undefined;

function serverOptions(context: vscode.ExtensionContext): ServerOptions {
  const path = vscode.workspace.getConfiguration("ctv").get<string>("server.path", "");
  if (path !== "") return { command: path, args: ["lsp", "--stdio"] };
  return { module: context.asAbsolutePath("out/ctv-lsp.cjs"), transport: TransportKind.ipc };
}

/** What the user chooses for the session; see `lsp/settings.ts`. */
function chosen(): { readonly environment: string; readonly inventory: string; readonly documentation: string } {
  const settings = vscode.workspace.getConfiguration("ctv");
  return { environment: settings.get("environment", ""), inventory: settings.get("inventory", ""), documentation: settings.get("documentation", "") };
}

function activeUri(): string | undefined {
  const document = vscode.window.activeTextEditor?.document;
  return document?.languageId === "ctv" ? document.uri.toString() : undefined;
}

async function showMatrix(running: LanguageClient): Promise<void> {
  const uri = activeUri();
  if (uri === undefined) return;
  const params: MatrixParams = { uri };
  const matrix = await running.sendRequest<MatrixText | null>(matrixRequest, params);
  if (matrix === null) {
    void vscode.window.showWarningMessage("ctv: the policy has errors, so there is no matrix of it.");
    return;
  }
  const panel = vscode.window.createWebviewPanel("ctv.matrix", "Connectivity", vscode.ViewColumn.Beside, { enableScripts: false });
  panel.webview.html = `<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><body>${matrix.svg}</body>`;
}

async function explainFlow(running: LanguageClient): Promise<void> {
  const uri = activeUri();
  if (uri === undefined) return;
  const question = await vscode.window.showInputBox({ prompt: "Which flows?", placeHolder: "frontend -> redis-master : redis" });
  if (question === undefined || question.trim() === "") return;
  const params: ExplainFlowParams = { uri, question };
  const answer = await running.sendRequest<ExplainFlow>(explainFlowRequest, params);
  const document = await vscode.workspace.openTextDocument({ language: "markdown", content: answer.text });
  await vscode.window.showTextDocument(document, vscode.ViewColumn.Beside, true);
}

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const sources = vscode.workspace.createFileSystemWatcher("**/*.ctv");
  // Project files, and the inventories that they name.
  const projects = vscode.workspace.createFileSystemWatcher("**/*.{yaml,yml}");
  const running = new LanguageClient("ctv", "ctv", serverOptions(context), {
    documentSelector: [{ language: "ctv" }],
    synchronize: { fileEvents: [sources, projects], configurationSection: "ctv" },
    initializationOptions: () => ({ ...chosen(), ownCommands: true }),
  });
  client = running;
  const preview = makeTargetPreview(running);
  const explorer = makeTestExplorer(running);
  context.subscriptions.push(
    running,
    sources,
    projects,
    preview.disposable,
    explorer.disposable,
    registerReferences(running),
    vscode.commands.registerCommand("ctv.showMatrix", () => showMatrix(running)),
    vscode.commands.registerCommand("ctv.explainFlow", () => explainFlow(running)),
    vscode.commands.registerCommand("ctv.restart", () => running.restart()),
    running.onNotification(policyChangedNotification, ({ uris }: PolicyChangedParams) => {
      preview.changed(uris);
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
