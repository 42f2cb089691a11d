/** Follows the files of a folder store. The system's notices are a hint only; a look every second finds what they miss. */
import { watch } from "node:fs";
import type { FSWatcher } from "node:fs";
import type { OnError, Stop } from "../agent/sources.js";
import type { OnEntries } from "./keyvalue.js";

/** Milliseconds. */
const POLL = 1000;

interface Known {
  readonly stamp: string;
  readonly value: Uint8Array;
}

export interface FoundFile {
  readonly path: string;
  /** Differs when the file was written since. */
  readonly stamp: string;
}

export interface Found {
  /** By key. */
  readonly files: ReadonlyMap<string, FoundFile>;
  /** Where entries are or may come; the first is the topmost. */
  readonly folders: readonly string[];
}

/** Tells of all entries that `scan` finds, at once and after each change. */
export function watchFiles(
  scan: () => Promise<Found>,
  read: (path: string) => Promise<Uint8Array | undefined>,
  onEntries: OnEntries,
  onError: OnError,
): Stop {
  const watchers = new Map<string, FSWatcher>();
  let known: ReadonlyMap<string, Known> | undefined;
  let problem = "";
  let stopped = false;
  let again = false;
  let looking: Promise<void> | undefined;

  const follow = (folders: readonly string[]): void => {
    const before = watchers.size;
    for (const [path, watcher] of watchers) {
      if (folders.includes(path)) continue;
      watcher.close();
      watchers.delete(path);
    }
    for (const path of folders) {
      if (!watchers.has(path)) watchFolder(path);
    }
    // What came between the scan and the watch would be seen a second late.
    if (watchers.size > before) again = true;
  };
  const watchFolder = (path: string): void => {
    try {
      const watcher = watch(path, { persistent: false }, look);
      const drop = (): void => {
        watcher.close();
        watchers.delete(path);
      };
      watcher.on("error", drop);
      watchers.set(path, watcher);
    } catch {
      // It is not there yet, or the system has no watches left: the look every second finds what happens.
    }
  };
  const round = async (): Promise<void> => {
    const { files, folders } = await scan();
    follow(folders);
    const now = new Map<string, Known>();
    const changed = new Set<string>();
    for (const [key, { path, stamp }] of files) {
      const before = known?.get(key);
      const value = before?.stamp === stamp ? before.value : await read(path);
      if (value === undefined) continue;
      const same = before !== undefined && Buffer.compare(before.value, value) === 0;
      now.set(key, { stamp, value: same ? before.value : value });
      if (!same) changed.add(key);
    }
    for (const key of known?.keys() ?? []) if (!now.has(key)) changed.add(key);
    // After trouble also when nothing is new: it is over.
    const always = known === undefined || problem !== "";
    known = now;
    problem = "";
    if (!stopped && (always || changed.size > 0)) onEntries(new Map([...now].map(([key, { value }]) => [key, value])), changed);
  };
  const failed = (error: unknown): void => {
    const failure = error instanceof Error ? error : new Error(String(error));
    if (!stopped && failure.message !== problem) onError(failure);
    problem = failure.message;
  };
  function look(): void {
    again = true;
    looking ??= (async () => {
      while (again && !stopped) {
        again = false;
        await round().catch(failed);
      }
      looking = undefined;
    })();
  }

  const timer = setInterval(look, POLL);
  look();
  return async () => {
    stopped = true;
    clearInterval(timer);
    for (const watcher of watchers.values()) watcher.close();
    await looking;
  };
}
