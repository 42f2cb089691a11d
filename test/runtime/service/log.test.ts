/** The agent's log: JSON lines, and each trouble once a minute however often it is met. */
import { describe, expect, it } from "@jest/globals";
import { makeLog, repeatFilter } from "../../../runtime/service/log.js";

describe("the log", () => {
  it("is one JSON object a line, with the node and the time", async () => {
    const lines: string[] = [];
    const log = await makeLog("warn", "node-a", { write: (line) => lines.push(line) });
    log.info("not asked for");
    log.warn("the switch is away", { tries: 3 });
    log.warn("the switch is away");
    log.error("worse");
    // A rule that says `log` is asked for in the policy.
    log.connection({ source: "10.1.1.1" });
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { level: 40, node: "node-a", msg: "the switch is away", tries: 3, time: expect.stringMatching(/^\d{4}-.*Z$/) },
      { level: 50, msg: "worse" },
      { level: 30, msg: "connection", source: "10.1.1.1" },
    ]);
    expect(log.problems()).toBe(3);
  });

  it("says after a minute how often something has happened again", () => {
    let time = 0;
    const pass = repeatFilter(() => time);
    expect([pass("a"), pass("a"), pass("b"), pass("a")]).toEqual([0, undefined, 0, undefined]);
    time += 60_000;
    expect([pass("a"), pass("a"), pass("b")]).toEqual([2, undefined, 0]);
  });
});
