/**
 * Writes output so that nobody ever sees half of a file: everything goes beside its place first, then each file takes its
 * place by a rename. What an earlier run wrote and this one does not is removed; a manifest says what that was.
 */
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, realpathSync, renameSync, rmdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Refusal, systemCode, systemReason } from "../exit.js";
import { isInside, manifestName, manifestText, readManifest } from "./manifest.js";
import { kindOf } from "./read.js";

export interface OutputFile {
  /** Relative to the output folder, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

export interface Written {
  /** Files that are new or other than before. */
  readonly changed: readonly string[];
  /** Files of an earlier run that are not made any more, and are gone. */
  readonly removed: readonly string[];
  /** Files of an earlier run that are not made any more, but were edited since and therefore stay. */
  readonly kept: readonly string[];
}

/** Files that lie beside their places, and wait for all others to do so too. */
export interface StagedFiles {
  /** SHA-256 of every file by its path, also of those that are as they were before. */
  readonly digests: ReadonlyMap<string, string>;
  /** Paths of files that are new or other than before. */
  readonly changed: readonly string[];
  /** Gives the changed files their places. @throws Refusal when one cannot have it; what is left beside its place is removed. */
  readonly place: () => void;
  /** Removes what was written. */
  readonly abandon: () => void;
}

/** Writes those of the files that changed beside their places. `shown` names the folder in messages. @throws Refusal when one cannot be written; then none is left. */
export function stageFiles(folder: string, shown: string, files: readonly OutputFile[]): StagedFiles {
  const digests = new Map(files.map((file) => [file.path, digest(file.text)]));
  const there = new Map<string, boolean>();
  const isThere = (path: string): boolean => {
    const known = there.get(path) ?? existsSync(path);
    there.set(path, known);
    return known;
  };
  const isSame = ({ path }: OutputFile): boolean => {
    const place = join(folder, path);
    return isThere(dirname(place)) && digestOfFile(place) === digests.get(path);
  };
  const changed = files.filter((file) => !isSame(file));
  const moves = writeBeside(folder, shown, changed);
  return { digests, changed: changed.map((file) => file.path), place: () => placeAll(shown, moves), abandon: () => removeAll(moves) };
}

/** The output folder around the files that take their places in it. */
export interface OpenOutput {
  /** Manifest first, so that a run that is cut short leaves nothing that nobody owns: until the end it lists old and new files. */
  readonly begin: () => void;
  /** When all files have their places: removes stale ones. */
  readonly end: () => Written;
}

/**
 * What becomes of `folder` when files with these digests are written into it. Stale files are looked for only below the folders in `owned`
 * (relative to `folder`), so that compiling one target leaves the others' output alone.
 */
export function openOutput(folder: string, shown: string, owned: readonly string[], staged: Pick<StagedFiles, "digests" | "changed">): OpenOutput {
  const before = readManifest(folder);
  const others = [...before].filter(([path]) => !owned.some((prefix) => path.startsWith(`${prefix}/`)));
  const after = new Map([...others, ...staged.digests]);
  const stale = [...before].filter(([path]) => !after.has(path)).map(([path, hash]) => ({ path, hash, found: digestOfFile(join(folder, path)) }));
  const removed = stale.filter(({ hash, found }) => found === hash).map(({ path }) => path);
  const kept = stale.filter(({ hash, found }) => found !== undefined && found !== hash).map(({ path }) => path);
  const writeManifest = (entries: ReadonlyMap<string, string>): void => {
    placeAll(shown, writeBeside(folder, shown, [{ path: manifestName, text: manifestText(entries) }]));
  };
  return {
    begin: () => writeManifest(new Map([...before, ...after])),
    end: () => {
      for (const path of removed) remove(folder, path);
      writeManifest(after);
      return { changed: staged.changed, removed, kept };
    },
  };
}

/**
 * Writes `files` into `folder`, and removes what an earlier run wrote below the folders in `owned` and this one does not.
 * @throws Refusal when something cannot be written; nothing is replaced unless everything could be written beside it.
 */
export function writeOutput(folder: string, shown: string, files: readonly OutputFile[], owned: readonly string[]): Written {
  const staged = stageFiles(folder, shown, files);
  const output = openOutput(folder, shown, owned, staged);
  try {
    output.begin();
  } catch (error) {
    staged.abandon();
    throw error;
  }
  staged.place();
  return output.end();
}

/**
 * Replaces the text of a file that exists, keeping its mode; a symbolic link stays one.
 * @throws Refusal when it cannot be written; the file is then as it was.
 */
export function replaceFile(path: string, shown: string, text: string): void {
  try {
    const real = realpathSync(path);
    const beside = besideName(real);
    writeFileSync(beside, text, { flag: "wx" });
    chmodSync(beside, statSync(real).mode);
    renameSync(beside, real);
  } catch (error) {
    throw new Refusal(`cannot write ${shown}: ${systemReason(error)}`);
  }
}

interface Move {
  readonly from: string;
  readonly to: string;
}

function writeBeside(folder: string, shown: string, files: readonly OutputFile[]): readonly Move[] {
  const made = new Set<string>();
  const fresh = new Set<string>();
  const moves: Move[] = [];
  try {
    for (const file of files) {
      if (!isInside(file.path)) throw new Refusal(`refusing to write outside ${shown}: ${file.path}`);
      const to = join(folder, file.path);
      // A folder that was not there has nothing in it that could be in the way.
      if (!made.has(dirname(to)) && makeFolder(dirname(to))) fresh.add(dirname(to));
      made.add(dirname(to));
      if (!fresh.has(dirname(to)) && kindOf(to) === "folder") throw new Refusal(`cannot write ${join(shown, file.path)}: a folder is in the way`);
      const from = besideName(to);
      moves.push({ from, to });
      writeFileSync(from, file.text, { flag: "wx" });
    }
    return moves;
  } catch (error) {
    removeAll(moves);
    throw error instanceof Refusal ? error : new Refusal(`cannot write to ${shown}: ${systemReason(error)}`);
  }
}

/**
 * Makes a folder and those above it. True when it was not there. Node's own `recursive` never ends where a folder is that takes none
 * (`/proc`), and says nothing of a folder that another thread makes meanwhile.
 */
function makeFolder(path: string): boolean {
  const make = (): boolean => {
    try {
      mkdirSync(path);
      return true;
    } catch (error) {
      if (systemCode(error) === "EEXIST" && kindOf(path) === "folder") return false;
      throw error;
    }
  };
  try {
    return make();
  } catch (error) {
    if (systemCode(error) !== "ENOENT" || dirname(path) === path) throw error;
    makeFolder(dirname(path));
    return make();
  }
}

function placeAll(shown: string, moves: readonly Move[]): void {
  try {
    for (const move of moves) renameSync(move.from, move.to);
  } catch (error) {
    removeAll(moves);
    throw new Refusal(`cannot write to ${shown}: ${systemReason(error)}`);
  }
}

function removeAll(moves: readonly Move[]): void {
  for (const move of moves) rmSync(move.from, { force: true });
}

/** In the same folder, because a rename is atomic only within a file system; hidden, and no `.ctv`, so nothing picks it up. */
function besideName(path: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}.new`);
}

/** Removes a file and the folders that it leaves empty. */
function remove(folder: string, path: string): void {
  rmSync(join(folder, path), { force: true });
  for (let parent = dirname(path); parent !== "."; parent = dirname(parent)) {
    try {
      rmdirSync(join(folder, parent));
    } catch {
      return;
    }
  }
}

function digest(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

function digestOfFile(path: string): string | undefined {
  try {
    return digest(readFileSync(path));
  } catch {
    return undefined;
  }
}
