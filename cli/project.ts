/**
 * A project as a command sees it: found, read and checked, with everything that reports need to show where things are.
 */
import { resolve } from "node:path";
import { didYouMean, suggest } from "../compiler/bind/suggest.js";
import { check, checkInSteps } from "../compiler/compile.js";
import type { Checked, ProjectInput } from "../compiler/compile.js";
import type { Diagnostic } from "../compiler/diagnostics/diagnostic.js";
import { globMatcher, isGlob } from "../compiler/source/glob.js";
import { paramsOf, readProject } from "../compiler/source/project.js";
import type { Project } from "../compiler/source/project.js";
import type { FindingSettings } from "../compiler/source/settings.js";
import { finish } from "../compiler/steps.js";
import { Refusal } from "./exit.js";
import { filesBelow, findInputs, idOf, projectFileName, projectFilesBelow } from "./inputs.js";
import type { Inputs } from "./inputs.js";
import { kindOf } from "./io/read.js";
import { list, text } from "./options.js";
import type { Options } from "./options.js";
import { source } from "./report/report.js";
import type { Source } from "./report/report.js";
import type { Terminal } from "./terminal.js";
import type { ReadProject } from "./threads/messages.js";
import type { OptionRow } from "./verb.js";

export interface LoadedProject {
  readonly inputs: Inputs;
  readonly project: Project;
  readonly checked: Checked;
  /** Findings about the project file and the sources, in order. */
  readonly diagnostics: readonly Diagnostic[];
  /** What findings point into, by file id. */
  readonly sources: ReadonlyMap<string, Source>;
  /** Absolute paths of everything that was read. */
  readonly paths: readonly string[];
  /** Checks again, with other texts in the place of some files. */
  readonly recheck: (texts: ReadonlyMap<string, string>) => Checked;
}

export const projectOptions: readonly OptionRow[] = [
  { flags: "--env <name>", description: "an environment of the project file" },
  { flags: "--param <name=value>", description: "the value of a param; may be given again", repeat: true },
];

/** Hears of a project while it is loaded, so that others can start on it. */
export interface LoadListener {
  /** A file was read, and is not parsed yet; how many characters there are by now. */
  readonly reading: (id: string, text: string, characters: number) => void;
  /** Every file was read, and nothing is checked yet. */
  readonly read: (sources: ReadProject, project: Project) => void;
}

export interface LoadManner {
  readonly listener?: LoadListener;
  /** For verbs that ask what a policy means and show no findings about its logic. */
  readonly withoutLogic?: boolean;
}

/** Finds, reads and checks the project that the words name. @throws Refusal for what cannot be read or is not there. */
export function loadProject(words: readonly string[], options: Options, terminal: Terminal, manner: LoadManner = {}): LoadedProject {
  const { listener, withoutLogic = false } = manner;
  const inputs = findInputs(words, terminal);
  const { project: read, diagnostics: projectFindings } = readProject(projectFileName, inputs.projectText ?? "");
  const project = inputs.chosen.kind === "project" ? read : { ...read, settings: asPart(read.settings) };
  const environment = environmentOf(options, project, inputs);
  const entries = entriesOf(inputs, project);
  const texts = new Map<string, string>();
  const params = paramsOf(project, environment, givenParams(options));
  const { surroundings, settings } = project;
  let characters = 0;
  const input = (others: ReadonlyMap<string, string>): ProjectInput => ({
    entries,
    read: (id) => {
      const found = others.get(id) ?? inputs.read(id);
      if (found === undefined) return undefined;
      texts.set(id, found);
      characters += found.length;
      listener?.reading(id, found, characters);
      return { text: found };
    },
    params,
    surroundings,
    settings,
    withoutLogic,
  });
  const checked = checkAndTell(input(new Map()), () => listener?.read({ entries, texts, params, surroundings }, project));
  const recheck = (others: ReadonlyMap<string, string>) => check({ ...input(others), withoutLogic: true });
  const shownTexts = [...(inputs.projectText === undefined ? [] : [[projectFileName, inputs.projectText] as const]), ...texts];
  const sources = new Map(shownTexts.map(([id, content]) => [id, source(inputs.shown(id), content)]));
  const paths = [...sources.keys()].map((id) => resolve(inputs.root, id));
  return { inputs, project, checked, diagnostics: [...projectFindings, ...checked.diagnostics], sources, paths, recheck };
}

/** Checks, and tells when all files have been read. */
function checkAndTell(input: ProjectInput, tell: () => void): Checked {
  const steps = checkInSteps(input);
  const { done, value } = steps.next();
  if (done === true) return value;
  tell();
  return finish(steps);
}

/** A part of a project has not all the findings that are silenced, so what silences none of its own is not told. */
function asPart({ suppressions = [], ...settings }: FindingSettings): FindingSettings {
  return { ...settings, suppressions: suppressions.map(({ code, files, reason }) => ({ code, files, reason })) };
}

function environmentOf(options: Options, project: Project, inputs: Inputs): string | undefined {
  const name = text(options, "env");
  if (name === undefined || project.environments.has(name)) return name;
  const known = [...project.environments.keys()];
  if (inputs.projectText === undefined) throw new Refusal(`there is no environment "${name}": no ${projectFileName} was found`);
  const help = didYouMean(suggest(name, known)) ?? (known.length === 0 ? "it has no `environments`" : `it has ${known.join(", ")}`);
  throw new Refusal(`${inputs.shown(projectFileName)} has no environment "${name}"`, help);
}

function givenParams(options: Options): ReadonlyMap<string, string> {
  return new Map(
    list(options, "param").map((given) => {
      const at = given.indexOf("=");
      if (at < 1) throw new Refusal(`--param ${given}: a param is given as NAME=VALUE`);
      return [given.slice(0, at).trim(), given.slice(at + 1).trim()] as const;
    }),
  );
}

/** The files to start from: those that were named, else the project's sources, else every file below the project file. */
function entriesOf(inputs: Inputs, project: Project): readonly string[] {
  if (inputs.chosen.kind === "files") return inputs.chosen.ids;
  const below = () => projectFilesBelow(inputs.root).map((path) => idOf(inputs.root, path));
  const ids = project.sources.length === 0 ? below() : project.sources.flatMap(({ value }) => sourceIds(inputs, value, below));
  if (ids.length > 0) return [...new Set(ids)];
  throw new Refusal(`${inputs.shown(projectFileName)} has no sources: there are no .ctv files below it`, "`ctv init` starts a project");
}

/** The files that one of a project's `sources` names: a file, a folder with everything in it, or a glob. */
function sourceIds(inputs: Inputs, value: string, below: () => readonly string[]): readonly string[] {
  const path = resolve(inputs.root, value);
  const kind = kindOf(path);
  const ids =
    kind === "file"
      ? [idOf(inputs.root, path)]
      : kind === "folder"
        ? filesBelow(path).map((file) => idOf(inputs.root, file))
        : matching(value, below);
  if (ids.length === 0) throw new Refusal(`${inputs.shown(projectFileName)} names the source ${value}, and there is no such file or folder`);
  return ids;
}

function matching(glob: string, below: () => readonly string[]): readonly string[] {
  return isGlob(glob) ? below().filter(globMatcher(glob)) : [];
}
