/**
 * Fills the blocks of README.md with what the command really says. A block to fill follows one of these comments:
 *
 *     <!-- show: examples/guestbook/main.ctv -->              a file
 *     <!-- show: build/kubernetes/x.yaml lines 1-20 -->       some lines of a file of the compiled guestbook
 *     <!-- run: ctv query --in examples/guestbook … -->       what a command prints
 *
 * With `--check` nothing is written, and the exit code is 1 where a block is not what it would be.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const readme = join(root, "README.md");
const scratch = mkdtempSync(join(tmpdir(), "ctv-readme-"));
const block = /(<!-- (show|run): ([^\n]*?) -->\n\n?```[a-z]*\n)([\s\S]*?)(\n```)/g;

function ctv(words) {
  const result = spawnSync(process.execPath, [join(root, "dist/ctv.cjs"), ...words], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  });
  return `${result.stderr}${result.stdout}`;
}

function show(what) {
  const [, path, from, to] = /^(\S+)(?: lines (\d+)-(\d+))?$/.exec(what);
  const text = readFileSync(path.startsWith("build/") ? join(scratch, path.slice("build/".length)) : join(root, path), "utf8").trimEnd();
  return from === undefined
    ? text
    : text
        .split("\n")
        .slice(Number(from) - 1, Number(to))
        .join("\n");
}

/** The words of a command, with double quotes as a shell reads them. */
function wordsOf(command) {
  return [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare).slice(1);
}

try {
  ctv(["compile", "examples/guestbook", "--out", scratch]);
  const before = readFileSync(readme, "utf8");
  const after = before.replace(
    block,
    (whole, head, kind, what, old, tail) => `${head}${kind === "show" ? show(what) : ctv(wordsOf(what)).trimEnd()}${tail}`,
  );
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
