/**
 * Writes output so that nobody ever sees half of a file: everything goes beside its place first, then each file takes its
 * place by a rename. What an earlier run wrote and this one does not is removed; a manifest says what that was.
 */
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, realpathSync, renameSync, rmdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Refusal, systemReason } from "../exit.js";
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

/**
 * Writes `files` into `folder`. Stale files are looked for only below the folders in `owned` (relative to `folder`), so that
 * compiling one target leaves the others' output alone. `shown` names the folder in messages.
 * @throws Refusal when something cannot be written; nothing is replaced unless everything could be written beside it.
 */
export function writeOutput(folder: string, shown: string, files: readonly OutputFile[], owned: readonly string[]): Written {
  const before = readManifest(folder);
  const made = new Map(files.map((file) => [file.path, digest(file.text)]));
  const others = [...before].filter(([path]) => !owned.some((prefix) => path.startsWith(`${prefix}/`)));
  const after = new Map([...others, ...made]);
  const stale = [...before].filter(([path]) => !after.has(path)).map(([path, hash]) => ({ path, hash, found: digestOfFile(join(folder, path)) }));
  const removed = stale.filter(({ hash, found }) => found === hash).map(({ path }) => path);
  const kept = stale.filter(({ hash, found }) => found !== undefined && found !== hash).map(({ path }) => path);
  const changed = files.filter((file) => digestOfFile(join(folder, file.path)) !== made.get(file.path));

  // Until the last step the manifest lists old and new files: a run that is cut short leaves nothing that nobody owns.
  replaceAll(folder, shown, [{ path: manifestName, text: manifestText(new Map([...before, ...after])) }, ...changed]);
  for (const path of removed) remove(folder, path);
  replaceAll(folder, shown, [{ path: manifestName, text: manifestText(after) }]);
  return { changed: changed.map((file) => file.path), removed, kept };
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

function replaceAll(folder: string, shown: string, files: readonly OutputFile[]): void {
  const made = new Set<string>();
  const moves: { readonly from: string; readonly to: string }[] = [];
  try {
    for (const file of files) {
      if (!isInside(file.path)) throw new Refusal(`refusing to write outside ${shown}: ${file.path}`);
      const to = join(folder, file.path);
      if (!made.has(dirname(to))) mkdirSync(dirname(to), { recursive: true });
      made.add(dirname(to));
      if (kindOf(to) === "folder") throw new Refusal(`cannot write ${join(shown, file.path)}: a folder is in the way`);
      const from = besideName(to);
      moves.push({ from, to });
      writeFileSync(from, file.text, { flag: "wx" });
    }
    for (const move of moves) renameSync(move.from, move.to);
  } catch (error) {
    for (const move of moves) rmSync(move.from, { force: true });
    throw error instanceof Refusal ? error : new Refusal(`cannot write to ${shown}: ${systemReason(error)}`);
  }
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
