/** Runs the built command as users do: a process of its own. Builds it first where a source is newer. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Outcome } from "./command.js";

export const root = process.cwd();
const command = join(root, "dist/ctv.cjs");

function newest(folder: string): number {
  return Math.max(
    0,
    ...readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile() && /\.(ts|cjs|mjs)$/.test(entry.name))
      .map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs),
  );
}

/** Makes sure that `dist/` is what the sources say. Several test files may ask at once: each file of the build is put in place whole. */
export function ensureBuilt(): void {
  const built = existsSync(command) ? statSync(join(root, "dist/command.cjs")).mtimeMs : 0;
  if (["grammar", "compiler", "cli", "scripts"].some((room) => newest(join(root, room)) > built)) {
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
