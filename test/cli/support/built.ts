/** Runs the built command as users do: a process of its own. Builds it first where a source is newer. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Outcome } from "./command.js";

export const root = process.cwd();
export const command = join(root, "dist/ctv.cjs");

/** When the newest source in a folder was written. What npm and the extension's bundler put there is no source. */
function newest(folder: string): number {
  const times = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.name !== "node_modules" && entry.name !== "out")
    .map((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return newest(path);
      return /\.(ts|cjs|mjs)$/.test(entry.name) ? statSync(path).mtimeMs : 0;
    });
  return Math.max(0, ...times);
}

/** Makes sure that `dist/` is what the sources say. Several test files may ask at once: each file of the build is put in place whole. */
export function ensureBuilt(): void {
  const built = existsSync(command) ? statSync(join(root, "dist/command.cjs")).mtimeMs : 0;
  if (["grammar", "compiler", "lsp", "runtime", "cli", "scripts"].some((room) => newest(join(root, room)) > built)) {
    execFileSync(process.execPath, ["scripts/build.mjs"], { cwd: root, stdio: "inherit" });
  }
}

export interface ProcessSurroundings {
  readonly cwd?: string;
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
}

export function runBuilt(words: readonly string[], { cwd = root, input = "", env = {} }: ProcessSurroundings = {}): Outcome {
  const result = spawnSync(process.execPath, [command, ...words], {
    cwd,
    input,
    env: { PATH: process.env.PATH, ...env },
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  return { code: result.status ?? -1, out: result.stdout, err: result.stderr };
}

/** What a shell command line with `ctv` in it does. */
export function shell(line: string, cwd: string): Outcome {
  const result = spawnSync("bash", ["-c", `ctv() { "${process.execPath}" "${command}" "$@"; }\n${line}`], { cwd, encoding: "utf8" });
  return { code: result.status ?? -1, out: result.stdout, err: result.stderr };
}
