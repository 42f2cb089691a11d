/** One project as the editor has it: unsaved texts before those on the disk, checked when somebody asks and something changed. */
import { checkInSteps, withFindings } from "../../compiler/compile.js";
import type { Checked } from "../../compiler/compile.js";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.js";
import { wrongSetting } from "../../compiler/diagnostics/project.js";
import { checkMemory, copyOf } from "../../compiler/memory.js";
import { readInventory } from "../../compiler/source/inventory.js";
import { globMatcher } from "../../compiler/source/glob.js";
import type { SourceText } from "../../compiler/source/files.js";
import { paramsOf, readProject } from "../../compiler/source/project.js";
import type { Project } from "../../compiler/source/project.js";
import { placeOfSetting } from "../../compiler/source/projectplaces.js";
import { finish } from "../../compiler/steps.js";
import type { Steps } from "../../compiler/steps.js";
import type { Inventory } from "../../compiler/target/openflow/bind/inventory.js";
import type { Settings } from "../settings.js";
import { carryOver, findingsAboutFlows, makeJoin } from "./carry.js";
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
   * `wholeInSteps` is done, and what they found in an earlier text stands in for them.
   */
  readonly checked: () => Checked;
  /** What the last check found, of an earlier text perhaps: for answers that are due before the text as it is has been checked. */
  readonly lastChecked: () => Checked;
  /** Does what `checked` needs, so that it answers at once; to be left where the project changes meanwhile. */
  readonly checkedInSteps: () => Steps<Checked>;
  /** Asks the questions that `checked` left out, where it did. To be left where the project changes meanwhile. */
  readonly wholeInSteps: () => Steps<Checked>;
  readonly settings: () => Project;
  /** Name of the environment whose params hold. */
  readonly environment: () => string | undefined;
  /** Findings about the files beside the sources, and these files' ids: the project file, and the inventory. */
  readonly settingsFindings: () => readonly Diagnostic[];
  readonly settingsFiles: () => readonly string[];
  /** Text of a file of the project, where there is one. */
  readonly textOf: (id: string) => string | undefined;
  /** The endpoints that are known; nothing where no file tells them, or that file cannot be read. */
  readonly inventory: () => Inventory | undefined;
  /** Checks again, with other texts in the place of some files, and keeps nothing of it. */
  readonly recheck: (texts: ReadonlyMap<string, string>) => Checked;
  /** Whether a file's text may matter to the project. */
  readonly concerns: (path: string) => boolean;
  /** Something changed: the texts of the files with these paths, or the editor's choices where there are none. */
  readonly changed: (paths: readonly string[]) => void;
}

interface Kept {
  readonly version: number;
  readonly checked: Checked;
  /** Nothing was left out. */
  readonly whole: boolean;
}

/** A whole check that took longer than this would be felt at every keystroke. */
const feltMilliseconds = 12;

/** A project; where `single` is given, of that file and its imports alone. `choices` are the editor's. */
export function makeProject(root: string, texts: Texts, choices: () => Settings, single?: string): ProjectState {
  let version = 0;
  let kept: Kept | undefined;
  let lastWhole: { readonly aboutFlows: Checked["findings"]; readonly files: Checked["files"] } | undefined;
  let felt = false;
  let read: { readonly text: string | undefined; readonly project: Project; readonly diagnostics: readonly Diagnostic[] } | undefined;
  let known:
    { readonly path: string; readonly text: string; readonly inventory?: Inventory; readonly diagnostics: readonly Diagnostic[] } | undefined;

  const textOf = (id: string): string | undefined => texts.text(pathOfId(root, id));
  const settings = (): NonNullable<typeof read> => {
    const text = textOf(projectFileName);
    if (read === undefined || read.text !== text) read = { text, ...readProject(projectFileName, text ?? "") };
    return read;
  };
  const environment = (): string | undefined => environmentOf(settings().project, choices());
  const inventoryPath = (): string | undefined => {
    const path = choices().inventory ?? settings().project.targets.openflow?.inventory;
    return path === undefined ? undefined : pathOfId(root, path);
  };
  const inventory = (): typeof known => {
    const path = inventoryPath();
    const text = path === undefined ? undefined : texts.text(path);
    if (path === undefined || text === undefined) return undefined;
    if (known?.text !== text || known.path !== path) known = { path, text, ...readInventory(idOf(root, path), text) };
    return known;
  };
  /** Where the project file names an inventory that is not there. */
  const missingInventory = (): readonly Diagnostic[] => {
    const path = settings().project.targets.openflow?.inventory;
    if (path === undefined || choices().inventory !== undefined || texts.text(pathOfId(root, path)) !== undefined) return [];
    const span = placeOfSetting(projectFileName, settings().text ?? "", ["targets", "openflow", "inventory"]);
    const fields = { where: "targets.openflow.inventory", needed: "a file that can be read", found: JSON.stringify(path) };
    return span === undefined ? [] : [wrongSetting.make(fields, { span })];
  };
  const memory = checkMemory();
  const join = makeJoin();
  const entries = remembered((project: Project, ids: readonly string[]) => (single === undefined ? entriesOf(project, ids) : [single]));
  const params = remembered((project: Project, name: string | undefined) => paramsOf(project, name, new Map()));
  /** What was read since it last changed. */
  const sources = new Map<string, SourceText>();
  const sourceOf = (id: string): SourceText | undefined => {
    const known = sources.get(id) ?? texts.source(pathOfId(root, id), id);
    if (known !== undefined) sources.set(id, known);
    return known;
  };
  const inputOf = () => {
    const { project } = settings();
    const ids = single === undefined ? texts.idsBelow(root) : noIds;
    const { surroundings, settings: ofFindings } = project;
    return { entries: entries(project, ids), known: ids, params: params(project, environment()), surroundings, settings: ofFindings };
  };
  /** Steps of a check that nobody waits for any more may be taken after those of a later one. */
  const keep = (fresh: Kept): void => {
    if (kept === undefined || kept.version <= fresh.version) kept = fresh;
  };
  function* checkWhole(): Steps<Checked> {
    const since = version;
    const { result, milliseconds } = yield* timed(checkInSteps({ ...inputOf(), read: sourceOf, memory }));
    felt = milliseconds > feltMilliseconds;
    lastWhole = { aboutFlows: findingsAboutFlows(result.findings), files: result.files };
    keep({ version: since, checked: result, whole: true });
    return result;
  }
  function* checkQuickly({ aboutFlows, files }: NonNullable<typeof lastWhole>): Steps<Checked> {
    const since = version;
    const quick = yield* checkInSteps({ ...inputOf(), read: sourceOf, memory, withoutLogic: true });
    const checked = withFindings(quick, join(quick.findings, carryOver(aboutFlows, files, quick.files)));
    keep({ version: since, checked, whole: false });
    return checked;
  }
  function* checkedInSteps(): Steps<Checked> {
    if (kept?.version === version) return kept.checked;
    return yield* felt && lastWhole !== undefined ? checkQuickly(lastWhole) : checkWhole();
  }
  const checked = (): Checked => finish(checkedInSteps());

  return {
    root,
    ...(single === undefined ? {} : { single }),
    version: () => version,
    checked,
    checkedInSteps,
    lastChecked: () => kept?.checked ?? checked(),
    wholeInSteps: function* () {
      if (kept?.version === version && kept.whole) return kept.checked;
      return yield* checkWhole();
    },
    settings: () => settings().project,
    environment,
    settingsFindings: () => [...settings().diagnostics, ...missingInventory(), ...(inventory()?.diagnostics ?? [])],
    settingsFiles: () => {
      const path = inventoryPath();
      const ids = [projectFileName, ...(path === undefined ? [] : [idOf(root, path)])];
      return ids.filter((id) => textOf(id) !== undefined);
    },
    textOf,
    inventory: () => inventory()?.inventory,
    recheck: (others) => {
      const read = (id: string): SourceText | undefined => {
        const text = others.get(id);
        return text === undefined ? sourceOf(id) : { text };
      };
      return finish(checkInSteps({ ...inputOf(), read, memory: copyOf(memory) }));
    },
    concerns: (path) => {
      if (path === pathOfId(root, projectFileName) || path === inventoryPath()) return true;
      if (single === undefined && path.startsWith(`${root}/`) && path.endsWith(".ctv")) return true;
      const id = idOf(root, path);
      return id === single || (kept?.checked.files.has(id) ?? false);
    },
    changed: (paths) => {
      version += 1;
      for (const path of paths) sources.delete(idOf(root, path));
    },
  };
}

const noIds: readonly string[] = [];

/** The function, which answers with the same object as the last time where it is asked the same. */
function remembered<First, Second, Answer extends object>(make: (first: First, second: Second) => Answer): typeof make {
  let last: { readonly first: First; readonly second: Second; readonly answer: Answer } | undefined;
  return (first, second) => {
    if (last?.first !== first || last.second !== second) last = { first, second, answer: make(first, second) };
    return last.answer;
  };
}

/** The steps, with the time that they took; what was done between them is not counted. */
function* timed<Result>(steps: Steps<Result>): Steps<{ readonly result: Result; readonly milliseconds: number }> {
  let milliseconds = 0;
  for (;;) {
    const start = performance.now();
    const { done, value } = steps.next();
    milliseconds += performance.now() - start;
    if (done === true) return { result: value, milliseconds };
    yield;
  }
}

/** The environment that the editor chose; else the first: a param that every environment sets has no other value, and a policy with values says more than one without. */
function environmentOf(project: Project, { environment }: Settings): string | undefined {
  if (environment !== undefined && project.environments.has(environment)) return environment;
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
