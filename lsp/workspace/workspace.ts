/** Everything the editor has open and may ask about: documents, the projects around them, and the files below. */
import { dirname } from "node:path";
import { TextDocument } from "vscode-languageserver-textdocument";
import type { TextDocumentContentChangeEvent } from "vscode-languageserver-textdocument";
import type { Checked } from "../../compiler/compile.js";
import type { LoadedFile } from "../../compiler/source/files.js";
import { changeBetween } from "../../grammar/change.js";
import { reparseFile } from "../../grammar/reparse/reparse.js";
import { type LineMap, lineMap } from "../../grammar/span.js";
import { parseFile } from "../../grammar/parse.js";
import type { ParseResult } from "../../grammar/syntax.js";
import type { Steps } from "../../compiler/steps.js";
import type { Settings } from "../settings.js";
import { type Disk, projectFileName } from "./disk.js";
import { type ProjectState, type Texts, makeProject } from "./project.js";
import { idOf, pathOf, pathOfId, uriOf } from "./uri.js";

/** One file in its checked project: what a feature looks at. */
export interface View {
  readonly uri: string;
  readonly file: LoadedFile;
  readonly checked: Checked;
  readonly project: ProjectState;
  readonly uriOf: (id: string) => string;
}

/** A text as it is now, with what was last known of its project: checked for this text, or for one of a few keystrokes ago. */
export interface Typed {
  readonly view: View;
  readonly text: string;
  readonly lines: LineMap;
  /** Where an offset of this text was in the text of `view`; the beginning of what was typed since, for a place in that. */
  readonly knownAt: (offset: number) => number;
}

/** The text of a view, as one that nobody types in. */
export function typedOf(view: View): Typed {
  return { view, text: view.file.text, lines: view.file.lines, knownAt: (offset) => offset };
}

export interface OpenDocument {
  readonly uri: string;
  readonly version: number;
  readonly text: string;
}

export interface Workspace {
  readonly open: (uri: string, version: number, text: string) => void;
  readonly change: (uri: string, version: number, changes: readonly TextDocumentContentChangeEvent[]) => void;
  readonly close: (uri: string) => void;
  readonly documents: () => readonly OpenDocument[];
  readonly document: (uri: string) => OpenDocument | undefined;
  /** Files changed, appeared or went on the disk. */
  readonly filesChanged: (uris: readonly string[]) => void;
  /** What the editor chooses for all projects. */
  readonly choose: (settings: Settings) => void;
  readonly setFolders: (uris: readonly string[]) => void;
  /** The projects of open documents and of the folders. */
  readonly projects: () => readonly ProjectState[];
  /** Checks all of them, so that questions about the texts as they are have answers at once. */
  readonly checkInSteps: () => Steps<void>;
  readonly projectOf: (uri: string) => ProjectState;
  /** Nothing for a document that is no `.ctv` file of a project. */
  readonly view: (uri: string) => View | undefined;
  /** As `view`, without waiting for a check of what was just typed. */
  readonly typed: (uri: string) => Typed | undefined;
}

export function makeWorkspace(disk: Disk): Workspace {
  const open = new Map<string, TextDocument>();
  const parsed = new Map<string, { readonly id: string; readonly text: string; readonly lines: LineMap; readonly parsed: ParseResult }>();
  const onDisk = new Map<string, string | undefined>();
  const below = new Map<string, readonly string[]>();
  /** Ids of sources by folder, for a listing of it and for the documents that were open then. */
  const ids = new Map<string, { readonly listing: readonly string[]; readonly opened: number; readonly ids: readonly string[] }>();
  /** Counts the times that a document was opened or closed. */
  let opened = 0;
  /** Folders of projects by listing. */
  const roots = new WeakMap<readonly string[], readonly string[]>();
  const states = new Map<string, ProjectState>();
  let folders: readonly string[] = [];
  let settings: Settings = {};

  const textOf = (path: string): string | undefined => {
    const document = open.get(path);
    if (document !== undefined) return document.getText();
    if (!onDisk.has(path)) onDisk.set(path, disk.read(path));
    return onDisk.get(path);
  };
  const listed = (folder: string): readonly string[] => {
    const known = below.get(folder) ?? disk.filesBelow(folder);
    below.set(folder, known);
    return known;
  };
  const texts: Texts = {
    text: textOf,
    source: (path, id) => {
      const text = textOf(path);
      if (text === undefined) return undefined;
      const known = parsed.get(path);
      if (known !== undefined && known.text === text && known.id === id) return known;
      const made = { id, text, lines: lineMap(text), parsed: known?.id === id ? reparseFile(known, text) : parseFile(id, text) };
      parsed.set(path, made);
      return made;
    },
    idsBelow: (folder) => {
      const listing = listed(folder);
      const known = ids.get(folder);
      if (known?.listing === listing && known.opened === opened) return known.ids;
      const inner = listing.filter((path) => path.endsWith(projectFileName) && dirname(path) !== folder).map((path) => `${dirname(path)}/`);
      const paths = [...listing, ...open.keys()].filter((path) => path.endsWith(".ctv") && path.startsWith(`${folder}/`));
      const made = [...new Set(paths.filter((path) => !inner.some((root) => path.startsWith(root))).map((path) => idOf(folder, path)))];
      ids.set(folder, { listing, opened, ids: made });
      return made;
    },
  };

  const rootOf = (path: string): string | undefined => {
    for (let at = dirname(path); ; at = dirname(at)) {
      const file = `${at === "/" ? "" : at}/${projectFileName}`;
      if (open.has(file) || disk.isFile(file)) return at;
      if (dirname(at) === at) return undefined;
    }
  };
  const project = (root: string, single?: string): ProjectState => {
    const key = `${root}\n${single ?? ""}`;
    const known = states.get(key) ?? makeProject(root, texts, () => settings, single);
    states.set(key, known);
    return known;
  };
  const projectOfPath = (path: string, checkedOf = checkedNow): ProjectState => {
    const root = rootOf(path);
    if (root === undefined) return project(dirname(path), idOf(dirname(path), path));
    const whole = project(root);
    const id = idOf(root, path);
    if (path.endsWith(projectFileName) || whole.settingsFiles().includes(id) || checkedOf(whole).files.has(id)) return whole;
    return project(root, id);
  };
  const viewOf = (uri: string, checkedOf = checkedNow): View | undefined => {
    const path = pathOf(uri);
    if (path.endsWith(projectFileName)) return undefined;
    const state = projectOfPath(path, checkedOf);
    const checked = checkedOf(state);
    const file = checked.files.get(idOf(state.root, path));
    return file === undefined ? undefined : { uri, file, checked, project: state, uriOf: (id) => uriOf(pathOfId(state.root, id)) };
  };
  const changed = (paths: readonly string[]): void => {
    for (const state of states.values()) if (paths.some(state.concerns)) state.changed(paths);
  };

  const rootsInFolders = (): readonly string[] =>
    folders.flatMap((folder) => {
      const listing = listed(folder);
      const known = roots.get(listing) ?? listing.filter((path) => path.endsWith(`/${projectFileName}`)).map(dirname);
      roots.set(listing, known);
      return known;
    });
  const projects = (): readonly ProjectState[] => {
    const ofDocuments = [...open.keys()].map((path) => projectOfPath(path));
    return [...new Set([...rootsInFolders().map((root) => project(root)), ...ofDocuments])];
  };

  return {
    open: (uri, version, text) => {
      const path = pathOf(uri);
      const known = textOf(path);
      open.set(path, TextDocument.create(uri, "ctv", version, text));
      opened += 1;
      if (known !== text) changed([path]);
    },
    change: (uri, version, changes) => {
      const document = open.get(pathOf(uri));
      if (document === undefined) return;
      open.set(pathOf(uri), TextDocument.update(document, [...changes], version));
      changed([pathOf(uri)]);
    },
    close: (uri) => {
      const path = pathOf(uri);
      const document = open.get(path);
      open.delete(path);
      opened += 1;
      onDisk.delete(path);
      if (document !== undefined && textOf(path) !== document.getText()) changed([path]);
    },
    documents: () => [...open.values()].map(asOpenDocument),
    document: (uri) => {
      const document = open.get(pathOf(uri));
      return document === undefined ? undefined : asOpenDocument(document);
    },
    filesChanged: (uris) => {
      for (const uri of uris) onDisk.delete(pathOf(uri));
      below.clear();
      changed(uris.map(pathOf));
    },
    choose: (chosen) => {
      settings = chosen;
      for (const state of states.values()) state.changed([]);
    },
    setFolders: (uris) => {
      folders = uris.map(pathOf);
      below.clear();
    },
    projects,
    checkInSteps: function* () {
      const roots = [...rootsInFolders(), ...[...open.keys()].flatMap((path) => rootOf(path) ?? [])];
      for (const root of new Set(roots)) yield* project(root).checkedInSteps();
      for (const state of projects()) yield* state.checkedInSteps();
    },
    projectOf: (uri) => projectOfPath(pathOf(uri)),
    view: (uri) => viewOf(uri),
    typed: (uri) => {
      const view = viewOf(uri, (state) => state.lastChecked());
      const text = textOf(pathOf(uri));
      if (view === undefined || text === undefined) return undefined;
      if (text === view.file.text) return typedOf(view);
      const { start, end, shift } = changeBetween(view.file.text, text);
      const knownAt = (offset: number): number => (offset <= start ? offset : offset >= end + shift ? offset - shift : start);
      return { view, text, lines: lineMap(text), knownAt };
    },
  };
}

function checkedNow(state: ProjectState): Checked {
  return state.checked();
}

function asOpenDocument(document: TextDocument): OpenDocument {
  return { uri: document.uri, version: document.version, text: document.getText() };
}
