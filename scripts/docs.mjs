/**
 * Writes `docs/diagnostics/`, a page a code and an index, from the catalogue. With `--check` it writes nothing and fails where
 * the pages are not what it would write.
 */
import { build } from "esbuild";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = `${root}docs/diagnostics`;

const bundle = await build({
  absWorkingDir: root,
  stdin: {
    contents: `export { catalogue } from "./compiler/diagnostics/catalogue.js"; export { diagnosticPages } from "./cli/report/pages.js";`,
    resolveDir: root,
    loader: "ts",
  },
  bundle: true,
  platform: "node",
  format: "esm",
  write: false,
});
const code = Buffer.from(bundle.outputFiles[0].contents).toString("base64");
const { catalogue, diagnosticPages } = await import(`data:text/javascript;base64,${code}`);
const pages = diagnosticPages(catalogue);

mkdirSync(folder, { recursive: true });
const present = new Map(readdirSync(folder).map((name) => [name, readFileSync(`${folder}/${name}`, "utf8")]));
const differing = [...new Set([...present.keys(), ...pages.keys()])].filter((name) => present.get(name) !== pages.get(name));

if (process.argv.includes("--check")) {
  if (differing.length > 0) {
    process.stderr.write(`docs/diagnostics is out of date (npm run docs): ${differing.join(", ")}\n`);
    process.exitCode = 1;
  }
} else {
  for (const name of differing) {
    const text = pages.get(name);
    if (text === undefined) rmSync(`${folder}/${name}`);
    else writeFileSync(`${folder}/${name}`, text);
  }
  process.stdout.write(`docs/diagnostics: ${pages.size} pages, ${differing.length} changed\n`);
}
