/**
 * Puts files beside their places, so that giving them their places is renames and nothing else. A folder that is not there yet is written whole
 * beside its place and takes it by one rename; in a folder that is there, each file that changed does.
 */
import { createHash } from "node:crypto";
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Refusal, systemCode, systemReason } from "../exit.js";
import { isInside } from "./manifest.js";
import { kindOf } from "./read.js";

export interface OutputFile {
  /** Relative to the output folder, with forward slashes. */
  readonly path: string;
  readonly text: string;
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

/** A file or a whole folder, and the place that it waits for. */
interface Move {
  readonly from: string;
  readonly to: string;
}

/** Where the files of a folder are written. */
interface Room {
  readonly path: string;
  /** Whether that is the folder itself, with files of its own; else it is new, and hidden until it takes its place. */
  readonly isThere: boolean;
}

/** Writes those of the files that changed beside their places. `shown` names the folder in messages. @throws Refusal when one cannot be written; then none is left. */
export function stageFiles(folder: string, shown: string, files: readonly OutputFile[]): StagedFiles {
  const digests = new Map<string, string>();
  const changed: string[] = [];
  const moves: Move[] = [];
  const roomOf = roomMaker(folder, shown, moves);
  const encode = encoder();
  try {
    for (const { path, text } of files) {
      if (!isInside(path)) throw new Refusal(`refusing to write outside ${shown}: ${path}`);
      const bytes = encode(text);
      const hash = digest(bytes);
      digests.set(path, hash);
      const room = roomOf(path.slice(0, Math.max(0, path.lastIndexOf("/"))));
      const to = `${room.path}/${path.slice(path.lastIndexOf("/") + 1)}`;
      if (room.isThere && digestOfFile(to) === hash) continue;
      changed.push(path);
      if (!room.isThere) {
        writeNew(to, bytes);
        continue;
      }
      const kind = kindOf(to);
      if (kind !== "file" && kind !== "nothing") throw new Refusal(`cannot write ${join(shown, path)}: a ${kind} is in the way`);
      const from = besideName(to);
      moves.push({ from, to });
      writeNew(from, bytes);
    }
  } catch (error) {
    removeAll(moves);
    throw error instanceof Refusal ? error : new Refusal(`cannot write to ${shown}: ${systemReason(error)}`);
  }
  return { digests, changed, place: () => placeAll(shown, moves), abandon: () => removeAll(moves) };
}

/** Gives each folder (relative to `folder`, empty for itself) its room, and makes what is not there. New folders at the top of others join the moves. */
function roomMaker(folder: string, shown: string, moves: Move[]): (path: string) => Room {
  const known = new Map<string, Room>();
  const make = (path: string): Room => {
    if (path === "") {
      makeFolder(folder);
      return { path: folder, isThere: true };
    }
    const end = path.lastIndexOf("/");
    const above = roomOf(path.slice(0, Math.max(0, end)));
    const place = `${above.path}/${path.slice(end + 1)}`;
    const kind = above.isThere ? kindOf(place) : "nothing";
    if (kind === "folder") return { path: place, isThere: true };
    if (kind !== "nothing") throw new Refusal(`cannot write to ${shown}: ${path} is a ${kind}, not a folder`);
    const room = above.isThere ? besideName(place) : place;
    if (above.isThere) moves.push({ from: room, to: place });
    mkdirSync(room);
    return { path: room, isThere: false };
  };
  const roomOf = (path: string): Room => {
    const room = known.get(path) ?? make(path);
    known.set(path, room);
    return room;
  };
  return roomOf;
}

/**
 * Makes a folder and those above it. Node's own `recursive` never ends where a folder is that takes none (`/proc`), and says nothing of a
 * folder that another thread makes meanwhile.
 */
export function makeFolder(path: string): void {
  const make = (): void => {
    try {
      mkdirSync(path);
    } catch (error) {
      if (systemCode(error) !== "EEXIST" || kindOf(path) !== "folder") throw error;
    }
  };
  try {
    make();
  } catch (error) {
    if (systemCode(error) !== "ENOENT" || dirname(path) === path) throw error;
    makeFolder(dirname(path));
    make();
  }
}

/** Texts as UTF-8, in memory that the next text overwrites: there are a hundred thousand, and nearly all of them are short. */
function encoder(): (text: string) => Uint8Array {
  const room = Buffer.allocUnsafe(65536);
  // A UTF-16 unit takes at most three bytes.
  return (text) => (3 * text.length <= room.length ? room.subarray(0, room.write(text)) : Buffer.from(text));
}

function writeNew(path: string, bytes: Uint8Array): void {
  const file = openSync(path, "wx");
  try {
    // A disk that gets full takes a part first, and says so only when it is given the rest.
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
  } finally {
    closeSync(file);
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
  for (const move of moves) rmSync(move.from, { force: true, recursive: true });
}

/** Of this process alone: numbers of processes come again, in containers the same one each time, and a run that was killed leaves what it had begun. */
const run = `${process.pid}-${Math.round(performance.timeOrigin).toString(36)}`;

/** In the same folder, because a rename is atomic only within a file system; hidden, and no `.ctv`, so nothing picks it up. */
export function besideName(path: string): string {
  return join(dirname(path), `.${basename(path)}.${run}.new`);
}

function digest(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** SHA-256 of what a file has; nothing where there is no file that can be read. */
export function digestOfFile(path: string): string | undefined {
  try {
    return kindOf(path) === "file" ? digest(readFileSync(path)) : undefined;
  } catch {
    return undefined;
  }
}
