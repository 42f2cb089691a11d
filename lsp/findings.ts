/**
 * Findings on their way to the editor. Clients that ask are answered; to the others findings are sent, with the version of the text
 * that they are about. What the targets cannot say takes longer to find, so it follows when nobody types.
 */
import { CodeLensRefreshRequest } from "vscode-languageserver";
import type { Connection, Diagnostic as EditorDiagnostic, DocumentDiagnosticReport, WorkspaceDocumentDiagnosticReport } from "vscode-languageserver";
import type { Diagnostic } from "../compiler/diagnostics/diagnostic.js";
import { shortHash } from "../compiler/policy/text.js";
import type { Steps } from "../compiler/steps.js";
import { type Work, finishInTurns, runInBackground } from "./background.js";
import type { PageOf } from "./documentation.js";
import { toEditor } from "./features/diagnostics.js";
import { policyChangedNotification } from "./protocol.js";
import { type Outcome, outcomesOf, shownFindings, soundUniverse } from "./targets/outcomes.js";
import { questionAbout } from "./targets/question.js";
import { targetThread } from "./targets/thread.js";
import type { ProjectState } from "./workspace/project.js";
import { pathOfId, uriOf } from "./workspace/uri.js";
import type { View, Workspace } from "./workspace/workspace.js";

export interface ClientAbilities {
  /** It asks for findings itself. */
  readonly pulls: boolean;
  /** It asks again when told to: for findings, for lenses, for hints. */
  readonly refreshes: boolean;
  readonly refreshesLenses: boolean;
  readonly refreshesHints: boolean;
  /** It shows the code of a finding as a link. */
  readonly linksCodes: boolean;
  /** It takes one range for all items of a completion. */
  readonly sharesRange: boolean;
}

export interface Findings {
  /** Something changed: what is known is sent soon. */
  readonly changed: () => void;
  /** The findings of a document; nothing once `cancelled` says so. */
  readonly report: (uri: string, previous: string | undefined, cancelled: () => boolean) => Promise<DocumentDiagnosticReport | undefined>;
  /** Those of every file of every project. */
  readonly reportAll: (previous: ReadonlyMap<string, string>, cancelled: () => boolean) => Promise<WorkspaceDocumentDiagnosticReport[] | undefined>;
  /** What the targets make of the text as it is, where that is known. */
  readonly outcomes: (project: ProjectState) => readonly Outcome[] | undefined;
  /** Findings about targets that are known for the text as it is. */
  readonly slow: (project: ProjectState) => readonly Diagnostic[];
  readonly stop: () => void;
}

/** The question that comes right behind a keystroke, a completion as a rule, is answered before the check begins. */
const soonMilliseconds = 3;

/** Long enough that nobody types, short enough that nobody waits. */
const quietMilliseconds = 300;

/** What the targets make of more rules than these would be felt, and is left to a thread. */
const fewRules = 300;

export function makeFindings(connection: Connection, workspace: Workspace, client: () => ClientAbilities, pageOf: PageOf): Findings {
  const known = new WeakMap<
    ProjectState,
    { readonly version: number; readonly outcomes: readonly Outcome[]; readonly shown: readonly Diagnostic[] }
  >();
  /** What was sent of each URI that has something on show. */
  const shown = new Map<string, { readonly version: number | undefined; readonly items: readonly EditorDiagnostic[] }>();
  let soon: NodeJS.Timeout | undefined;
  let quiet: NodeJS.Timeout | undefined;
  let work: Work | undefined;
  let asked = 0;

  const thread = targetThread((error) => {
    connection.console.error(`targets: ${error.stack ?? error.message}`);
  });

  const knownOf = (project: ProjectState): ReturnType<typeof known.get> => {
    const found = known.get(project);
    return found?.version === project.version() ? found : undefined;
  };
  const slow = (project: ProjectState): readonly Diagnostic[] => knownOf(project)?.shown ?? [];
  const itemsByUri = (project: ProjectState): ReadonlyMap<string, EditorDiagnostic[]> => {
    const checked = project.checked();
    const files = [...checked.files.values()];
    const items = new Map<string, EditorDiagnostic[]>(files.map((file) => [uriOf(pathOfId(project.root, file.id)), []]));
    for (const id of project.settingsFiles()) items.set(uriOf(pathOfId(project.root, id)), []);
    const [file] = files;
    if (file === undefined) return items;
    const view: View = { uri: "", file, checked, project, uriOf: (id) => uriOf(pathOfId(project.root, id)) };
    for (const diagnostic of [...project.settingsFindings(), ...checked.diagnostics, ...slow(project)]) {
      items.get(view.uriOf(diagnostic.span.file))?.push(toEditor(view, diagnostic, client().linksCodes ? pageOf : undefined));
    }
    return items;
  };
  const report = (uri: string, items: EditorDiagnostic[], previous: string | undefined): DocumentDiagnosticReport => {
    const resultId = shortHash(`${uri}\n${JSON.stringify(items)}`);
    return resultId === previous ? { kind: "unchanged", resultId } : { kind: "full", resultId, items };
  };
  const send = (): void => {
    const open = new Map(workspace.documents().map((document) => [document.uri, document.version]));
    const now = new Map<string, { readonly uri: string; readonly items: EditorDiagnostic[] }>();
    for (const project of workspace.projects()) {
      for (const [uri, items] of itemsByUri(project))
        if (items.length > 0 || open.has(uri)) now.set(uri, { uri, items: [...(now.get(uri)?.items ?? []), ...items] });
    }
    for (const uri of [...shown.keys()]) {
      if (now.has(uri)) continue;
      shown.delete(uri);
      void connection.sendDiagnostics({ uri, diagnostics: [] });
    }
    for (const { uri, items } of now.values()) {
      const version = open.get(uri);
      const before = shown.get(uri);
      if (before?.version === version && before !== undefined && JSON.stringify(before.items) === JSON.stringify(items)) continue;
      shown.set(uri, { version, items });
      void connection.sendDiagnostics({ uri, diagnostics: items, ...(version === undefined ? {} : { version }) });
    }
  };
  function* sendInSteps(): Steps<void> {
    yield* workspace.checkInSteps();
    send();
  }
  function* findSlowly(): Steps<void> {
    // Before anybody asks for a project of a document: that would check it in one go.
    yield* workspace.checkInSteps();
    for (const project of workspace.projects()) {
      yield* project.wholeInSteps();
      if (knownOf(project) !== undefined) continue;
      const universe = soundUniverse(project.checked());
      const rules = universe?.policy.tenants.reduce((count, tenant) => count + tenant.rules.length, 0) ?? 0;
      if (rules > fewRules) askThread(project);
      else keep(project, yield* outcomesOf(project));
    }
    tell();
  }
  const keep = (project: ProjectState, outcomes: readonly Outcome[]): void => {
    known.set(project, { version: project.version(), outcomes, shown: shownFindings(project, outcomes) });
  };
  const askThread = (project: ProjectState): void => {
    const version = project.version();
    asked += 1;
    thread.ask(questionAbout(project, asked), (answer) => {
      if (answer.kind === "failed") connection.console.error(`targets: ${answer.reason}`);
      if (answer.kind !== "made" || project.version() !== version) return;
      keep(project, answer.outcomes);
      tell();
    });
  };
  const tell = (): void => {
    const { pulls, refreshes, refreshesLenses, refreshesHints } = client();
    if (!pulls) send();
    else if (refreshes) void connection.languages.diagnostics.refresh();
    if (refreshesLenses) void connection.sendRequest(CodeLensRefreshRequest.type);
    if (refreshesHints) void connection.languages.inlayHint.refresh();
    void connection.sendNotification(policyChangedNotification, { uris: workspace.documents().map(({ uri }) => uri) });
  };
  const run = (steps: Steps<void>): void => {
    work?.stop();
    work = runInBackground(steps, (error) => {
      connection.console.error(`diagnostics: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    });
  };
  const stop = (): void => {
    clearTimeout(soon);
    clearTimeout(quiet);
    work?.stop();
  };

  return {
    changed: () => {
      stop();
      if (!client().pulls) {
        soon = setTimeout(() => {
          run(sendInSteps());
        }, soonMilliseconds);
      }
      quiet = setTimeout(() => {
        run(findSlowly());
      }, quietMilliseconds);
    },
    report: async (uri, previous, cancelled) => {
      if (!(await checkedBy(workspace, cancelled))) return undefined;
      return report(uri, itemsByUri(workspace.projectOf(uri)).get(uri) ?? [], previous);
    },
    reportAll: async (previous, cancelled) => {
      if (!(await checkedBy(workspace, cancelled))) return undefined;
      const versions = new Map(workspace.documents().map((document) => [document.uri, document.version]));
      return workspace
        .projects()
        .flatMap((project) => [...itemsByUri(project)])
        .map(([uri, items]) => ({ uri, version: versions.get(uri) ?? null, ...report(uri, items, previous.get(uri)) }));
    },
    outcomes: (project) => knownOf(project)?.outcomes,
    slow,
    stop: () => {
      stop();
      thread.stop();
    },
  };
}

/** Checks everything for the texts as they are then; false once `cancelled` says so. */
async function checkedBy(workspace: Workspace, cancelled: () => boolean): Promise<boolean> {
  return (await finishInTurns(doneOf(workspace.checkInSteps()), cancelled)) === true;
}

function* doneOf(steps: Steps<void>): Steps<boolean> {
  yield* steps;
  return true;
}
