/** What each verb prints, in the forms there are. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { progress } from "../../cli/progress.js";
import { watchAndRun } from "../../cli/watch.js";
import { ctv, scratch } from "./support/command.js";

const good = `tenant shop {
  network net { subnet 10.1.1.0/24; gateway 10.1.1.254 }
  group web in net { match app = web }
  group db  in net { match app = db }
  policy tiers { allow web -> db : postgres; allow db -> web : https }
}
`;
const bad = good.replace("allow web", "allow wbe");
const loud = good.replace("postgres", "tcp");

describe("ctv check", () => {
  it.each([
    [
      "json",
      (out: string) =>
        expect(JSON.parse(out)).toMatchObject({
          version: 1,
          command: "check",
          summary: { errors: 1 },
          findings: [{ code: "CTV2001", file: "bad.ctv" }],
        }),
    ],
    ["sarif", (out: string) => expect(JSON.parse(out)).toMatchObject({ version: "2.1.0", runs: [{ results: [{ ruleId: "CTV2001" }] }] })],
    ["github", (out: string) => expect(out).toMatch(/^::error file=bad\.ctv,line=5,/)],
    ["junit", (out: string) => expect(out).toContain('<testsuites name="ctv check" tests="1" failures="1" errors="0">')],
  ])("gives a report for programs as its result: %s", async (format, holds) => {
    const { code, out, err } = await ctv(["check", "bad.ctv", "--format", format], { cwd: scratch({ "bad.ctv": bad }) });
    expect({ code, err }).toEqual({ code: 1, err: "" });
    holds(out);
  });

  it("gives a whole report also when there is nothing to say", async () => {
    const { code, out } = await ctv(["check", "-", "--format", "json"], { cwd: scratch(), input: good });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ findings: [] });
  });

  it("fails at the level that was asked for", async () => {
    const cwd = scratch({ "a.ctv": `${good}\nservice spare = tcp/1\n` });
    expect(await ctv(["check", "a.ctv"], { cwd })).toMatchObject({ code: 0, err: expect.stringContaining("1 warning") });
    expect(await ctv(["check", "a.ctv", "--fail-level", "warning"], { cwd })).toMatchObject({ code: 1 });
  });

  it("colours on a terminal only, and never with NO_COLOR", async () => {
    const cwd = scratch({ "bad.ctv": bad });
    const coloured = (terminal: boolean, env: Readonly<Record<string, string>>) =>
      ctv(["check", "bad.ctv"], { cwd, terminal, env }).then(({ err }) => err.includes("\u001b["));
    expect(await coloured(true, {})).toBe(true);
    expect(await coloured(false, {})).toBe(false);
    expect(await coloured(true, { NO_COLOR: "1" })).toBe(false);
    expect(await coloured(true, { NO_COLOR: "" })).toBe(true);
    expect(await coloured(true, { TERM: "dumb" })).toBe(false);
  });

  it("takes params from the command line over those of the environment", async () => {
    const cwd = scratch({
      "ctv.yaml": "sources: [a.ctv]\nenvironments:\n  staging:\n    params: { office: [192.0.2.300] }\n",
      "a.ctv": good.replace("tenant shop", "param office: cidrs = 192.0.2.1\ntenant shop").replace("allow web", "allow office, web"),
    });
    expect(await ctv(["check"], { cwd })).toMatchObject({ code: 0 });
    expect(await ctv(["check", "--env", "staging"], { cwd })).toMatchObject({ code: 1, err: expect.stringContaining("ctv.yaml:4:") });
    expect(await ctv(["check", "--env", "staging", "--param", "office=192.0.2.3, 192.0.2.4"], { cwd })).toMatchObject({ code: 0 });
  });
});

describe("ctv compile", () => {
  it("writes a folder a target, and says what it wrote", async () => {
    const cwd = scratch({ "a.ctv": good });
    const { code, out } = await ctv(["compile", "a.ctv", "--target", "kubernetes,openflow", "--out", "out"], { cwd });
    expect(code).toBe(0);
    expect(out).toMatch(/^kubernetes {2}\d+ files? in out\/kubernetes, verified\nopenflow {4}\d+ files in out\/openflow, verified\n$/);
    expect(existsSync(join(cwd, "out/openflow/policy.flows"))).toBe(true);
    expect((await ctv(["compile", "a.ctv", "--target", "openflow", "--out", "out"], { cwd })).out).toMatch(/, none changed, verified\n$/);
    expect(existsSync(join(cwd, "out/kubernetes"))).toBe(true);
  });

  it("leaves out a target that nobody asked for and that the policy does not fit, with a note", async () => {
    const cwd = scratch({ "a.ctv": good.replace(/ {2}network.*\n/, "").replaceAll(" in net", "") });
    const { code, out, err } = await ctv(["compile", "a.ctv"], { cwd });
    expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/^kubernetes .*\ncontiv {6}left out\nopenflow .*\n$/) });
    expect(err).toContain("note[CTV5003]: contiv is left out, because nobody asks for it");
    expect(existsSync(join(cwd, "build/contiv"))).toBe(false);
    expect(existsSync(join(cwd, "build/openflow"))).toBe(true);
    expect((await ctv(["lint", "a.ctv"], { cwd })).out).not.toContain("contiv");
    expect(await ctv(["compile", "a.ctv", "--target", "contiv"], { cwd })).toMatchObject({ code: 1, err: expect.stringContaining("error[CTV5230]") });
    writeFileSync(join(cwd, "ctv.yaml"), "sources: [a.ctv]\ntargets: { contiv: {} }\n");
    expect(await ctv(["compile"], { cwd })).toMatchObject({ code: 1, err: expect.stringContaining("error[CTV5230]") });
  });

  it("proves what it wrote, unless it is told not to", async () => {
    const { out } = await ctv(["compile", "a.ctv", "--target", "openflow", "--no-verify"], { cwd: scratch({ "a.ctv": good }) });
    expect(out).toBe("openflow  3 files in build/openflow\n");
  });

  it("compiles for the targets of the project file, into its output folder, seen from anywhere", async () => {
    const cwd = scratch({ "ctv.yaml": "sources: [a.ctv]\noutput: made\ntargets: { openflow: {} }\n", "a.ctv": good, "sub/x": "" });
    expect((await ctv(["compile"], { cwd: join(cwd, "sub") })).out).toMatch(/^openflow {2}3 files in \.\.\/made\/openflow, verified\n$/);
    expect(existsSync(join(cwd, "made/openflow/program.json"))).toBe(true);
  });

  it("lists what it wrote in the report for programs", async () => {
    const cwd = scratch({ "a.ctv": good });
    const { out } = await ctv(["compile", "a.ctv", "--target", "openflow", "--format", "json"], { cwd });
    expect(JSON.parse(out).result).toMatchObject({
      folder: "build",
      changed: ["openflow/policy.flows", "openflow/program.json", "openflow/sourcemap.json"],
    });
  });

  it("makes an error of what a target cannot say, with --strict, and writes nothing then", async () => {
    const cwd = scratch({ "a.ctv": loud.replace(": tcp;", ": icmp;") });
    const words = ["compile", "a.ctv", "--target", "kubernetes", "--out", "out"];
    expect(await ctv([...words, "--strict"], { cwd })).toMatchObject({ code: 1, out: "", err: expect.stringContaining("error[CTV51") });
    expect(existsSync(join(cwd, "out"))).toBe(false);
    expect(await ctv(words, { cwd })).toMatchObject({ code: 0, err: expect.stringContaining("warning[CTV51") });
  });

  it("makes errors of notes about rules too, with --strict, and of nothing that the project has lowered", async () => {
    const words = ["compile", "--target", "kubernetes", "--strict"];
    const logging = await ctv(words, { cwd: scratch({ "ctv.yaml": "", "a.ctv": good.replace("postgres", "postgres log") }) });
    expect(logging).toMatchObject({ code: 1, out: "", err: expect.stringMatching(/note\[CTV5105\][^]*error\[CTV5102\]/) });
    const lowered = scratch({ "ctv.yaml": "severity: { CTV5101: note }\n", "a.ctv": good.replace("postgres", "icmp") });
    expect(await ctv(words, { cwd: lowered })).toMatchObject({ code: 0, err: expect.stringContaining("note[CTV5101]") });
  });

  it("lets a comment silence a finding about a target", async () => {
    const words = ["compile", "-", "--target", "kubernetes", "--out", "out"];
    const text = (comment: string) => good.replace("allow web -> db : postgres;", `\n    allow web -> db : icmp ${comment}\n   `);
    expect(await ctv(words, { cwd: scratch(), input: text("") })).toMatchObject({ code: 0, err: expect.stringContaining("CTV5101") });
    const silenced = await ctv(words, { cwd: scratch(), input: text("// ctv-ignore CTV5101: only Open vSwitch carries it") });
    expect(silenced).toMatchObject({ code: 0, err: expect.not.stringContaining("CTV5101") });
  });

  it.each(["tokens", "tree", "policy", "program"])("prints the step %s, and writes nothing", async (step) => {
    const cwd = scratch({ "a.ctv": good });
    const { code, out } = await ctv(["compile", "a.ctv", "--print", step], { cwd });
    expect(code).toBe(0);
    expect(out).toContain("shop");
    if (step === "policy" || step === "program") expect(JSON.parse(out)).toHaveProperty("tenants");
    expect(existsSync(join(cwd, "build"))).toBe(false);
  });

  it("tells which endpoints of an inventory get no traffic, where they stand in it, and a node that is there twice", async () => {
    const endpoint = '{ name: web-1, node: n2, port: 1, mac: "02:00:00:00:00:01", addresses: [10.1.1.1], namespace: shop, labels: { app: web } }';
    const cwd = scratch({
      "a.ctv": good,
      "astray.yaml": `nodes: [{ name: n1 }]\nendpoints:\n  - ${endpoint}\n`,
      "twice.yaml": `nodes: [{ name: n2 }, { name: n2 }]\nendpoints:\n  - ${endpoint}\n`,
    });
    const words = ["compile", "a.ctv", "--target", "openflow", "--inventory"];
    expect(await ctv([...words, "astray.yaml"], { cwd })).toMatchObject({
      code: 0,
      err: expect.stringMatching(/^warning\[CTV5308\]: endpoint web-1 gets no traffic: the inventory has no node n2\n --> astray\.yaml:3:13\n/),
    });
    expect(await ctv([...words, "twice.yaml"], { cwd })).toMatchObject({
      code: 1,
      out: "",
      err: expect.stringMatching(/^error\[CTV2103\]: nodes\[1\]\.name needs a name of its own, not "n2" again\n --> twice\.yaml:1:31\n/),
    });
  });

  it("binds an inventory to nodes, and points at what is wrong in one", async () => {
    const nodes = (port: string) =>
      `nodes: [{ name: n1 }]\nendpoints:\n  - { name: web-1, node: n1, port: ${port}, mac: "02:00:00:00:00:01", addresses: [10.1.1.1], namespace: shop, labels: { app: web } }\n`;
    const cwd = scratch({ "a.ctv": good, "nodes.yaml": nodes("1"), "wrong.yaml": nodes("none") });
    const words = ["compile", "a.ctv", "--target", "openflow", "--out", "out", "--inventory"];
    expect(await ctv([...words, "nodes.yaml"], { cwd })).toMatchObject({ code: 0 });
    expect(readFileSync(join(cwd, "out/openflow/nodes/n1.flows"), "utf8")).toContain("in_port=1");
    expect(await ctv([...words, "wrong.yaml"], { cwd })).toMatchObject({ code: 1, err: expect.stringContaining("--> wrong.yaml:3:") });
  });
});

describe("ctv explain", () => {
  const cwd = scratch();

  it("prints an entry of the catalogue, however the code is written", async () => {
    const { code, out } = await ctv(["explain", "CTV2001"], { cwd });
    expect(code).toBe(0);
    expect(out).toMatch(/^CTV2001: .* \(error\)\n\n/);
    expect(out).toContain("\n\nExample\n\n    ");
    expect(
      Math.max(
        ...out
          .split("\n")
          .filter((line) => !line.startsWith("    "))
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(80);
    expect((await ctv(["explain", "2001"], { cwd })).out).toBe(out);
    expect((await ctv(["explain", "ctv2001"], { cwd })).out).toBe(out);
  });

  it("lists all codes, one a line", async () => {
    const { out } = await ctv(["explain"], { cwd });
    for (const line of out.trimEnd().split("\n")) expect(line).toMatch(/^CTV\d{4} {2}(error|warning|note) +\S/);
  });
});

describe("watching", () => {
  it("runs again when a file changes, and not when another does", async () => {
    const cwd = scratch({ "a.ctv": good, "notes.txt": "" });
    const file = join(cwd, "a.ctv");
    let runs = 0;
    let err = "";
    const seen: string[] = [];
    const out = { isTerminal: false, write: (text: string) => (err += text) };
    const terminal = { cwd, env: {}, readInput: () => new Uint8Array(), out, err: out };
    const done = watchAndRun({ words: [], terminal }, () => {
      runs += 1;
      seen.push(readFileSync(file, "utf8"));
      return { code: runs === 1 ? 0 : 1, files: [file] };
    });
    writeFileSync(join(cwd, "notes.txt"), "changed");
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(runs).toBe(1);
    writeFileSync(file, bad);
    for (let waited = 0; runs < 2 && waited < 5000; waited += 20) await new Promise((resolve) => setTimeout(resolve, 20));
    process.emit("SIGINT");
    expect(await done).toBe(1);
    expect(seen).toEqual([good, bad]);
    expect(err).toMatch(/^\[\d\d:\d\d:\d\d\] checking\n/);
  });
});

describe("watching what cannot be watched", () => {
  it("refuses standard input, and does not wait for what is not there", async () => {
    const cwd = scratch({ "a.ctv": good });
    expect(await ctv(["check", "--watch", "-"], { cwd })).toMatchObject({ code: 2, err: expect.stringContaining("standard input can be read once") });
    const { code, err } = await ctv(["check", "--watch", "nope"], { cwd });
    expect(code).toBe(2);
    expect(err).not.toContain("waiting");
  });
});

describe("help", () => {
  it("is there by `help` as by `--help`", async () => {
    const cwd = scratch({});
    expect(await ctv(["help"], { cwd })).toEqual(await ctv(["--help"], { cwd }));
    expect(await ctv(["help", "check"], { cwd })).toEqual(await ctv(["check", "--help"], { cwd }));
    expect(await ctv(["help", "chek"], { cwd })).toMatchObject({ code: 2, err: expect.stringContaining("Did you mean check?") });
  });
});

describe("a value from the command line", () => {
  it("has no place in a file, and none is made up", async () => {
    const cwd = scratch({ "a.ctv": good });
    const words = ["check", "--param", "nope=1", "a.ctv"];
    const message = '--param gives a value for param "nope", which no file declares';
    expect(await ctv(words, { cwd })).toMatchObject({ code: 1, err: `error[CTV2014]: ${message}\n\n1 error\n` });
    expect(await ctv([...words, "--format", "github"], { cwd })).toMatchObject({ code: 1, out: `::error title=CTV2014::${message}\n` });
    const sarif = await ctv([...words, "--format", "sarif"], { cwd });
    expect(JSON.parse(sarif.out).runs[0].results).toMatchObject([{ ruleId: "CTV2014", message: { text: message }, locations: [] }]);
  });
});

describe("progress", () => {
  it("shows on a terminal, only when it takes long, and goes away", () => {
    const shown = (isTerminal: boolean, elapsed: number) => {
      let err = "";
      let clock = 0;
      const stream = { isTerminal, write: (text: string) => (err += text) };
      const line = progress({ cwd: "/", env: {}, readInput: () => new Uint8Array(), out: stream, err: stream }, () => clock);
      clock = elapsed;
      line.step("compiling for openflow");
      line.done();
      return err;
    };
    expect(shown(true, 1000)).toBe("\r\u001b[2Kcompiling for openflow …\r\u001b[2K");
    expect(shown(true, 10)).toBe("");
    expect(shown(false, 1000)).toBe("");
  });
});
