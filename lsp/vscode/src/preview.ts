/** A target's output beside the source: a virtual document that follows edits. */
import * as vscode from "vscode";
import { targetTextRequest } from "../../protocol.js";
import type { TargetText, TargetTextParams } from "../../protocol.js";
import { followSources } from "./following.js";
import type { Following } from "./following.js";
import type { Server } from "./server.js";
import { sourceInFocus } from "./source.js";

const scheme = "ctv-target";

const targets = ["kubernetes", "contiv", "openflow"] as const;

/** One language for all targets: the files below each other are of several, and none would take the others for its own. */
const outputLanguage = "ctv-output";

/** The path says which target. */
function previewUri(source: string, target: string): vscode.Uri {
  return vscode.Uri.from({ scheme, path: `/${target}`, query: source });
}

export function makeTargetPreview(server: Server): Following {
  const output = async (uri: vscode.Uri, token: vscode.CancellationToken): Promise<string> => {
    const params: TargetTextParams = { uri: uri.query, target: uri.path.slice(1) };
    const answer = await server.request<TargetText | null>(targetTextRequest, params, token);
    if (answer === null) return "The policy has errors: mend them to see what it compiles to.\n";
    const said = answer.findings.map((finding) => `# ${finding}\n`).join("");
    return [...(said === "" ? [] : [said]), ...answer.artefacts.map((artefact) => `# ${artefact.path}\n${artefact.text}`)].join("\n");
  };
  const show = async (uri: unknown): Promise<void> => {
    // A code lens gives the URI as text, the editor's title bar as an object, and the palette gives none.
    const source = typeof uri === "string" ? uri : sourceInFocus();
    if (source === undefined) return;
    const target = await vscode.window.showQuickPick(targets, { placeHolder: "Which target's output?" });
    if (target === undefined) return;
    const opened = await vscode.workspace.openTextDocument(previewUri(source, target));
    const shown = await vscode.languages.setTextDocumentLanguage(opened, outputLanguage);
    await vscode.window.showTextDocument(shown, { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true, preview: true });
  };
  return followSources(scheme, output, { name: "ctv.showTarget", run: show });
}
