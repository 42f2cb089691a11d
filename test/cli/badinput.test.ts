/** Everything that can lie where a policy should: a clear message, the right exit code, and never a stack trace or half an output. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { ctv, scratch } from "./support/command.js";
import type { Outcome } from "./support/command.js";

const good = `tenant shop {
  network net { subnet 10.1.1.0/24; gateway 10.1.1.254 }
  group web in net { match app = web }
  group db  in net { match app = db }
  policy tiers { allow web -> db : postgres }
}
`;

function expectClean({ err }: Outcome): void {
  expect(err).not.toContain("unexpected failure");
  expect(err).not.toMatch(/\n\s+at /);
}

async function check(content: string | Uint8Array): Promise<Outcome> {
  return ctv(["check", "main.ctv"], { cwd: scratch({ "main.ctv": content }) });
}

describe("files that are no policy", () => {
  it.each([
    ["a binary file", Uint8Array.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2]), "main.ctv is a binary file"],
    ["UTF-16", Buffer.from("\ufefftenant t {}", "utf16le"), "main.ctv is UTF-16 text"],
    ["bytes that are not UTF-8", Uint8Array.from([0x61, 0x0a, 0xff]), "main.ctv is not valid UTF-8 (line 2)"],
    ["10 MB", Buffer.alloc(10_000_000, "// a comment\n"), "main.ctv is larger than 8 MB"],
  ])("refuses %s", async (_what, content, message) => {
    const outcome = await check(content);
    expect(outcome).toMatchObject({ code: 2, out: "", err: expect.stringContaining(message) });
    expectClean(outcome);
  });

  it.each([
    ["an empty file", "", 0],
    ["only comments", "// nothing yet\n", 0],
    ["prose", "Dear all,\nplease open port 443.\n", 1],
    ["control characters", "tenant \u0001\u0002\u001b[31m {}", 1],
    ["deep nesting", "tenant a { ".repeat(20_000), 1],
    ["deep brackets", `service x = ${"tcp/{".repeat(20_000)}`, 1],
    ["a very long line", `service x = ${"tcp/80, ".repeat(20_000)}tcp/81\n`, 0],
    ["an unterminated string", 'tenant "shop { }', 1],
    ["an unterminated block", "tenant shop { group web {", 1],
    ["an unterminated comment", "tenant shop { /* }", 1],
    ["an unterminated list", "set a = b,", 1],
    ["an unterminated rule", "tenant t { policy p { allow a ->", 1],
    ["a lone quote", '"', 1],
    ["null-like words", "undefined null __proto__ constructor", 1],
  ])("answers %s with findings that have places", async (_what, content, code) => {
    const outcome = await check(content);
    expect(outcome.code).toBe(code);
    if (code === 1) expect(outcome.err).toMatch(/error\[CTV\d{4}\][\s\S]*--> main\.ctv:\d+:\d+/);
    expectClean(outcome);
  });
});

describe("files with a hundred thousand of a thing", () => {
  const many = Array.from({ length: 130_000 }, (_, at) => `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`).join(",");

  it.each([
    ["addresses in a rule", `tenant t {\n  group a { match app = x }\n  policy p { allow ${many} -> a : http }\n}\n`],
    ["values that are there already", `tenant t {\n  group a { match app in (${"x,".repeat(130_000)}) }\n  policy p { allow a -> a : http }\n}\n`],
  ])("are checked: %s", async (_what, content) => {
    const outcome = await ctv(["check", "main.ctv", "--format", "github"], { cwd: scratch({ "main.ctv": content }) });
    expect(outcome.code).toBe(0);
    expectClean(outcome);
  });
});

describe("imports", () => {
  it("shows a cycle", async () => {
    const cwd = scratch({ "a.ctv": 'import "b.ctv"\n', "b.ctv": 'import "c.ctv"\n', "c.ctv": 'import "a.ctv"\n' });
    const outcome = await ctv(["check", "a.ctv"], { cwd });
    expect(outcome.code).toBe(1);
    for (const file of ["a.ctv", "b.ctv", "c.ctv"]) expect(outcome.err).toContain(file);
  });

  it("points at the import of a file that is not there", async () => {
    const outcome = await ctv(["check", "a.ctv"], { cwd: scratch({ "a.ctv": 'import "nome.ctv"\n', "name.ctv": "" }) });
    expect(outcome).toMatchObject({ code: 1, err: expect.stringContaining("--> a.ctv:1:8") });
  });

  it("refuses an imported file that cannot be read", async () => {
    const outcome = await ctv(["check", "a.ctv"], { cwd: scratch({ "a.ctv": 'import "b.ctv"\n', "b.ctv": Uint8Array.from([0, 1]) }) });
    expect(outcome).toMatchObject({ code: 2, err: expect.stringContaining("b.ctv is a binary file") });
  });

  it("takes a folder for no file", async () => {
    const folder = scratch({ "a.ctv": 'import "sub"\nimport "."\n' });
    mkdirSync(join(folder, "sub"));
    const { code, err } = await ctv(["check", "a.ctv"], { cwd: folder });
    expect([code, ...err.matchAll(/there is no file "(.*)"\n *--> (.*)/g)].flat()).toEqual([
      1,
      ...['there is no file "sub"\n --> a.ctv:1:8', "sub", "a.ctv:1:8"],
      ...['there is no file "."\n --> a.ctv:2:8', ".", "a.ctv:2:8"],
    ]);
  });
});

describe("arguments", () => {
  const cwd = scratch({ "main.ctv": good, "ctv.yaml": "sources: [main.ctv]\nenvironments: { staging: {} }\n", "sub/empty.txt": "" });

  it.each([
    [["check", "none.ctv"], "cannot read none.ctv: there is no such file or folder"],
    [["check", "sub"], "there are no .ctv files in sub"],
    [["check", "--format", "xml"], '--format: there is no "xml"'],
    [["check", "--fail-level", "fatal"], '--fail-level: there is no "fatal"'],
    [["check", "--env", "stagin"], 'did you mean "staging"?'],
    [["check", "--param", "novalue"], "NAME=VALUE"],
    [["check", "--nope"], "unknown option"],
    [["compile", "--target", "kuberntes"], 'did you mean "kubernetes"?'],
    [["compile", "--target"], "argument missing"],
    [["compile", "--out", ""], "--out needs the name of a folder"],
    [["compile", "--inventory", "none.yaml"], "cannot read none.yaml"],
    [["explain", "CTV9999"], 'there is no diagnostic "CTV9999"'],
    [["query"], "missing required argument"],
    [["query", "web", "-", ":", "postgres"], "the shell has taken"],
    [["query", "web", "to", "db", "--tenant", "shp"], 'there is no tenant "shp"'],
    [["frobnicate"], "unknown command"],
    [["fmt", "none"], "cannot read none"],
  ])("%j is refused in one line", async (words, message) => {
    const outcome = await ctv(words, { cwd });
    expect(outcome).toMatchObject({ code: 2, out: "", err: expect.stringContaining(message) });
    expectClean(outcome);
  });

  it("refuses a folder without any policy", async () => {
    expect(await ctv(["check"], { cwd: scratch() })).toMatchObject({ code: 2, err: expect.stringContaining("`ctv init` starts a project") });
  });

  it("refuses to take two projects for one", async () => {
    const two = scratch({ "a/ctv.yaml": "", "a/x.ctv": good, "b/ctv.yaml": "", "b/y.ctv": good });
    expect(await ctv(["check", "a", "b"], { cwd: two })).toMatchObject({ code: 2, err: expect.stringContaining("different projects") });
    expect(await ctv(["check", "."], { cwd: two })).toMatchObject({ code: 2, err: expect.stringContaining("a is a project of its own") });
  });
});

describe("the project file", () => {
  it.each([
    ["sources: [main.ctv", "CTV2101"],
    ["sauces: [main.ctv]", "CTV2102"],
    ["sources: main.ctv", "CTV2103"],
  ])("%j is a finding in it", async (content, code) => {
    const outcome = await ctv(["check"], { cwd: scratch({ "ctv.yaml": content, "main.ctv": good }) });
    expect(outcome.code).toBe(1);
    expect(outcome.err).toMatch(new RegExp(`\\[${code}\\][\\s\\S]*--> ctv.yaml:1:`));
  });

  it("may name sources that are not there", async () => {
    const cwd = scratch({ "ctv.yaml": "sources: [main.ctv, gone.ctv]\n", "main.ctv": good });
    expect(await ctv(["check"], { cwd })).toMatchObject({ code: 2, err: expect.stringContaining("names the source gone.ctv") });
  });

  it("is found upward from where the command runs and from the files it is given", async () => {
    const cwd = scratch({
      "ctv.yaml": "sources: ['policies/*.ctv']\nparams: { port: 99999 }\n",
      "policies/deep/main.ctv": good,
      "policies/main.ctv": `param port: port = 1\n${good}`,
    });
    for (const [words, at] of [
      [["check"], "policies/deep"],
      [["check", "policies/main.ctv"], "."],
      [["check", "."], "."],
      [["check", "ctv.yaml"], "."],
    ] as const) {
      const outcome = await ctv(words, { cwd: join(cwd, at) });
      expect(outcome).toMatchObject({ code: 1, err: expect.stringMatching(/--> (\.\.\/\.\.\/)?ctv\.yaml:2:/) });
    }
  });
});

describe("output that cannot be written", () => {
  it.each(["main.ctv", "main.ctv/sub"])("%s is refused", async (out) => {
    const cwd = scratch({ "main.ctv": good });
    const outcome = await ctv(["compile", "main.ctv", "--out", out], { cwd });
    expect(outcome).toMatchObject({ code: 2, out: "", err: expect.stringContaining(`cannot write to ${out}: `) });
    expect(readdirSync(cwd)).toEqual(["main.ctv"]);
  });

  it("leaves the earlier output when a later compile has errors", async () => {
    const cwd = scratch({ "main.ctv": good });
    await ctv(["compile", "main.ctv"], { cwd });
    const before = readdirSync(join(cwd, "build"), { recursive: true }).sort();
    writeFileSync(join(cwd, "main.ctv"), good.replace("web ->", "wbe ->"));
    expect(await ctv(["compile", "main.ctv"], { cwd })).toMatchObject({ code: 1, out: "" });
    expect(readdirSync(join(cwd, "build"), { recursive: true }).sort()).toEqual(before);
    expect(existsSync(join(cwd, "build/.ctv-manifest.json"))).toBe(true);
  });
});

describe("a project that enforces nothing", () => {
  it("compiles, and says so", async () => {
    const cwd = scratch({ "main.ctv": "" });
    const outcome = await ctv(["compile"], { cwd });
    expect(outcome.code).toBe(0);
    expect(outcome.err).toContain("no tenant is declared here, so nothing is enforced");
  });
});
