/** The matrix beside the source: a picture that follows edits and the theme. A project's file has one of them. */
import * as vscode from "vscode";
import { matrixRequest } from "../../protocol.js";
import type { MatrixParams, MatrixText } from "../../protocol.js";
import type { Following } from "./following.js";
import type { Server } from "./server.js";
import { sourceInFocus } from "./source.js";

/** In a web view the media query tells the theme of the system, and the editor's may be another. */
function inTheme(svg: string): string {
  const { kind } = vscode.window.activeColorTheme;
  const isDark = kind === vscode.ColorThemeKind.Dark || kind === vscode.ColorThemeKind.HighContrast;
  return svg.replace("@media (prefers-color-scheme: dark)", isDark ? "@media all" : "@media not all");
}

function page(body: string): string {
  const policy = "default-src 'none'; style-src 'unsafe-inline'";
  return `<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><body>${body}</body>`;
}

export function makeMatrixView(server: Server): Following {
  const panels = new Map<string, vscode.WebviewPanel>();
  const draw = async (uri: string): Promise<void> => {
    const params: MatrixParams = { uri };
    const matrix = await server.request<MatrixText | null>(matrixRequest, params);
    // The panel may have been closed while the server was thinking.
    const panel = panels.get(uri);
    if (panel === undefined) return;
    panel.webview.html = page(matrix === null ? "<p>The policy has errors: mend them to see who may talk to whom.</p>" : inTheme(matrix.svg));
  };
  const open = (uri: string): void => {
    const title = `Connectivity of ${vscode.workspace.asRelativePath(vscode.Uri.parse(uri))}`;
    const place = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    const panel = vscode.window.createWebviewPanel("ctv.matrix", title, place, { enableScripts: false });
    panels.set(uri, panel);
    panel.onDidDispose(() => panels.delete(uri));
  };
  const show = async (): Promise<void> => {
    const uri = sourceInFocus();
    if (uri === undefined) return;
    const panel = panels.get(uri);
    if (panel === undefined) open(uri);
    else panel.reveal(undefined, true);
    await draw(uri);
  };
  const redraw = (uris: readonly string[]): void => {
    for (const uri of uris) if (panels.has(uri)) void draw(uri);
  };
  return {
    disposable: vscode.Disposable.from(
      { dispose: () => panels.forEach((panel) => panel.dispose()) },
      vscode.window.onDidChangeActiveColorTheme(() => redraw([...panels.keys()])),
      vscode.commands.registerCommand("ctv.showMatrix", show),
    ),
    changed: redraw,
  };
}
