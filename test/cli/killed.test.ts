/** A compile that is killed while it writes: what can be seen is whole, and the next run makes the rest. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { generateProject } from "../bench/generate.js";
import { command, ensureBuilt, runBuilt } from "./support/built.js";
import { scratch } from "./support/command.js";

/** Files below a folder with their texts; what is hidden is left out. */
function visible(folder: string): ReadonlyMap<string, string> {
  if (!existsSync(folder)) return new Map();
  return new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
      .filter((path) => !path.split("/").some((part) => part.startsWith(".")))
      .map((path): [string, string] => [path, readFileSync(join(folder, path), "utf8")]),
  );
}

const below = (files: ReadonlyMap<string, string>, target: string) => new Map([...files].filter(([path]) => path.startsWith(`${target}/`)));

const settle = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const words = ["compile", "main.ctv", "--no-verify", "-o", "build"];

/** Kills a compile as soon as something hidden lies in its output folder. */
async function killWhileWriting(cwd: string): Promise<boolean> {
  const build = join(cwd, "build");
  const child = spawn(process.execPath, [command, ...words], { cwd, stdio: "ignore" });
  const ended = once(child, "exit");
  const hidden = () => existsSync(build) && readdirSync(build, { recursive: true }).some((name) => String(name).endsWith(".new"));
  while (child.exitCode === null && !hidden()) await settle(2);
  const inTime = child.exitCode === null;
  child.kill("SIGKILL");
  await ended;
  return inTime;
}

describe("a compile that is killed while it writes", () => {
  beforeAll(ensureBuilt);
  const text = generateProject(150);

  it("leaves whole folders or none, and the next one makes what is missing", async () => {
    const cwd = scratch({ "main.ctv": text, "ctv.yaml": "severity:\n  CTV5214: warning\n" });
    const inTime = await killWhileWriting(cwd);
    const found = visible(join(cwd, "build"));
    expect(runBuilt(words, { cwd })).toMatchObject({ code: 0 });
    const all = visible(join(cwd, "build"));
    expect(inTime).toBe(true);
    expect(all.size).toBeGreaterThan(500);
    for (const target of ["kubernetes", "contiv", "openflow"]) {
      const part = below(found, target);
      if (part.size > 0) expect(part).toEqual(below(all, target));
    }
  });

  it("leaves each file as it was or as it is to be", async () => {
    const cwd = scratch({ "main.ctv": text, "ctv.yaml": "severity:\n  CTV5214: warning\n" });
    expect(runBuilt(words, { cwd })).toMatchObject({ code: 0 });
    const before = visible(join(cwd, "build"));
    // Every line is another, and so is the place of every rule in the files.
    writeFileSync(join(cwd, "main.ctv"), `\n${text}`);
    expect(await killWhileWriting(cwd)).toBe(true);
    const found = visible(join(cwd, "build"));
    expect(runBuilt(words, { cwd })).toMatchObject({ code: 0 });
    const after = visible(join(cwd, "build"));
    expect([...found.keys()].sort()).toEqual([...before.keys()].sort());
    for (const [path, made] of found) expect([before.get(path), after.get(path)]).toContain(made);
  });
});
