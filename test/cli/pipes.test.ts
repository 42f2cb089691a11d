/** Pipes and devices where files should be: read where somebody names them, never met by chance, and never without end. */
import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { chmodSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "@jest/globals";
import { kindOf } from "../../cli/io/read.js";
import { writeOutput } from "../../cli/io/write.js";
import { disk } from "../../lsp/workspace/disk.js";
import { ctv, scratch } from "./support/command.js";

const writers: ChildProcess[] = [];
afterAll(() => {
  for (const writer of writers) writer.kill();
});

/** A pipe with somebody at its other end, so that a command that reads it where it should not gives a wrong answer and does not wait for ever. */
function pipe(folder: string, name: string, content: string): void {
  execFileSync("mkfifo", [join(folder, name)]);
  writers.push(spawn("sh", ["-c", 'printf %s "$1" > "$2"', "sh", content, join(folder, name)], { stdio: "ignore" }));
}

const office = "external office = 192.0.2.1\n";

describe("pipes and devices", () => {
  it("are read where they are named", async () => {
    const cwd = scratch();
    pipe(cwd, "piped", "tenant t { foo }\n");
    expect(await ctv(["check", "piped"], { cwd })).toMatchObject({ code: 1, err: expect.stringContaining("--> piped:1:12") });
  });

  it("are no files to import", async () => {
    const cwd = scratch({ "main.ctv": 'import "piped.ctv"\nimport "zero.ctv"\n' });
    pipe(cwd, "piped.ctv", office);
    symlinkSync("/dev/zero", join(cwd, "zero.ctv"));
    const { code, err } = await ctv(["check", "main.ctv"], { cwd });
    expect([code, ...err.matchAll(/there is no file "(.*)"/g)].map((found) => (typeof found === "number" ? found : found[1]))).toEqual([
      1,
      "piped.ctv",
      "zero.ctv",
    ]);
    expect([disk.read(join(cwd, "piped.ctv")), disk.read(join(cwd, "zero.ctv")), disk.isFile(join(cwd, "piped.ctv"))]).toEqual([
      undefined,
      undefined,
      false,
    ]);
  });

  it("are passed by in a folder", async () => {
    const cwd = scratch({ "main.ctv": "tenant t {}\n" });
    pipe(cwd, "piped.ctv", "tenant t { foo }\n");
    symlinkSync("/dev/zero", join(cwd, "zero.ctv"));
    expect(await ctv(["check", "."], { cwd })).toMatchObject({ code: 0, err: "" });
  });

  it("that have no end are too large", async () => {
    expect(await ctv(["check", "/dev/zero"], { cwd: scratch() })).toMatchObject({
      code: 2,
      err: expect.stringContaining("zero is larger than 8 MB"),
    });
  });

  it("are not written over", () => {
    const folder = scratch();
    pipe(folder, "policy.json", "from the pipe");
    expect(() => writeOutput(folder, "build", [{ path: "policy.json", text: "{}" }], [""])).toThrow(
      "cannot write build/policy.json: a pipe or device is in the way",
    );
    expect(() => writeOutput(folder, "build", [{ path: "policy.json/a", text: "{}" }], [""])).toThrow(
      "cannot write to build: policy.json is a pipe or device, not a folder",
    );
  });
});

describe("places that nobody can look at", () => {
  it("are nothing where links lead in a circle, or the name is too long", async () => {
    const cwd = scratch();
    symlinkSync("circle.ctv", join(cwd, "circle.ctv"));
    for (const name of ["circle.ctv", `${"a".repeat(300)}.ctv`]) {
      expect(await ctv(["check", name], { cwd })).toMatchObject({ code: 2, err: `ctv: cannot read ${name}: there is no such file or folder\n` });
    }
  });

  it("are told where the system denies them", () => {
    const folder = scratch({ "closed/a.ctv": "" });
    chmodSync(join(folder, "closed"), 0);
    const look = () => kindOf(join(folder, "closed", "a.ctv"));
    expect(() => asNobody(look)).toThrow(`cannot reach ${join(folder, "closed", "a.ctv")}: permission denied`);
    chmodSync(join(folder, "closed"), 0o700);
  });
});

/** Root may look everywhere. */
function asNobody<Result>(work: () => Result): Result {
  if (process.getuid?.() !== 0) return work();
  process.seteuid?.(65534);
  try {
    return work();
  } finally {
    process.seteuid?.(0);
  }
}
