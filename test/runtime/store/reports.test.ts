/** Reports: written when they say something new, and again when the store may have lost them. */
import { describe, expect, it } from "@jest/globals";
import { folderStore } from "../../../runtime/store/folder.js";
import { forgetNode, nodeStatuses, reportSink } from "../../../runtime/store/reports.js";
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
      () => elapsed,
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
