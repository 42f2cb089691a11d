/** Runs the command inside the test's own process, with everything it prints caught; and scratch folders to run it in. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll } from "@jest/globals";
import { run } from "../../../cli/program.js";
import type { Terminal } from "../../../cli/terminal.js";

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Surroundings {
  readonly cwd: string;
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  /** Whether both streams are terminals. */
  readonly terminal?: boolean;
}

export async function ctv(words: readonly string[], surroundings: Surroundings): Promise<Outcome> {
  let out = "";
  let err = "";
  const isTerminal = surroundings.terminal === true;
  const terminal: Terminal = {
    cwd: surroundings.cwd,
    env: surroundings.env ?? {},
    readInput: () => Buffer.from(surroundings.input ?? ""),
    out: { isTerminal, write: (text) => (out += text) },
    err: { isTerminal, write: (text) => (err += text) },
  };
  const code = await run(words, terminal);
  return { code, out, err };
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A new folder with these files, gone after the test file has run. */
export function scratch(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "ctv-test-"));
  folders.push(folder);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}
