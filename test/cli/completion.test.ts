import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { verbs } from "../../cli/commands/index.js";
import { ctv, scratch } from "./support/command.js";

const cwd = scratch({ "policy.ctv": "" });

async function script(shell: string): Promise<string> {
  const { code, out } = await ctv(["completion", shell], { cwd });
  expect(code).toBe(0);
  return out;
}

/** What bash offers for the last of these words. */
async function offered(...words: readonly string[]): Promise<readonly string[]> {
  const driver = `${await script("bash")}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")})
COMP_CWORD=${words.length - 1}
_ctv
printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync("bash", ["-c", driver], { cwd, encoding: "utf8" })
    .split("\n")
    .filter((line) => line !== "");
}

describe("completion", () => {
  it("offers the verbs", async () => {
    expect(await offered("ctv", "com")).toEqual(["compile", "completion"]);
    expect(await offered("ctv", "")).toEqual([...verbs.map((verb) => verb.name), "--help", "--version"]);
  });

  it("offers a verb's options, their values, and files", async () => {
    expect(await offered("ctv", "check", "--fo")).toEqual(["--format"]);
    expect(await offered("ctv", "check", "--format", "")).toEqual(["pretty", "json", "sarif", "github", "junit"]);
    expect(await offered("ctv", "completion", "")).toEqual(["bash", "zsh", "fish"]);
    expect(await offered("ctv", "check", "pol")).toEqual(["policy.ctv"]);
    for (const flag of ["--target", "-t"]) expect(await offered("ctv", "compile", flag, "")).toEqual(["kubernetes", "contiv", "openflow"]);
  });

  it("offers what stands in the place of a path, and then paths", async () => {
    expect(await offered("ctv", "help", "com")).toEqual(["compile", "completion"]);
    expect(await offered("ctv", "explain", "CTV600")).toContain("CTV6001");
    expect(await offered("ctv", "import", "")).toEqual(["kubernetes", "contiv"]);
    expect(await offered("ctv", "import", "kubernetes", "pol")).toEqual(["policy.ctv"]);
  });

  it.each(["bash", "zsh", "fish"])("gives a script for %s that mentions every verb", async (shell) => {
    const text = await script(shell);
    for (const verb of verbs) expect(text).toContain(verb.name);
    const [checker, ...options] = { bash: ["bash", "-n"], zsh: ["zsh", "-n"], fish: ["fish", "--no-execute"] }[shell] ?? [];
    const file = join(scratch({ script: text }), "script");
    const result = spawnSync(checker, [...options, file], { encoding: "utf8" });
    if (result.error === undefined) expect(result.stderr).toBe("");
  });

  it("refuses other shells", async () => {
    expect(await ctv(["completion", "tcsh"], { cwd })).toMatchObject({ code: 2, out: "", err: expect.stringContaining("one of bash, zsh, fish") });
  });

  it("is made from the same tables as the help", async () => {
    const help = await ctv(["compile", "--help"], { cwd });
    for (const option of await offered("ctv", "compile", "--")) expect(help.out).toContain(option);
  });
});
