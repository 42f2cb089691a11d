/** What the server can do, as it tells the client. */
import { CodeActionKind, type ServerCapabilities, TextDocumentSyncKind } from "vscode-languageserver";
import { fixAllKind } from "./features/actions/source.js";
import { formattingCharacters } from "./features/formatting.js";
import { tokenModifiers, tokenTypes } from "./features/semanticTokens.js";

export const serverCapabilities: ServerCapabilities = {
  textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
  diagnosticProvider: { identifier: "ctv", interFileDependencies: true, workspaceDiagnostics: true },
  completionProvider: { triggerCharacters: [" ", "/", '"', ",", ":", ">", "=", "(", "{"], resolveProvider: true },
  hoverProvider: true,
  definitionProvider: true,
  referencesProvider: true,
  documentHighlightProvider: true,
  renameProvider: { prepareProvider: true },
  documentSymbolProvider: true,
  workspaceSymbolProvider: true,
  foldingRangeProvider: true,
  selectionRangeProvider: true,
  semanticTokensProvider: { legend: { tokenTypes: [...tokenTypes], tokenModifiers: [...tokenModifiers] }, full: { delta: true } },
  documentLinkProvider: {},
  documentFormattingProvider: true,
  documentRangeFormattingProvider: true,
  documentOnTypeFormattingProvider: { firstTriggerCharacter: formattingCharacters[0], moreTriggerCharacter: formattingCharacters.slice(1) },
  inlayHintProvider: true,
  codeLensProvider: {},
  callHierarchyProvider: true,
  codeActionProvider: {
    codeActionKinds: [
      CodeActionKind.QuickFix,
      CodeActionKind.RefactorExtract,
      CodeActionKind.RefactorRewrite,
      fixAllKind,
      CodeActionKind.SourceOrganizeImports,
    ],
  },
  workspace: {
    workspaceFolders: { supported: true, changeNotifications: true },
    fileOperations: { willRename: { filters: [{ pattern: { glob: "**/*.ctv" } }] } },
  },
};
