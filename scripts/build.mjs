/**
 * Bundles the command into `dist/`: one CommonJS file, because loading hundreds of small ones is most of the time that a short
 * command takes. Parts that are loaded on demand (`import()`) stay unevaluated inside it until they are asked for.
 *
 *     dist/ctv.cjs        what to run: starts the bundle with its code cache
 *     dist/command.cjs    the bundle, which also runs alone
 *     dist/command.cache  V8's code cache of it, for this version of Node
 *     dist/prettier.mjs   the Prettier plugin, `ctv/prettier`
 *     dist/vendor/        clients of servers, each a file of its own: the verbs that talk to no server never read them
 */
import { build } from "esbuild";
import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = `${root}dist`;

const common = { absWorkingDir: root, bundle: true, platform: "node", target: "node20.19", logLevel: "warning", write: false };

/** Packages that only some verbs need, all of them imported with `import()`, and what each is called in `dist/vendor/`. */
const vendored = new Map([
  ["@kubernetes/client-node", "kubernetes.cjs"],
  ["etcd3", "etcd3.cjs"],
  ["pino", "pino.cjs"],
  ["prom-client", "prom-client.cjs"],
]);
const apart = {
  name: "apart",
  setup({ onResolve }) {
    onResolve({ filter: /^[^.]/ }, ({ path }) => {
      const file = vendored.get(path);
      return file === undefined ? undefined : { path: `./vendor/${file}`, external: true };
    });
  },
};

const bundles = await Promise.all([
  build({
    ...common,
    plugins: [apart],
    entryPoints: ["cli/main.ts"],
    outfile: "dist/command.cjs",
    format: "cjs",
    // The script that starts the bundle compiles it by hand, and in such code only `require` can load files.
    supported: { "dynamic-import": false },
    charset: "ascii",
    minifySyntax: true,
    minifyWhitespace: true,
    sourcemap: "external",
    legalComments: "none",
  }),
  build({ ...common, entryPoints: ["grammar/format/plugin.ts"], outfile: "dist/prettier.mjs", format: "esm", external: ["prettier"] }),
  ...[...vendored].map(([name, file]) =>
    build({
      ...common,
      stdin: { contents: `module.exports = require("${name}");`, resolveDir: root },
      outfile: `dist/vendor/${file}`,
      format: "cjs",
      minifySyntax: true,
      minifyWhitespace: true,
      legalComments: "none",
    }),
  ),
]);

// Each file takes its place by a rename, so that a command that starts meanwhile never reads half of one.
mkdirSync(`${dist}/vendor`, { recursive: true });
const beside = (name) => `${dist}/${name}.${process.pid}`;
const place = (name) => renameSync(beside(name), `${dist}/${name}`);
for (const { path, contents } of bundles.flatMap((bundle) => bundle.outputFiles)) {
  const name = relative(dist, path);
  writeFileSync(beside(name), contents);
  place(name);
}
// The etcd client reads its protocol from files that it looks for in the folder above its own.
cpSync(`${root}node_modules/etcd3/proto`, `${dist}/proto`, { recursive: true });
copyFileSync(`${root}cli/start.cjs`, beside("ctv.cjs"));
chmodSync(beside("ctv.cjs"), 0o755);
place("ctv.cjs");

/** Runs a command, so that what it needs is compiled, and keeps the result. */
const warm = `
  process.argv.splice(1, 0, ${JSON.stringify(`${dist}/ctv.cjs`)});
  const script = require(process.argv[1]);
  process.on("exit", () => require("node:fs").writeFileSync(${JSON.stringify(beside("command.cache"))}, script.createCachedData()));
`;
const written = mkdtempSync(join(tmpdir(), "ctv-build-"));
// A finding in the example is no failure of the build.
spawnSync(process.execPath, ["-e", warm, "compile", "examples/guestbook", "--out", written], {
  cwd: root,
  stdio: "ignore",
  env: { ...process.env, NODE_OPTIONS: "" },
});
rmSync(written, { recursive: true });
if (existsSync(beside("command.cache"))) place("command.cache");
