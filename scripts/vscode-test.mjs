/**
 * Drives the VS Code extension in a real workbench: code-server (VS Code's workbench and extension host behind a web server) from npm, shown by
 * Debian's Chromium. What is missing is installed once, into a cache outside the tree (`$XDG_CACHE_HOME/ctv/vscode`, else `~/.cache/ctv/vscode`).
 *
 *     node scripts/vscode-test.mjs                 the tests of test/vscode
 *     node scripts/vscode-test.mjs --screenshots   the pictures of docs/editors.md
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const tests = join(root, "test/vscode");
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "ctv", "vscode");
const workbench = join(cache, "node_modules/code-server/lib/vscode");

/** Programs that the workbench needs, and where Debian has them. */
const programs = [
  { command: "chromium", package: "chromium" },
  { command: "rg", package: "ripgrep" },
  { command: "make", package: "make" },
  { command: "g++", package: "g++" },
  { command: "python3", package: "python3" },
];

/** What is compiled here: npm's packages bring it for other systems only, or download it from where there may be no way to. */
const compiled = [
  { folder: cache, package: "argon2", file: "lib/binding/napi-v3/argon2.node" },
  { folder: workbench, package: "@vscode/spdlog", file: "build/Release/spdlog.node" },
  { folder: workbench, package: "native-watchdog", file: "build/Release/watchdog.node" },
  { folder: workbench, package: "node-pty", file: "build/Release/pty.node" },
];

function say(text) {
  process.stderr.write(`test:vscode: ${text}\n`);
}

/** Not a failure: a machine that cannot have a workbench cannot tell anything about the extension. */
function skip(reason) {
  say(`SKIPPED, nothing was tested: ${reason}`);
  process.exit(0);
}

function run(command, args, options = {}) {
  say(`running ${command} ${args.join(" ")}`);
  return spawnSync(command, args, { stdio: ["ignore", 2, 2], ...options }).status === 0;
}

const isOnPath = (command) => (process.env.PATH ?? "").split(delimiter).some((folder) => existsSync(join(folder, command)));

function installPrograms() {
  const missing = programs.filter((program) => !isOnPath(program.command)).map((program) => program.package);
  if (missing.length === 0) return;
  if (!isOnPath("apt-get")) skip(`${missing.join(", ")} is missing, and there is no apt-get`);
  if (process.getuid?.() !== 0) skip(`${missing.join(", ")} is missing, and installing needs root`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const install = () => run("apt-get", ["install", "--yes", "--no-install-recommends", "fonts-dejavu-core", ...missing], { env });
  if (!install() && !(run("apt-get", ["update"], { env }) && install())) skip(`apt-get could not install ${missing.join(", ")}`);
}

/** The cache is of one lock file and one Node: the compiled parts are for that Node only. */
function installWorkbench() {
  const wanted = `${process.version}\n${readFileSync(join(tests, "package-lock.json"), "utf8")}`;
  const stamp = join(cache, "installed");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  rmSync(cache, { recursive: true, force: true });
  mkdirSync(cache, { recursive: true });
  for (const name of ["package.json", "package-lock.json"]) copyFileSync(join(tests, name), join(cache, name));
  if (!run("npm", ["ci", "--ignore-scripts"], { cwd: cache })) skip("npm could not install code-server");
  // The workbench has packages of its own, whose lock file is older than npm's idea of one.
  if (!run("npm", ["install", "--ignore-scripts", "--omit=dev"], { cwd: workbench })) skip("npm could not install the packages of code-server");
  for (const { folder, package: name, file } of compiled) {
    // Some of them end with an error after they have been compiled, because they look for what is not needed here.
    run("npm", ["rebuild", name], { cwd: folder });
    if (!existsSync(join(folder, "node_modules", name, file))) skip(`${name} could not be compiled`);
  }
  // As code-server's own installer does it; and a ripgrep, which npm's package would download.
  symlinkSync("node_modules", join(workbench, "node_modules.asar"));
  const ripgrep = join(workbench, "node_modules/@vscode/ripgrep/bin");
  mkdirSync(ripgrep, { recursive: true });
  symlinkSync("/usr/bin/rg", join(ripgrep, "rg"));
  writeFileSync(stamp, wanted);
}

installPrograms();
installWorkbench();
if (!run(process.execPath, [join(root, "scripts/vscode.mjs")])) process.exit(1);
const env = { ...process.env, CTV_VSCODE_CACHE: cache };
if (process.argv.includes("--screenshots")) process.exit(run(process.execPath, [join(tests, "pictures.mjs")], { env }) ? 0 : 1);
const chosen = process.argv.slice(2);
const files =
  chosen.length > 0
    ? chosen
    : readdirSync(tests)
        .filter((name) => name.endsWith(".test.mjs"))
        .map((name) => join(tests, name));
const args = ["--test", "--test-concurrency=1", "--test-reporter=spec", ...files];
process.exit(spawnSync(process.execPath, args, { stdio: "inherit", env }).status ?? 1);
