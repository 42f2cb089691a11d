/** What the agent does and when: the pure core, without a switch. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { buildProgram } from "../../../compiler/target/openflow/build.js";
import { firstState, reportOf, step, wantedProgram } from "../../../runtime/agent/core.js";
import type { AgentEffect, AgentEvent, AgentState } from "../../../runtime/agent/core.js";
import type { PublishedProgram } from "../../../runtime/agent/sources.js";
import { makePolicy, universeOf } from "../../support/policy.js";

const { program } = buildProgram(universeOf(makePolicy({ tenants: [{ name: "t" }] })));
if (program === undefined) throw new Error("no program");
const published = (generation: number): PublishedProgram => ({ generation, program, text: "" });

function run(
  events: readonly AgentEvent[],
  from: AgentState = firstState("a", ["pods"]),
): { readonly state: AgentState; readonly effects: readonly AgentEffect[] } {
  let state = from;
  let effects: readonly AgentEffect[] = [];
  for (const event of events) ({ state, effects } = step(state, event));
  return { state, effects };
}

const kinds = (effects: readonly AgentEffect[]): readonly string[] => effects.map(({ kind }) => kind);
const changed = (generation: number | undefined, changes = 1): AgentEvent => ({
  kind: "changed",
  ...(generation === undefined ? {} : { published: published(generation) }),
  changes,
  flows: 10,
  endpoints: 2,
  at: 99,
});
const adopted: AgentEvent = { kind: "adopted", flows: 0, generation: 0 };
const known: readonly AgentEvent[] = [{ kind: "program", published: published(1) }, { kind: "inventory", source: "pods" }, { kind: "bridge" }];
const ready = run([...known, { kind: "connected" }, adopted]).state;

describe("the agent's core", () => {
  it("reads the switch before it changes anything", () => {
    expect(kinds(run([...known, { kind: "connected" }]).effects)).toEqual(["adopt"]);
    expect(kinds(run([...known, { kind: "connected" }, adopted]).effects)).toEqual(["report", "change"]);
  });

  it.each([
    ["program", [known[1], known[2]]],
    ["endpoints", [known[0], known[2]]],
    ["bridge", [known[0], known[1]]],
  ])("leaves flows that are there while there is no %s, and bars an empty switch", (_, events) => {
    const there: AgentEvent = { kind: "adopted", flows: 7, generation: 1 };
    expect(kinds(run([...events, { kind: "connected" }, there]).effects)).toEqual(["report"]);
    const empty = run([...events, { kind: "connected" }, adopted]);
    expect(empty.effects).toEqual([{ kind: "report" }, { kind: "change" }]);
    expect(kinds(run([changed(undefined)], empty.state).effects)).toEqual(["report"]);
  });

  it("makes one change at a time, and the next when something came meanwhile", () => {
    const busy = run(
      [
        { kind: "program", published: published(2) },
        { kind: "inventory", source: "pods" },
      ],
      ready,
    );
    expect(busy.effects).toEqual([]);
    const { effects } = run([changed(1)], busy.state);
    expect(kinds(effects)).toEqual(["keep", "cut", "report", "change"]);
    expect(effects.at(-1)).toEqual({ kind: "change", published: published(2) });
  });

  it("keeps and cuts only after the switch has taken a program", () => {
    expect(kinds(run([changed(1)], ready).effects)).toEqual(["keep", "cut", "report"]);
    const again = run([changed(1), { kind: "retry" }, changed(1, 0)], ready);
    expect(again.state.lastChange).toBe(99);
    expect(kinds(run([{ kind: "failed", published: published(1), reason: "no" }], ready).effects)).toEqual(["report", "retryAfter"]);
  });

  it("does not go back to an older generation", () => {
    expect(
      wantedProgram(
        run([
          { kind: "program", published: published(3) },
          { kind: "program", published: published(2) },
        ]).state,
      )?.generation,
    ).toBe(3);
  });

  it("does not put the disk's program in the place of a newer one that the switch holds, and asks the store", () => {
    const holds = (generation: number): readonly AgentEvent[] => [
      { kind: "inventory", source: "pods" },
      { kind: "bridge" },
      { kind: "connected" },
      { kind: "adopted", flows: 7, generation },
    ];
    const start = (kept: number, generation: number) => run(holds(generation), firstState("a", ["pods"], published(kept)));
    const behind = start(4, 5);
    expect(kinds(behind.effects)).toEqual(["report"]);
    expect(reportOf(behind.state)).toMatchObject({ generation: 5, errors: [expect.stringContaining("the disk has only generation 4")] });
    expect(run([{ kind: "retry" }, { kind: "inventory", source: "pods" }], behind.state).effects).toEqual([]);
    const fed = run([{ kind: "program", published: published(5) }], behind.state);
    expect(fed.effects).toEqual([{ kind: "change", published: published(5) }]);
    expect(reportOf(fed.state).errors).toEqual([]);
    // Generations in cookies have 16 bits.
    expect(kinds(start(65_535, 0x10001 & 0xffff).effects)).toEqual(["report"]);
    for (const [kept, generation] of [
      [5, 5],
      [6, 5],
      [0x10001, 0xffff],
      [5, 0],
    ] as const) {
      expect(start(kept, generation).effects.at(-1)).toMatchObject({ kind: "change", published: { generation: kept } });
    }
    // After a reboot the switch is empty, and an older policy is better than none.
    const empty = run([...holds(5).slice(0, 3), adopted], firstState("a", ["pods"], published(4)));
    expect(empty.effects.at(-1)).toMatchObject({ kind: "change", published: { generation: 4 } });
  });

  it("goes on with the last good program when the switch refuses a new one, and tries again at the next audit", () => {
    const first = run([changed(1), { kind: "program", published: published(2) }], ready).state;
    const refused = run([{ kind: "failed", published: published(2), reason: "full" }], first);
    expect(refused.effects.at(-1)).toMatchObject({ kind: "change", published: { generation: 1 } });
    const back = run([changed(1, 0)], refused.state).state;
    expect(reportOf(back)).toMatchObject({ generation: 1, errors: ["switch: the switch refuses generation 2: full"] });
    expect(run([{ kind: "audit" }, adopted], back).effects.at(-1)).toMatchObject({ kind: "change", published: { generation: 2 } });
    expect(run([{ kind: "program", published: published(3) }], back).effects.at(-1)).toMatchObject({ kind: "change", published: { generation: 3 } });
  });

  it("waits longer and longer where nothing helps", () => {
    const pauses: number[] = [];
    let state = ready;
    for (let round = 0; round < 9; round++) {
      const { effects, state: failed } = run([{ kind: "failed", published: published(1), reason: "no" }], state);
      for (const effect of effects) if (effect.kind === "retryAfter") pauses.push(effect.milliseconds);
      state = run([{ kind: "retry" }], { ...failed, good: published(1) }).state;
    }
    expect(pauses).toEqual([500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]);
  });

  it("reads again after the switch was away, whatever was under way", () => {
    const away = run([{ kind: "disconnected", reason: "gone" }], ready);
    expect(reportOf(away.state)).toMatchObject({ connected: false, generation: 0, errors: ["switch: gone"] });
    expect(run([changed(1)], away.state).effects).toEqual([]);
    expect(kinds(run([{ kind: "connected" }, adopted], away.state).effects)).toEqual(["report", "change"]);
  });

  it("never changes twice at once, nor without having read, whatever happens", () => {
    const anyEvent: fc.Arbitrary<AgentEvent> = fc.oneof(
      fc.nat({ max: 4 }).map((generation): AgentEvent => ({ kind: "program", published: published(generation + 1) })),
      fc.constantFrom<AgentEvent>(
        { kind: "inventory", source: "pods" },
        { kind: "bridge" },
        { kind: "bridge", problem: "none" },
        { kind: "trouble", about: "pods", message: "away" },
        { kind: "retry" },
        { kind: "audit" },
      ),
    );
    const outcomes = fc.constantFrom("good", "bad", "gone");
    fc.assert(
      fc.property(fc.array(fc.tuple(anyEvent, outcomes), { maxLength: 40 }), (events) => {
        let state = firstState("a", ["pods"]);
        const under: { way?: AgentEffect } = {};
        let read = false;
        const feed = (event: AgentEvent): void => {
          const next = step(state, event);
          state = next.state;
          for (const effect of next.effects) {
            if (effect.kind !== "adopt" && effect.kind !== "change") continue;
            expect(under.way).toBeUndefined();
            if (effect.kind === "change") {
              expect(read).toBe(true);
              if (effect.published !== undefined) expect(state.waitingFor.size).toBe(0);
            }
            under.way = effect;
          }
        };
        feed({ kind: "connected" });
        for (const [event, outcome] of events) {
          feed(event);
          const was = under.way;
          delete under.way;
          if (outcome === "gone") {
            read = false;
            feed({ kind: "disconnected" });
            feed({ kind: "connected" });
          } else if (was?.kind === "adopt") {
            read = true;
            feed({ kind: "adopted", flows: 0, generation: 0 });
          } else if (was?.kind === "change") {
            const about = was.published === undefined ? {} : { published: was.published };
            feed(
              outcome === "good"
                ? { kind: "changed", ...about, changes: 1, flows: 1, endpoints: 0, at: 1 }
                : { kind: "failed", ...about, reason: "no" },
            );
          }
        }
      }),
    );
  });
});
