/**
 * Makes a real `kube-apiserver` for the tests in test/cluster, once: Debian's source package `kubernetes`, built with Debian's Go, into a
 * cache outside the tree (`$XDG_CACHE_HOME/ctv`, else `~/.cache/ctv`). Needs no root: packages are unpacked into the cache, not installed.
 * Takes about four minutes on two cores that have nothing else to do, and about 2 GB.
 *
 *     node scripts/cluster.mjs          make it
 *     node scripts/cluster.mjs --test   make it, and run the tests with it
 *     node scripts/cluster.mjs --check  say whether it is there (exit 1: not)
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "ctv");
const server = join(cache, "bin", "kube-apiserver");

function say(text) {
  process.stderr.write(`cluster: ${text}\n`);
}

function fail(text) {
  say(text);
  process.exit(2);
}

function run(command, args, options = {}) {
  say(`running ${command} ${args.join(" ").slice(0, 120)}`);
  const result = spawnSync(command, args, {
    stdio: ["ignore", options.read === true ? "pipe" : 2, 2],
    encoding: "utf8",
    maxBuffer: 1 << 28,
    ...options,
  });
  if (result.error !== undefined) fail(`${command} cannot be started: ${result.error.message}`);
  if (result.status !== 0) fail(`${command} ended with ${result.status}`);
  return result.stdout ?? "";
}

/** Debian's suite, such as bookworm: the packages have to be those of this machine. */
function suite() {
  const release = existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : "";
  const name = /^VERSION_CODENAME=(\w+)$/m.exec(release)?.[1];
  if (name === undefined || !/^ID=debian$/m.test(release)) fail("this is no Debian, whose packages the API server is made from");
  return name;
}

/** An apt of its own: its lists and packages lie in the cache, and the machine's are left alone. */
function apt() {
  const folder = join(cache, "apt");
  for (const name of ["lists/partial", "cache/archives/partial"]) mkdirSync(join(folder, name), { recursive: true });
  const key = "[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]";
  const source = `${key} http://deb.debian.org/debian ${suite()} main`;
  writeFileSync(join(folder, "sources.list"), `deb ${source}\ndeb-src ${source}\n`);
  const config = join(folder, "apt.conf");
  const settings = {
    "Dir::Etc::sourcelist": join(folder, "sources.list"),
    "Dir::Etc::sourceparts": "/dev/null",
    "Dir::State::lists": join(folder, "lists"),
    "Dir::Cache": join(folder, "cache"),
    "APT::Sandbox::User": "root",
  };
  writeFileSync(
    config,
    Object.entries(settings)
      .map(([name, value]) => `${name} "${value}";\n`)
      .join(""),
  );
  return { env: { ...process.env, APT_CONFIG: config } };
}

/** Go's compiler and library, unpacked. Gives GOROOT. */
function unpackGo(environment) {
  const lib = join(cache, "root", "usr", "lib");
  const found = () => (existsSync(lib) ? readdirSync(lib).find((name) => /^go-\d/.test(name)) : undefined);
  if (found() === undefined) {
    const depends = run("apt-cache", ["depends", "golang-go"], { ...environment, read: true });
    const compiler = /Depends: (golang-[\d.]+-go)/.exec(depends)?.[1];
    if (compiler === undefined) fail("Debian's golang-go depends on no compiler");
    const folder = join(cache, "debs");
    mkdirSync(folder, { recursive: true });
    run("apt-get", ["download", compiler, compiler.replace(/-go$/, "-src")], { ...environment, cwd: folder });
    for (const name of readdirSync(folder)) run("dpkg", ["-x", join(folder, name), join(cache, "root")]);
  }
  return join(lib, found());
}

/** The source tree, where GOPATH mode looks for it. */
function unpackSource(environment) {
  const folder = join(cache, "src");
  const found = () => (existsSync(folder) ? readdirSync(folder).find((name) => /^kubernetes-[^_]*$/.test(name)) : undefined);
  if (found() === undefined) {
    mkdirSync(folder, { recursive: true });
    run("apt-get", ["source", "kubernetes"], { ...environment, cwd: folder });
  }
  const place = join(cache, "gopath", "src", "k8s.io", "kubernetes");
  mkdirSync(dirname(place), { recursive: true });
  rmSync(place, { force: true });
  symlinkSync(join(folder, found()), place);
  return place;
}

/**
 * The vendored reflect2 1.0.1 reads maps in a way that Go 1.18 broke (the server dies when it meets a custom resource); Debian packages 1.0.2,
 * which mends that.
 */
function mendReflection(environment, source) {
  const folder = join(cache, "debs");
  const name = "golang-github-modern-go-reflect2-dev";
  run("apt-get", ["download", name], { ...environment, cwd: folder });
  for (const file of readdirSync(folder)) if (file.startsWith(name)) run("dpkg", ["-x", join(folder, file), join(cache, "root")]);
  const [from, to] = [join(cache, "root/usr/share/gocode/src/github.com/modern-go/reflect2"), join(source, "vendor/github.com/modern-go/reflect2")];
  const isCode = (file) => /\.(go|s)$/.test(file) && !file.endsWith("_test.go");
  for (const file of readdirSync(to).filter(isCode)) rmSync(join(to, file));
  for (const file of readdirSync(from).filter(isCode)) copyFileSync(join(from, file), join(to, file));
}

/** Packages whose types the API's description is generated from. Debian's source comes without that file. */
function describedPackages(source) {
  const shell =
    "grep -rl --include='*.go' '^// *+k8s:openapi-gen=' pkg cmd plugin staging/src/k8s.io vendor 2>/dev/null" +
    " | grep -v -E '/(code-generator|sample-apiserver)/|_test.go|/testdata/|^vendor/k8s.io/kube-openapi'" +
    " | xargs -n1 dirname | sed 's#^staging/src/#vendor/#' | LC_ALL=C sort -u";
  return run("bash", ["-c", shell], { cwd: source, read: true })
    .trim()
    .split("\n")
    .map((name) => `k8s.io/kubernetes/${name}`);
}

function make() {
  const environment = apt();
  run("apt-get", ["update"], environment);
  const goroot = unpackGo(environment);
  const source = unpackSource(environment);
  mendReflection(environment, source);
  const go = {
    cwd: source,
    env: {
      ...process.env,
      PATH: `${goroot}/bin:${process.env.PATH}`,
      PWD: source,
      GOROOT: goroot,
      GOPATH: join(cache, "gopath"),
      GOCACHE: join(cache, "gocache"),
      GO111MODULE: "off",
      GOFLAGS: "",
      CGO_ENABLED: "0",
    },
  };
  const build = (output, name) => run("nice", ["-n", "10", "go", "build", "-o", output, name], go);
  mkdirSync(join(cache, "bin"), { recursive: true });
  const generator = join(cache, "bin", "openapi-gen");
  build(generator, "./vendor/k8s.io/kube-openapi/cmd/openapi-gen");
  const packages = describedPackages(source);
  const output = ["-p", "k8s.io/kubernetes/pkg/generated/openapi", "-O", "zz_generated.openapi"];
  const header = ["-h", "hack/boilerplate/boilerplate.generatego.txt", "-r", join(cache, "violations.txt")];
  run("nice", ["-n", "10", generator, "--logtostderr", "-i", packages.join(","), ...output, ...header], go);
  say("building kube-apiserver");
  build(server, "./cmd/kube-apiserver");
}

if (process.argv.includes("--check")) process.exit(existsSync(server) ? 0 : 1);
if (!existsSync(server)) make();
say(`${server} is there`);
if (process.argv.includes("--test")) {
  const jest = ["--experimental-vm-modules", "node_modules/jest/bin/jest.js", "--maxWorkers=1", "test/cluster"];
  const result = spawnSync(process.execPath, jest, { cwd: root, stdio: "inherit", env: { ...process.env, CTV_CLUSTER: "1" } });
  process.exit(result.status ?? 1);
}
