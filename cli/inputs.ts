/**
 * From words on the command line to the files of a project. A file's id is its path relative to the project's folder; the
 * folder is the one of the nearest `ctv.yaml` upward, or the working directory where there is none.
 */
import { readdirSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { Refusal, systemReason } from "./exit.js";
import { decode, kindOf, readText, sourceLimit } from "./io/read.js";
import type { Terminal } from "./terminal.js";

export const projectFileName = "ctv.yaml";
const stdinId = "<stdin>";

export interface Inputs {
  /** Absolute path of the project's folder. */
  readonly root: string;
  /** Text of the project file, when there is one. */
  readonly projectText?: string;
  /** What was named: the whole project, or these files by id. */
  readonly chosen: { readonly kind: "project" } | { readonly kind: "files"; readonly ids: readonly string[] };
  /** The text of a file by its id, or nothing where there is no such file. @throws Refusal for what cannot be read. */
  readonly read: (id: string) => string | undefined;
  /** A file as the user would name it from the working directory. */
  readonly shown: (id: string) => string;
}

/**
 * Finds the project and files that `words` name: files, folders, `-` for standard input, or nothing for the project around
 * the working directory.
 * @throws Refusal for a word that names nothing, and for words of different projects.
 */
export function findInputs(words: readonly string[], terminal: Terminal): Inputs {
  const { cwd } = terminal;
  const paths = words.filter((word) => word !== "-").map((word) => ({ word, path: resolve(cwd, word) }));
  for (const { word, path } of paths) {
    if (kindOf(path) === "nothing") throw new Refusal(`cannot read ${word}: there is no such file or folder`);
  }
  const project = commonProject(words, paths, cwd);
  const root = project ?? cwd;
  const input = words.includes("-") ? decode(terminal.readInput(sourceLimit), "standard input") : undefined;
  const shown = (id: string) => (id === stdinId ? "<stdin>" : toSlashes(relative(cwd, join(root, id))) || id);
  const wholeProject =
    project !== undefined && paths.every(({ path }) => path === project || path === join(project, projectFileName)) && input === undefined;
  const chosen = wholeProject ? ({ kind: "project" } as const) : ({ kind: "files", ids: chosenFiles(words, cwd, root) } as const);
  const named = new Set(chosen.kind === "files" ? chosen.ids : []);
  if (chosen.kind === "files") refuseMixture(chosen.ids, root, project, shown);
  return {
    root,
    ...(project === undefined ? {} : { projectText: readText(join(project, projectFileName), shown(projectFileName)) }),
    chosen,
    read: (id) => {
      if (id === stdinId) return input;
      const path = resolve(root, id);
      return kindOf(path) === "file" || named.has(id) ? readText(path, shown(id)) : undefined;
    },
    shown,
  };
}

/** The folder of the nearest project file, from `folder` upward. */
function nearestProject(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    if (kindOf(join(at, projectFileName)) === "file") return at;
    if (dirname(at) === at) return undefined;
  }
}

function commonProject(
  words: readonly string[],
  paths: readonly { readonly word: string; readonly path: string }[],
  cwd: string,
): string | undefined {
  if (paths.length === 0) return nearestProject(cwd);
  const found = paths.map(({ word, path }) => ({ word, project: nearestProject(kindOf(path) === "folder" ? path : dirname(path)) }));
  const [first] = found;
  const other = found.find(({ project }) => project !== first.project);
  if (other !== undefined) throw new Refusal(`${first.word} and ${other.word} belong to different projects`, "name files of one project at a time");
  return first.project ?? (words.includes("-") ? nearestProject(cwd) : undefined);
}

/** A folder may hold projects of its own: read together, they would be taken for one. */
function refuseMixture(ids: readonly string[], root: string, project: string | undefined, shown: (id: string) => string): void {
  const folders = unique(ids.filter((id) => id !== stdinId).map((id) => dirname(resolve(root, id))));
  const other = folders.map(nearestProject).find((found) => found !== undefined && found !== project);
  if (other === undefined) return;
  throw new Refusal(`${shown(idOf(root, other))} is a project of its own`, "name one project at a time");
}

function chosenFiles(words: readonly string[], cwd: string, root: string): readonly string[] {
  return unique(
    (words.length === 0 ? ["."] : words).flatMap((word) => {
      if (word === "-") return [stdinId];
      const path = resolve(cwd, word);
      const kind = kindOf(path);
      if (kind === "nothing") throw new Refusal(`cannot read ${word}: there is no such file or folder`);
      if (kind !== "folder") return [idOf(root, path)];
      const files = filesBelow(path);
      if (files.length === 0) throw new Refusal(`there are no .ctv files in ${word === "." ? "this folder" : word}`, "`ctv init` starts a project");
      return files.map((file) => idOf(root, file));
    }),
  );
}

export interface InputFile {
  /** Absent for standard input. */
  readonly path?: string;
  readonly shown: string;
  readonly text: string;
}

/** The files that `words` name, read, for verbs that look at each file alone. @throws Refusal for what cannot be read. */
export function findFiles(words: readonly string[], terminal: Terminal): readonly InputFile[] {
  const { cwd } = terminal;
  return chosenFiles(words, cwd, cwd).map((id) => {
    if (id === stdinId) return { shown: stdinId, text: decode(terminal.readInput(sourceLimit), "standard input") };
    const path = resolve(cwd, id);
    return { path, shown: id, text: readText(path, id) };
  });
}

/** Every `.ctv` file in a folder and the folders in it, in order of path. Hidden folders and installed packages are left out. */
export function filesBelow(folder: string): readonly string[] {
  return walk(folder).flatMap(({ files }) => files);
}

/** The same without folders that are projects of their own. */
export function projectFilesBelow(folder: string): readonly string[] {
  return walk(folder, (inner) => kindOf(join(inner, projectFileName)) === "file").flatMap(({ files }) => files);
}

interface WalkedFolder {
  readonly folder: string;
  readonly files: readonly string[];
}

function walk(folder: string, skip: (inner: string) => boolean = () => false): readonly WalkedFolder[] {
  const entries = readFolder(folder)
    .filter((entry) => !entry.name.startsWith(".") && entry.name !== "node_modules")
    .sort((left, right) => (left.name < right.name ? -1 : 1));
  const files = entries.filter((entry) => !entry.isDirectory() && entry.name.endsWith(".ctv")).map((entry) => join(folder, entry.name));
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => join(folder, entry.name));
  return [
    { folder, files: files.filter((file) => kindOf(file) === "file") },
    ...folders.filter((inner) => !skip(inner)).flatMap((inner) => walk(inner, skip)),
  ];
}

function readFolder(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    throw new Refusal(`cannot read ${folder}: ${systemReason(error)}`);
  }
}

/** The id of a file in the project at `root`. */
export function idOf(root: string, path: string): string {
  return toSlashes(relative(root, path));
}

function toSlashes(path: string): string {
  return sep === "/" ? path : path.replaceAll(sep, "/");
}

function unique(ids: readonly string[]): readonly string[] {
  return [...new Set(ids)];
}
