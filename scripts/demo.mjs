/** The guestbook of examples/, compiled to all three targets and shown: the source, then what each target is given. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const example = "examples/guestbook";
const output = "dist/demo";

/** Lines shown of a file: enough to see what it is. */
const mostLines = 24;

/** The file of each target that says most, and the words at which to begin. */
const targets = [
  { name: "kubernetes", file: /redis-master/, from: "spec:" },
  { name: "contiv", file: /rules\/tiers\.redis-master\/.*open/, from: "{" },
  { name: "openflow", file: /policy\.flows/, from: "# table 80" },
];

const colour = process.stdout.isTTY && (process.env.NO_COLOR ?? "") === "";
const bold = (text) => (colour ? `\u001b[1m${text}\u001b[0m` : text);
const print = (text) => process.stdout.write(`${text}\n`);

function show(path, from = "") {
  const all = readFileSync(join(root, path), "utf8").trimEnd().split("\n");
  const lines = all.slice(
    Math.max(
      0,
      all.findIndex((line) => line.startsWith(from)),
    ),
  );
  print(`\n${bold(`--- ${path}`)}${lines.length < all.length ? ` (from line ${all.length - lines.length + 1})` : ""}`);
  for (const line of lines.slice(0, mostLines)) print(`    ${line}`);
  if (lines.length > mostLines) print(`    … ${lines.length - mostLines} more lines`);
}

function filesBelow(folder) {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
    .sort();
}

function run(words) {
  print(`\n${bold(`$ ctv ${words.join(" ")}`)}`);
  execFileSync(process.execPath, [join(root, "dist/ctv.cjs"), ...words], { cwd: root, stdio: "inherit" });
}

show(`${example}/main.ctv`);
run(["compile", example, "--out", output]);
for (const { name, file, from } of targets) {
  const files = filesBelow(`${output}/${name}`);
  print(`\n${bold(`=== ${name}: ${files.length} files, such as`)}`);
  show(files.find((path) => file.test(path)) ?? files[0], from);
}
run(["query", "--in", example, "world to redis-master : redis"]);
print(`\nAll files are in ${output}/. README.md says how to go on.`);
