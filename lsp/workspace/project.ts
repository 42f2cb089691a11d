/** One project as the editor has it: unsaved texts before those on the disk, checked when somebody asks and something changed. */
import { check, inOrder } from "../../compiler/compile.js";
import type { Checked } from "../../compiler/compile.js";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.js";
import { globMatcher } from "../../compiler/source/glob.js";
import type { SourceText } from "../../compiler/source/files.js";
import { paramsOf, readProject } from "../../compiler/source/project.js";
import type { Project } from "../../compiler/source/project.js";
import { carryOver } from "./carry.js";
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
  /**
   * Checked for the text as it is. In a project where the questions about all flows take long, those are left out until
   * `checkWhole`, and what they found in an earlier text stands in for them.
   */
  readonly checked: () => Checked;
  /** What the last check found, of an earlier text perhaps: for answers that are due before the text as it is has been checked. */
  readonly lastChecked: () => Checked;
  /** Asks the questions that `checked` left out, where it did. Says whether there were any. */
  readonly checkWhole: () => boolean;
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

interface Kept {
  readonly version: number;
  readonly checked: Checked;
  /** Nothing was left out. */
  readonly whole: boolean;
}

/** A whole check that took longer than this would be felt at every keystroke. */
const feltMilliseconds = 12;

/** The questions about all flows; `CTV4007` is answered without them. */
const aboutFlows = /^CTV40(?!07)/;

/** A project; where `single` is given, of that file and its imports alone. */
export function makeProject(root: string, texts: Texts, single?: string): ProjectState {
  let version = 0;
  let kept: Kept | undefined;
  let lastWhole: Checked | undefined;
  let felt = false;
  let read: { readonly text: string | undefined; readonly project: Project; readonly diagnostics: readonly Diagnostic[] } | undefined;

  const settingsText = (): string | undefined => texts.text(pathOfId(root, projectFileName));
  const settings = (): NonNullable<typeof read> => {
    const text = settingsText();
    if (read === undefined || read.text !== text) read = { text, ...readProject(projectFileName, text ?? "") };
    return read;
  };
  const checkWith = (others: ReadonlyMap<string, string>, withoutLogic = false): Checked => {
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
      withoutLogic,
    });
  };
  const checkWhole = (): Checked => {
    const start = performance.now();
    const whole = checkWith(new Map());
    felt = performance.now() - start > feltMilliseconds;
    lastWhole = whole;
    kept = { version, checked: whole, whole: true };
    return whole;
  };
  const checkQuickly = (before: Checked): Checked => {
    const quick = checkWith(new Map(), true);
    const carried = carryOver(
      before.diagnostics.filter(({ code }) => aboutFlows.test(code)),
      before.files,
      quick.files,
    );
    const carriedOn = { ...quick, diagnostics: inOrder([...quick.diagnostics, ...carried]) };
    kept = { version, checked: carriedOn, whole: false };
    return carriedOn;
  };

  const checked = (): Checked => {
    if (kept?.version === version) return kept.checked;
    return felt && lastWhole !== undefined ? checkQuickly(lastWhole) : checkWhole();
  };

  return {
    root,
    ...(single === undefined ? {} : { single }),
    version: () => version,
    checked,
    lastChecked: () => kept?.checked ?? checked(),
    checkWhole: () => {
      if (kept?.version === version && kept.whole) return false;
      checkWhole();
      return true;
    },
    settings: () => settings().project,
    settingsFindings: () => settings().diagnostics,
    settingsText,
    recheck: (others) => checkWith(others),
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
