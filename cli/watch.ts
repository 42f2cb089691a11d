/** `--watch`: runs again whenever a file of the project changes, until it is interrupted. */
import { watch } from "node:fs";
import type { FSWatcher } from "node:fs";
import { dirname } from "node:path";
import type { ExitCode } from "./exit.js";
import { exitCodes, Refusal } from "./exit.js";
import type { Terminal } from "./terminal.js";
import type { Call, OptionRow } from "./verb.js";

export const watchOption: OptionRow = { flags: "--watch", description: "run again whenever a file of the project changes" };

/** Editors write a file in several steps; this long after the last one (milliseconds) it is whole. */
const quiet = 80;

export interface WatchedRun {
  readonly code: ExitCode;
  /** Absolute paths of the files that the run read. */
  readonly files: readonly string[];
}

/**
 * Runs `once`, and again after each change in a folder of the files it read. Folders are watched, not files, because many
 * editors replace a file, which a watch on the old one does not see.
 * @throws Refusal where standard input is to be read.
 */
export async function watchAndRun(
  { words, terminal }: Pick<Call, "words" | "terminal">,
  once: () => WatchedRun | Promise<WatchedRun>,
): Promise<ExitCode> {
  if (words.includes("-")) throw new Refusal("standard input can be read once, and --watch reads again", "name files or folders");
  return new Promise((resolve, reject) => {
    const watchers = new Map<string, FSWatcher>();
    let timer: NodeJS.Timeout | undefined;
    let last: ExitCode = exitCodes.fine;
    const round = async () => {
      terminal.err.write(`[${new Date().toTimeString().slice(0, 8)}] checking\n`);
      const result = await attempt(terminal, once);
      last = result.code;
      follow(result.files);
      if (watchers.size === 0) return;
      terminal.err.write(`[${new Date().toTimeString().slice(0, 8)}] waiting for changes\n`);
    };
    const follow = (files: readonly string[]) => {
      // A run that could not read its files says nothing about where they are: what was watched stays watched.
      if (files.length === 0) return;
      const folders = new Set(files.map((file) => dirname(file)));
      for (const [folder, watcher] of watchers) {
        if (folders.has(folder)) continue;
        watcher.close();
        watchers.delete(folder);
      }
      for (const folder of folders) {
        if (watchers.has(folder)) continue;
        const watcher = watch(folder, (_event, name) => {
          if (name !== null && !/\.(ctv|ya?ml)$/.test(name)) return;
          clearTimeout(timer);
          timer = setTimeout(() => {
            running = running.then(round).catch(reject);
          }, quiet);
        });
        watcher.on("error", () => {
          watcher.close();
          watchers.delete(folder);
        });
        watchers.set(folder, watcher);
      }
    };
    // One round after the other: a change during a round is for the next.
    let running = round().then(() => {
      if (watchers.size === 0) {
        resolve(last);
        return;
      }
      process.once("SIGINT", () => {
        clearTimeout(timer);
        for (const watcher of watchers.values()) watcher.close();
        resolve(last);
      });
    }, reject);
  });
}

/** A file that cannot be read for a moment is no reason to stop watching. */
async function attempt(terminal: Terminal, once: () => WatchedRun | Promise<WatchedRun>): Promise<WatchedRun> {
  try {
    return await once();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    terminal.err.write(`ctv: ${error.message}\n`);
    return { code: exitCodes.usage, files: [] };
  }
}
