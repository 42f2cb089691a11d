/** A target's output beside the source: a virtual document that follows edits. */
import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import { targetTextRequest } from "../../protocol.js";
import type { TargetText, TargetTextParams } from "../../protocol.js";

const scheme = "ctv-target";

/** How each target's files are written, which is how the editor colours them. */
const languages: Readonly<Record<string, string>> = { kubernetes: "yaml", contiv: "jsonc", openflow: "plaintext" };

/** The source's URI travels in the query of the virtual document's, its path says which target. */
function previewUri(source: string, target: string): vscode.Uri {
  return vscode.Uri.from({ scheme, path: `/${target}`, query: source });
}

export interface TargetPreview {
  readonly disposable: vscode.Disposable;
  /** What stands beside these sources is out of date. */
  readonly changed: (uris: readonly string[]) => void;
}

export function makeTargetPreview(client: LanguageClient): TargetPreview {
  const changed = new vscode.EventEmitter<vscode.Uri>();
  const provider: vscode.TextDocumentContentProvider = {
    onDidChange: changed.event,
    provideTextDocumentContent: async (uri, token) => {
      const params: TargetTextParams = { uri: uri.query, target: uri.path.slice(1) };
      const answer = await client.sendRequest<TargetText | null>(targetTextRequest, params, token);
      if (answer === null) return "The policy has errors: mend them to see what it compiles to.\n";
      const mark = languages[params.target] === "jsonc" ? "//" : "#";
      const said = answer.findings.map((finding) => `${mark} ${finding}\n`).join("");
      return [...(said === "" ? [] : [said]), ...answer.artefacts.map((artefact) => `${mark} ${artefact.path}\n${artefact.text}`)].join("\n");
    },
  };
  const show = async (uri: unknown): Promise<void> => {
    const document = vscode.window.activeTextEditor?.document;
    const source = typeof uri === "string" ? uri : document?.languageId === "ctv" ? document.uri.toString() : undefined;
    if (source === undefined) return;
    const target = await vscode.window.showQuickPick(Object.keys(languages), { placeHolder: "Which target's output?" });
    if (target === undefined) return;
    const opened = await vscode.workspace.openTextDocument(previewUri(source, target));
    const shown = await vscode.languages.setTextDocumentLanguage(opened, languages[target]);
    await vscode.window.showTextDocument(shown, { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true, preview: true });
  };
  return {
    disposable: vscode.Disposable.from(
      changed,
      vscode.workspace.registerTextDocumentContentProvider(scheme, provider),
      vscode.commands.registerCommand("ctv.showTarget", show),
    ),
    changed: (uris) => {
      for (const { uri } of vscode.workspace.textDocuments) if (uri.scheme === scheme && uris.includes(uri.query)) changed.fire(uri);
    },
  };
}
