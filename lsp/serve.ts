/** The life of a session: who the client is, what it has open, and which questions go to which feature. */
import {
  type Connection,
  DidChangeWatchedFilesNotification as watchedFiles,
  type InitializeParams,
  type InitializeResult,
} from "vscode-languageserver";
import { finishInTurns } from "./background.js";
import { serverCapabilities } from "./capabilities.js";
import { pagesAt, shippedPages } from "./documentation.js";
import { makeFindings } from "./findings.js";
import type { ClientAbilities } from "./findings.js";
import { guardWith } from "./guard.js";
import { serverCommands } from "./features/commands.js";
import { answerAboutCode } from "./handlers/code.js";
import { carryOutCommands } from "./handlers/commands.js";
import { answerAboutEdits } from "./handlers/edits.js";
import { answerAboutPolicy } from "./handlers/policy.js";
import type { Session } from "./session.js";
import { hasOwnCommands, settingsFrom } from "./settings.js";
import type { Settings } from "./settings.js";
import { targetThread } from "./targets/thread.js";
import type { Workspace } from "./workspace/workspace.js";

/** Sources, project files, and the files of endpoints that these name. */
const watchedPatterns = ["**/*.ctv", "**/*.yaml", "**/*.yml"] as const;

export function serve(connection: Connection, workspace: Workspace): void {
  let client: ClientAbilities & { readonly progress: boolean; readonly watches: boolean; readonly folders: boolean } = {
    pulls: false,
    refreshes: false,
    refreshesLenses: false,
    refreshesHints: false,
    linksCodes: false,
    sharesRange: false,
    progress: false,
    watches: false,
    folders: false,
  };
  const guard = guardWith(connection);
  let settings: Settings = {};
  const choose = (given: unknown): void => {
    settings = settingsFrom(given);
    workspace.choose(settings);
  };
  const shipped = shippedPages(process.argv[1]);
  const pageOf = (code: string): string | undefined => (settings.documentation === undefined ? shipped : pagesAt(settings.documentation))(code);
  const thread = targetThread((error) => {
    connection.console.error(`thread: ${error.stack ?? error.message}`);
  });
  const findings = makeFindings(connection, workspace, () => client, pageOf, thread);
  const session: Session = { client: () => client, connection, workspace, guard, findings, thread };

  connection.onInitialize((params): InitializeResult => {
    const { capabilities } = params;
    client = {
      pulls: capabilities.textDocument?.diagnostic !== undefined,
      refreshes: capabilities.workspace?.diagnostics?.refreshSupport === true,
      refreshesLenses: capabilities.workspace?.codeLens?.refreshSupport === true,
      refreshesHints: capabilities.workspace?.inlayHint?.refreshSupport === true,
      linksCodes: capabilities.textDocument?.publishDiagnostics?.codeDescriptionSupport === true,
      sharesRange: capabilities.textDocument?.completion?.completionList?.itemDefaults?.includes("editRange") === true,
      progress: capabilities.window?.workDoneProgress === true,
      watches: capabilities.workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
      folders: capabilities.workspace?.workspaceFolders === true,
    };
    choose(params.initializationOptions);
    workspace.setFolders(foldersOf(params));
    const commands = hasOwnCommands(params.initializationOptions) ? {} : { executeCommandProvider: { commands: Object.values(serverCommands) } };
    return { capabilities: { ...serverCapabilities, ...commands }, serverInfo: { name: "ctv" } };
  });
  connection.onInitialized(
    guard.notification("initialized", () => {
      if (client.watches) {
        void connection.client.register(watchedFiles.type, { watchers: watchedPatterns.map((globPattern) => ({ globPattern })) });
      }
      if (client.folders) {
        connection.workspace.onDidChangeWorkspaceFolders(
          guard.notification("folders", () => {
            void connection.workspace.getWorkspaceFolders().then((folders) => {
              workspace.setFolders((folders ?? []).map(({ uri }) => uri));
              findings.changed();
            });
          }),
        );
      }
      guard.background("load", loadAll(connection, workspace, client.progress).then(findings.changed));
    }),
  );

  connection.onDidOpenTextDocument(
    guard.notification("open", ({ textDocument: { uri, version, text } }) => {
      workspace.open(uri, version, text);
      findings.changed();
    }),
  );
  connection.onDidChangeTextDocument(
    guard.notification("change", ({ textDocument: { uri, version }, contentChanges }) => {
      workspace.change(uri, version, contentChanges);
      findings.changed();
    }),
  );
  connection.onDidCloseTextDocument(
    guard.notification("close", ({ textDocument: { uri } }) => {
      workspace.close(uri);
      findings.changed();
    }),
  );
  connection.onDidSaveTextDocument(guard.notification("save", ({ textDocument: { uri } }) => workspace.filesChanged([uri])));
  connection.onDidChangeWatchedFiles(
    guard.notification("watched files", ({ changes }) => {
      workspace.filesChanged(changes.map(({ uri }) => uri));
      findings.changed();
    }),
  );
  connection.onDidChangeConfiguration(
    guard.notification("configuration", ({ settings: given }: { readonly settings: unknown }) => {
      choose(given);
      findings.changed();
    }),
  );
  connection.languages.diagnostics.on(
    guard.request(
      "textDocument/diagnostic",
      async ({ textDocument, previousResultId }: { textDocument: { uri: string }; previousResultId?: string }, cancelled) =>
        (await findings.report(textDocument.uri, previousResultId, cancelled)) ?? { kind: "full" as const, items: [] },
    ),
  );
  connection.languages.diagnostics.onWorkspace(
    guard.request(
      "workspace/diagnostic",
      async ({ previousResultIds }: { previousResultIds: readonly { uri: string; value: string }[] }, cancelled) => ({
        items: (await findings.reportAll(new Map(previousResultIds.map(({ uri, value }) => [uri, value])), cancelled)) ?? [],
      }),
    ),
  );
  connection.onShutdown(findings.stop);

  answerAboutCode(session);
  answerAboutEdits(session);
  answerAboutPolicy(session);
  carryOutCommands(session);
}

function foldersOf({ workspaceFolders, rootUri }: InitializeParams): readonly string[] {
  if (workspaceFolders !== null && workspaceFolders !== undefined) return workspaceFolders.map(({ uri }) => uri);
  return typeof rootUri === "string" ? [rootUri] : [];
}

/** Checks every project of the folders once, and says so while it lasts. */
async function loadAll(connection: Connection, workspace: Workspace, withProgress: boolean): Promise<void> {
  const projects = workspace.projects();
  const progress = withProgress && projects.length > 0 ? await connection.window.createWorkDoneProgress() : undefined;
  progress?.begin("ctv", 0, "checking policies");
  for (const [index, project] of projects.entries()) {
    progress?.report(Math.round((100 * index) / projects.length), project.root);
    await finishInTurns(project.checkedInSteps(), () => false);
  }
  progress?.done();
}
