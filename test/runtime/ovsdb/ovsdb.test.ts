/** The OVSDB client against a real `ovsdb-server`, and its stream against any bytes. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { objectSplitter, RpcError } from "../../../runtime/jsonrpc/stream.js";
import { RpcRefusal } from "../../../runtime/jsonrpc/client.js";
import { bridgeView, secureBridge, setPolicing } from "../../../runtime/ovsdb/bridge.js";
import type { BridgeView } from "../../../runtime/ovsdb/bridge.js";
import { connectOvsdb } from "../../../runtime/ovsdb/client.js";
import { setupChanges } from "../../../runtime/ovsdb/setup.js";
import { applyUpdate, mapOf, setOf } from "../../../runtime/ovsdb/values.js";
import { watchBridge } from "../../../runtime/ovsdb/watch.js";
import { missingSwitch, startSwitch } from "../../support/ovs.js";
import type { TestSwitch } from "../../support/ovs.js";
import { describeWhere } from "../../support/where.js";

describe("JSON-RPC's stream", () => {
  it("gives objects back however it is cut", () => {
    fc.assert(
      fc.property(fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { maxLength: 5 }), fc.integer({ min: 1, max: 30 }), (values, step) => {
        // Through JSON, which knows no -0.
        const sent = values.map((value) => JSON.stringify(value));
        const bytes = Buffer.from(sent.join(""));
        const seen: unknown[] = [];
        const split = objectSplitter((value) => seen.push(value));
        for (let at = 0; at < bytes.length; at += step) split(bytes.subarray(at, at + step));
        expect(seen.map((value) => JSON.stringify(value))).toEqual(sent);
      }),
    );
  });

  it("takes any bytes, or says that they are no JSON", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.uint8Array({ maxLength: 20 }),
            fc.constantFrom("{", "}", '"', "\\", '{"a":1}').map((text) => Buffer.from(text)),
          ),
        ),
        (pieces) => {
          const split = objectSplitter(() => undefined);
          try {
            for (const piece of pieces) split(Buffer.from(piece));
          } catch (error) {
            expect(error).toBeInstanceOf(RpcError);
          }
        },
      ),
    );
  });
});

describe("OVSDB's values", () => {
  it("reads sets of one without brackets, and references", () => {
    expect(setOf("a")).toEqual(["a"]);
    expect(setOf(["set", []])).toEqual([]);
    expect(setOf(["set", [1, ["uuid", "x"], null]])).toEqual([1, "x"]);
    expect(setOf(["map", []])).toEqual([]);
    expect(mapOf(["map", [["a", "b"], ["c", 1], "d"]])).toEqual({ a: "b" });
  });

  it("applies updates row by row", () => {
    const first = applyUpdate(new Map(), { T: { a: { new: { n: 1 } }, b: { new: { n: 2 } } } });
    const second = applyUpdate(first, { T: { a: { old: { n: 1 } }, b: { old: { n: 2 }, new: { n: 3 } } }, U: null });
    expect([...(second.get("T") ?? [])]).toEqual([["b", { n: 3 }]]);
    expect([...(first.get("T") ?? [])]).toHaveLength(2);
  });

  it("has no view of a bridge that is not there", () => {
    expect(bridgeView(new Map(), "br")).toBeUndefined();
  });
});

describeWhere(missingSwitch(), "a real ovsdb-server", () => {
  let ovs: TestSwitch;
  beforeAll(async () => {
    ovs = await startSwitch();
    ovs.addBridge("br", 2);
  });
  afterAll(() => ovs.stop());

  it("shows a bridge, its interfaces and their changes", async () => {
    const views: (BridgeView | undefined)[] = [];
    const errors: Error[] = [];
    const watch = watchBridge(
      { kind: "unix", path: ovs.database },
      "br",
      (view) => views.push(view),
      (error) => errors.push(error),
    );
    const until = async (condition: (view: BridgeView) => boolean): Promise<BridgeView> => {
      for (let tries = 0; tries < 400; tries++) {
        const view = views.at(-1);
        if (view !== undefined && condition(view)) return view;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      throw new Error(JSON.stringify(views.at(-1)));
    };
    const first = await until(({ interfaces }) => interfaces.length === 3);
    expect(first).toMatchObject({ name: "br", datapathType: "dummy", failMode: "secure", protocols: ["OpenFlow13", "OpenFlow14"] });
    expect(first.interfaces[1]).toMatchObject({ name: "br-p1", port: 1, type: "dummy", policing: { rate: 0, burst: 0 }, externalIds: {} });
    expect(first.interfaces[1].mac).toMatch(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/);

    ovs.configure("set", "interface", "br-p1", "external_ids:iface-id=web");
    const tunnel = setupChanges("br", views.at(-1), { tunnel: "tun", tunnelPort: 4790 });
    await watch.transact([secureBridge("br"), setPolicing("br-p2", { rate: 1000, burst: 100 }), ...tunnel]);
    const second = await until(({ interfaces }) => interfaces.some(({ name, port }) => name === "tun" && port !== undefined));
    expect(second.interfaces.find(({ name }) => name === "br-p1")?.externalIds).toEqual({ "iface-id": "web" });
    expect(second.interfaces.find(({ name }) => name === "br-p2")?.policing).toEqual({ rate: 1000, burst: 100 });
    expect(second.interfaces.find(({ name }) => name === "tun")).toMatchObject({
      type: "vxlan",
      options: { remote_ip: "flow", key: "flow", dst_port: "4790" },
    });
    expect(ovs.configure("get", "interface", "br-p2", "ingress_policing_rate").trim()).toBe("1000");
    ovs.configure("del-br", "br");
    for (let tries = 0; tries < 400 && views.at(-1) !== undefined; tries++) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(views.at(-1)).toBeUndefined();
    await watch.stop();
    await expect(watch.transact([])).rejects.toThrow("there is no connection to ovsdb-server");
    expect(errors).toEqual([]);
  });

  it("says in words what the server refuses, and refuses all of a transaction", async () => {
    const client = await connectOvsdb({ kind: "unix", path: ovs.database });
    const attempt = client.transact([
      { op: "comment", comment: "x" },
      { op: "update", table: "Nothing", where: [], row: {} },
    ]);
    await expect(attempt).rejects.toThrow(RpcRefusal);
    await expect(attempt).rejects.toThrow(/No table named Nothing/);
    client.close();
    expect(await client.closed).toBeUndefined();
  });

  it("tries again while nobody listens", async () => {
    const errors: Error[] = [];
    const watch = watchBridge(
      { kind: "unix", path: `${ovs.database}.none` },
      "br",
      () => undefined,
      (error) => errors.push(error),
    );
    for (let tries = 0; tries < 400 && errors.length < 2; tries++) await new Promise((resolve) => setTimeout(resolve, 10));
    await watch.stop();
    expect(errors.length).toBeGreaterThanOrEqual(2);
    expect(errors[0].message).toContain("ENOENT");
  });
});
