/** The scripts around the command: set-up on a fresh machine, and documents that show what the command really says. */
import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { ensureBuilt, root } from "./support/built.js";
import { scratch } from "./support/command.js";

function script(name: string, words: readonly string[], cwd = root, path = process.env.PATH ?? "") {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(cwd, "scripts", name), ...words], {
    cwd,
    encoding: "utf8",
    env: { PATH: path },
  });
  return { status, stdout, stderr };
}

describe("set-up", () => {
  const wanted = { "": {}, "node_modules/a": { version: "1.0.0" }, "node_modules/other-platform": { version: "1.0.0", optional: true } };
  const lock = (packages: object) => JSON.stringify({ packages });

  /** A project whose `npm` writes down how it was called. */
  function project(installed: object | undefined): string {
    const cwd = scratch({ "package-lock.json": lock(wanted), "bin/npm": '#!/bin/sh\necho "npm $@" >> calls\n', "scripts/x": "" });
    chmodSync(join(cwd, "bin/npm"), 0o755);
    copyFileSync(join(root, "scripts/setup.mjs"), join(cwd, "scripts/setup.mjs"));
    if (installed !== undefined) {
      mkdirSync(join(cwd, "node_modules"));
      writeFileSync(join(cwd, "node_modules/.package-lock.json"), lock(installed));
    }
    return cwd;
  }

  it.each([
    ["nothing is installed", undefined, true],
    ["another version is installed", { "node_modules/a": { version: "1.0.1" } }, true],
    ["all that this platform needs is installed", { "node_modules/a": { version: "1.0.0" } }, false],
  ])("installs packages only where needed: %s", (_what, installed, installs) => {
    const cwd = project(installed);
    const { status, stderr } = script("setup.mjs", [], cwd, `${join(cwd, "bin")}${delimiter}${process.env.PATH ?? ""}`);
    expect(status).toBe(0);
    expect(stderr.includes("running npm ci --include=dev")).toBe(installs);
  });

  it("has a lock file that `npm ci` takes: packages for other platforms are in it too", () => {
    const { packages }: { packages: Record<string, { optionalDependencies?: Record<string, string> }> } = JSON.parse(
      readFileSync(join(root, "package-lock.json"), "utf8"),
    );
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter((name) => !(`node_modules/${name}` in packages || `${path}/node_modules/${name}` in packages)),
    );
    expect(missing).toEqual([]);
  });

  it("stops where the packages cannot be installed", () => {
    const cwd = project(undefined);
    writeFileSync(join(cwd, "bin/npm"), "#!/bin/sh\nexit 1\n");
    expect(script("setup.mjs", [], cwd, `${join(cwd, "bin")}${delimiter}${process.env.PATH ?? ""}`)).toMatchObject({ status: 1 });
  });
});

describe("documents", () => {
  beforeAll(ensureBuilt);

  it("have a page for every diagnostic, as the catalogue says it", () => {
    expect(script("docs.mjs", ["--check"])).toEqual({ status: 0, stdout: "", stderr: "" });
  });

  it("show what the command really says", () => {
    expect(script("readme.mjs", ["--check"])).toEqual({ status: 0, stdout: "", stderr: "" });
  });
});
