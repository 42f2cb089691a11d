/** Reports: written when they say something new, and again when the store may have lost them. */
import { describe, expect, it } from "@jest/globals";
import { generateKeys, readSigningKey, readTrustedKey } from "../../../runtime/signing/keys.js";
import { sealReport } from "../../../runtime/signing/report.js";
import { folderStore } from "../../../runtime/store/folder.js";
import { forgetNode, nodeStatuses, reportSink } from "../../../runtime/store/reports.js";
import type { NodeStatus } from "../../../runtime/store/reports.js";
import { eventually } from "./contract.js";
import { scratch } from "../../cli/support/command.js";

const report = { node: "node/a", generation: 3, flows: 10, endpoints: 2, errors: [], connected: true };

describe("a node's reports", () => {
  it("are written when they change, and once a minute", async () => {
    const store = folderStore(scratch());
    let writes = 0;
    let time = 1_000_000;
    let elapsed = 0;
    const counted = { ...store, put: (key: string, value: Uint8Array) => (writes++, store.put(key, value)) };
    const sink = reportSink(
      counted,
      store.lease(60, () => undefined),
      () => time,
      { elapsed: () => elapsed },
    );
    for (let turn = 0; turn < 10; turn++) await sink.report(report);
    expect(writes).toBe(1);
    await sink.report({ ...report, generation: 4 });
    expect(writes).toBe(2);
    // Somebody sets the clock back by a day; that is no reason to be silent for one.
    time = Math.max(0, time - 86_400_000);
    elapsed += 60_000;
    await sink.report({ ...report, generation: 4 });
    expect(writes).toBe(3);
    expect(await nodeStatuses(store)).toEqual([{ node: "node/a", alive: true, report: { ...report, generation: 4, sent: time } }]);
    await store.close();
    expect(await nodeStatuses(store)).toMatchObject([{ node: "node/a", alive: false }]);
    await forgetNode(store, "node/a");
    expect(await nodeStatuses(store)).toEqual([]);
  });

  it("are written again after they could not be", async () => {
    const store = folderStore(scratch());
    let away = true;
    const failing = { ...store, put: (key: string, value: Uint8Array) => (away ? Promise.reject(new Error("away")) : store.put(key, value)) };
    const sink = reportSink(
      failing,
      store.lease(60, () => undefined),
      Date.now,
    );
    await expect(sink.report(report)).rejects.toThrow("away");
    away = false;
    await sink.report(report);
    expect(await nodeStatuses(store)).toMatchObject([{ alive: true, report }]);
    await store.close();
  });

  it("are written one at a time, and the last one stays, however long a store takes", async () => {
    const store = folderStore(scratch());
    const waiting: (() => void)[] = [];
    const slow = {
      ...store,
      put: (key: string, value: Uint8Array) => new Promise<void>((resolve) => waiting.push(() => resolve(store.put(key, value)))),
    };
    const sink = reportSink(
      slow,
      store.lease(60, () => undefined),
      Date.now,
    );
    const sent = [3, 4, 5].map((generation) => sink.report({ ...report, generation }));
    expect(waiting).toHaveLength(1);
    waiting[0]();
    await eventually(() => waiting.length, 2);
    waiting[1]();
    await Promise.all(sent);
    expect(await nodeStatuses(store)).toMatchObject([{ report: { generation: 5 } }]);
    expect(waiting).toHaveLength(2);
    await store.close();
  });

  it("are bounded, whatever an agent has to say", async () => {
    const store = folderStore(scratch());
    const sink = reportSink(
      store,
      store.lease(60, () => undefined),
      Date.now,
    );
    await sink.report({ ...report, errors: Array.from({ length: 1000 }, () => "x".repeat(10_000)) });
    const [status] = await nodeStatuses(store);
    expect(status.problem).toBeUndefined();
    expect(status.report?.errors).toHaveLength(20);
    expect(status.report?.errors[0]).toHaveLength(500);
    await store.close();
  });
});

describe("signed reports", () => {
  const [own, other] = [generateKeys(), generateKeys()];
  const key = readSigningKey(own.privatePem);
  const keys = new Map([
    ["node/a", readTrustedKey(own.publicPem)],
    ["b", readTrustedKey(other.publicPem)],
  ]);
  const place = "reports/node%2Fa";
  const now = 1_800_000_000_000;
  const signed = async (): Promise<{ readonly bytes: Uint8Array; readonly status: (bytes?: Uint8Array, at?: number) => Promise<NodeStatus> }> => {
    const store = folderStore(scratch());
    const lease = store.lease(60, () => undefined);
    await reportSink(store, lease, () => now, { key }).report({ ...report, errors: ["\u00e4\ud800"], lastChange: 7 });
    const [{ key: written, value: bytes }] = await store.list("reports/");
    expect(written).toBe(place);
    return {
      bytes,
      status: async (changed = bytes, at = now) => {
        await store.put(place, changed);
        const [status] = await nodeStatuses(store, { keys, now: () => at });
        return status;
      },
    };
  };

  it("count as the node's own", async () => {
    const { status } = await signed();
    expect(await status()).toMatchObject({ node: "node/a", alive: true, report: { generation: 3, lastChange: 7, sent: now } });
  });

  it("do not when anything in them was changed", async () => {
    const { bytes, status } = await signed();
    for (let at = 0; at < bytes.length; at++) {
      const changed = Uint8Array.from(bytes);
      changed[at] ^= 1;
      const { report: taken, problem } = await status(changed);
      expect([at, taken]).toEqual([at, undefined]);
      expect(problem).toBeDefined();
    }
    const spaced = Buffer.from(`${Buffer.from(bytes).toString()} `);
    expect(await status(spaced)).toMatchObject({ problem: "its report is not written as a signed one is" });
  });

  it("are told apart from those that somebody else wrote, and from old ones that were put back", async () => {
    const { bytes, status } = await signed();
    const { signature, keyId, ...plain } = JSON.parse(Buffer.from(bytes).toString());
    expect(signature).toBeDefined();
    expect(await status(Buffer.from(JSON.stringify(plain)))).toMatchObject({ node: "node/a", problem: "its report is not signed" });
    const store = folderStore(scratch());
    const sink = (name: string, by?: string) =>
      reportSink(
        store,
        store.lease(60, () => undefined),
        () => now,
        by === undefined ? {} : { key: readSigningKey(by) },
      ).report({ ...report, node: name });
    await sink("node/a", other.privatePem);
    await sink("b", other.privatePem);
    await sink("c");
    const shown = await nodeStatuses(store, { keys, now: () => now });
    expect(shown).toMatchObject([
      { node: "b", report: { generation: 3 } },
      { node: "c", problem: "no key of this node is trusted here" },
      { node: "node/a", problem: `its report is signed with the key ${other.id}, and the node's is ${keyId}` },
    ]);
    expect(shown.map(({ report: taken }) => taken === undefined)).toEqual([false, true, true]);
    await store.put(place, sealReport({ ...report, node: "b", sent: now }, key));
    expect((await nodeStatuses(store, { keys, now: () => now })).at(-1)?.problem).toBe("its report is that of another node");
    // Without keys to go by, it is shown as it lies there.
    expect(await nodeStatuses(store)).toHaveLength(3);
    for (const off of [-6, 6]) {
      expect(await status(bytes, now + off * 60_000)).toMatchObject({
        problem: "its report is from 2027-01-15T08:00:00.000Z: somebody put it back, or a clock is wrong",
      });
    }
    await store.close();
  });
});
