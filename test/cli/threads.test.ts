/** A compile on two threads says, writes and refuses exactly what one thread does. */
import { existsSync, readdirSync, readFileSync, writeFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { compileTargets, shareWork } from "../../cli/compilation.js";
import { chosenTargets, emitTargets } from "../../cli/emission.js";
import { loadProject } from "../../cli/project.js";
import { claim, makeClaims } from "../../cli/threads/claims.js";
import { startHelper } from "../../cli/threads/helper.js";
import type { Helper } from "../../cli/threads/helper.js";
import type { Job, ReadProject } from "../../cli/threads/messages.js";
import { command, ensureBuilt, root, runBuilt } from "./support/built.js";
import { scratch } from "./support/command.js";

/** Every file below a folder with its text; none where there is no folder. */
function filesIn(folder: string): ReadonlyMap<string, string> {
  if (!existsSync(folder)) return new Map();
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    entries
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path): [string, string] => [path.slice(folder.length + 1), readFileSync(path, "utf8")])
      .sort(),
  );
}

describe("two threads", () => {
  beforeAll(ensureBuilt);
  const shop = join(root, "examples/shop");
  const inventory =
    'nodes: [{ name: n1 }]\nendpoints:\n  - { name: orders-1, node: n1, port: 1, mac: "02:00:00:00:00:01", addresses: [10.30.0.5], namespace: shop-orders, labels: { app: orders } }\n';

  const compiled = (threads: "1" | "2", words: readonly string[], prepare: (cwd: string) => void = () => undefined) => {
    const cwd = scratch();
    writeFileSync(join(cwd, "nodes.yaml"), inventory);
    prepare(cwd);
    const outcome = runBuilt(["compile", ...words, "-o", "build"], { cwd, env: { CTV_THREADS: threads } });
    return { outcome, files: filesIn(join(cwd, "build")) };
  };

  it.each([
    ["all targets", [shop]],
    ["two of them", [shop, "--target", "openflow,kubernetes", "--format", "json", "--no-verify"]],
    ["one of them, without a proof", [shop, "--target", "contiv", "--no-verify"]],
    ["an inventory, which the second thread never sees", [shop, "--inventory", "nodes.yaml", "--no-verify"]],
  ])("write what one does: %s", (_name, words) => {
    const one = compiled("1", words);
    expect(one.outcome.code).toBe(0);
    expect(one.files.size).toBeGreaterThan(1);
    expect(compiled("2", words)).toEqual(one);
  });

  it("write nothing for a project with errors", () => {
    const broken = (cwd: string) => {
      writeFileSync(join(cwd, "main.ctv"), "tenant shop {\n  group web in nowhere\n}\n");
    };
    const one = compiled("1", ["main.ctv"], broken);
    expect(one.outcome.code).toBe(1);
    expect(compiled("2", ["main.ctv"], broken)).toEqual(one);
    expect(one.files.size).toBe(0);
  });

  it.each(["contiv", "kubernetes"])("leave nothing behind when a file of %s cannot be written", (target) => {
    const blocked = (cwd: string) => {
      mkdirSync(join(cwd, "build"));
      writeFileSync(join(cwd, "build", target), "a file where a folder must be");
    };
    const { outcome, files } = compiled("2", [shop, "--no-verify"], blocked);
    expect(outcome).toMatchObject({ code: 2, err: expect.stringContaining("ctv: cannot write to build: ") });
    expect([...files.keys()]).toEqual([target]);
    expect(compiled("1", [shop, "--no-verify"], blocked)).toEqual({ outcome, files });
  });

  it("are one or two", () => {
    expect(runBuilt(["compile", shop, "-o", "build"], { cwd: scratch(), env: { CTV_THREADS: "many" } })).toEqual({
      code: 2,
      out: "",
      err: "ctv: CTV_THREADS=many: a compile takes 1 or 2 threads\n",
    });
  });
});

describe("sharing the work", () => {
  const text = `tenant shop {
  network net { subnet 10.1.1.0/24; gateway 10.1.1.254 }
  group web in net { match app = web }
  group db in net { match app = db }
  policy tiers { allow web -> db : postgres }
}
`;
  const load = () => {
    const cwd = scratch({ "main.ctv": text });
    const stream = { isTerminal: false, write: () => undefined };
    let sources: ReadProject | undefined;
    const heard: (readonly [string, string, number])[] = [];
    const loaded = loadProject(
      ["main.ctv"],
      {},
      { cwd, env: {}, readInput: () => new Uint8Array(), out: stream, err: stream },
      { listener: { reading: (...file) => heard.push(file), read: (read) => (sources = read) } },
    );
    if (sources === undefined) throw new Error("the project was not handed on");
    return { loaded, sources, heard };
  };

  /** A helper that takes these targets, and then answers or fails. */
  const helperThat = (takes: readonly string[], answers: boolean): Helper & { readonly jobs: Job[] } => {
    const jobs: Job[] = [];
    const done = () => Promise.resolve();
    return {
      jobs,
      read: () => undefined,
      compile: (job) => {
        jobs.push(job);
        for (const [position, { name }] of job.targets.entries()) if (takes.includes(name)) claim(job.claims, position);
      },
      compiled: () => Promise.resolve(answers ? takes.map((name) => ({ name, diagnostics: [], files: 7 })) : undefined),
      stage: () => Promise.resolve([]),
      place: done,
      abandon: done,
      stop: () => undefined,
    };
  };

  const compileWith = async (helper: Helper, own: readonly string[] = []) => {
    const { loaded, sources } = load();
    const chosen = chosenTargets([], {});
    const help = shareWork(helper, sources, loaded.project, { chosen, own, verify: true });
    const orders = { verify: true, before: () => undefined };
    const alone = emitTargets(loaded, chosen, orders).map(({ name, artefacts }) => ({ name, files: artefacts.length }));
    return { alone, outputs: await compileTargets(loaded, chosen, orders, help) };
  };

  it("hands on every text as it was read, before anything is checked", () => {
    const { sources, heard } = load();
    expect(sources.texts).toEqual(new Map([["main.ctv", text]]));
    expect(sources.entries).toEqual(["main.ctv"]);
    expect(heard).toEqual([["main.ctv", text, text.length]]);
  });

  it("takes from the helper what it has claimed, and keeps the order of the targets", async () => {
    const { alone, outputs } = await compileWith(helperThat(["contiv"], true));
    expect(outputs.map(({ name, files }) => ({ name, files }))).toEqual(alone.map((one) => (one.name === "contiv" ? { ...one, files: 7 } : one)));
    expect(outputs.map((output) => output.made !== undefined)).toEqual([true, false, true]);
  });

  it("does itself what a helper that fails has left undone", async () => {
    const { alone, outputs } = await compileWith(helperThat(["contiv", "openflow"], false));
    expect(outputs.map(({ name, files }) => ({ name, files }))).toEqual(alone);
  });

  it("offers the largest target first, and never what this thread has to make", async () => {
    const helper = helperThat(["openflow"], true);
    const { outputs } = await compileWith(helper, ["openflow"]);
    expect(helper.jobs.map((job) => job.targets.map((target) => target.name))).toEqual([["contiv", "kubernetes"]]);
    expect(outputs.every((output) => output.made !== undefined)).toBe(true);
  });

  it("is done by the command's own script as a second thread", async () => {
    ensureBuilt();
    const { loaded, sources } = load();
    const helper = startHelper(command);
    if (helper === undefined) throw new Error("there is no helper");
    try {
      // Read ahead, and changed before the job was given: the job's own text counts.
      helper.read("main.ctv", "tenant other {}");
      const chosen = chosenTargets(["contiv", "openflow"], {});
      const { claims } = shareWork(helper, sources, loaded.project, { chosen, own: [], verify: true });
      const made = emitTargets(loaded, chosen, { verify: true, before: () => undefined });
      const outputs = (await helper.compiled()) ?? [];
      expect(outputs.map(({ name, files }) => ({ name, files }))).toEqual(made.map(({ name, artefacts }) => ({ name, files: artefacts.length })));
      expect(outputs.flatMap((output) => output.diagnostics.map(({ code }) => code))).toContain("CTV5201");
      expect([claim(claims, 0), claim(claims, 1)]).toEqual([false, false]);
      const folder = scratch();
      const staged = await helper.stage(folder, "build");
      expect(filesIn(folder).size).toBe(made.flatMap((output) => output.artefacts).length);
      expect(staged.flatMap((part) => part.changed)).toEqual(made.flatMap(({ name, artefacts }) => artefacts.map(({ path }) => `${name}/${path}`)));
      await helper.abandon();
      expect(filesIn(folder).size).toBe(0);
    } finally {
      helper.stop();
    }
  });

  it("lets each thing be taken once", () => {
    const board = makeClaims(2);
    expect([claim(board, 1), claim(board, 1), claim(board, 0), claim(board, 0)]).toEqual([true, false, true, false]);
  });
});
