/**
 * Bundles the command into `dist/`: one CommonJS file, because loading hundreds of small ones is most of the time that a short
 * command takes. Parts that are loaded on demand (`import()`) stay unevaluated inside it until they are asked for.
 */
import { build } from "esbuild";
import { chmod, mkdir, rename } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = `${root}dist`;

await mkdir(dist, { recursive: true });
const beside = `${dist}/.ctv.${process.pid}.cjs`;
await build({
  absWorkingDir: root,
  entryPoints: ["cli/main.ts"],
  outfile: beside,
  bundle: true,
  platform: "node",
  target: "node20.19",
  format: "cjs",
  banner: { js: "#!/usr/bin/env node" },
  minifySyntax: true,
  minifyWhitespace: true,
  keepNames: false,
  legalComments: "none",
  logLevel: "warning",
});
await chmod(beside, 0o755);
await rename(beside, `${dist}/ctv.cjs`);
