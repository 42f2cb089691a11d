/** What every store has to do, told as tests that each kind of store runs. */
import { expect, it } from "@jest/globals";
import type { Entry, KeyValues } from "../../../runtime/store/keyvalue.js";

export const bytes = (text: string): Buffer => Buffer.from(text);

const words = (value: Uint8Array | undefined): string | undefined => (value === undefined ? undefined : Buffer.from(value).toString());

/** Waits until something is so; fails with what it is instead. */
export async function eventually<T>(look: () => T | Promise<T>, wanted: T, patience = 8000): Promise<void> {
  const end = performance.now() + patience;
  for (;;) {
    const seen = await look();
    if (JSON.stringify(seen) === JSON.stringify(wanted) || performance.now() > end) {
      expect(seen).toEqual(wanted);
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Follows a prefix and keeps what it was told last. */
export function follow(store: KeyValues, prefix: string) {
  let told: Record<string, string | undefined> | undefined;
  const changes: string[][] = [];
  const problems: string[] = [];
  const stop = store.watch(
    prefix,
    (entries, changed) => {
      told = Object.fromEntries([...entries].map(([key, value]) => [key, words(value)]).sort());
      changes.push([...changed].sort());
    },
    (error) => problems.push(error.message),
  );
  return { told: () => told, changes, problems, stop };
}

/** `open` opens the same store again, as another process would. */
export function storeContract(open: () => Promise<KeyValues>): void {
  const withStore = (name: string, run: (store: KeyValues, other: KeyValues) => Promise<void>): void => {
    it(name, async () => {
      const [store, other] = [await open(), await open()];
      try {
        await run(store, other);
      } finally {
        await Promise.all([store.close(), other.close()]);
      }
    });
  };

  withStore("has nothing at first", async (store) => {
    expect(await store.get("empty/a")).toBeUndefined();
    expect(await store.keys("empty/")).toEqual([]);
    expect(await store.list("empty/")).toEqual([]);
  });

  withStore("gives back what was put, to others too, until it is removed", async (store, other) => {
    const long = Buffer.alloc(300_000, "long ");
    await store.put("kept/b", bytes("first"));
    await store.put("kept/b", bytes("second"));
    await store.put("kept/a/x-1_%2F.y", long);
    await store.put("keptnot/a", bytes("other"));
    expect(words(await other.get("kept/b"))).toBe("second");
    expect(await other.keys("kept/")).toEqual(["kept/a/x-1_%2F.y", "kept/b"]);
    expect((await other.list("kept/")).map(({ key, value }: Entry) => [key, value.length])).toEqual([
      ["kept/a/x-1_%2F.y", long.length],
      ["kept/b", 6],
    ]);
    await other.remove("kept/b");
    await other.remove("kept/b");
    expect(await store.keys("kept/")).toEqual(["kept/a/x-1_%2F.y"]);
    expect(await store.get("kept/b")).toBeUndefined();
  });

  withStore("refuses what is no key", async (store) => {
    for (const key of ["", "a/../b", "a//b", "/a", "a/.hidden", "a b", "a/b~3", `a/${"x".repeat(300)}`]) {
      await expect(async () => store.put(key, bytes("x"))).rejects.toThrow("is not a key");
    }
  });

  withStore("lets one of many create an entry", async (store, other) => {
    for (let round = 0; round < 5; round++) {
      const tries = [store, other, store, other].map((each, index) => each.create(`race/${round}`, bytes(`try ${index}`)));
      const won = (await Promise.all(tries)).flatMap((success, index) => (success ? [index] : []));
      expect(won).toHaveLength(1);
      expect(words(await store.get(`race/${round}`))).toBe(`try ${won[0]}`);
    }
    expect(await other.create("race/0", bytes("again"))).toBe(false);
  });

  withStore("tells watchers of what is there, and of every change", async (store, other) => {
    await store.put("seen/a", bytes("1"));
    const seen = follow(other, "seen/");
    await eventually(seen.told, { "seen/a": "1" });
    await store.put("seen/deep/b", bytes("2"));
    await eventually(seen.told, { "seen/a": "1", "seen/deep/b": "2" });
    await store.put("seen/a", bytes("3"));
    await eventually(seen.told, { "seen/a": "3", "seen/deep/b": "2" });
    await store.remove("seen/deep/b");
    await eventually(seen.told, { "seen/a": "3" });
    expect(seen.changes).toEqual([["seen/a"], ["seen/deep/b"], ["seen/a"], ["seen/deep/b"]]);
    await seen.stop();
    await seen.stop();
    await store.put("seen/a", bytes("4"));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(seen.told()).toEqual({ "seen/a": "3" });
    expect(seen.problems).toEqual([]);
  });

  withStore("tells a watcher of an empty prefix, and of what comes", async (store) => {
    const seen = follow(store, "later/");
    await eventually(seen.told, {});
    await store.put("later/a", bytes("1"));
    await eventually(seen.told, { "later/a": "1" });
    await seen.stop();
  });

  withStore("tells of the newest entry only, where asked", async (store, other) => {
    const seen: (string | undefined)[] = [];
    await store.create("line/01", bytes("one"));
    await store.create("line/02", bytes("two"));
    await store.create("line/03.bak", bytes("backup"));
    const stop = other.watchNewest(
      "line/",
      (key) => /^line\/\d+$/.test(key),
      (newest) => seen.push(words(newest?.value)),
      (error) => seen.push(error.message),
    );
    await eventually(() => seen, ["two"]);
    await store.put("line/99.bak", bytes("backup"));
    await store.create("line/03", bytes("three"));
    await eventually(() => seen.at(-1), "three");
    expect(new Set(seen)).toEqual(new Set(["two", "three"]));
    await stop();
  });

  withStore("keeps leased entries while somebody stands behind them", async (store, other) => {
    const problems: string[] = [];
    const lease = store.lease(1, (error) => problems.push(error.message));
    await lease.put("leased/a", bytes("1"));
    await lease.put("leased/a", bytes("2"));
    await lease.put("leased/b", bytes("3"));
    const seen = follow(other, "leased/");
    await eventually(seen.told, { "leased/a": "2", "leased/b": "3" });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(seen.told()).toEqual({ "leased/a": "2", "leased/b": "3" });
    expect(seen.changes).toHaveLength(1);
    expect(words(await other.get("leased/a"))).toBe("2");
    await lease.remove("leased/b");
    await eventually(seen.told, { "leased/a": "2" });
    await lease.close();
    await eventually(seen.told, {});
    await seen.stop();
    expect(problems).toEqual([]);
  });
}
