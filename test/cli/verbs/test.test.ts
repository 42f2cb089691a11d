/** `ctv test` with every option and in every form. */
import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { describe, expect, it } from "@jest/globals";
import { ctv, scratch } from "../support/command.js";
import { elementsOf } from "../support/xml.js";
import { broken, shop, sound } from "./shop.js";

const cwd = scratch({ "main.ctv": shop, "sound.ctv": sound, "broken.ctv": broken, "none.ctv": sound.replace(/ {2}test[^]*\n {2}\}\n/, "") });
const run = (...words: readonly string[]) => ctv(["test", ...words], { cwd });

describe("ctv test", () => {
  it("shows what fails as a flow, with the rule that decides and its line", async () => {
    const { code, out, err } = await run("main.ctv");
    expect(code).toBe(3);
    expect(out).toBe(
      "holds  the database answers to the web  (main.ctv:9)\nfails  the web is closed  (main.ctv:13)\n1 of 2 tests hold; 2 of 2 rules covered\n",
    );
    expect(err).toContain('error[CTV6001]: expected deny, but 192.0.2.1 -> web (10.1.1.1) : tcp/443 is allowed by "front" (line 6)\n');
    expect(err).toContain("  = flow: @192.0.2.1 -> shop[app=web]@10.1.1.1 : tcp/443\n");
    expect(err).toContain("6 |     allow world -> web : https    as front\n");
  });

  it("ends with 0 where everything holds", async () => {
    expect(await run("sound.ctv")).toEqual({
      code: 0,
      out: "holds  the database answers to the web  (sound.ctv:9)\n1 of 1 test holds; 1 of 2 rules covered\n",
      err: "",
    });
  });

  it.each([
    [["database"], ["the database answers to the web"]],
    [["the *"], ["the database answers to the web", "the web is closed"]],
    [["web*"], []],
    [
      ["closed", "database"],
      ["the database answers to the web", "the web is closed"],
    ],
    [["Web"], []],
  ])("runs the tests that the filters %j name", async (patterns, names) => {
    const { out } = await run("main.ctv", ...patterns.flatMap((pattern) => ["--filter", pattern]), "--format", "json");
    expect(JSON.parse(out).result.tests.map(({ name }: { name: string }) => name)).toEqual(names);
  });

  it("lists the rules that no expectation depends on", async () => {
    const { code, err } = await run("sound.ctv", "--coverage");
    expect({ code, err }).toEqual({
      code: 0,
      err: expect.stringMatching(/^note\[CTV6005\]: no test would notice if "front" had the other action\n/),
    });
    const { out } = await run("sound.ctv", "--coverage", "--format", "json");
    expect(JSON.parse(out).result.coverage).toEqual({ covered: 1, rules: 2, percent: 50, uncovered: ["shop/tiers/front"] });
  });

  it.each([
    ["50", 0],
    ["51", 3],
    ["0", 0],
    ["100", 3],
  ])("holds the coverage against a threshold of %s %%", async (threshold, code) => {
    const outcome = await run("sound.ctv", "--threshold", threshold);
    expect(outcome.code).toBe(code);
    if (code === 3) expect(outcome.err).toContain(`ctv: 50 % of the rules are covered, and ${threshold} % are asked for\n`);
  });

  it("fails without tests only where that is asked for", async () => {
    expect(await run("none.ctv")).toMatchObject({ code: 0, out: "no tests; 0 of 2 rules covered\n" });
    expect(await run("none.ctv", "--fail-on-empty")).toMatchObject({ code: 3, err: "ctv: there is no test to run\n" });
    expect(await run("main.ctv", "--filter", "nothing like it", "--fail-on-empty")).toMatchObject({
      code: 3,
      out: expect.stringMatching(/^no test with such a name among \d+; 0 of/),
    });
  });

  it("tells what an expectation proves nothing about, and fails for it at the level that is asked for", async () => {
    const vacuous = 'tenant t {\n  group a { match app = a }\n  policy p { allow world -> a }\n  test "x" { expect deny world -> world }\n}\n';
    const asked = (...words: readonly string[]) => ctv(["test", "-", ...words], { cwd, input: vacuous });
    expect(await asked()).toMatchObject({ code: 0, err: expect.stringContaining("warning[CTV6003]") });
    expect((await asked("--fail-level", "warning")).code).toBe(1);
  });

  it("lets a comment silence what it finds, and tells one that silences nothing, but a test that fails still fails", async () => {
    const input = shop.replace(
      "{ expect deny world -> web }",
      "{\n    expect deny world -> web // ctv-ignore CTV6001: known\n  } // ctv-ignore CTV6004: x\n",
    );
    const { code, out, err } = await ctv(["test", "-"], { cwd, input });
    expect({ code, out }).toEqual({ code: 3, out: expect.stringContaining("fails  the web is closed") });
    expect(err).toMatch(/^warning\[CTV4108\]: there is no CTV6004 here to silence\n[^]*\n1 warning\n$/);
    expect((await ctv(["test", "-", "--filter", "database"], { cwd, input })).err).toBe("");
  });

  it("takes params and environments", async () => {
    const folder = scratch({
      "ctv.yaml": "sources: [a.ctv]\nenvironments:\n  open: { params: { clients: [0.0.0.0/0] } }\n",
      "a.ctv": sound
        .replace("tenant shop", "param clients: cidrs = 192.0.2.1\ntenant shop")
        .replace("allow world", "allow clients")
        .replace("expect deny  world -> db", "expect deny 198.51.100.1 -> web"),
    });
    expect((await ctv(["test"], { cwd: folder })).code).toBe(0);
    expect((await ctv(["test", "--env", "open"], { cwd: folder })).code).toBe(3);
    expect((await ctv(["test", "--param", "clients=198.51.100.0/24"], { cwd: folder })).code).toBe(3);
  });

  it("reports the errors of a policy that cannot be asked", async () => {
    expect(await run("broken.ctv")).toMatchObject({ code: 1, out: "", err: expect.stringContaining("error[CTV2001]") });
    expect(JSON.parse((await run("broken.ctv", "--format", "json")).out).findings).toMatchObject([{ code: "CTV2001" }]);
  });

  it.each([
    [["--threshold", "101"], "a percentage is a whole number from 0 to 100"],
    [["--threshold", "-1"], "a percentage"],
    [["--threshold", "80%"], "a percentage"],
    [["--threshold"], "argument missing"],
    [["--filter"], "argument missing"],
    [["--format", "tap"], 'there is no "tap"'],
    [["--treshold", "80"], "(Did you mean --threshold?)"],
    [["gone.ctv"], "cannot read gone.ctv"],
  ])("refuses %j in words", async (words, message) => {
    expect(await run(...words)).toMatchObject({ code: 2, out: "", err: expect.stringContaining(message) });
  });
});

describe("ctv test for a build server", () => {
  it("is a case a test in JUnit's form, with the failure in it", async () => {
    const { code, out, err } = await run("main.ctv", "--format", "junit");
    expect({ code, err }).toEqual({ code: 3, err: "" });
    const [root] = elementsOf(out);
    expect(root).toMatchObject({ name: "testsuites", attributes: { name: "ctv test", tests: "2", failures: "1", errors: "0" } });
    const [suite] = root.children;
    expect(suite).toMatchObject({ name: "testsuite", attributes: { name: "main.ctv", tests: "2", failures: "1" } });
    expect(suite.children.map(({ attributes, children }) => [attributes.name, attributes.classname, children.map(({ name }) => name)])).toEqual([
      ["the database answers to the web", "shop", []],
      ["the web is closed", "shop", ["failure"]],
    ]);
    expect(suite.children[1].children[0].text).toBe(
      'main.ctv:13: expected deny, but 192.0.2.1 -> web (10.1.1.1) : tcp/443 is allowed by "front" (line 6)\nflow: @192.0.2.1 -> shop[app=web]@10.1.1.1 : tcp/443',
    );
  });

  it("is whole XML also without tests, and for odd names", async () => {
    expect(elementsOf((await run("none.ctv", "--format", "junit")).out)[0]).toMatchObject({ attributes: { tests: "0" }, children: [] });
    const odd = sound.replace("the database answers to the web", "a <b> & 'c' \\\"d\\\"");
    const { out } = await ctv(["test", "-", "--format", "junit"], { cwd, input: odd });
    expect(elementsOf(out)[0].children[0].children[0].attributes.name).toContain("a <b> & 'c'");
  });

  it("is one annotation a failure for GitHub, at the expectation", async () => {
    const { out } = await run("main.ctv", "--format", "github");
    expect(out).toMatch(
      /^::error file=main\.ctv,line=13,endLine=13,col=30,endColumn=53,title=CTV6001::expected deny, .*%0Aflow: @192\.0\.2\.1 -> [^\n]*\n$/,
    );
  });

  it("is valid SARIF", async () => {
    const schema: unknown = JSON.parse(readFileSync("test/fixtures/schemas/sarif-2.1.0.json", "utf8"), (key, value: unknown) =>
      key === "id" || key === "$schema" ? (typeof value === "string" ? undefined : value) : value,
    );
    if (typeof schema !== "object" || schema === null) throw new Error("no schema");
    const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);
    const { out } = await run("main.ctv", "--format", "sarif", "--coverage");
    expect(validate(JSON.parse(out)) ? [] : validate.errors).toEqual([]);
    expect(JSON.parse(out).runs[0].results).toMatchObject([{ ruleId: "CTV6001", level: "error" }]);
  });
});
