/** Documents that the server writes and that follow a source: each is out of date when its source means something else. */
import * as vscode from "vscode";

/** What is made from sources and shown beside them. */
export interface Following {
  readonly disposable: vscode.Disposable;
  /** What was made from these sources is out of date. */
  readonly changed: (uris: readonly string[]) => void;
}

/** Documents of a scheme, whose source's URI travels in the query of their own; `textOf` writes them, and `command` shows one. */
export function followSources(
  scheme: string,
  textOf: (uri: vscode.Uri, token: vscode.CancellationToken) => Promise<string>,
  command: { readonly name: string; readonly run: (argument: unknown) => Promise<void> },
): Following {
  const changed = new vscode.EventEmitter<vscode.Uri>();
  const provider: vscode.TextDocumentContentProvider = { onDidChange: changed.event, provideTextDocumentContent: textOf };
  return {
    disposable: vscode.Disposable.from(
      changed,
      vscode.workspace.registerTextDocumentContentProvider(scheme, provider),
      vscode.commands.registerCommand(command.name, command.run),
    ),
    changed: (uris) => {
      for (const { uri } of vscode.workspace.textDocuments) if (uri.scheme === scheme && uris.includes(uri.query)) changed.fire(uri);
    },
  };
}
