/** The contract of the command with the shell, held against the built command as a process. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { version } from "../../cli/version.js";
import { ensureBuilt, root, runBuilt, shell } from "./support/built.js";
import { scratch } from "./support/command.js";

beforeAll(ensureBuilt);

const good = `tenant shop {
  network net { subnet 10.1.1.0/24; gateway 10.1.1.254 }
  group web in net { match app = web }
  group db  in net { match app = db }
  policy tiers { allow web -> db : postgres }
}
`;
const bad = good.replace("allow web", "allow wbe");

describe("the command as a process", () => {
  const cwd = scratch({ "good.ctv": good, "bad.ctv": bad });

  it("is the version of the package", () => {
    expect(JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version).toBe(version);
    expect(runBuilt(["--version"])).toEqual({ code: 0, out: `ctv ${version}\n`, err: "" });
  });

  it("exits with 0 and says nothing when there is nothing to say", () => {
    expect(runBuilt(["check", "good.ctv"], { cwd })).toEqual({ code: 0, out: "", err: "" });
  });

  it("exits with 1 for findings, which go to stderr", () => {
    const { code, out, err } = runBuilt(["check", "bad.ctv"], { cwd });
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toContain("error[CTV2001]");
    expect(err).toContain("--> bad.ctv:5:");
    expect(err).not.toContain("\u001b");
  });

  it("exits with 2 for a command that it does not understand", () => {
    expect(runBuilt(["chekc"], { cwd })).toMatchObject({ code: 2, out: "", err: expect.stringContaining("check") });
    expect(runBuilt(["check", "--nope"], { cwd })).toMatchObject({ code: 2, out: "", err: expect.stringContaining("unknown option '--nope'") });
    expect(runBuilt([], { cwd })).toMatchObject({ code: 2, out: "", err: expect.stringContaining("Usage: ctv") });
  });

  it("reads standard input, and writes results to stdout alone", () => {
    const { code, out, err } = runBuilt(["compile", "-", "--print", "policy"], { cwd, input: good });
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(JSON.parse(out).tenants[0].name).toBe("shop");
  });

  it("survives a reader that goes away", () => {
    expect(shell("set -o pipefail; ctv explain --format json | head -c 10; echo $?", cwd)).toMatchObject({
      out: "[\n  {\n    \n0\n".replace("    \n", "    "),
      err: "",
    });
  });

  it("says so where a result cannot be written", () => {
    expect(shell("ctv explain > /dev/full", cwd)).toMatchObject({ code: 2, err: "ctv: cannot write to standard output: the disk is full\n" });
  });

  it("never shows a stack trace, unless it is asked to", () => {
    const broken = { cwd, env: { CTV_TEST: "" } };
    for (const words of [
      ["check", "none.ctv"],
      ["compile", "good.ctv", "--out", "good.ctv"],
      ["explain", "CTV0000"],
      ["query", "web"],
    ]) {
      const { code, err } = runBuilt(words, broken);
      expect(code).toBe(2);
      expect(err).toMatch(/^ctv: /);
      expect(err).not.toMatch(/\n\s+at /);
    }
  });

  it("compiles, and leaves nothing behind where it cannot", () => {
    expect(runBuilt(["compile", "good.ctv", "--out", "out"], { cwd }).code).toBe(0);
    expect(existsSync(join(cwd, "out/kubernetes"))).toBe(true);
    expect(runBuilt(["compile", "bad.ctv", "--out", "other"], { cwd }).code).toBe(1);
    expect(existsSync(join(cwd, "other"))).toBe(false);
  });
});
