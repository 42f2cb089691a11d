/**
 * Fills the blocks of README.md and some pages of docs/ with what the command really says. A block to fill follows one of these comments:
 *
 *     <!-- show: examples/guestbook/main.ctv -->                      a file
 *     <!-- show: build/kubernetes/x.yaml lines 1-20 -->               some lines of a file of the compiled guestbook
 *     <!-- show: build/openflow/policy.flows section # table 80 -->   the lines from one that begins so to an empty one
 *     <!-- run: ctv query --in examples/guestbook … -->               what a command prints
 *     <!-- run: ctv completion bash, first 8 lines -->                the beginning of that
 *
 * A comment `<!-- copy: FILE to FILE, "old" becoming "new" -->` makes a file for the blocks after it, and between `<!-- other verbs -->`
 * and `<!-- end -->` stand the verbs that the page has no section for. With `--check` nothing is written, and the exit code is 1 where a
 * page is not what it would be.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const pages = ["README.md", "docs/commands.md", "docs/connectivity.md", "docs/import.md"];
const scratch = mkdtempSync(join(tmpdir(), "ctv-readme-"));
const block =
  /<!-- copy: (?<from>\S+) to (?<to>\S+), "(?<old>[^"]*)" becoming "(?<now>[^"]*)" -->|(?<head><!-- (?<kind>show|run): (?<what>[^\n]*?) -->\n\n?```[a-z]*\n)(?:(?!```)[^\n]*\n)*(?<tail>```\n)/g;

/** Longer lines than this are cut: a README is read in a browser. */
const widest = 150;

/** Commands run beside a copy of the example, because they may write. */
function ctv(words) {
  const surroundings = { cwd: scratch, encoding: "utf8", env: { ...process.env, NO_COLOR: "1" } };
  const result = spawnSync(process.execPath, [join(root, "dist/ctv.cjs"), ...words], surroundings);
  const code = result.status === 0 ? "" : `# exit code ${result.status}\n`;
  return `${result.stderr}${result.stdout}${code}`;
}

function run(what) {
  const [, command, most] = /^(.*?)(?:, first (\d+) lines)?$/.exec(what);
  const lines = ctv(wordsOf(command)).replaceAll("\r", "").trimEnd().split("\n");
  return (most === undefined || lines.length <= Number(most) ? lines : [...lines.slice(0, Number(most)), "…"]).join("\n");
}

function copy({ from, to, old, now }) {
  const text = readFileSync(join(scratch, from), "utf8");
  if (!text.includes(old)) throw new Error(`${from} has no ${old}`);
  mkdirSync(dirname(join(scratch, to)), { recursive: true });
  writeFileSync(join(scratch, to), text.replaceAll(old, now));
}

/** Sections for the verbs that a page says nothing else of: their help. */
function otherVerbs(page) {
  const verbs = [...ctv(["--help"]).matchAll(/^ {2}([a-z-]+) {2,}/gm)].map(([, verb]) => verb);
  const others = verbs.filter((verb) => !page.includes(`\n## ctv ${verb}\n`));
  return others.map((verb) => `\n## ctv ${verb}\n\n\`\`\`text\n${ctv([verb, "--help"]).trimEnd()}\n\`\`\`\n`).join("");
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
  cpSync(join(root, "examples/manifests"), join(scratch, "examples/manifests"), { recursive: true });
  ctv(["compile", "examples/guestbook", "--out", "build"]);
  for (const page of pages) {
    const before = readFileSync(join(root, page), "utf8");
    const [own] = before.split(/(?<=<!-- other verbs -->\n)/);
    const filled = own.replace(block, (whole, ...groups) => {
      const { from, to, old, now, head, kind, what, tail } = groups.at(-1);
      if (head !== undefined) return `${head}${kind === "show" ? show(what) : run(what)}\n${tail}`;
      copy({ from, to, old, now });
      return whole;
    });
    const after = own.endsWith("<!-- other verbs -->\n") ? `${filled}${otherVerbs(own)}\n<!-- end -->\n` : filled;
    if (after === before) continue;
    if (process.argv.includes("--check")) {
      process.stderr.write(`${page} does not show what the command says (npm run docs)\n`);
      process.exitCode = 1;
    } else {
      writeFileSync(join(root, page), after);
      process.stdout.write(`${page}: blocks filled\n`);
    }
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
