/** Applies a project to the stand-in for netmaster, cut short after single requests and done again. */
import { expect } from "@jest/globals";
import type { Universe } from "../../../compiler/policy/universe.js";
import { flowsByObjects } from "../../support/netmaster/requests.js";
import { startNetmaster } from "../../support/netmaster/server.js";
import type { Netmaster } from "../../support/netmaster/server.js";
import { apply, plan, summary } from "./contiv.js";
import type { Compiled } from "./contiv.js";
import { danger, filesOf, snapshot } from "./safety.js";
import type { Snapshot } from "./safety.js";
import type { Scenario } from "./scenarios.js";

/** Verdicts on states by the ends of their way: most courses go through the same states. */
const judged = new WeakMap<Snapshot, WeakMap<Snapshot, WeakMap<Snapshot, { readonly wrong?: string }>>>();

function judge(universe: Universe, old: Snapshot, now: Snapshot, state: Snapshot): string | undefined {
  const from = judged.get(old) ?? new WeakMap<Snapshot, WeakMap<Snapshot, { readonly wrong?: string }>>();
  judged.set(old, from);
  const to = from.get(now) ?? new WeakMap<Snapshot, { readonly wrong?: string }>();
  from.set(now, to);
  const known = to.get(state) ?? { wrong: danger(universe, old, now, state) };
  to.set(state, known);
  return known.wrong;
}

/** Snapshots of equal states are made once. */
function snapshots(universe: Universe): (netmaster: Netmaster) => Snapshot {
  const known = new Map<string, Snapshot>();
  return ({ state }) => {
    const key = JSON.stringify(
      filesOf(state)
        .filter(({ path }) => /rules|Groups\/|policies|networks/.test(path) && !path.includes("ctv.owned"))
        .sort((a, b) => (a.path < b.path ? -1 : 1)),
    );
    const found = known.get(key) ?? snapshot(state, universe);
    known.set(key, found);
    return found;
  };
}

/** What netmaster and its agents have in the end; which of its two names a record has does not matter. */
function outcome({ state }: Netmaster): string {
  const files = filesOf(state).map(({ path, text }) => `${path} ${text}`.replace(/(ctv\.owned\.[A-Za-z0-9-]+)\.[12]/g, "$1"));
  return [...files.sort(), ...state.agents.lines()].join("\n");
}

/** What somebody does by hand between two applies. */
export type Meddling = (netmaster: Netmaster) => Promise<void>;

interface Course {
  readonly writes: number;
  readonly outcome: string;
}

async function course(
  before: Compiled | undefined,
  after: Compiled,
  more: Partial<Scenario>,
  crashAt: number | undefined,
  take: (netmaster: Netmaster) => Snapshot,
  meddle: Meddling,
): Promise<Course> {
  const netmaster = await startNetmaster();
  try {
    if (before !== undefined) await apply(netmaster, before);
    await meddle(netmaster);
    netmaster.state.agents.log.splice(0);
    const [old, first] = [take(netmaster), netmaster.writes.length];
    const states: { readonly at: string; readonly state: Snapshot }[] = [];
    netmaster.changed = ({ method, path, body }) => {
      const lists = JSON.stringify(body?.policies ?? "");
      states.push({ at: `${states.length} ${method} ${path} ${lists}`, state: take(netmaster) });
    };
    if (crashAt !== undefined) {
      netmaster.fate = (_request, number) => (number === first + crashAt ? "break-after" : "answer");
      await expect(apply(netmaster, after, more)).rejects.toThrow("the connection broke");
      netmaster.fate = () => "answer";
    }
    await apply(netmaster, after, more);
    const now = take(netmaster);
    for (const { at, state } of states) {
      const wrong = judge(after.universe, old, now, state);
      if (wrong !== undefined)
        throw new Error(
          `after ${at}${crashAt === undefined ? "" : ` (cut short after ${crashAt + 1})`}: ${wrong}\n${states.map((one) => one.at).join("\n")}`,
        );
    }
    expect(netmaster.state.agents.log.filter((line) => line.includes("already exists"))).toEqual([]);
    expect(netmaster.state.agents.lines()).toEqual(flowsByObjects(netmaster.state));
    const again = await plan(netmaster, after, more);
    expect([summary(again), again.requests]).toEqual([[], []]);
    return { writes: netmaster.writes.length - first, outcome: outcome(netmaster) };
  } finally {
    await netmaster.stop();
  }
}

/**
 * Goes from one project to another, whole and then cut short after some of its requests (all, or `places` of them, evenly): every state on
 * the way has to be safe, the agents' table never in doubt, the end the same, and a plan after it empty.
 */
export async function cutShort(
  before: Compiled | undefined,
  after: Compiled,
  more: Partial<Scenario>,
  places = Infinity,
  meddle: Meddling = () => Promise.resolve(),
): Promise<void> {
  const take = snapshots(after.universe);
  const whole = await course(before, after, more, undefined, take, meddle);
  expect(whole.writes).toBeGreaterThan(0);
  const step = Math.max(1, Math.floor(whole.writes / places));
  for (let at = Math.floor(step / 2); at < whole.writes; at += step)
    expect((await course(before, after, more, at, take, meddle)).outcome).toBe(whole.outcome);
}
