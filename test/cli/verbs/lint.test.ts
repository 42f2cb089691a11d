/** `ctv lint`: what no test speaks of, what no endpoint can hit, and what the policy costs. */
import { describe, expect, it } from "@jest/globals";
import { ctv, scratch } from "../support/command.js";
import { broken, sound } from "./shop.js";

const endpoint = (name: string, port: number, app: string) =>
  `  - { name: ${name}, node: n1, port: ${port}, mac: "02:00:00:00:00:0${port}", addresses: [10.1.1.${port}], namespace: shop, labels: { app: ${app} } }\n`;
const nodes = `nodes: [{ name: n1 }]\nendpoints:\n${endpoint("web-1", 1, "web")}`;

const cwd = scratch({
  "main.ctv": sound,
  "untested.ctv": sound.replace(/ {2}test[^]*\n {2}\}\n/, ""),
  "broken.ctv": broken,
  "nodes.yaml": nodes,
  "both.yaml": nodes + endpoint("db-1", 2, "db"),
  "wrong.yaml": nodes.replace("port: 1", "port: none"),
});
const run = (...words: readonly string[]) => ctv(["lint", ...words], { cwd });
const codesIn = (text: string) => [...text.matchAll(/^(?:error|warning|note)\[(CTV\d+)\]/gm)].map(([, code]) => code);

describe("ctv lint", () => {
  it("tells allowed pairs that no test mentions, at the rule that allows", async () => {
    const { code, err } = await run("untested.ctv");
    expect(code).toBe(0);
    expect(err).toContain(
      "note[CTV6006]: this rule allows web -> db : tcp/5432, and no expectation speaks of traffic between these two\n --> untested.ctv:7:5\n",
    );
    expect(codesIn((await run("main.ctv")).err)).not.toContain("CTV6006");
  });

  it("tells rules that no expectation depends on", async () => {
    expect((await run("main.ctv")).err).toContain('note[CTV6005]: no test would notice if "front" had the other action\n');
  });

  it("holds the rules against the endpoints of an inventory", async () => {
    expect(codesIn((await run("main.ctv")).err)).not.toContain("CTV4011");
    const { code, err } = await run("main.ctv", "--inventory", "nodes.yaml");
    expect(code).toBe(0);
    expect(err).toContain("warning[CTV4011]: no endpoint of the inventory is in the destination of this rule\n --> main.ctv:7:5\n");
    expect(codesIn((await run("main.ctv", "--inventory", "both.yaml")).err)).not.toContain("CTV4011");
    expect((await run("main.ctv", "--inventory", "nodes.yaml", "--fail-level", "warning")).code).toBe(1);
    expect((await run("main.ctv", "--inventory", "both.yaml", "--fail-level", "warning")).code).toBe(0);
    expect((await run("main.ctv", "--fail-level", "note")).code).toBe(1);
  });

  it("counts objects by target and flows by node", async () => {
    const { out } = await run("main.ctv", "--inventory", "both.yaml");
    expect(out).toMatch(
      /^kubernetes {2}3 objects in 3 files, \d+ bytes\ncontiv {6}\d+ objects in \d+ files, \d+ bytes\nopenflow {4}4 files, \d+ kB\n {2}nodes\/n1\.flows {2}\d+ flows\n {2}policy\.flows {2}\d+ flows\n$/,
    );
    const { costs } = JSON.parse((await run("main.ctv", "--inventory", "both.yaml", "--format", "json")).out).result;
    const { out: folder } = await ctv(["compile", "main.ctv", "--out", "out", "--inventory", "both.yaml", "--format", "json"], { cwd });
    const written: readonly string[] = JSON.parse(folder).result.files;
    for (const { target, files, objects } of costs) {
      const own = written.filter((path) => path.startsWith(`${target}/`));
      expect([target, files]).toEqual([target, own.length]);
      if (target === "contiv") expect(objects).toBe(own.filter((path) => path.includes("/tenants/") || path.endsWith("/global.json")).length);
    }
    const node = costs[2].flows.find(({ path }: { path: string }) => path === "nodes/n1.flows");
    expect(node.flows).toBeGreaterThan(40);
  });

  it("counts for the targets of the project file alone", async () => {
    const project = scratch({ "ctv.yaml": "sources: [a.ctv]\ntargets: { kubernetes: {} }\n", "a.ctv": sound });
    expect((await ctv(["lint"], { cwd: project })).out).toMatch(/^kubernetes {2}3 objects in 3 files, \d+ bytes\n$/);
  });

  it.each([
    ["github", /^::notice file=untested\.ctv,line=7,/m],
    ["sarif", /"ruleId": "CTV6006"/],
    ["junit", /CTV6006 at untested\.ctv:7:5/],
    ["json", /"code": "CTV6006"/],
  ])("reports as %s", async (format, holds) => {
    const { code, out, err } = await run("untested.ctv", "--format", format);
    expect({ code, err, holds: holds.test(out) }).toEqual({ code: 0, err: "", holds: true });
  });

  it("can be silenced by a comment, as other findings are", async () => {
    const quiet = sound.replace(/ {2}test[^]*\n {2}\}\n/, "").replace("as data\n", "as data // ctv-ignore CTV6006: seen in the acceptance test\n");
    const { err } = await ctv(["lint", "-"], { cwd, input: quiet });
    expect(codesIn(err)).not.toContain("CTV6006");
  });

  it("tells comments for its own findings that silence nothing, which a check leaves alone", async () => {
    const input = sound.replace("as front\n", "as front // ctv-ignore CTV4011, CTV6006: never\n");
    expect(await ctv(["check", "-"], { cwd, input })).toEqual({ code: 0, out: "", err: "" });
    const { err } = await ctv(["lint", "-"], { cwd, input });
    expect(err).toContain("there is no CTV6006 here to silence");
    expect(err).not.toContain("there is no CTV4011");
    expect((await ctv(["lint", "-", "--inventory", "both.yaml"], { cwd, input })).err).toContain("there is no CTV4011 here to silence");
  });

  it("gives its findings the severities of the project file", async () => {
    const project = scratch({
      "ctv.yaml": "sources: [a.ctv]\nseverity: { CTV6005: error, CTV6006: off }\n",
      "a.ctv": sound.replace(/ {2}test[^]*\n {2}\}\n/, ""),
    });
    const { code, err } = await ctv(["lint"], { cwd: project });
    expect({ code, codes: codesIn(err).filter((found) => found.startsWith("CTV6")) }).toEqual({ code: 1, codes: ["CTV6005", "CTV6005"] });
  });

  it.each([
    [["gone.ctv"], "cannot read gone.ctv"],
    [["main.ctv", "--inventory", "gone.yaml"], "cannot read gone.yaml"],
    [["main.ctv", "--inventory"], "argument missing"],
    [["main.ctv", "--invetory", "both.yaml"], "(Did you mean --inventory?)"],
    [["main.ctv", "--format", "html"], 'there is no "html"'],
  ])("refuses %j in words", async (words, message) => {
    expect(await run(...words)).toMatchObject({ code: 2, out: "", err: expect.stringContaining(message) });
  });

  it("points at what is wrong in the policy or the inventory", async () => {
    expect(await run("broken.ctv")).toMatchObject({ code: 1, out: "", err: expect.stringContaining("--> broken.ctv:7:11") });
    expect(await run("main.ctv", "--inventory", "wrong.yaml")).toMatchObject({ code: 1, err: expect.stringContaining("--> wrong.yaml:3:") });
  });
});
