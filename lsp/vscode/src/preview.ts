/** A target's output beside the source: a virtual document that follows edits. */
import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import { policyChangedNotification, targetTextRequest } from "../../protocol.js";
import type { TargetText, TargetTextParams } from "../../protocol.js";

const scheme = "ctv-target";
const targets = ["kubernetes", "contiv", "openflow"];

/** The source's URI travels in the query of the virtual document's, its path says which target. */
function previewUri(source: string, target: string): vscode.Uri {
  return vscode.Uri.from({ scheme, path: `/${target}.txt`, query: source });
}

export function registerTargetPreview(client: LanguageClient): vscode.Disposable {
  const changed = new vscode.EventEmitter<vscode.Uri>();
  const open = new Set<string>();
  const provider: vscode.TextDocumentContentProvider = {
    onDidChange: changed.event,
    provideTextDocumentContent: async (uri) => {
      open.add(uri.toString());
      const params: TargetTextParams = { uri: uri.query, target: uri.path.slice(1).replace(/\.txt$/, "") };
      const answer = await client.sendRequest<TargetText | null>(targetTextRequest, params);
      if (answer === null) return "// The policy has errors: mend them to see what it compiles to.\n";
      return answer.artefacts.map((artefact) => `# ${artefact.path}\n${artefact.text}`).join("\n");
    },
  };
  const show = async (): Promise<void> => {
    const document = vscode.window.activeTextEditor?.document;
    if (document?.languageId !== "ctv") return;
    const target = await vscode.window.showQuickPick(targets, { placeHolder: "Which target's output?" });
    if (target === undefined) return;
    const shown = await vscode.workspace.openTextDocument(previewUri(document.uri.toString(), target));
    await vscode.window.showTextDocument(shown, { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true, preview: true });
  };
  return vscode.Disposable.from(
    changed,
    vscode.workspace.registerTextDocumentContentProvider(scheme, provider),
    vscode.workspace.onDidCloseTextDocument((document) => open.delete(document.uri.toString())),
    vscode.commands.registerCommand("ctv.showTarget", show),
    client.onNotification(policyChangedNotification, () => {
      for (const uri of open) changed.fire(vscode.Uri.parse(uri));
    }),
  );
}
