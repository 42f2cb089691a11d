import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { saysTheSame } from "../../cli/commands/format.js";
import { parseFile } from "../../grammar/parse.js";
import { ctv, scratch } from "./support/command.js";

const untidy = "tenant   t{\n  // why\n group a{match k=v}\n}\n";

async function tidied(): Promise<string> {
  return (await ctv(["fmt", "-"], { cwd: scratch(), input: untidy })).out;
}

describe("ctv fmt", () => {
  it("formats standard input to standard output", async () => {
    const { code, out, err } = await ctv(["fmt", "-"], { cwd: scratch(), input: untidy });
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain("group a { match k = v }");
    expect(out).toContain("// why");
  });

  it("writes files in place, lists those that changed, and touches no other", async () => {
    const cwd = scratch({ "a.ctv": untidy, "sub/b.ctv": await tidied() });
    const before = statSync(join(cwd, "sub/b.ctv")).mtimeMs;
    expect(await ctv(["fmt"], { cwd })).toEqual({ code: 0, out: "a.ctv\n", err: "" });
    expect(readFileSync(join(cwd, "a.ctv"), "utf8")).toBe(await tidied());
    expect(statSync(join(cwd, "sub/b.ctv")).mtimeMs).toBe(before);
    expect(await ctv(["fmt"], { cwd })).toEqual({ code: 0, out: "", err: "" });
  });

  it("checks without writing: 1 where a file would change, 4 with --exit-code", async () => {
    const cwd = scratch({ "a.ctv": untidy });
    expect(await ctv(["fmt", "--check"], { cwd })).toEqual({ code: 1, out: "a.ctv\n", err: "" });
    expect(await ctv(["fmt", "--check", "--exit-code"], { cwd })).toMatchObject({ code: 4 });
    expect(readFileSync(join(cwd, "a.ctv"), "utf8")).toBe(untidy);
  });

  it("shows what would change", async () => {
    const cwd = scratch({ "a.ctv": untidy });
    const { code, out } = await ctv(["fmt", "--diff"], { cwd });
    expect(code).toBe(0);
    expect(out).toContain("--- a.ctv\n+++ a.ctv\n@@ ");
    expect(out).toContain("+  group a { match k = v }\n");
    expect(await ctv(["fmt", "--diff", "--exit-code"], { cwd })).toMatchObject({ code: 4 });
  });

  it("leaves a file with syntax errors alone, and formats the others", async () => {
    const broken = "tenant t { group }\n";
    const cwd = scratch({ "a.ctv": untidy, "broken.ctv": broken });
    const { code, out, err } = await ctv(["fmt"], { cwd });
    expect({ code, out }).toEqual({ code: 1, out: "a.ctv\n" });
    expect(err).toMatch(/error\[CTV1\d{3}\][\s\S]*--> broken\.ctv:1:/);
    expect(readFileSync(join(cwd, "broken.ctv"), "utf8")).toBe(broken);
  });
});

describe("what a format must not change", () => {
  const parsed = (text: string) => parseFile("a.ctv", text);
  const base = "tenant t { group a { match k = v } // why\n policy p { allow a -> any : tcp/80 } }";

  it.each([
    ["space", base.replace("{ match", "{\n\n match"), true],
    ["quotes around a name", base.replace("group a", 'group "a"'), true],
    ["braces around one port", base.replace("tcp/80", "tcp/{80}"), true],
    ["a name", base.replace("group a", "group b"), false],
    ["an action", base.replace("allow a", "deny a"), false],
    ["a port", base.replace("tcp/80", "tcp/81"), false],
    ["a comment", base.replace("why", "who"), false],
    ["a lost comment", base.replace("// why", ""), false],
    ["a lost rule", base.replace("allow a -> any : tcp/80", ""), false],
    ["what does not parse", base.replace("->", ""), false],
  ])("is told from what it may: %s", (_what, text, same) => {
    expect(saysTheSame(parsed(base), parsed(text))).toBe(same);
  });
});
