/** `ctv verify`: artefacts that lie in a folder, as they were made and as somebody edited them. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { ctv, scratch } from "../support/command.js";
import type { Outcome } from "../support/command.js";
import { broken, sound } from "./shop.js";

const made = scratch({ "main.ctv": sound });
const folders: string[] = [];

beforeAll(async () => {
  expect((await ctv(["compile", "main.ctv"], { cwd: made })).code).toBe(0);
});
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** What `ctv verify build` says after an edit of one of its files. */
async function afterEdit(path: string, edit: (text: string) => string, ...words: readonly string[]): Promise<Outcome> {
  const cwd = mkdtempSync(join(tmpdir(), "ctv-verify-"));
  folders.push(cwd);
  cpSync(made, cwd, { recursive: true });
  const file = join(cwd, "build", path);
  const before = readFileSync(file, "utf8");
  const after = edit(before);
  expect(after).not.toBe(before);
  writeFileSync(file, after);
  return ctv(["verify", "build", "--in", "main.ctv", ...words], { cwd });
}

describe("ctv verify", () => {
  it("proves what compile wrote, target by target", async () => {
    expect(await ctv(["verify", "build", "--in", "main.ctv"], { cwd: made })).toEqual({
      code: 0,
      out: ["kubernetes", "contiv    ", "openflow  "]
        .map((name) => `${name}  decides every flow as the source does, apart from what compile reports\n`)
        .join(""),
      err: "",
    });
    expect((await ctv(["verify", "build", "-i", "main.ctv", "-t", "contiv,openflow"], { cwd: made })).out.split("\n")).toHaveLength(3);
  });

  it("shows a port that was edited on a flow of each kind, with the rule and the object that decide", async () => {
    const { code, out, err } = await afterEdit("kubernetes/shop/tiers.web.yaml", (text) => text.replace("port: 443", "port: 444"));
    expect(code).toBe(1);
    expect(out).toMatch(/^kubernetes {2}2 differences\ncontiv {6}decides/);
    expect(err).toMatch(
      /kubernetes allows .* -> web \(10\.1\.1\.1\) : tcp\/444, by NetworkPolicy shop\/tiers\.web .*; the source says otherwise, by the default/,
    );
    expect(err).toMatch(
      /kubernetes denies .* : tcp\/443, by NetworkPolicy shop\/default-deny .*; the source says otherwise, by `allow world -> web : https as front`/,
    );
    expect(err).toContain(" --> main.ctv:6:5\n");
  });

  it.each([
    ["contiv/tenants/shop/policies/tiers.db.json", (text: string) => text.replace('"tiers.db"', '"tiers.other"')],
    ["openflow/policy.flows", (text: string) => text.replace("tp_dst=5432", "tp_dst=5433")],
  ])("shows an edit of %s", async (path, edit) => {
    const outcome = await afterEdit(path, edit, "--target", path.slice(0, path.indexOf("/")));
    expect(outcome).toMatchObject({ code: 1, err: expect.stringMatching(/error\[CTV500[12]\]/) });
    expect(outcome.err).not.toContain("unexpected failure");
  });

  it("counts one difference as one", async () => {
    const { out } = await afterEdit("kubernetes/shop/tiers.db.yaml", (text) => text.replace("app: web", "app: wbe"), "-t", "kubernetes");
    expect(out).toMatch(/^kubernetes {2}(1 difference|2 differences)\n$/);
  });

  it("points into a file that does not read, and says nothing more of its target", async () => {
    const { code, out, err } = await afterEdit("openflow/program.json", () => "{\n");
    expect({ code, out }).toEqual({ code: 1, out: expect.stringMatching(/\nopenflow {4}1 file does not read\n$/) });
    expect(err).toMatch(/^error\[CTV5002\]: openflow\/program\.json: not JSON.*\n --> build\/openflow\/program\.json:1:1\n/);
    expect(err).not.toContain("CTV5001");
  });

  it("notices that the program for agents was changed, though its text is whole", async () => {
    const { code, err } = await afterEdit("openflow/program.json", (text) => text.replace(/"allow"/, '"deny"'), "-t", "openflow");
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining("program.json was changed after it was made: its digest is another") });
  });

  it("points into a plan that is in another order, and proves the objects all the same", async () => {
    const { code, out, err } = await afterEdit(
      "contiv/plan.json",
      (text) => text.replace(/(.*"tenants\/shop\/tenant.json".*\n)([^]*?"tenants\/shop\/networks\/.*\n)/, "$2$1"),
      "-t",
      "contiv",
    );
    expect({ code, out }).toEqual({ code: 1, out: "contiv  decides every flow as the source does, and has 1 finding in other files\n" });
    expect(err).toMatch(
      /^error\[CTV5004\]: contiv\/plan\.json:5: .* is sent before tenants\/shop\/tenant\.json, which it needs\n --> build\/contiv\/plan\.json:5:1\n/,
    );
  });

  it("warns of files that point at an earlier source, as the project wants it", async () => {
    const cwd = scratch({ "main.ctv": `\n${sound}` });
    cpSync(join(made, "build"), join(cwd, "build"), { recursive: true });
    const verify = (...words: readonly string[]) => ctv(["verify", "build", "-i", "main.ctv", "-t", "openflow", ...words], { cwd });
    const { code, out, err } = await verify();
    expect({ code, out }).toEqual({
      code: 0,
      out: expect.stringMatching(/^openflow {2}decides every flow as the source does, and has \d findings in other files\n$/),
    });
    expect(err).toMatch(
      /^warning\[CTV5005\]: openflow\/sourcemap\.json:5: rule \S+ is at main\.ctv:7:5 by now, and not at main\.ctv:6:5\n --> build\/openflow\/sourcemap\.json:5:1\n/,
    );
    expect((await verify("--fail-level", "warning")).code).toBe(1);
    writeFileSync(join(cwd, "ctv.yaml"), "sources: ['*.ctv']\nseverity: { CTV5005: off }\n");
    expect(await verify("--fail-level", "warning")).toMatchObject({ code: 0, err: "" });
  });

  it("holds the tables of nodes against the inventory that they were made with", async () => {
    const node = "nodes:\n  - { name: node-a, address: 192.0.2.201, tunnel: 100 }\nendpoints:\n";
    const endpoint = (port: number) =>
      `  - { name: web-1, node: node-a, port: ${port}, mac: "02:00:00:00:00:01", addresses: [10.1.1.1], namespace: shop, labels: { app: web } }\n`;
    const cwd = scratch({ "main.ctv": sound, "nodes.yaml": node + endpoint(1), "later.yaml": node + endpoint(2) });
    expect((await ctv(["compile", "main.ctv", "-t", "openflow", "--inventory", "nodes.yaml"], { cwd })).code).toBe(0);
    const verify = (...words: readonly string[]) => ctv(["verify", "build", "-i", "main.ctv", ...words], { cwd });
    expect(await verify("--inventory", "nodes.yaml")).toMatchObject({ code: 0, err: "" });
    expect(await verify()).toMatchObject({ code: 0, err: "" });
    expect(await verify("--inventory", "later.yaml")).toMatchObject({
      code: 1,
      err: expect.stringMatching(/CTV5004\]: openflow\/nodes\/node-a\.flows:\d+: the source and the inventory make no such line/),
    });
    expect(await verify("--inventory", "gone.yaml")).toMatchObject({ code: 2, err: expect.stringContaining("cannot read gone.yaml") });
  });

  it("tells of a file that is no text, and counts files and not what is wrong in them", async () => {
    const { code, out, err } = await afterEdit("kubernetes/shop/tiers.db.yaml", () => "\u0000");
    expect({ code, out }).toEqual({ code: 1, out: expect.stringMatching(/^kubernetes {2}1 file does not read\ncontiv {6}decides/) });
    expect(err).toMatch(
      /^error\[CTV5002\]: kubernetes\/shop\/tiers\.db\.yaml: this is a binary file, not text\n --> build\/kubernetes\/shop\/tiers\.db\.yaml:1:1\n/,
    );
    expect(err).toContain("1 error\n");
    expect((await afterEdit("kubernetes/shop/tiers.db.yaml", (text) => `${text}- : [`)).out).toMatch(/^kubernetes {2}1 file does not read\n/);
  });

  it("tells of traffic that is stopped where no tenant has a say", async () => {
    const { err } = await afterEdit(
      "kubernetes/shop/tiers.db.yaml",
      (text) => text.replace("namespace: shop", "namespace: elsewhere"),
      "-t",
      "kubernetes",
    );
    expect(err).toMatch(/kubernetes denies .*; the source says nothing of it: neither end is in a tenant\n --> main\.ctv:\d+:\d+\n/);
  });

  it("does not pass over a target that is gone", async () => {
    const cwd = mkdtempSync(join(tmpdir(), "ctv-verify-"));
    folders.push(cwd);
    cpSync(made, cwd, { recursive: true });
    rmSync(join(cwd, "build/kubernetes"), { recursive: true });
    const verify = (...words: readonly string[]) => ctv(["verify", "build", "-i", "main.ctv", ...words], { cwd });
    expect(await verify()).toEqual({
      code: 2,
      out: "",
      err: "ctv: build/kubernetes is gone, which `ctv compile` wrote\n  help: --target contiv,openflow verifies the rest\n",
    });
    expect((await verify("--target", "contiv,openflow")).code).toBe(0);
  });

  it("notices that a file is missing", async () => {
    const cwd = mkdtempSync(join(tmpdir(), "ctv-verify-"));
    folders.push(cwd);
    cpSync(made, cwd, { recursive: true });
    rmSync(join(cwd, "build/kubernetes/shop/tiers.db.yaml"));
    expect(await ctv(["verify", "build", "-i", "main.ctv"], { cwd })).toMatchObject({
      code: 1,
      err: expect.stringContaining("kubernetes denies web"),
    });
  });

  it("holds old files against a source that has changed since", async () => {
    const cwd = scratch({ "main.ctv": sound.replace("postgres as data", "mysql as data") });
    cpSync(join(made, "build"), join(cwd, "build"), { recursive: true });
    const { err } = await ctv(["verify", "build", "-i", "main.ctv", "-t", "kubernetes", "--format", "json"], { cwd });
    expect(err).toBe("");
    const { out } = await ctv(["verify", "build", "-i", "main.ctv", "-t", "openflow"], { cwd });
    expect(out).toBe("openflow  2 differences, and 1 finding in files that decide nothing\n");
  });

  it.each(["json", "sarif", "github", "junit"])("reports as %s, with the places", async (format) => {
    const { code, out, err } = await afterEdit(
      "kubernetes/shop/tiers.web.yaml",
      (text) => text.replace("port: 443", "port: 444"),
      "--format",
      format,
    );
    expect({ code, err }).toEqual({ code: 1, err: "" });
    expect(out).toContain("CTV5001");
    expect(out).toContain("main.ctv");
  });

  it.each([
    [["gone"], "cannot read gone: there is no such folder"],
    [["main.ctv"], "cannot read main.ctv: there is no such folder"],
    [["."], ". has no folder of a target"],
    [["build", "--target", "kubernets"], 'did you mean "kubernetes"?'],
    [["build/kubernetes"], "has no folder of a target"],
    [["build", "--in", "gone.ctv"], "cannot read gone.ctv"],
    [["build", "--targets", "contiv"], "(Did you mean --target?)"],
    [[], "missing required argument 'folder'"],
    [["build", "build"], "too many arguments"],
  ])("refuses %j in words", async (words, message) => {
    expect(await ctv(["verify", ...words], { cwd: made })).toMatchObject({ code: 2, out: "", err: expect.stringContaining(message) });
  });

  it("refuses a target that is asked for and not there", async () => {
    const cwd = scratch({ "main.ctv": sound, "build/contiv/x": "" });
    const outcome = await ctv(["verify", "build", "-i", "main.ctv", "-t", "openflow"], { cwd });
    expect(outcome).toMatchObject({ code: 2, err: expect.stringContaining("cannot read build/openflow: there is no such folder") });
    expect(readdirSync(cwd).sort()).toEqual(["build", "main.ctv"]);
  });

  it("needs a source without errors", async () => {
    const cwd = scratch({ "main.ctv": broken, "build/contiv/x": "" });
    expect(await ctv(["verify", "build", "-i", "main.ctv"], { cwd })).toMatchObject({ code: 1, out: "", err: expect.stringContaining("CTV2001") });
  });
});
