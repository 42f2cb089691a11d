/** Plans for netmaster, sent to its stand-in. */
import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "@jest/globals";
import { startNetmaster } from "../../support/netmaster/server.js";
import type { Netmaster } from "../../support/netmaster/server.js";
import { apply, compiled, plan, summary } from "./contiv.js";
import { danger, snapshot } from "./safety.js";

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});
async function started(): Promise<Netmaster> {
  const netmaster = await startNetmaster();
  stops.push(netmaster.stop);
  return netmaster;
}

const guestbook = readFileSync("examples/guestbook/main.ctv", "utf8");

describe("applying to netmaster", () => {
  it("brings the guestbook there, and then has nothing to do", async () => {
    const netmaster = await started();
    const made = await apply(netmaster, compiled(guestbook));
    expect(made.changes.every(({ action }) => action === "create")).toBe(true);
    expect(netmaster.state.agents.log).toEqual([]);
    const again = await plan(netmaster, compiled(guestbook));
    expect([summary(again), again.requests, again.left]).toEqual([[], [], []]);
  });

  it("is safe at every step", async () => {
    const netmaster = await started();
    const project = compiled(guestbook);
    const old = snapshot(netmaster.state, project.universe);
    const states: ReturnType<typeof snapshot>[] = [];
    netmaster.changed = () => states.push(snapshot(netmaster.state, project.universe));
    const start = performance.now();
    await apply(netmaster, project);
    console.log(states.length, performance.now() - start);
    const now = snapshot(netmaster.state, project.universe);
    for (const [at, state] of states.entries())
      expect([at, netmaster.writes[at].path, danger(project.universe, old, now, state)]).toEqual([at, netmaster.writes[at].path, undefined]);
    console.log(performance.now() - start);
  });
});
