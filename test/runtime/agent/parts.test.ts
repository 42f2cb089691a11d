/** The agent's smaller parts: what it keeps on disk, and one inventory from many sources. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { Endpoint } from "../../../compiler/target/openflow/bind/inventory.js";
import { buildProgram } from "../../../compiler/target/openflow/build.js";
import { plainDigest } from "../../../compiler/target/openflow/hash.js";
import { sealProgram } from "../../../compiler/target/openflow/json.js";
import { bridgeProblem, nodeInventory } from "../../../runtime/agent/inventory.js";
import { folderKeeper } from "../../../runtime/agent/keep.js";
import type { BridgeInterface, BridgeView } from "../../../runtime/ovsdb/bridge.js";
import { makePolicy, universeOf } from "../../support/policy.js";

const { program: open } = buildProgram(universeOf(makePolicy({ tenants: [{ name: "t", networks: { net: "10.0.0.0/24, fd00::/64" } }] })));
if (open === undefined) throw new Error("no program");
const { program, text } = sealProgram(open, plainDigest);

const endpoint = (name: string, more: Partial<Endpoint> = {}): Endpoint => ({
  name,
  node: "a",
  port: 5,
  mac: "02:00:00:00:00:0A",
  addresses: ["10.0.0.1"],
  ...more,
});

describe("what is kept on disk", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "ctv-keep-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("comes back as it was", async () => {
    const keeper = folderKeeper(join(folder, "not", "there", "yet"));
    expect(await keeper.program()).toBeUndefined();
    expect(await keeper.inventory()).toEqual(new Map());
    await keeper.keepProgram({ generation: 7, program, text });
    expect(await keeper.program()).toEqual({ generation: 7, program, text });
    const parts = new Map([["pods", { endpoints: [endpoint("e")], nodes: [{ name: "b", address: "192.0.2.2" }] }]]);
    await keeper.keepInventory(parts);
    expect(await keeper.inventory()).toEqual(parts);
  });

  it("is the old or the new, however a write ends", async () => {
    const keeper = folderKeeper(folder);
    await keeper.keepProgram({ generation: 1, program, text });
    // A folder in the place of the new file: the write cannot even begin.
    mkdirSync(join(folder, "program.json.new"));
    await expect(keeper.keepProgram({ generation: 2, program, text })).rejects.toThrow(/EISDIR/);
    expect((await keeper.program())?.generation).toBe(1);
    rmSync(join(folder, "program.json.new"), { recursive: true });
    writeFileSync(join(folder, "program.json.new"), "half of a pro");
    expect((await keeper.program())?.generation).toBe(1);
    await keeper.keepProgram({ generation: 2, program, text });
    expect((await keeper.program())?.generation).toBe(2);
  });

  it("is whole however fast generations come", async () => {
    const keeper = folderKeeper(folder);
    const generations = Array.from({ length: 20 }, (_, index) => index + 1);
    await Promise.all(generations.map((generation) => keeper.keepProgram({ generation, program, text })));
    expect((await keeper.program())?.generation).toBe(20);
    expect(readdirSync(folder)).toEqual(["program.json"]);
  });

  it("is kept in its signed form where programs are signed, and verified again", async () => {
    const published = { generation: 3, program, text, envelope: Buffer.from("signed") };
    const keeper = folderKeeper(folder, (bytes) => {
      if (Buffer.from(bytes).toString() !== "signed") throw new Error("the signature does not fit");
      return published;
    });
    await keeper.keepProgram({ generation: 2, program, text });
    expect(existsSync(join(folder, "program.json"))).toBe(false);
    await keeper.keepProgram(published);
    expect(readFileSync(join(folder, "program.signed"), "utf8")).toBe("signed");
    expect(await keeper.program()).toBe(published);
    writeFileSync(join(folder, "program.signed"), "singed");
    await expect(keeper.program()).rejects.toThrow("the signature does not fit");
  });

  it("is passed over where it is no endpoint", async () => {
    const keeper = folderKeeper(folder);
    writeFileSync(
      join(folder, "inventory.json"),
      JSON.stringify({ good: { endpoints: [endpoint("e")] }, bad: { endpoints: [{ ...endpoint("f"), port: "5" }] }, worse: 1 }),
    );
    expect([...(await keeper.inventory()).keys()]).toEqual(["good"]);
    writeFileSync(join(folder, "inventory.json"), "[");
    await expect(keeper.inventory()).rejects.toThrow();
  });
});

describe("a node's inventory", () => {
  const entry = (name: string, port: number | undefined, externalIds: Readonly<Record<string, string>> = {}, error?: string): BridgeInterface => ({
    name,
    portId: name,
    type: "",
    externalIds,
    options: {},
    policing: { rate: 0, burst: 0 },
    ...(port === undefined ? {} : { port }),
    ...(error === undefined ? {} : { error }),
  });
  const bridge: BridgeView = {
    name: "br",
    datapathType: "netdev",
    protocols: [],
    externalIds: {},
    interfaces: [
      entry("tun", 8),
      entry("up", 9),
      entry("eth", undefined, {}, "could not open"),
      entry("p1", 1, { "iface-id": "named" }),
      entry("p2", 2, { "attached-mac": "02:00:00:00:00:0B" }),
    ],
  };
  const own = { name: "a", address: "192.0.2.1", tunnel: "tun", uplink: "up", forwarding: "routing" } as const;

  it("has the ports of tunnel and uplink, and the other nodes in order", () => {
    const { nodes } = nodeInventory(
      own,
      [
        { endpoints: [], nodes: [{ name: "c" }, { name: "a", address: "203.0.113.1" }] },
        { endpoints: [], nodes: [{ name: "b" }, { name: "c", address: "x" }] },
      ],
      bridge,
    );
    expect(nodes).toEqual([{ name: "a", address: "192.0.2.1", tunnel: 8, uplink: 9, forwarding: "routing" }, { name: "b" }, { name: "c" }]);
  });

  it("finds ports by name, then by MAC address, and tells who has none", () => {
    const part = {
      endpoints: [
        endpoint("known"),
        endpoint("named", { port: 0, mac: "02:00:00:00:00:0b" }),
        endpoint("by mac", { port: 0, mac: "02:00:00:00:00:0b" }),
        endpoint("nowhere", { port: 0 }),
        endpoint("impossible", { port: 65_280 }),
        endpoint("elsewhere", { node: "b", port: 0 }),
      ],
    };
    const { endpoints, homeless } = nodeInventory(own, [part], bridge);
    expect(endpoints.map(({ name, port }) => [name, port])).toEqual([
      ["known", 5],
      ["named", 1],
      ["by mac", 2],
      ["elsewhere", 0],
    ]);
    expect(homeless).toEqual(["nowhere", "impossible"]);
    const again = nodeInventory(own, [part], bridge).endpoints;
    expect(again.every((found, index) => found === endpoints[index])).toBe(true);
  });

  it("says what a bridge lacks", () => {
    expect(bridgeProblem(own, "br", bridge)).toBeUndefined();
    expect(bridgeProblem(own, "br", undefined)).toBe("there is no bridge br");
    expect(bridgeProblem({ ...own, uplink: "eth" }, "br", bridge)).toBe("bridge br has no usable interface eth: could not open");
    expect(bridgeProblem({ ...own, tunnel: "gone" }, "br", bridge)).toBe("bridge br has no usable interface gone");
  });
});
