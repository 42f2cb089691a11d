/**
 * Fills the blocks of README.md with what the command really says. A block to fill follows one of these comments:
 *
 *     <!-- show: examples/guestbook/main.ctv -->                      a file
 *     <!-- show: build/kubernetes/x.yaml lines 1-20 -->               some lines of a file of the compiled guestbook
 *     <!-- show: build/openflow/policy.flows section # table 80 -->   the lines from one that begins so to an empty one
 *     <!-- run: ctv query --in examples/guestbook … -->               what a command prints
 *
 * With `--check` nothing is written, and the exit code is 1 where a block is not what it would be.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const readme = join(root, "README.md");
const scratch = mkdtempSync(join(tmpdir(), "ctv-readme-"));
const block = /(<!-- (show|run): ([^\n]*?) -->\n\n?```[a-z]*\n)(?:(?!```)[^\n]*\n)*(```\n)/g;

/** Longer lines than this are cut: a README is read in a browser. */
const widest = 150;

/** Commands run beside a copy of the example, because they may write. */
function ctv(words) {
  const surroundings = { cwd: scratch, encoding: "utf8", env: { ...process.env, NO_COLOR: "1" } };
  const result = spawnSync(process.execPath, [join(root, "dist/ctv.cjs"), ...words], surroundings);
  return `${result.stderr}${result.stdout}`;
}

function show(what) {
  const [, path, from, to, section] = /^(\S+)(?: lines (\d+)-(\d+)| section (.+))?$/.exec(what);
  const text = readFileSync(join(scratch, path), "utf8").trimEnd();
  const lines = (section === undefined ? text : text.split("\n\n").find((part) => part.startsWith(section))).split("\n");
  return lines
    .slice(from === undefined ? 0 : Number(from) - 1, to === undefined ? lines.length : Number(to))
    .map((line) => (line.length > widest ? `${line.slice(0, widest - 1)}…` : line))
    .join("\n");
}

/** The words of a command, with double quotes as a shell reads them. */
function wordsOf(command) {
  return [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare).slice(1);
}

try {
  cpSync(join(root, "examples/guestbook/main.ctv"), join(scratch, "examples/guestbook/main.ctv"), { recursive: true });
  cpSync(join(root, "examples/guestbook/ctv.yaml"), join(scratch, "examples/guestbook/ctv.yaml"));
  ctv(["compile", "examples/guestbook", "--out", "build"]);
  const before = readFileSync(readme, "utf8");
  const after = before.replace(block, (_whole, head, kind, what, tail) => {
    const content = kind === "show" ? show(what) : ctv(wordsOf(what)).trimEnd();
    return `${head}${content}\n${tail}`;
  });
  if (process.argv.includes("--check")) {
    if (after !== before) {
      process.stderr.write("README.md does not show what the command says (npm run docs)\n");
      process.exitCode = 1;
    }
  } else if (after !== before) {
    writeFileSync(readme, after);
    process.stdout.write("README.md: blocks filled\n");
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
