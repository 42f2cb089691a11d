/** Hits of rules add up over flows, over replaced flows, and over nodes. */
import fc from "fast-check";
import { describe, expect, it } from "@jest/globals";
import { tables } from "../../../compiler/target/openflow/tables.js";
import { placeOf, wireCookie } from "../../../runtime/openflow/flows.js";
import type { FlowStatistics } from "../../../runtime/openflow/flows.js";
import { makeCounters } from "../../../runtime/stats/counters.js";
import { readCounts, shareCounts, sumCounts } from "../../../runtime/stats/share.js";
import { folderStore } from "../../../runtime/store/folder.js";
import { scratch } from "../../cli/support/command.js";

const flow = (
  id: number,
  packets: number,
  more: { readonly table?: number; readonly match?: string; readonly generation?: number } = {},
): FlowStatistics => ({
  place: placeOf(more.table ?? tables.policy, 1001, more.match ?? `match ${id}`),
  instructions: "",
  cookie: wireCookie({ kind: "rule", id }, more.generation ?? 1),
  packets,
  bytes: packets * 100,
  age: 0,
});

describe("the counters of a switch", () => {
  it("are hits of rules; what was there at first is of an unknown time", () => {
    const counters = makeCounters();
    counters.update([flow(1, 5), flow(1, 2, { match: "other" }), flow(1, 40, { table: tables.account }), flow(2, 0)], 1000);
    expect(counters.counts()).toEqual([{ decision: 1, decided: 7, packets: 40, bytes: 4000 }]);
    counters.update([flow(1, 6), flow(1, 2, { match: "other" }), flow(1, 41, { table: tables.account }), flow(2, 3)], 2000);
    expect(counters.counts()).toEqual([
      { decision: 1, decided: 8, packets: 41, bytes: 4100, lastHit: 2000 },
      { decision: 2, decided: 3, packets: 3, bytes: 300, lastHit: 2000 },
    ]);
  });

  it("pass over flows that are no rule's", () => {
    const counters = makeCounters();
    const endpoint = { ...flow(1, 5), cookie: wireCookie({ kind: "endpoint", id: 1 }, 1) };
    counters.update([endpoint, { ...flow(1, 5), cookie: { high: 0, low: 1 } }], 0);
    expect(counters.counts()).toEqual([]);
  });

  it("go on where a flow is replaced, and are never less than before", () => {
    const step = fc.record({ add: fc.nat(50), replaced: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const counters = makeCounters();
        let [shown, sum] = [0, 0];
        counters.update([flow(1, 0)], 0);
        steps.forEach(({ add, replaced }, time) => {
          // A flow that was replaced and has since counted more than it had is taken for the same one: what it had is missing then.
          if (replaced && add < shown) shown = 0;
          shown += add;
          sum += add;
          counters.update([flow(1, shown, { generation: time })], time + 1);
        });
        expect(counters.counts()[0]?.decided ?? 0).toBe(sum);
      }),
    );
  });
});

describe("counters of several nodes", () => {
  it("are read from the store, added up, and left out where they are not what they should be", async () => {
    const path = scratch({ "counters/node-x": JSON.stringify({ node: "node-y", since: 0, at: 0, counts: [] }), "counters/node-z": "[" });
    const store = folderStore(path);
    const count = { decision: 7, decided: 1, packets: 10, bytes: 1000 };
    await shareCounts(store, { node: "node-a", since: 1, at: 5, counts: [{ ...count, lastHit: 4 }] });
    await shareCounts(store, { node: "node-b", since: 1, at: 5, counts: [count, { ...count, decision: 8 }] });
    const { nodes, problems } = await readCounts(store);
    expect(problems).toEqual(["counters/node-x is left out: it is of node node-y", "counters/node-z is left out: it is not JSON"]);
    expect([...sumCounts(nodes).values()]).toEqual([
      { decision: 7, decided: 2, packets: 20, bytes: 2000, lastHit: 4 },
      { decision: 8, decided: 1, packets: 10, bytes: 1000 },
    ]);
  });
});
