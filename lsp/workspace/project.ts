/** One project as the editor has it: unsaved texts before those on the disk, checked when somebody asks and something changed. */
import { check } from "../../compiler/compile.js";
import type { Checked } from "../../compiler/compile.js";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.js";
import { globMatcher } from "../../compiler/source/glob.js";
import type { SourceText } from "../../compiler/source/files.js";
import { paramsOf, readProject } from "../../compiler/source/project.js";
import type { Project } from "../../compiler/source/project.js";
import { projectFileName } from "./disk.js";
import { idOf, pathOfId } from "./uri.js";

/** What a project reads through: open documents, then the disk. */
export interface Texts {
  readonly source: (path: string, id: string) => SourceText | undefined;
  readonly text: (path: string) => string | undefined;
  /** Ids of the `.ctv` files below a folder. */
  readonly idsBelow: (folder: string) => readonly string[];
}

export interface ProjectState {
  /** Absolute path of the folder. */
  readonly root: string;
  /** The one file that is looked at, where no project file says which are. */
  readonly single?: string;
  /** Grows with every change to the project. */
  readonly version: () => number;
  readonly checked: () => Checked;
  readonly settings: () => Project;
  /** Findings about the project file. */
  readonly settingsFindings: () => readonly Diagnostic[];
  /** Text of the project file, where there is one. */
  readonly settingsText: () => string | undefined;
  /** Checks again, with other texts in the place of some files, and keeps nothing of it. */
  readonly recheck: (texts: ReadonlyMap<string, string>) => Checked;
  /** Whether a file's text may matter to the project. */
  readonly concerns: (path: string) => boolean;
  readonly changed: () => void;
}

/** A project; where `single` is given, of that file and its imports alone. */
export function makeProject(root: string, texts: Texts, single?: string): ProjectState {
  let version = 0;
  let kept: { readonly version: number; readonly checked: Checked } | undefined;
  let read: { readonly text: string | undefined; readonly project: Project; readonly diagnostics: readonly Diagnostic[] } | undefined;

  const settingsText = (): string | undefined => texts.text(pathOfId(root, projectFileName));
  const settings = (): NonNullable<typeof read> => {
    const text = settingsText();
    if (read === undefined || read.text !== text) read = { text, ...readProject(projectFileName, text ?? "") };
    return read;
  };
  const checkWith = (others: ReadonlyMap<string, string>): Checked => {
    const { project } = settings();
    const known = single === undefined ? texts.idsBelow(root) : [];
    return check({
      entries: single === undefined ? entriesOf(project, known) : [single],
      known,
      read: (id) => {
        const other = others.get(id);
        return other === undefined ? texts.source(pathOfId(root, id), id) : { text: other };
      },
      params: paramsOf(project, firstEnvironment(project), new Map()),
      surroundings: project.surroundings,
      settings: project.settings,
    });
  };

  return {
    root,
    ...(single === undefined ? {} : { single }),
    version: () => version,
    checked: () => {
      if (kept === undefined || kept.version !== version) kept = { version, checked: checkWith(new Map()) };
      return kept.checked;
    },
    settings: () => settings().project,
    settingsFindings: () => settings().diagnostics,
    settingsText,
    recheck: checkWith,
    concerns: (path) => {
      if (path.startsWith(`${root}/`) && (single === undefined || path === pathOfId(root, projectFileName))) return true;
      const id = idOf(root, path);
      return id === single || (kept?.checked.files.has(id) ?? false);
    },
    changed: () => {
      version += 1;
    },
  };
}

/** A param that every environment sets has no other value, and a policy with values says more than one without. */
function firstEnvironment(project: Project): string | undefined {
  return [...project.environments.keys()].at(0);
}

/** The project's sources among the files that exist; every file where it names none. */
function entriesOf(project: Project, known: readonly string[]): readonly string[] {
  if (project.sources.length === 0) return known;
  const ids = project.sources.flatMap(({ value }) => {
    const name = value.replace(/^\.\//, "").replace(/\/$/, "");
    const matches = globMatcher(name);
    return known.filter((id) => id === name || name === "." || id.startsWith(`${name}/`) || matches(id));
  });
  return [...new Set(ids)];
}
