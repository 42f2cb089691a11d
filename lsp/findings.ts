/**
 * Findings on their way to the editor. Clients that ask are answered; to the others findings are sent, with the version of the text
 * that they are about. What the targets cannot say takes longer to find, so it follows when nobody types.
 */
import type { Connection, Diagnostic as EditorDiagnostic, DocumentDiagnosticReport, WorkspaceDocumentDiagnosticReport } from "vscode-languageserver";
import { definitionByCode } from "../compiler/diagnostics/catalogue.js";
import type { Diagnostic } from "../compiler/diagnostics/diagnostic.js";
import { shortHash } from "../compiler/policy/text.js";
import { applySettings } from "../compiler/source/settings.js";
import { targets } from "../compiler/target/index.js";
import { toEditor } from "./features/diagnostics.js";
import { policyChangedNotification } from "./protocol.js";
import { projectFileName } from "./workspace/disk.js";
import type { ProjectState } from "./workspace/project.js";
import { pathOfId, uriOf } from "./workspace/uri.js";
import type { View, Workspace } from "./workspace/workspace.js";

export interface ClientAbilities {
  /** It asks for findings itself. */
  readonly pulls: boolean;
  /** It asks again when told to. */
  readonly refreshes: boolean;
}

export interface Findings {
  /** Something changed: what is known is sent soon. */
  readonly changed: () => void;
  readonly report: (uri: string, previous: string | undefined) => DocumentDiagnosticReport;
  readonly reportAll: (previous: ReadonlyMap<string, string>) => WorkspaceDocumentDiagnosticReport[];
  /** Findings about targets that are known for the text as it is. */
  readonly slow: (project: ProjectState) => readonly Diagnostic[];
  readonly stop: () => void;
}

/** Long enough that nobody types, short enough that nobody waits. */
const quietMilliseconds = 300;

export function makeFindings(connection: Connection, workspace: Workspace, client: () => ClientAbilities): Findings {
  const targetFindings = new WeakMap<ProjectState, { readonly version: number; readonly found: readonly Diagnostic[] }>();
  /** URIs with findings on show. */
  const shown = new Set<string>();
  let soon: NodeJS.Timeout | undefined;
  let quiet: NodeJS.Timeout | undefined;

  const slow = (project: ProjectState): readonly Diagnostic[] => {
    const known = targetFindings.get(project);
    return known?.version === project.version() ? known.found : [];
  };
  const itemsByUri = (project: ProjectState): ReadonlyMap<string, EditorDiagnostic[]> => {
    const checked = project.checked();
    const files = [...checked.files.values()];
    const items = new Map<string, EditorDiagnostic[]>(files.map((file) => [uriOf(pathOfId(project.root, file.id)), []]));
    if (project.settingsText() !== undefined) items.set(uriOf(pathOfId(project.root, projectFileName)), []);
    const [file] = files;
    if (file === undefined) return items;
    const view: View = { uri: "", file, checked, project, uriOf: (id) => uriOf(pathOfId(project.root, id)) };
    for (const diagnostic of [...project.settingsFindings(), ...checked.diagnostics, ...slow(project)]) {
      items.get(view.uriOf(diagnostic.span.file))?.push(toEditor(view, diagnostic));
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
    for (const uri of shown) if (!now.has(uri)) void connection.sendDiagnostics({ uri, diagnostics: [] });
    shown.clear();
    for (const { uri, items } of now.values()) {
      shown.add(uri);
      const version = open.get(uri);
      void connection.sendDiagnostics({ uri, diagnostics: items, ...(version === undefined ? {} : { version }) });
    }
  };
  const findSlowly = (): void => {
    const projects = workspace.projects();
    for (const project of projects) {
      const more = project.checkWhole();
      if (!more && targetFindings.get(project)?.version === project.version()) continue;
      targetFindings.set(project, { version: project.version(), found: targetFindingsOf(project) });
    }
    if (!client().pulls) send();
    else if (client().refreshes) void connection.languages.diagnostics.refresh();
    void connection.sendNotification(policyChangedNotification, { uris: workspace.documents().map(({ uri }) => uri) });
  };
  const guarded = (task: () => void) => (): void => {
    try {
      task();
    } catch (error) {
      connection.console.error(`diagnostics: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
  };

  return {
    changed: () => {
      clearTimeout(soon);
      clearTimeout(quiet);
      if (!client().pulls) soon = setTimeout(guarded(send), 0);
      quiet = setTimeout(guarded(findSlowly), quietMilliseconds);
    },
    report: (uri, previous) => report(uri, itemsByUri(workspace.projectOf(uri)).get(uri) ?? [], previous),
    reportAll: (previous) => {
      const versions = new Map(workspace.documents().map((document) => [document.uri, document.version]));
      return workspace
        .projects()
        .flatMap((project) => [...itemsByUri(project)])
        .map(([uri, items]) => ({ uri, version: versions.get(uri) ?? null, ...report(uri, items, previous.get(uri)) }));
    },
    slow,
    stop: () => {
      clearTimeout(soon);
      clearTimeout(quiet);
    },
  };
}

/** What the targets that the project compiles for cannot say. */
function targetFindingsOf(project: ProjectState): readonly Diagnostic[] {
  const checked = project.checked();
  const { universe } = checked;
  if (universe === undefined || checked.diagnostics.some(({ severity }) => severity === "error")) return [];
  const { targets: wanted, settings } = project.settings();
  const found = targets.filter(({ name }) => wanted[name] !== undefined).flatMap((target) => target.emit(universe, { options: wanted }).diagnostics);
  const shown = applySettings(found, checked.files.values(), settings, definitionByCode, () => false, false);
  const seen = new Set<string>();
  return shown.filter(({ code, span, message }) => {
    const key = `${code} ${span.file} ${span.start} ${message}`;
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}
