/** The difference between wanted and present flows: enough, no more, and nobody else's. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { Modification } from "../../../runtime/openflow/bundle.js";
import { isOurs, placeOf, sameOrigin } from "../../../runtime/openflow/flows.js";
import type { WireFlow } from "../../../runtime/openflow/flows.js";
import { flowAfter, flowChange, groupDifference, isMarker, visitDifferences } from "../../../runtime/reconcile/difference.js";

const OURS = 0xc7010000;
const anyFlow = (ours: fc.Arbitrary<boolean>): fc.Arbitrary<WireFlow> =>
  fc.record({
    place: fc
      .tuple(fc.nat({ max: 1 }), fc.nat({ max: 2 }), fc.constantFrom("", "a"))
      .map(([number, priority, match]) => placeOf(number, priority, match)),
    instructions: fc.constantFrom("", "x", "y"),
    cookie: fc
      .tuple(ours, fc.nat({ max: 3 }), fc.nat({ max: 2 }))
      .map(([own, generation, low]) => ({ high: own ? OURS + generation : 0x10000 + generation, low })),
  });
const flowTable = (flows: readonly WireFlow[]): Map<string, WireFlow> => new Map(flows.map((flow) => [flow.place, flow]));
const table = (ours: fc.Arbitrary<boolean>): fc.Arbitrary<Map<string, WireFlow>> => fc.array(anyFlow(ours), { maxLength: 12 }).map(flowTable);

function flowDifference(wanted: ReadonlyMap<string, WireFlow>, present: ReadonlyMap<string, WireFlow>): readonly Modification[] {
  const changes: Modification[] = [];
  visitDifferences(wanted, present, (_, is, was) => {
    const change = flowChange(is, was);
    if (change !== undefined) changes.push(change);
  });
  return changes;
}

function applied(present: ReadonlyMap<string, WireFlow>, changes: readonly Modification[]): ReadonlyMap<string, WireFlow> {
  const after = new Map(present);
  for (const change of changes) {
    if (change.kind === "group") continue;
    const key = change.flow.place;
    const flow = flowAfter(change, after.get(key));
    if (flow === undefined) after.delete(key);
    else after.set(key, flow);
  }
  return after;
}

describe("the difference", () => {
  const wantedTables = table(fc.constant(true));
  const presentTables = table(fc.boolean());

  it("leads from what is present to what is wanted, and leaves the flows of others", () => {
    fc.assert(
      fc.property(wantedTables, presentTables, (wanted, present) => {
        const after = applied(present, flowDifference(wanted, present));
        for (const [key, flow] of wanted) {
          const there = after.get(key);
          expect(there?.instructions).toBe(flow.instructions);
          expect(there !== undefined && sameOrigin(there.cookie, flow.cookie)).toBe(true);
        }
        for (const [key, flow] of after) if (!wanted.has(key)) expect(isOurs(flow.cookie)).toBe(false);
        for (const [key, flow] of present) if (!isOurs(flow.cookie) && !wanted.has(key)) expect(after.get(key)).toBe(flow);
      }),
    );
  });

  it("is empty where nothing has to change", () => {
    fc.assert(
      fc.property(wantedTables, presentTables, (wanted, present) => {
        expect(flowDifference(wanted, applied(present, flowDifference(wanted, present)))).toEqual([]);
      }),
    );
  });

  it("has one change at most for a place, and none for a flow that is right", () => {
    fc.assert(
      fc.property(wantedTables, presentTables, (wanted, present) => {
        const changed = flowDifference(wanted, present).flatMap((change) => (change.kind === "flow" ? [change.flow.place] : []));
        expect(new Set(changed).size).toBe(changed.length);
        for (const [key, flow] of wanted) {
          const there = present.get(key);
          const right = there !== undefined && there.instructions === flow.instructions && sameOrigin(there.cookie, flow.cookie);
          if (right && !isMarker(flow)) expect(changed).not.toContain(key);
        }
      }),
    );
  });

  const flow = (more: Partial<WireFlow> = {}): WireFlow => ({
    place: placeOf(5, 1, "m"),
    instructions: "x",
    cookie: { high: OURS, low: 1 },
    ...more,
  });
  const between = (wanted: WireFlow, present: WireFlow): readonly string[] =>
    flowDifference(flowTable([wanted]), flowTable([present])).map((change) => change.command);

  it("keeps counters where only actions change, and replaces what came from another rule", () => {
    expect(between(flow(), flow({ instructions: "y" }))).toEqual(["modify"]);
    expect(between(flow(), flow({ cookie: { high: OURS, low: 2 } }))).toEqual(["add"]);
    expect(between(flow(), flow({ cookie: { high: OURS + 9, low: 1 } }))).toEqual([]);
  });

  it("moves the marker with the generation", () => {
    const marker = { place: placeOf(0, 0, ""), instructions: "" };
    expect(between(flow(marker), flow({ ...marker, cookie: { high: OURS + 9, low: 1 } }))).toEqual(["add"]);
  });

  it("brings groups before flows and takes our own away after them", () => {
    const group = (id: number, buckets = "b"): { id: number; type: number; buckets: string } => ({ id, type: 1, buckets });
    const map = (...list: readonly ReturnType<typeof group>[]): Map<number, ReturnType<typeof group>> =>
      new Map(list.map((entry) => [entry.id, entry]));
    const { before, after } = groupDifference(map(group(1), group(2, "new"), group(3)), map(group(2), group(3), group(4), group(5)), new Set([4]));
    expect(before.map(({ command, ...rest }) => [command, rest.kind === "group" && rest.group.id])).toEqual([
      ["add", 1],
      ["modify", 2],
    ]);
    expect(after.map(({ command, ...rest }) => [command, rest.kind === "group" && rest.group.id])).toEqual([["delete", 4]]);
  });
});
