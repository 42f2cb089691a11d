/** An older revision of the working tree, in a folder of its own for as long as it is looked at. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { Refusal } from "./exit.js";
import type { Terminal } from "./terminal.js";

/** Git's answers are small but for the archive itself, which is as large as the tree. */
const archiveLimit = 512 * 1024 * 1024;

/**
 * Calls `use` with a terminal whose working folder is the same one as of `revision`. The folder is removed afterwards.
 * @throws Refusal outside of a repository, for an unknown revision, and where git or tar is missing.
 */
export function withRevision<Result>(revision: string, terminal: Terminal, use: (past: Terminal) => Result): Result {
  if (revision.startsWith("-")) throw new Refusal(`--base ${revision}: this is not a revision`);
  const top = git(terminal.cwd, ["rev-parse", "--show-toplevel"], "this folder is not in a git repository").trim();
  const commit = git(terminal.cwd, ["rev-parse", "--verify", "--quiet", `${revision}^{commit}`], `git knows no revision "${revision}"`).trim();
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "ctv-base-")));
  try {
    const archive = execFileSync("git", ["archive", "--format=tar", commit], {
      cwd: top,
      maxBuffer: archiveLimit,
      stdio: ["ignore", "pipe", "pipe"],
    });
    execFileSync("tar", ["-x", "-C", folder], { input: archive, stdio: ["pipe", "ignore", "pipe"] });
    const cwd = join(folder, relative(realpathSync(top), realpathSync(terminal.cwd)));
    mkdirSync(cwd, { recursive: true });
    return use({ ...terminal, cwd });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function git(cwd: string, words: readonly string[], otherwise: string): string {
  try {
    return execFileSync("git", words, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch {
    throw new Refusal(otherwise);
  }
}
