/** Publishing: keygen, publish, history, rollback and status, on a store in a folder. */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { readSigningKey } from "../../runtime/signing/keys.js";
import { folderStore } from "../../runtime/store/folder.js";
import { reportSink } from "../../runtime/store/reports.js";
import { ctv, scratch } from "./support/command.js";

const policy = `tenant shop {
  network net { subnet 10.1.1.0/24; gateway 10.1.1.254 }
  group web in net { match app = web }
  group db  in net { match app = db }
  policy tiers { allow web -> db : postgres }
}
`;
const wider = policy.replace("postgres", "postgres, https");

/** A folder with a policy and keys, and the command run in it with its store. */
async function project(text = policy) {
  const cwd = scratch({ "a.ctv": text });
  await ctv(["keygen"], { cwd });
  const env = { CTV_STORE: "store", CTV_KEY: "ctv.key" };
  return { cwd, run: (...words: readonly string[]) => ctv(words, { cwd, env }), write: (next: string) => writeFileSync(join(cwd, "a.ctv"), next) };
}

describe("ctv keygen", () => {
  it("makes a key that only its owner can read, and never overwrites one", async () => {
    const cwd = scratch();
    const first = await ctv(["keygen", "mine"], { cwd });
    expect(first).toMatchObject({ code: 0, err: "" });
    expect(first.out).toMatch(/^mine\.key {2}signs; .*\nmine\.pub {2}is what agents trust \(key [0-9a-f]{16}\)\n$/);
    expect(statSync(join(cwd, "mine.key")).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(cwd, "mine.pub"), "utf8")).toMatch(/^-----BEGIN PUBLIC KEY-----/);
    expect(await ctv(["keygen", "mine"], { cwd })).toEqual({
      code: 2,
      out: "",
      err: "ctv: mine.key is there already, and keys are not overwritten\n  help: give another name\n",
    });
    expect(await ctv(["keygen", "none/mine"], { cwd })).toMatchObject({ code: 2, err: expect.stringContaining("there is no such file or folder") });
  });
});

describe("ctv publish", () => {
  it("stores what it proved, signed, as one generation after the other", async () => {
    const { run, write } = await project();
    const first = await run("publish", "a.ctv");
    expect(first).toMatchObject({ code: 0, err: "" });
    expect(first.out).toMatch(/^generation 1 published to folder \S+\/store: verified, signed with key [0-9a-f]{16}\n$/);
    write(wider);
    expect(await run("publish", "a.ctv", "--note", "open https")).toMatchObject({ code: 0, out: expect.stringContaining("generation 2 published") });
    const { out } = await run("history", "--trust", "ctv.pub");
    expect(out.split("\n").map((line) => line.replace(/\s+/g, " "))).toEqual([
      "GENERATION PUBLISHED BYTES KEY SIGNATURE NOTE",
      expect.stringMatching(/^ 2 \d{4}-\d\d-\d\dT\S+Z \d+ [0-9a-f]{16} good open https$/),
      expect.stringMatching(/^ 1 \d{4}-\d\d-\d\dT\S+Z \d+ [0-9a-f]{16} good$/),
      "",
    ]);
  });

  it("removes generations that nobody needs, where it is asked to", async () => {
    const { cwd, run, write } = await project();
    const stored = () => readdirSync(join(cwd, "store/generations")).map(Number);
    const publishAs = async (text: string, ...words: readonly string[]) => {
      write(text);
      return run("publish", "a.ctv", "--force", ...words);
    };
    for (const port of [1, 2, 3, 4, 5]) await publishAs(policy.replace("postgres", `tcp/${port}`));
    const store = folderStore(join(cwd, "store"));
    const lease = store.lease(10, () => undefined);
    const report = { node: "a", generation: 2, flows: 0, endpoints: 0, errors: [], connected: true };
    await reportSink(store, lease, Date.now).report(report);
    // Three times the policy of the last: a rollback goes back behind them.
    for (let times = 0; times < 2; times++) await publishAs(policy.replace("postgres", "tcp/5"));
    expect(await publishAs(policy.replace("postgres", "tcp/5"), "--keep", "2")).toMatchObject({
      code: 0,
      err: "",
      out: expect.stringMatching(/^generation 8 published .*\nremoved generations 1, 3, 5-6\n$/),
    });
    expect(stored()).toEqual([2, 4, 7, 8]);
    expect(await run("rollback")).toMatchObject({ code: 0, out: expect.stringContaining("the policy of generation 4") });
    expect(await run("publish", "a.ctv", "--keep", "none")).toMatchObject({ code: 2, err: expect.stringContaining('not "none"') });
    // Nothing is new, and still there is something to remove.
    await publishAs(policy);
    expect(JSON.parse((await run("publish", "a.ctv", "--keep", "1", "--format", "json")).out)).toMatchObject({
      result: { published: false, generation: 10, removed: [4, 7, 8] },
    });
    expect(stored()).toEqual([2, 9, 10]);
    writeFileSync(join(cwd, "store/reports/a"), "{}");
    await publishAs(wider);
    expect(await run("publish", "a.ctv", "--keep", "1")).toMatchObject({
      code: 2,
      out: expect.stringContaining("nothing published: generation 11"),
      err: expect.stringContaining("of node a it is not known"),
    });
    expect(stored()).toEqual([2, 9, 10, 11]);
    await store.close();
  });

  it("publishes nothing when nothing changed, unless it is forced to", async () => {
    const { run } = await project();
    await run("publish", "a.ctv");
    expect(await run("publish", "a.ctv")).toEqual({
      code: 0,
      out: "nothing published: generation 1 has this policy already (--force publishes it again)\n",
      err: "",
    });
    expect(JSON.parse((await run("publish", "a.ctv", "--format", "json")).out)).toMatchObject({
      command: "publish",
      result: { generation: 1, published: false },
    });
    expect(await run("publish", "a.ctv", "--force")).toMatchObject({ code: 0, out: expect.stringContaining("generation 2") });
  });

  it("publishes over what somebody else put into the store, unsigned", async () => {
    const { cwd, run } = await project();
    await run("publish", "a.ctv");
    const folder = join(cwd, "store/generations");
    const [file = ""] = readdirSync(folder);
    // The same header with the same digest, under the next number: it must not pass for what is in force.
    writeFileSync(join(folder, "000000000002"), readFileSync(join(folder, file), "utf8").replace('"generation":1', '"generation":2'));
    expect(await run("publish", "a.ctv")).toMatchObject({ code: 0, out: expect.stringContaining("generation 3 published") });
    const { out } = await run("history", "--trust", "ctv.pub", "--format", "json");
    expect(JSON.parse(out).generations.map(({ signature }: { signature: string }) => signature)).toEqual([
      "good",
      expect.stringContaining("its signature does not fit"),
      "good",
    ]);
  });

  it("publishes what is in audit mode, for it says so, and nothing that was misspelt", async () => {
    const { cwd, run, write } = await project();
    write(policy.replace("allow web", "deny db -> web : http; allow web"));
    const audit = (names: string) => writeFileSync(join(cwd, "ctv.yaml"), `sources: [a.ctv]\ntargets: { openflow: { audit: ${names} } }\n`);
    audit("[shop/tires]");
    expect(await run("publish")).toMatchObject({
      code: 1,
      out: "",
      err: expect.stringContaining('there is no tenant or policy "shop/tires" to audit'),
    });
    audit("[shop/tiers]");
    expect(await run("publish")).toMatchObject({
      code: 0,
      err: expect.stringContaining('policy "tiers" is in audit mode'),
      out: expect.stringContaining("generation 1"),
    });
    audit("true");
    expect(await run("publish")).toMatchObject({
      code: 0,
      err: expect.stringContaining('tenant "shop" is in audit mode'),
      out: expect.stringContaining("generation 2"),
    });
    const audited = JSON.parse((await run("stats", "--trust", "ctv.pub", "--audited", "--format", "json")).out);
    expect(audited.rules.map(({ action, audit: is }: { action: string; audit: boolean }) => [action, is])).toEqual([
      ["deny", true],
      ["allow", true],
      ["deny", true],
    ]);
  });

  it("publishes nothing that has errors or was asked of without key or store", async () => {
    const { cwd, run } = await project(policy.replace("allow web", "allow wbe"));
    expect(await run("publish", "a.ctv")).toMatchObject({ code: 1, out: "", err: expect.stringContaining("CTV2001") });
    expect(existsSync(join(cwd, "store"))).toBe(false);
    const without = (words: readonly string[], env = {}) => ctv(words, { cwd, env });
    expect(await without(["publish"])).toMatchObject({
      code: 2,
      err: expect.stringContaining("ctv: which store? none was named\n  help: --store FOLDER"),
    });
    expect(await without(["publish", "--store", "s"])).toMatchObject({ code: 2, err: expect.stringContaining("no key was named") });
    expect(await without(["publish", "--store", "s", "--key", "ctv.pub"])).toMatchObject({
      code: 2,
      err: "ctv: cannot sign with ctv.pub: it is not a private key in PEM form\n",
    });
    expect(await without(["publish", "--store", "ftp://x", "--key", "ctv.key"])).toMatchObject({
      code: 2,
      err: expect.stringContaining("is not the URL of a store"),
    });
    expect(await without(["publish", "--store", "https://me:secret@x:2379", "--key", "ctv.key"])).toMatchObject({
      code: 2,
      err: expect.stringContaining("have no place on the command line"),
    });
    expect(await without(["history", "--store", "http://127.0.0.1:1"])).toMatchObject({
      code: 2,
      err: expect.stringContaining("the server cannot be reached"),
    });
    expect(await without(["publish", "--store", "s", "--key", "ctv.key", "--note", "x".repeat(201)])).toMatchObject({
      code: 2,
      err: expect.stringContaining("--note is longer"),
    });
  });
});

describe("ctv rollback", () => {
  it("puts an earlier policy in force, as a new generation", async () => {
    const { run, write } = await project();
    await run("publish", "a.ctv");
    write(wider);
    await run("publish", "a.ctv");
    await run("publish", "a.ctv", "--force");
    expect(await run("rollback")).toMatchObject({ code: 0, out: expect.stringMatching(/^generation 4 published .*: the policy of generation 1,/) });
    expect(await run("rollback", "2", "--note", "forward again", "--format", "json")).toMatchObject({
      code: 0,
      out: expect.stringContaining('"from": 2'),
    });
    const shown = JSON.parse((await run("history", "--count", "2", "--format", "json")).out);
    expect(shown.generations).toMatchObject([
      { generation: 5, note: "forward again", signature: "not checked" },
      { generation: 4, note: "rollback to 1" },
    ]);
    expect(shown.generations[0].digest).not.toBe(shown.generations[1].digest);
  });

  it("refuses what is not there, or not to be believed", async () => {
    const { run, cwd } = await project();
    expect(await run("rollback")).toMatchObject({ code: 2, err: expect.stringContaining("nothing has been published yet") });
    await run("publish", "a.ctv");
    expect(await run("rollback")).toMatchObject({ code: 2, err: expect.stringContaining("no earlier generation with another policy") });
    expect(await run("rollback", "7")).toMatchObject({ code: 2, err: expect.stringContaining("has no generation 7") });
    expect(await run("rollback", "first")).toMatchObject({ code: 2, err: expect.stringContaining('"first" is not a generation') });
    await ctv(["keygen", "other"], { cwd });
    const other = await ctv(["rollback", "1", "--key", "other.key"], { cwd, env: { CTV_STORE: "store" } });
    expect(other).toMatchObject({
      code: 2,
      err: expect.stringMatching(/cannot be brought back: it is signed with the key \w+, which is not trusted here/),
    });
    expect(await run("rollback", "1", "--key", "other.key", "--trust", "ctv.pub")).toMatchObject({ code: 0 });
    expect(await run("rollback", "1", "--trust", "ctv.key")).toMatchObject({ code: 2, err: expect.stringContaining("it holds a private key") });
  });
});

describe("ctv status", () => {
  const report = { node: "node-a", generation: 1, flows: 120, endpoints: 4, errors: [], connected: true };

  it("shows what every node reports, and which are gone", async () => {
    const { cwd, run } = await project();
    expect(await run("status")).toEqual({ code: 0, out: "", err: "no node has reported yet; the newest generation is none\n" });
    await run("publish", "a.ctv");
    const store = folderStore(join(cwd, "store"));
    const lease = store.lease(60, () => undefined);
    const sink = () => reportSink(store, lease, () => Date.now() - 5000);
    await sink().report({ ...report, lastChange: Date.now() - 3_600_000 * 3 });
    await sink().report({ ...report, node: "node-b", errors: ["the switch refuses a flow"] });
    await sink().report({ ...report, node: "node-c", connected: false });
    await sink().report({ ...report, node: "node-d", generation: 0 });
    await lease.remove("alive/node-d");
    writeFileSync(join(cwd, "store/reports/node-e"), '{"node":"node-a"}');
    const { out, code } = await run("status");
    expect(code).toBe(0);
    expect(out).toMatch(/^NODE +GENERATION +FLOWS +ENDPOINTS +LAST CHANGE +STATE\nnode-a +1 +120 +4 +3 h ago +in force\n/);
    expect(out).toContain("the switch refuses a flow");
    expect(out).toContain("no connection to the switch");
    expect(out).toMatch(/node-d.*agent gone, last report 5 s ago/);
    expect(out).toMatch(/node-e.*its report\.generation is not a whole number/);
    const shown = JSON.parse((await run("status", "--format", "json")).out);
    expect(shown).toMatchObject({
      newest: 1,
      nodes: [{ node: "node-a", alive: true, report: { flows: 120 } }, {}, {}, { alive: false }, { problem: expect.anything() }],
    });
    expect(await run("status", "--forget", "node-a")).toMatchObject({ code: 2, err: expect.stringContaining("is running") });
    expect(await run("status", "--forget", "node-x")).toMatchObject({ code: 2, err: expect.stringContaining('no node "node-x"') });
    expect((await run("status", "--forget", "node-d,node-e")).out).not.toMatch(/node-[de]/);
    await store.close();
  });

  it("believes only what nodes have signed where it has their keys", async () => {
    const { cwd, run } = await project();
    await run("publish", "a.ctv");
    for (const name of ["node-a", "node-b"]) await ctv(["keygen", name], { cwd });
    writeFileSync(join(cwd, "agent.yaml"), "store: { folder: store }\ntrust: [ctv.pub]\ntrustNodes: { node-a: node-a.pub, node-b: node-b.pub }\n");
    const store = folderStore(join(cwd, "store"));
    const lease = store.lease(60, () => undefined);
    const key = readSigningKey(readFileSync(join(cwd, "node-a.key"), "utf8"));
    for (const node of ["node-a", "node-b"]) await reportSink(store, lease, Date.now, { key }).report({ ...report, node });
    await reportSink(store, lease, Date.now).report({ ...report, node: "node-c" });
    const { out } = await run("status", "--store", "agent.yaml");
    expect(out).toMatch(/^node-a .* in force$/m);
    expect(out).toMatch(/^node-b +its report is signed with the key [0-9a-f]{16}, and the node's is [0-9a-f]{16}$/m);
    expect(out).toMatch(/^node-c +no key of this node is trusted here$/m);
    expect(await run("status", "--store", "agent.yaml", "--wait", "--timeout", "0")).toMatchObject({
      code: 1,
      err: "ctv: not everywhere: node-b, node-c have no generation 1\n",
    });
    const json = JSON.parse((await run("status", "--store", "agent.yaml", "--format", "json")).out);
    expect(json.nodes[1]).toEqual({ node: "node-b", alive: true, problem: expect.stringContaining("is signed with the key") });
    for (const pass of [1, 2]) await run("publish", "a.ctv", "--force", "--note", `pass ${pass}`);
    expect(await run("publish", "a.ctv", "--force", "--keep", "1", "--store", "agent.yaml")).toMatchObject({
      err: expect.stringContaining("of node node-b it is not known which it has in force: its report is signed with"),
    });
    expect((await run("status")).out).toMatch(/^node-b .* behind: the newest is 4$/m);
    writeFileSync(join(cwd, "node-b.pub"), "");
    expect(await run("status", "--store", "agent.yaml")).toMatchObject({ code: 2, err: expect.stringContaining("node-b.pub cannot be trusted") });
    await store.close();
  });

  it("waits until every node has a generation, with a line of progress on a terminal", async () => {
    const { cwd, run } = await project();
    await run("publish", "a.ctv");
    const store = folderStore(join(cwd, "store"));
    const sink = reportSink(
      store,
      store.lease(60, () => undefined),
      Date.now,
    );
    await sink.report({ ...report, generation: 0 });
    await reportSink(
      store,
      store.lease(60, () => undefined),
      Date.now,
    ).report({ ...report, node: "node-b" });
    const late = await run("status", "--wait", "--timeout", "0.1");
    expect(late).toMatchObject({ code: 1, err: "ctv: not everywhere: node-a has no generation 1\n" });
    const waiting = ctv(["status", "--wait", "1", "--timeout", "5"], { cwd, env: { CTV_STORE: "store" }, terminal: true });
    setTimeout(() => void sink.report(report), 100);
    const { code, err, out } = await waiting;
    expect(code).toBe(0);
    expect(err).toContain("[████████████░░░░░░░░░░░░] 1 of 2 nodes have generation 1; waiting for node-a");
    expect(err.endsWith("\r\u001b[2K")).toBe(true);
    expect(out).toMatch(/node-a +1 /);
    expect(await run("status", "--wait", "--timeout", "0", "--node", "node-b,node-x")).toMatchObject({
      code: 1,
      out: expect.stringContaining("has never reported"),
    });
    expect(await run("status", "--wait", "2")).toMatchObject({ code: 2, err: expect.stringContaining("has no generation 2; the newest is 1") });
    expect(await run("status", "--wait", "soon")).toMatchObject({ code: 2, err: expect.stringContaining('--wait takes a generation, not "soon"') });
    expect(await run("status", "--timeout", "soon")).toMatchObject({ code: 2, err: expect.stringContaining("--timeout takes seconds") });
    await store.close();
  });
});
