/** Nodes tell each other of their endpoints through a store, and believe of each node only what it says of itself. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import type { InventoryPart } from "../../../runtime/agent/sources.js";
import { fileSource } from "../../../runtime/endpoints/file.js";
import { announcer } from "../../../runtime/endpoints/announce.js";
import { memberSource } from "../../../runtime/endpoints/members.js";
import { folderStore } from "../../../runtime/store/folder.js";
import { scratch } from "../../cli/support/command.js";
import { eventually } from "../store/contract.js";

const web = {
  name: "shop/web-1",
  node: "node-b",
  port: 1,
  mac: "0a:00:00:00:00:01",
  addresses: ["10.1.1.1"],
  namespace: "shop",
  labels: { app: "web" },
};
const db = { ...web, name: "shop/db-1", addresses: ["10.1.1.2", "fd00::2"] };

describe("endpoints of other nodes", () => {
  it("come and go with what their nodes announce", async () => {
    const store = folderStore(scratch());
    const problems: string[] = [];
    let part: InventoryPart | undefined;
    const stop = memberSource(store, "node-a", 50).watch(
      (told) => (part = { ...told, endpoints: [...told.endpoints].sort((a, b) => (a.name < b.name ? -1 : 1)) }),
      (error) => problems.push(error.message),
    );
    await eventually(() => part, { endpoints: [], nodes: [] });
    const lease = store.lease(60, (error) => problems.push(error.message));
    const b = announcer(lease, "node-b");
    await announcer(lease, "node-a").announce({ name: "node-a" }, [{ ...web, name: "own", node: "node-a" }]);
    await b.announce({ name: "node-b", address: "192.0.2.2", tunnel: 9 }, [web, db, { ...db, name: "foreign", node: "node-c" }]);
    await eventually(() => part, { endpoints: [db, web], nodes: [{ name: "node-b", address: "192.0.2.2" }] });
    const before = part?.endpoints;
    await b.announce({ name: "node-b", address: "192.0.2.2" }, [{ ...web, labels: { app: "api" } }, db]);
    await eventually(() => part?.endpoints[1]?.labels, { app: "api" });
    expect(part?.endpoints[0]).toBe(before?.[0]);
    await b.announce({ name: "node-b" }, []);
    await eventually(() => part, { endpoints: [], nodes: [{ name: "node-b" }] });
    await lease.close();
    await eventually(() => part, { endpoints: [], nodes: [] });
    await stop();
    expect(problems).toEqual([]);
  });

  it("stay for a while when their node goes, and longer when it comes back", async () => {
    const store = folderStore(scratch());
    const named: string[] = [];
    const told: (readonly string[])[] = [];
    const stop = memberSource(store, "node-a", 400).watch(
      ({ endpoints, nodes }) => told.push([...endpoints, ...(nodes ?? [])].map(({ name }) => name).sort()),
      (error) => named.push(error.message),
    );
    const all = ["node-b", "shop/db-1", "shop/web-1"];
    const first = store.lease(60, (error) => named.push(error.message));
    await announcer(first, "node-b").announce({ name: "node-b" }, [web, db]);
    await eventually(() => told.at(-1), all);
    const before = told.length;
    await first.close();
    await eventually(() => store.keys("members/"), []);
    const second = store.lease(60, (error) => named.push(error.message));
    await announcer(second, "node-b").announce({ name: "node-b" }, [web]);
    // What the node no longer has goes after the same while; the rest was there throughout.
    await eventually(() => told.at(-1), ["node-b", "shop/web-1"]);
    expect(told.slice(before, -1)).toEqual(told.slice(before, -1).map(() => all));
    await second.close();
    await eventually(() => told.at(-1), []);
    await stop();
    expect(named).toEqual([]);
  });

  it("of an earlier life count at once, and go like others when the store does not have them", async () => {
    const store = folderStore(scratch());
    const lease = store.lease(60, () => undefined);
    const other = { ...web, name: "bank/till", node: "node-c" };
    await announcer(lease, "node-b").announce({ name: "node-b" }, [db]);
    const told: (readonly string[])[] = [];
    const known = { endpoints: [web, other], nodes: [{ name: "node-c", address: "192.0.2.3" }] };
    const stop = memberSource(store, "node-a", 200, known).watch(
      ({ endpoints, nodes }) => told.push([...endpoints, ...(nodes ?? [])].map(({ name }) => name).sort()),
      () => undefined,
    );
    expect(told).toEqual([["bank/till", "node-c", "shop/web-1"]]);
    // Node b is there and no longer has the one; of node c the store knows nothing yet.
    await eventually(() => told[1], ["bank/till", "node-b", "node-c", "shop/db-1"]);
    await eventually(() => told.at(-1), ["node-b", "shop/db-1"]);
    await stop();
    await store.close();
  });

  it("are written in the order they are announced, also while some are still on their way or fail", async () => {
    const stored = new Map<string, string>();
    let turn = 0;
    const slow = async (change: () => void): Promise<void> => {
      const own = turn++;
      await new Promise((resolve) => setTimeout(resolve, own % 3));
      if (own === 2) throw new Error("away");
      change();
    };
    const lease = {
      put: (key: string, value: Uint8Array) => slow(() => stored.set(key, Buffer.from(value).toString())),
      remove: (key: string) => slow(() => stored.delete(key)),
      close: () => Promise.resolve(),
    };
    const b = announcer(lease, "node-b");
    const announced = [0, 1, 2, 3].map((port) =>
      b.announce(
        { name: "node-b" },
        Array.from({ length: 100 - port }, (_, index) => ({ ...web, name: `e${index}`, port })),
      ),
    );
    expect((await Promise.allSettled(announced)).map(({ status }) => status)).toContain("rejected");
    const ports = [...stored].filter(([key]) => key.includes("/endpoints/")).map(([, text]) => JSON.parse(text).port);
    expect(ports).toEqual(Array.from({ length: 97 }, () => 3));
  });

  it("are left out where an entry is not what it should be", async () => {
    const path = scratch({
      "members/node-b/endpoints/a": "nonsense",
      "members/node-b/endpoints/b": JSON.stringify({ ...web, node: "node-c" }),
      "members/node-b/endpoints/c": JSON.stringify({ ...web, addresses: ["10.1.1.300"] }),
      "members/node-b/endpoints/d": JSON.stringify({ ...web, labels: { app: "x".repeat(500) } }),
      "members/node-b/endpoints/e": JSON.stringify({ ...web, port: -1 }),
      "members/node-b/endpoints/f": "x".repeat(70_000),
      "members/node-b/endpoints/g": JSON.stringify(web),
      "members/node-b/node": JSON.stringify({ name: "node-c" }),
    });
    const store = folderStore(path);
    const problems: string[] = [];
    let part: InventoryPart | undefined;
    memberSource(store, "node-a", 50).watch(
      (told) => (part = told),
      (error) => problems.push(error.message),
    );
    await eventually(() => part, { endpoints: [web], nodes: [] });
    expect(problems.sort()).toEqual([
      "the entry members/node-b/endpoints/a is left out: it is not JSON",
      "the entry members/node-b/endpoints/b is left out: it speaks for node node-c",
      "the entry members/node-b/endpoints/c is left out: it.addresses[0] is not an address",
      "the entry members/node-b/endpoints/d is left out: it.labels.app is longer than 400 characters",
      "the entry members/node-b/endpoints/e is left out: it.port is not a whole number from 0 to 4294967040",
      "the entry members/node-b/endpoints/f is left out: it has 70000 bytes; more than 65536 are not read",
      "the entry members/node-b/node is left out: it speaks for node node-c",
    ]);
    await store.close();
  });
});

describe("a file of endpoints", () => {
  const text = (label: string): string =>
    `nodes: [{ name: node-b, address: 192.0.2.2 }]\nendpoints:\n  - { name: a, node: node-a, port: 1, mac: 0a:00:00:00:00:01, addresses: [10.1.1.1] }\n  - { name: b, node: node-a, port: 2, mac: 0a:00:00:00:00:02, addresses: [10.1.1.2], labels: { app: ${label} } }\n`;

  it("is followed, and what it said holds while it cannot be read", async () => {
    const path = join(scratch({ "nodes.yaml": text("web") }), "nodes.yaml");
    let part: InventoryPart | undefined;
    const problems: string[] = [];
    const stop = fileSource(path).watch(
      (told) => (part = told),
      (error) => problems.push(error.message),
    );
    await eventually(() => part?.endpoints.map(({ labels }) => labels?.app ?? null), [null, "web"]);
    expect(part?.nodes).toEqual([{ name: "node-b", address: "192.0.2.2" }]);
    const [unchanged] = part?.endpoints ?? [];
    writeFileSync(path, text("api"));
    await eventually(() => part?.endpoints[1]?.labels?.app, "api");
    expect(part?.endpoints[0]).toBe(unchanged);
    writeFileSync(path, text("api").replace("port: 2", "prot: 2"));
    await eventually(() => problems.length, 1);
    expect(problems[0]).toMatch(/^\S+nodes\.yaml:4: .*"prot".*; what it said before holds$/);
    rmSync(path);
    await eventually(() => problems.length, 2);
    expect(problems[1]).toMatch(/^cannot read \S+nodes\.yaml: there is no such file/);
    writeFileSync(path, text("late"));
    await eventually(() => part?.endpoints[1]?.labels?.app, "late");
    await stop();
  });
});
