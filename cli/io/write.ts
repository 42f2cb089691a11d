/**
 * Writes output so that nobody ever sees half of a file: everything goes beside its place first, then takes it by a rename (`stage.ts`). What an
 * earlier run wrote and this one does not is removed; a manifest says what that was.
 */
import { chmodSync, realpathSync, renameSync, rmdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Refusal, systemReason } from "../exit.js";
import { manifestName, manifestText, readManifest } from "./manifest.js";
import { kindOf } from "./read.js";
import { besideName, digestOfFile, makeFolder, stageFiles } from "./stage.js";
import type { OutputFile, StagedFiles } from "./stage.js";

export interface Written {
  /** Files that are new or other than before. */
  readonly changed: readonly string[];
  /** Files of an earlier run that are not made any more, and are gone. */
  readonly removed: readonly string[];
  /** Files of an earlier run that are not made any more, but were edited since and therefore stay. */
  readonly kept: readonly string[];
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
    stageFiles(folder, shown, [{ path: manifestName, text: manifestText(entries) }]).place();
  };
  const all = stale.length === 0 ? after : new Map([...before, ...after]);
  return {
    begin: () => writeManifest(all),
    end: () => {
      for (const path of removed) remove(folder, path);
      if (all !== after) writeManifest(after);
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
 * Writes one file whole, and makes the folders above it. A file that is there keeps its mode, a symbolic link stays one, and a pipe gets the text.
 * @throws Refusal when it cannot be written; what was there is then as it was.
 */
export function writeText(path: string, shown: string, text: string): void {
  try {
    const kind = kindOf(path);
    if (kind === "pipe or device") writeFileSync(path, text);
    else if (kind === "nothing") takePlace(path, text);
    else takePlace(realpathSync(path), text, statSync(path).mode);
  } catch (error) {
    throw error instanceof Refusal ? error : new Refusal(`cannot write ${shown}: ${systemReason(error)}`);
  }
}

function takePlace(path: string, text: string, mode?: number): void {
  const beside = besideName(path);
  makeFolder(dirname(path));
  try {
    writeFileSync(beside, text, { flag: "wx" });
    if (mode !== undefined) chmodSync(beside, mode);
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
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
