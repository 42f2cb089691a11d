/** Requests for changes of the text. */
import type { CodeActionContext, FormattingOptions, Position, Range, WorkspaceEdit } from "vscode-languageserver";
import { codeActions } from "../features/actions/actions.js";
import { formatting, rangeFormatting, typeFormatting } from "../features/formatting.js";
import { movedImports } from "../features/moves.js";
import { prepareRename, rename } from "../features/names.js";
import { refusal } from "../guard.js";
import { offsetIn } from "../place.js";
import type { Session } from "../session.js";
import { idOf, pathOf } from "../workspace/uri.js";

interface InDocument {
  readonly textDocument: { readonly uri: string };
}

export function answerAboutEdits({ connection, workspace, guard, findings }: Session): void {
  connection.onPrepareRename(
    guard.request("prepareRename", ({ textDocument, position }: InDocument & { readonly position: Position }) => {
      const view = workspace.view(textDocument.uri);
      if (view === undefined) return null;
      const prepared = prepareRename(view, offsetIn(view, position));
      if (prepared.kind === "refused") throw refusal(prepared.reason);
      return { range: prepared.range, placeholder: prepared.placeholder };
    }),
  );
  connection.onRenameRequest(
    guard.request("rename", ({ textDocument, position, newName }: InDocument & { readonly position: Position; readonly newName: string }) => {
      const view = workspace.view(textDocument.uri);
      if (view === undefined) return null;
      const renamed = rename(view, offsetIn(view, position), newName);
      if (renamed.kind === "refused") throw refusal(renamed.reason);
      return renamed.edit;
    }),
  );
  connection.onCodeAction(
    guard.request("codeAction", ({ textDocument, range, context }: InDocument & { readonly range: Range; readonly context: CodeActionContext }) => {
      const view = workspace.view(textDocument.uri);
      return view === undefined ? [] : codeActions(view, range, context.only, findings.slow(view.project));
    }),
  );
  connection.onDocumentFormatting(
    guard.request("formatting", ({ textDocument, options }: InDocument & { readonly options: FormattingOptions }) => {
      const view = workspace.view(textDocument.uri);
      return view === undefined ? [] : formatting(view, options);
    }),
  );
  connection.onDocumentRangeFormatting(
    guard.request(
      "rangeFormatting",
      ({ textDocument, range, options }: InDocument & { readonly range: Range; readonly options: FormattingOptions }) => {
        const view = workspace.view(textDocument.uri);
        return view === undefined ? [] : rangeFormatting(view, range, options);
      },
    ),
  );
  connection.onDocumentOnTypeFormatting(
    guard.request(
      "onTypeFormatting",
      ({
        textDocument,
        position,
        ch,
        options,
      }: InDocument & { readonly position: Position; readonly ch: string; readonly options: FormattingOptions }) => {
        const view = workspace.view(textDocument.uri);
        return view === undefined ? [] : typeFormatting(view, position, ch, options);
      },
    ),
  );
  connection.workspace.onWillRenameFiles(
    guard.request(
      "willRenameFiles",
      ({ files }: { readonly files: readonly { readonly oldUri: string; readonly newUri: string }[] }): WorkspaceEdit => {
        const changes: NonNullable<WorkspaceEdit["changes"]> = {};
        for (const project of new Set(files.map(({ oldUri }) => workspace.projectOf(oldUri)))) {
          const moves = new Map(files.map(({ oldUri, newUri }) => [idOf(project.root, pathOf(oldUri)), idOf(project.root, pathOf(newUri))]));
          const view = files.map(({ oldUri }) => workspace.view(oldUri)).find((found) => found?.project === project);
          if (view !== undefined) Object.assign(changes, movedImports(view, moves).changes);
        }
        return { changes };
      },
    ),
  );
}
