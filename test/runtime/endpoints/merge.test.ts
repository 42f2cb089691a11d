/** Endpoints from several sources become one list, by rules that a reader can predict. */
import fc from "fast-check";
import { describe, expect, it } from "@jest/globals";
import type { Endpoint } from "../../../compiler/target/openflow/bind/inventory.js";
import type { EndpointSource, InventoryPart } from "../../../runtime/agent/sources.js";
import { combinedSource } from "../../../runtime/endpoints/combine.js";
import { partOfOthers, partWithoutPorts, remembered } from "../../../runtime/endpoints/remembered.js";
import { endpointMerger, unknownMac } from "../../../runtime/endpoints/merge.js";
import type { Merged, NamedPart } from "../../../runtime/endpoints/merge.js";
import { bridgeEndpoints } from "../../../runtime/endpoints/ovsdb.js";

const endpoint = (more: Partial<Endpoint> = {}): Endpoint => ({
  name: "shop/web-1",
  node: "node-a",
  port: 1,
  mac: "0a:00:00:00:00:01",
  addresses: ["10.1.1.1"],
  ...more,
});
const mergeEndpoints = (parts: readonly NamedPart[]): Merged => endpointMerger()(parts);
const from = (source: string, ...endpoints: readonly Endpoint[]) => ({ source, part: { endpoints } });

describe("endpoints of several sources", () => {
  it("take each part from the first source that knows it", () => {
    const pod = endpoint({ port: 0, mac: unknownMac, namespace: "shop", labels: { app: "web" } });
    const plugged = endpoint({ addresses: [], port: 7 });
    const other = endpoint({ name: "shop/db-1", node: "node-b" });
    const { endpoints, conflicts, incomplete } = mergeEndpoints([from("kubernetes", pod, other), from("ovsdb", plugged)]);
    expect(endpoints).toEqual([endpoint({ port: 7, namespace: "shop", labels: { app: "web" } }), other]);
    expect({ conflicts, incomplete }).toEqual({ conflicts: [], incomplete: [] });
  });

  it("are told apart where sources contradict each other, and the first counts", () => {
    const first = endpoint();
    const second = endpoint({ mac: "0a:00:00:00:00:02", addresses: ["10.1.1.2"], node: "node-b", port: 9, labels: { app: "db" } });
    const { endpoints, conflicts } = mergeEndpoints([from("file", first), from("ovsdb", second)]);
    expect(endpoints).toEqual([endpoint({ labels: { app: "db" } })]);
    expect(conflicts).toEqual([
      "shop/web-1: file says its node is node-a, ovsdb says node-b; the first counts",
      "shop/web-1: file says its MAC address is 0a:00:00:00:00:01, ovsdb says 0a:00:00:00:00:02; the first counts",
      "shop/web-1: file says its addresses are 10.1.1.1, ovsdb says 10.1.1.2; the first counts",
    ]);
  });

  it("never take a port from another node", () => {
    const here = endpoint({ port: 0 });
    expect(mergeEndpoints([from("a", here), from("b", endpoint({ node: "node-b", port: 5 }))]).endpoints[0]).toMatchObject({
      node: "node-a",
      port: 0,
    });
  });

  it("wait for what is still missing of them", () => {
    const { endpoints, incomplete } = mergeEndpoints([
      from("a", endpoint({ mac: unknownMac }), endpoint({ name: "b", addresses: [], mac: unknownMac })),
    ]);
    expect(endpoints).toEqual([]);
    expect(incomplete).toEqual(["shop/web-1 has no MAC address", "b has no address and no MAC address"]);
  });

  it("are the same objects as before where nothing changed", () => {
    const arbitrary = fc.record({
      name: fc.constantFrom("a", "b", "c", "d"),
      node: fc.constantFrom("node-a", "node-b"),
      port: fc.nat(3),
      mac: fc.constantFrom(unknownMac, "0a:00:00:00:00:01"),
      addresses: fc.subarray(["10.1.1.1", "10.1.1.2"]),
    });
    fc.assert(
      fc.property(fc.array(fc.array(arbitrary), { maxLength: 3 }), (lists) => {
        const parts = lists.map((endpoints, index) => from(`source ${index}`, ...endpoints));
        const merge = endpointMerger();
        const [first, second] = [merge(parts), merge(parts)];
        expect(second).toEqual(first);
        expect(second.endpoints.every((one, index) => one === first.endpoints[index])).toBe(true);
        // Each name once, and what one source alone says is its own object.
        const names = first.endpoints.map(({ name }) => name);
        expect(new Set(names).size).toBe(names.length);
        const changed = merge([...parts, from("another", endpoint({ name: "new" }))]);
        expect(changed.endpoints.filter((one) => first.endpoints.includes(one))).toHaveLength(first.endpoints.length);
      }),
    );
  });
});

describe("sources as one", () => {
  it("speak once each of them has, and stop together", async () => {
    const sinks = new Map<string, (part: InventoryPart) => void>();
    const stopped: string[] = [];
    const source = (name: string): EndpointSource => ({
      name,
      watch: (onInventory, onError) => {
        sinks.set(name, onInventory);
        if (name === "two") onError(new Error("is away"));
        return () => Promise.resolve(void stopped.push(name));
      },
    });
    const told: number[] = [];
    const problems: string[] = [];
    const stop = combinedSource([source("one"), source("two")]).watch(
      ({ endpoints }) => told.push(endpoints.length),
      (error) => problems.push(error.message),
    );
    sinks.get("one")?.({ endpoints: [endpoint()] });
    expect(told).toEqual([]);
    sinks.get("two")?.({ endpoints: [endpoint({ name: "b" })] });
    sinks.get("two")?.({ endpoints: [endpoint({ name: "b", mac: unknownMac })] });
    sinks.get("one")?.({ endpoints: [] });
    expect(told).toEqual([2, 1, 0]);
    expect(problems).toEqual(["two: is away", "b has no MAC address"]);
    await stop();
    expect(stopped).toEqual(["one", "two"]);
  });
});

describe("what was known of a source in an earlier life", () => {
  const known: InventoryPart = {
    endpoints: [endpoint({ name: "mine", node: "node-a", port: 3 }), endpoint({ name: "theirs", node: "node-b", port: 4 })],
    nodes: [{ name: "node-b", address: "192.0.2.2" }],
  };

  it("counts until the source itself speaks, so that others are heard meanwhile", async () => {
    const sinks = new Map<string, (part: InventoryPart) => void>();
    const source = (name: string): EndpointSource => ({
      name,
      watch: (onInventory) => {
        sinks.set(name, onInventory);
        return () => Promise.resolve();
      },
    });
    const told: (readonly string[])[] = [];
    const stop = combinedSource([source("near"), remembered(source("far"), partOfOthers(known, "node-a"))]).watch(
      ({ endpoints, nodes = [] }) => told.push([...endpoints, ...nodes].map(({ name }) => name)),
      () => undefined,
    );
    expect(told).toEqual([]);
    sinks.get("near")?.({ endpoints: [endpoint({ name: "new", node: "node-a" })] });
    sinks.get("far")?.({ endpoints: [] });
    expect(told).toEqual([["new", "theirs", "node-b"], ["new"]]);
    await stop();
  });

  it("has no ports where it is an orchestrator's, and is nothing where nothing was kept", () => {
    expect(partWithoutPorts(known, "node-a").endpoints.map(({ name, port }) => [name, port])).toEqual([
      ["mine", 0],
      ["theirs", 4],
    ]);
    const told: InventoryPart[] = [];
    const silent: EndpointSource = { name: "silent", watch: () => () => Promise.resolve() };
    remembered(silent, undefined).watch(
      (part) => told.push(part),
      () => undefined,
    );
    expect(told).toEqual([]);
  });
});

describe("interfaces of a bridge", () => {
  const plain = { name: "eth0", portId: "1", type: "", options: {}, policing: { rate: 0, burst: 0 } };
  const endpointsOf = (externalIds: Readonly<Record<string, string>>, more: object = {}) =>
    bridgeEndpoints(
      { name: "br-int", datapathType: "system", protocols: [], externalIds: {}, interfaces: [{ ...plain, externalIds, ...more }] },
      "node-a",
    );

  it("are endpoints where their external ids name one", () => {
    expect(endpointsOf({})).toEqual([]);
    expect(
      endpointsOf(
        {
          "iface-id": "web-1",
          "attached-mac": "0A:00:00:00:00:01",
          "ctv-addresses": "10.1.1.1/24, fd00::1",
          "ctv-namespace": "shop",
          "ctv-labels": "app=web, tier=",
        },
        { port: 3 },
      ),
    ).toEqual([
      {
        name: "web-1",
        node: "node-a",
        port: 3,
        mac: "0a:00:00:00:00:01",
        addresses: ["10.1.1.1", "fd00::1"],
        namespace: "shop",
        labels: { app: "web", tier: "" },
      },
    ]);
  });

  it("are understood as other networks write them", () => {
    const antrea = { "pod-namespace": "shop", "pod-name": "web-1", "attached-mac": "0a:00:00:00:00:01", "ip-address": "10.1.1.1" };
    expect(endpointsOf(antrea)).toMatchObject([{ name: "shop/web-1", namespace: "shop", addresses: ["10.1.1.1"], port: 0 }]);
    expect(endpointsOf({ "iface-id": "shop_web-1", ip_addresses: "10.1.1.1/23" }, { mac: "0a:00:00:00:00:09" })).toMatchObject([
      { name: "shop/web-1", mac: "0a:00:00:00:00:09", addresses: ["10.1.1.1"] },
    ]);
    expect(endpointsOf({ "iface-id": "x", "attached-mac": "nonsense", "ctv-addresses": "nonsense" })).toMatchObject([
      { mac: unknownMac, addresses: [] },
    ]);
  });
});

describe("a merging function that remembers", () => {
  const arbitrary = fc.record({
    name: fc.constantFrom("a", "b", "c", "d", "e"),
    node: fc.constantFrom("node-a", "node-b"),
    port: fc.nat(2),
    mac: fc.constantFrom(unknownMac, "0a:00:00:00:00:01", "0a:00:00:00:00:02"),
    addresses: fc.subarray(["10.1.1.1", "10.1.1.2"]),
  });

  it("gives after any changes what one without memory gives", () => {
    const sorted = (endpoints: readonly Endpoint[]) => [...endpoints].sort((a, b) => (a.name < b.name ? -1 : 1));
    const edit = fc.record({ source: fc.nat(1), at: fc.nat(5), remove: fc.nat(2), insert: fc.array(arbitrary, { maxLength: 2 }) });
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 12 }), (edits) => {
        const merge = endpointMerger();
        const lists: (readonly Endpoint[])[] = [[], []];
        for (const { source, at, remove, insert } of edits) {
          lists[source] = [...lists[source].slice(0, at), ...insert, ...lists[source].slice(at + remove)];
          const parts = lists.map((endpoints, index) => from(`source ${index}`, ...endpoints));
          const [kept, fresh] = [merge(parts), mergeEndpoints(parts)];
          expect(sorted(kept.endpoints)).toEqual(sorted(fresh.endpoints));
          expect([...kept.conflicts].sort()).toEqual([...fresh.conflicts].sort());
          expect([...kept.incomplete].sort()).toEqual([...fresh.incomplete].sort());
        }
      }),
    );
  });
});
