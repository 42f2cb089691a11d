/**
 * Findings on their way to the editor. Clients that ask are answered; to the others findings are sent, with the version of the text
 * that they are about. What the targets cannot say takes longer to find, so it follows when nobody types.
 */
import { CodeLensRefreshRequest } from "vscode-languageserver";
import type { Connection, Diagnostic as EditorDiagnostic, DocumentDiagnosticReport, WorkspaceDocumentDiagnosticReport } from "vscode-languageserver";
import type { Checked } from "../compiler/compile.js";
import type { Diagnostic } from "../compiler/diagnostics/diagnostic.js";
import type { Steps } from "../compiler/steps.js";
import { type Work, finishInTurns, runInBackground } from "./background.js";
import type { PageOf } from "./documentation.js";
import { policyChangedNotification } from "./protocol.js";
import { byFile, makeShown } from "./shown.js";
import type { FindingsByFile } from "./shown.js";
import { isLarge } from "./targets/ask.js";
import { type Outcome, hasErrors, outcomesOf, shownFindings } from "./targets/outcomes.js";
import { questionAbout } from "./targets/question.js";
import type { TargetThread } from "./targets/thread.js";
import type { ProjectState } from "./workspace/project.js";
import { carryOver } from "./workspace/carry.js";
import { idOf, pathOf, pathOfId, uriOf } from "./workspace/uri.js";
import type { Workspace } from "./workspace/workspace.js";

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
  /** Findings about targets that are known for the text as it is, or were for an earlier one, in text that is still there. */
  readonly slow: (project: ProjectState) => readonly Diagnostic[];
  readonly stop: () => void;
}

/** The question that comes right behind a keystroke, a completion as a rule, is answered before the check begins. */
const soonMilliseconds = 3;

/** Long enough that nobody types, short enough that nobody waits. */
const quietMilliseconds = 300;

export function makeFindings(
  connection: Connection,
  workspace: Workspace,
  client: () => ClientAbilities,
  pageOf: PageOf,
  thread: TargetThread,
): Findings {
  const known = new WeakMap<ProjectState, KnownOutcomes>();
  /** What was sent of each URI that has something on show. */
  const shown = new Map<string, { readonly version: number | undefined; readonly items: readonly EditorDiagnostic[] }>();
  let soon: NodeJS.Timeout | undefined;
  let quiet: NodeJS.Timeout | undefined;
  let work: Work | undefined;
  /** The last question to the thread about each project. */
  const asked = new WeakMap<ProjectState, { readonly leave: () => void }>();

  const knownOf = (project: ProjectState): ReturnType<typeof known.get> => {
    const found = known.get(project);
    return found?.version === project.version() ? found : undefined;
  };
  const slow = (project: ProjectState): FindingsByFile => {
    const last = known.get(project);
    if (last === undefined || last.version === project.version()) return last?.shown ?? new Map();
    return carryOver(last.shown, last.files, project.checked().files);
  };
  const display = makeShown(() => (client().linksCodes ? pageOf : undefined));
  const itemsByUri = (project: ProjectState): ReadonlyMap<string, EditorDiagnostic[]> => display.itemsOf(project, slow(project));
  const report = (uri: string, items: EditorDiagnostic[], previous: string | undefined): DocumentDiagnosticReport => {
    const resultId = display.resultId(uri, items);
    return resultId === previous ? { kind: "unchanged", resultId } : { kind: "full", resultId, items };
  };
  const send = (): void => {
    const open = new Map(workspace.documents().map((document) => [document.uri, document.version]));
    const now = new Map<string, EditorDiagnostic[]>();
    for (const project of workspace.projects()) {
      const add = (uri: string, items: EditorDiagnostic[]): void => {
        const others = now.get(uri);
        if (others === undefined) now.set(uri, items);
        else if (items.length > 0) now.set(uri, [...others, ...items]);
      };
      for (const [uri, items] of itemsByUri(project)) if (items.length > 0 || open.has(uri)) add(uri, items);
      for (const uri of open.keys()) if (project.checked().files.has(idOf(project.root, pathOf(uri)))) add(uri, []);
    }
    for (const uri of [...shown.keys()]) {
      if (now.has(uri)) continue;
      shown.delete(uri);
      void connection.sendDiagnostics({ uri, diagnostics: [] });
    }
    for (const [uri, items] of now) {
      const version = open.get(uri);
      const before = shown.get(uri);
      if (before?.version === version && before !== undefined && isSame(before.items, items)) continue;
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
      if (isLarge(project.checked())) askThread(project);
      else keep(project, yield* outcomesOf(project));
    }
    tell();
  }
  const keep = (project: ProjectState, outcomes: readonly Outcome[]): void => {
    const { files } = project.checked();
    known.set(project, { version: project.version(), files, outcomes, shown: byFile(shownFindings(project, outcomes)) });
  };
  const askThread = (project: ProjectState): void => {
    const version = project.version();
    asked.get(project)?.leave();
    if (hasErrors(project.checked())) {
      keep(project, []);
      return;
    }
    const question = thread.ask(questionAbout(project, { kind: "outcomes" }), (answer) => {
      if (answer.kind === "failed") connection.console.error(`targets: ${answer.reason}`);
      if (answer.kind !== "made" || answer.made.kind !== "outcomes" || project.version() !== version) return;
      keep(project, answer.made.outcomes);
      tell();
    });
    asked.set(project, question);
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
      return workspace.projects().flatMap((project) => {
        const items = itemsByUri(project);
        const uris = Array.from(project.checked().files.keys(), (id) => uriOf(pathOfId(project.root, id)));
        return [...new Set([...uris, ...items.keys()])].map((uri) => ({
          uri,
          version: versions.get(uri) ?? null,
          ...report(uri, items.get(uri) ?? [], previous.get(uri)),
        }));
      });
    },
    outcomes: (project) => knownOf(project)?.outcomes,
    slow: (project) => [...slow(project).values()].flat(),
    stop: () => {
      stop();
      thread.stop();
    },
  };
}

/** What the targets make of a project, and of which of its texts. */
interface KnownOutcomes {
  readonly version: number;
  readonly files: Checked["files"];
  readonly outcomes: readonly Outcome[];
  readonly shown: FindingsByFile;
}

function isSame(left: readonly EditorDiagnostic[], right: readonly EditorDiagnostic[]): boolean {
  return left === right || JSON.stringify(left) === JSON.stringify(right);
}

/** Checks everything for the texts as they are then; false once `cancelled` says so. */
async function checkedBy(workspace: Workspace, cancelled: () => boolean): Promise<boolean> {
  return (await finishInTurns(doneOf(workspace.checkInSteps()), cancelled)) === true;
}

function* doneOf(steps: Steps<void>): Steps<boolean> {
  yield* steps;
  return true;
}
