/**
 * Makes a fresh machine ready, and does nothing on one that is: npm packages at the versions of package-lock.json and, with
 * `--tests`, the Debian packages that tests drive as real servers. Plain Node with no packages, because it runs before there are any.
 */
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Programs that tests start, and where they come from. */
const programs = [
  { command: "ovs-vswitchd", package: "openvswitch-switch", use: "tests that load flow tables into a real switch" },
  { command: "etcd", package: "etcd-server", use: "tests that share policy through a real etcd" },
  { command: "redis-server", package: "redis-server", use: "the lab, whose traffic is real Redis" },
  { command: "ip", package: "iproute2", use: "the lab, whose pods are network namespaces" },
  { command: "faketime", package: "faketime", use: "the fault in which clocks are set" },
  { command: "nvim", package: "neovim", use: "tests that drive a real editor" },
];

function say(text) {
  process.stderr.write(`setup: ${text}\n`);
}

function run(command, args, options = {}) {
  say(`running ${command} ${args.join(" ")}`);
  const result = spawnSync(command, args, { cwd: root, stdio: ["ignore", 2, 2], ...options });
  return result.status === 0;
}

/** Packages by their path in node_modules and version. Those of other platforms are optional and may be missing. */
function lockedPackages(file) {
  const { packages } = JSON.parse(readFileSync(file, "utf8"));
  return Object.entries(packages).filter(([path]) => path !== "");
}

/** Whether node_modules holds what package-lock.json asks for. npm keeps a lock file of what it installed. */
function packagesAreInstalled() {
  const installedLock = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(installedLock)) return false;
  const installed = new Map(lockedPackages(installedLock));
  return lockedPackages(join(root, "package-lock.json")).every(([path, wanted]) => {
    const found = installed.get(path);
    return found === undefined ? wanted.optional === true : found.version === wanted.version;
  });
}

function installPackages() {
  if (packagesAreInstalled()) return;
  say("the npm packages of package-lock.json are missing or of other versions");
  if (run("npm", ["ci", "--include=dev"])) return;
  // `npm ci` refuses a lock file without the packages for other platforms; `npm install` takes the same versions without them.
  say("npm ci did not work; trying npm install");
  if (run("npm", ["install", "--no-save", "--include=dev"]) && packagesAreInstalled()) return;
  say("the npm packages could not be installed; see above");
  process.exit(1);
}

function isOnPath(command) {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  return folders.some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Runs `action` while Debian's packages may not start services: tests start their own servers, with their own files. */
function withoutServices(action) {
  const policy = "/usr/sbin/policy-rc.d";
  if (existsSync(policy)) return action();
  writeFileSync(policy, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    return action();
  } finally {
    rmSync(policy, { force: true });
  }
}

function installPrograms() {
  const missing = programs.filter((program) => !isOnPath(program.command));
  if (missing.length === 0) return;
  const skip = (reason) => {
    for (const program of missing) say(`${program.package} is not installed and ${reason}: skipped are ${program.use}`);
  };
  if (!isOnPath("apt-get")) return skip("there is no apt-get");
  if (process.getuid?.() !== 0) return skip("installing needs root");
  const environment = { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
  const packages = missing.map((program) => program.package);
  say(`installing Debian packages for the tests: ${packages.join(", ")}`);
  const install = () => run("apt-get", ["install", "--yes", "--no-install-recommends", ...packages], environment);
  const done = withoutServices(() => install() || (run("apt-get", ["update"], environment) && install()));
  if (!done) skip("apt-get could not install it");
}

installPackages();
if (process.argv.includes("--tests")) installPrograms();
