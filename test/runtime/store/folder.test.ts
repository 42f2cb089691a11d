/** The store in a folder: the contract, and what only a folder can suffer. */
import { mkdirSync, readdirSync, rmSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { folderStore } from "../../../runtime/store/folder.js";
import { scratch } from "../../cli/support/command.js";
import { bytes, eventually, follow, storeContract } from "./contract.js";

describe("a store in a folder", () => {
  const folder = scratch();
  storeContract(() => Promise.resolve(folderStore(join(folder, "store"))));

  it("lets leased entries go when their holder is gone, and writes again what somebody took away", async () => {
    const path = scratch();
    const store = folderStore(path);
    const seen = follow(store, "alive/");
    const lease = store.lease(1, (error) => seen.problems.push(error.message));
    await lease.put("alive/a", bytes("1"));
    await eventually(seen.told, { "alive/a": "1" });
    const past = Date.now() / 1000 - 60;
    writeFileSync(join(path, "alive/dead~5"), "1");
    utimesSync(join(path, "alive/dead~5"), past, past);
    expect(await store.keys("alive/")).toEqual(["alive/a"]);
    expect(await store.get("alive/dead")).toBeUndefined();
    rmSync(join(path, "alive/a~1"));
    expect(await store.keys("alive/")).toEqual([]);
    await eventually(() => store.keys("alive/"), ["alive/a"]);
    await lease.close();
    await seen.stop();
  });

  it("goes by its own clock once it has seen a leased entry, whoever sets the time of day", async () => {
    const path = scratch();
    const clock = { now: Date.now(), elapsed: 0 };
    const store = folderStore(path, { now: () => clock.now, elapsed: () => clock.elapsed });
    mkdirSync(join(path, "alive"));
    writeFileSync(join(path, "alive/a~5"), "1");
    const touched = (at: number): void => utimesSync(join(path, "alive/a~5"), at / 1000, at / 1000);
    const wait = (seconds: number): void => {
      clock.now += seconds * 1000;
      clock.elapsed += seconds * 1000;
    };
    touched(clock.now);
    const keys = () => store.keys("alive/");
    expect(await keys()).toEqual(["alive/a"]);
    for (const day of [86_400_000, -2 * 86_400_000]) {
      clock.now += day;
      expect(await keys()).toEqual(["alive/a"]);
      wait(4);
      touched(clock.now);
      expect(await keys()).toEqual(["alive/a"]);
      wait(4);
      expect(await keys()).toEqual(["alive/a"]);
      touched(clock.now);
      await keys();
    }
    // The time that the file has is a day from now, and its holder is gone.
    clock.now -= 86_400_000;
    wait(6);
    expect(await keys()).toEqual([]);
    expect(await folderStore(path, { now: () => clock.now, elapsed: () => 0 }).keys("alive/")).toEqual([]);
    touched(clock.now);
    expect(await keys()).toEqual(["alive/a"]);
  });

  it("leaves no half-written file, and passes over what is not its own", async () => {
    const path = scratch({ "a/.new-1-x": "half", "a/~": "?", "a/b/.hidden/c": "?", "a/good": "1" });
    const store = folderStore(path);
    await store.put("a/other", bytes("2"));
    await store.create("a/other", bytes("3"));
    expect(await store.keys("a/")).toEqual(["a/good", "a/other"]);
    expect(readdirSync(join(path, "a")).filter((name) => name.startsWith(".new-"))).toEqual([".new-1-x"]);
  });

  it("says why it cannot be read or written", async () => {
    const path = scratch({ file: "x" });
    await expect(folderStore(join(path, "file")).put("a/b", bytes("x"))).rejects.toThrow(
      `folder ${path}/file: cannot write to it: a part of the path is a file`,
    );
    expect(await folderStore(join(path, "file")).keys("a/")).toEqual([]);
    mkdirSync(join(path, "a"));
    writeFileSync(join(path, "a/huge"), "");
    truncateSync(join(path, "a/huge"), 66 << 20);
    await expect(folderStore(path).get("a/huge")).rejects.toThrow("are not read");
  });

  it("tells a watcher what it cannot read, once, and goes on", async () => {
    const path = scratch();
    const store = folderStore(path);
    await store.put("a/b", bytes("x"));
    const seen = follow(store, "a/");
    await eventually(seen.told, { "a/b": "x" });
    truncateSync(join(path, "a/b"), 66 << 20);
    await eventually(() => seen.problems.length, 1);
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(seen.problems).toHaveLength(1);
    expect(seen.problems[0]).toContain("are not read");
    await store.put("a/b", bytes("y"));
    await eventually(seen.told, { "a/b": "y" });
    await seen.stop();
  });
});
