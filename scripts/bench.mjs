/**
 * Runs a benchmark of `test/bench` by its name: `node scripts/bench.mjs lsp`. Words after the name are the benchmark's own. It is
 * bundled first, so that what is measured is JavaScript as it is shipped.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const [name = "", ...words] = process.argv.slice(2);
const source = `test/bench/${name}.ts`;

if (!/^[a-z-]+$/.test(name) || !existsSync(`${root}${source}`)) {
  const names = readdirSync(`${root}test/bench`).map((file) => file.replace(/\.ts$/, ""));
  process.stderr.write(`bench: which one? There are ${names.join(", ")}\n`);
  process.exit(2);
}

const outfile = `${root}dist/bench/${name}.mjs`;
await build({
  absWorkingDir: root,
  entryPoints: [source],
  outfile,
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20.19",
  packages: "external",
  logLevel: "warning",
});
const { status } = spawnSync(process.execPath, ["--enable-source-maps", outfile, ...words], { cwd: root, stdio: "inherit" });
process.exitCode = status ?? 1;
