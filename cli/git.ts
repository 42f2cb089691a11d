/** An older revision of the working tree, in a folder of its own for as long as it is looked at. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { Refusal, systemCode } from "./exit.js";
import { readText } from "./io/read.js";
import type { Terminal } from "./terminal.js";

/** Git's answers are small but for the archive itself, which is as large as the tree. */
const archiveLimit = 512 * 1024 * 1024;

/** What a working tree is compared with. */
export interface Base {
  /** As it was asked for, such as `origin/main`. */
  readonly revision: string;
  /** The whole name of the commit. */
  readonly commit: string;
  /** The commit in a reader's terms: `1a2b3c4, the merge base of main and HEAD`. */
  readonly words: string;
}

/**
 * Calls `use` with a terminal whose working folder is the same one as of a commit: where HEAD's history left that of `revision`, which
 * is what a pull request shows (`git diff REVISION...`), or with `exact` the revision itself. The folder is removed afterwards.
 * @throws Refusal outside of a repository, for an unknown revision, where the histories do not meet, and where git or tar is missing.
 */
export function withRevision<Result>(
  revision: string,
  { exact, terminal }: { readonly exact: boolean; readonly terminal: Terminal },
  use: (past: Terminal, base: Base) => Result,
): Result {
  if (revision.startsWith("-")) throw new Refusal(`--base ${revision}: this is not a revision`);
  const { cwd } = terminal;
  const top = git(cwd, ["rev-parse", "--show-toplevel"])?.trim();
  if (top === undefined) throw new Refusal("this folder is not in a git repository");
  const named = commitOf(cwd, revision);
  if (named === undefined) throw new Refusal(`git knows no revision "${revision}"`, isShallow(cwd) ? deepen : undefined);
  const commit = exact ? named : mergeBase(cwd, revision, named);
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "ctv-base-")));
  try {
    const archive = run("git", ["archive", "--format=tar", commit], top);
    run("tar", ["-x", "-C", folder], top, archive);
    const past = join(folder, relative(realpathSync(top), realpathSync(cwd)));
    mkdirSync(past, { recursive: true });
    return use({ ...terminal, cwd: past }, { revision, commit, words: wordsFor(revision, named, commit, abbreviated(cwd, commit)) });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function wordsFor(revision: string, named: string, commit: string, short: string): string {
  if (named !== commit) return `${short}, the merge base of ${revision} and HEAD`;
  return commit.startsWith(revision) ? short : `${short}, which is ${revision}`;
}

const deepen = "this is a shallow clone: `git fetch --unshallow` brings the rest of it (docs/ci.md has the settings of pipelines)";

/** Where the history of HEAD left that of `commit`. @throws Refusal where there is no such commit, or where it is beyond a shallow clone's edge. */
function mergeBase(cwd: string, revision: string, commit: string): string {
  const head = commitOf(cwd, "HEAD");
  if (head === undefined) throw new Refusal("there is no commit yet on this branch", exactly(revision));
  const found = git(cwd, ["merge-base", commit, head])?.trim();
  if (isShallow(cwd) && (found === undefined || isCutBefore(cwd, found, [commit, head])))
    throw new Refusal(`the commit where ${revision} and HEAD meet is not in this clone`, deepen);
  if (found === undefined) throw new Refusal(`${revision} and HEAD have no commit in common`, exactly(revision));
  return found;
}

/** Whether a shallow clone ends on one of the ways to where two histories seem to meet: they may then have met later, out of sight. */
function isCutBefore(cwd: string, meeting: string, tips: readonly string[]): boolean {
  const path = git(cwd, ["rev-parse", "--git-path", "shallow"])?.trim();
  const edge = new Set(path === undefined ? [] : readText(resolve(cwd, path), path).split("\n"));
  const ways = git(cwd, ["rev-list", ...tips, "--not", meeting]) ?? "";
  return ways.split("\n").some((commit) => commit !== "" && edge.has(commit));
}

const exactly = (revision: string) => `\`--base ${revision} --exact\` compares with the revision itself`;

function commitOf(cwd: string, revision: string): string | undefined {
  return git(cwd, ["rev-parse", "--verify", "--quiet", `${revision}^{commit}`])?.trim();
}

function isShallow(cwd: string): boolean {
  return git(cwd, ["rev-parse", "--is-shallow-repository"])?.trim() === "true";
}

function abbreviated(cwd: string, commit: string): string {
  return git(cwd, ["rev-parse", "--short", commit])?.trim() ?? commit;
}

/** What git answers, or nothing where it says no. */
function git(cwd: string, words: readonly string[]): string | undefined {
  try {
    return execFileSync("git", words, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    if (systemCode(error) === "ENOENT") throw missing("git");
    return undefined;
  }
}

/** @throws Refusal with what the program says where it fails. */
function run(program: string, words: readonly string[], cwd: string, input?: Buffer): Buffer {
  try {
    return execFileSync(program, words, { cwd, maxBuffer: archiveLimit, stdio: ["pipe", "pipe", "pipe"], ...(input === undefined ? {} : { input }) });
  } catch (error) {
    if (systemCode(error) === "ENOENT") throw missing(program);
    if (systemCode(error) === "ENOBUFS") throw new Refusal("the revision has more than 512 MiB of files");
    const said = error instanceof Error && "stderr" in error ? String(error.stderr).trim().split("\n").at(-1) : undefined;
    throw new Refusal(`${program} could not unpack the revision${said === undefined || said === "" ? "" : `: ${said}`}`);
  }
}

function missing(program: string): Refusal {
  return new Refusal(`\`ctv diff --base\` needs ${program}, and it is not installed`);
}
