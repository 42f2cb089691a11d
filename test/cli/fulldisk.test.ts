/** Writing to a disk that is full: a real one, of a few pages. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { fillDisk } from "../support/disk.js";
import { ctv, scratch } from "./support/command.js";
import { describeWhere } from "../support/where.js";

const policy = `tenant shop {
  network net { subnet 10.1.1.0/24; gateway 10.1.1.254 }
  group web in net { match app = web }
  policy tiers { allow web -> web : http }
}
`;

function missingMount(): string | undefined {
  const tried = spawnSync("unshare", ["--mount", "mount", "-t", "tmpfs", "ctv-test", "/tmp"], { stdio: "ignore" });
  return tried.status === 0 && process.getuid?.() === 0 ? undefined : "needs root, which may mount";
}

describeWhere(missingMount(), "a store whose disk is full", () => {
  const cwd = scratch({ "a.ctv": policy });
  const store = join(cwd, "store");
  beforeAll(() => {
    mkdirSync(store);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=65536", "ctv-test", store]);
  });
  afterAll(() => void execFileSync("umount", [store]));

  it("takes nothing, says so, and has all that it had", async () => {
    const run = (...words: readonly string[]) => ctv([...words, "--store", "store"], { cwd, env: { CTV_KEY: "ctv.key" } });
    await ctv(["keygen"], { cwd });
    expect((await run("publish", "a.ctv")).code).toBe(0);
    const generations = join(store, "generations");
    const files = (): readonly (readonly [string, string])[] =>
      readdirSync(generations).map((name) => [name, readFileSync(join(generations, name), "utf8")]);
    const before = files();
    fillDisk(join(store, "full"));

    writeFileSync(join(cwd, "a.ctv"), policy.replace("http", "https"));
    const refused = await run("publish", "a.ctv");
    expect(refused).toMatchObject({ code: 2, out: "" });
    expect(refused.err).toContain(`folder ${store}: cannot write to it: the disk is full`);
    expect(files()).toEqual(before);
    expect((await run("history")).out).toMatch(/^GENERATION.*\n +1 .*\n$/);

    rmSync(join(store, "full"));
    expect(await run("publish", "a.ctv")).toMatchObject({ code: 0, out: expect.stringContaining("generation 2") });
  });
});

describeWhere(missingMount(), "a folder whose disk is full", () => {
  const cwd = scratch({ "m.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: { name: shop }\n" });
  const disk = join(cwd, "disk");
  beforeAll(() => {
    mkdirSync(disk);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=65536", "ctv-test", disk]);
  });
  afterAll(() => void execFileSync("umount", [disk]));

  it("has nothing half-written, of a new file as of one that was there", async () => {
    writeFileSync(join(disk, "a.ctv"), policy.replace("tenant shop", "tenant   shop"));
    fillDisk(join(disk, "full"));
    const before = readdirSync(disk);
    for (const words of [
      ["fmt", "disk/a.ctv"],
      ["init", "disk"],
      ["init", "disk/new"],
      ["import", "kubernetes", "m.yaml", "-o", "disk/imported.ctv"],
      ["keygen", "disk/key"],
    ]) {
      expect(await ctv(words, { cwd })).toMatchObject({ code: 2, err: expect.stringMatching(/^ctv: cannot write [^]*: the disk is full\n$/m) });
    }
    rmSync(join(disk, "new"), { recursive: true, force: true });
    expect(readdirSync(disk)).toEqual(before);
    expect(readFileSync(join(disk, "a.ctv"), "utf8")).toContain("tenant   shop");
  });
});
