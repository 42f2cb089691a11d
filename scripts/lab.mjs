/** Builds the lab of `test/e2e` and leaves it to you: two nodes with switches and agents, and the guestbook's pods. Needs root. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const outfile = `${root}dist/lab/play.mjs`;
await build({
  absWorkingDir: root,
  entryPoints: ["test/e2e/play.ts"],
  outfile,
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20.19",
  packages: "external",
  logLevel: "warning",
});
// Ctrl-C goes to the lab, which takes itself down; this process waits for that.
process.on("SIGINT", () => undefined);
const { status } = spawnSync(process.execPath, ["--enable-source-maps", outfile], { cwd: root, stdio: "inherit" });
process.exitCode = status ?? 1;
