/**
 * Things break while traffic runs: what is forbidden passes never, what is allowed goes on or comes back. Connections of both sorts are
 * tried every few milliseconds throughout, and counted.
 */
import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { Program } from "../../compiler/target/openflow/program.js";
import { eventually } from "../support/agent.js";
import { frontend, guestbookPolicy, intruder, master, slave } from "./guestbook.js";
import { address, buildLab, nodeNames, outside } from "./lab.js";
import type { Lab, Probe, Prober } from "./lab.js";
import { hasLab } from "./machine.js";

const redis = ["redis-server", "--save", "", "--protected-mode", "no", "--bind", "0.0.0.0", "::", "--dir", "/tmp"];
const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

(hasLab() ? describe : describe.skip)("faults in the lab", () => {
  let lab: Lab;
  let allowed: Prober;
  const strangers: Prober[] = [];

  const held: readonly Probe[] = [{ name: "across", host: address(master), port: 6379, mode: "hold" }];
  const fresh: readonly Probe[] = [{ name: "new", host: address(master), port: 6379, mode: "try" }];
  const barred: readonly Probe[] = [master, slave].map((pod) => ({
    name: pod.name,
    host: address(pod),
    port: 6379,
    mode: "try",
    every: 2,
    parallel: 10,
  }));

  beforeAll(async () => {
    lab = await buildLab();
    for (const pod of [frontend(1), frontend(2), master, slave, intruder]) lab.addPod(pod);
    nodeNames.forEach(lab.startAgent);
    for (const pod of [master, slave]) lab.machine.daemon(pod.name, redis, { space: pod.name });
    await lab.realized(await lab.publish(guestbookPolicy()));
  }, 60_000);
  afterAll(() => lab.close(), 60_000);

  const watchStrangers = (): void => void strangers.push(lab.probe(intruder.name, barred), lab.probe(outside.space, barred));
  const tried = (): number => strangers.reduce((sum, prober) => sum + prober.counts(master.name).bad + prober.counts(slave.name).bad, 0);

  beforeEach(async () => {
    allowed = lab.probe(frontend(2).name, [...held, ...fresh]);
    watchStrangers();
    await eventually(
      () => allowed.counts("across").good > 3 && allowed.counts("new").good > 3 && strangers.every((prober) => prober.counts(slave.name).bad > 0),
      () => "traffic",
    );
  }, 30_000);

  /** Forbidden connections that came about, which may be none; every test ends with this. */
  afterEach(async () => {
    const passed = strangers.flatMap((prober) => [master, slave].map(({ name }) => prober.counts(name).good));
    const attempts = tried();
    await Promise.all([allowed, ...strangers.splice(0)].map((prober) => prober.stop()));
    expect(passed.every((count) => count === 0)).toBe(true);
    // A busy machine tries less often; without tries the counts above would say nothing.
    expect(attempts).toBeGreaterThan(10);
  }, 30_000);

  const goesOn = async (name: "across" | "new"): Promise<void> => {
    const before = allowed.counts(name).good;
    await eventually(
      () => allowed.counts(name).good > before + 3,
      () => `${name}: ${JSON.stringify(allowed.counts(name))}`,
      15_000,
    );
  };

  it("a hole would be counted: with everything open, strangers come through, and with the policy back they are cut off", async () => {
    await lab.publish(guestbookPolicy({ more: "allow any -> redis-master, redis-slave : redis as open" }));
    const through = (prober: Prober): boolean => prober.counts(master.name).good > 0 && prober.counts(slave.name).good > 0;
    await eventually(
      () => strangers.some(through),
      () => lab.said("n1").slice(-5).join("\n"),
    );
    await lab.realized(await lab.publish(guestbookPolicy()));
    await Promise.all(strangers.splice(0).map((prober) => prober.stop()));
    watchStrangers();
    await eventually(
      () => tried() > 40,
      () => "refusals",
    );
  }, 30_000);

  it("an agent is killed at any moment, again and again: nothing is lost", async () => {
    const bad = allowed.counts("new").bad;
    for (const wait of [0, 30, 120, 400]) {
      for (const node of nodeNames) {
        await lab.agent(node).end("SIGKILL");
        lab.startAgent(node);
      }
      await pause(wait);
    }
    await lab.realized(await lab.publish(guestbookPolicy({ more: "allow frontend -> redis-slave : http as extra" })));
    await goesOn("across");
    await goesOn("new");
    expect(allowed.counts("across").bad).toBe(0);
    expect(allowed.counts("new").bad).toBe(bad);
  }, 40_000);

  it("the switch is killed: it comes back empty, bars all, and has its flows again within seconds", async () => {
    await lab.switchOf("n1").end("SIGKILL");
    await pause(200);
    await lab.startSwitch("n1");
    await lab.plugAgain("n1");
    await lab.realized(await lab.publish(guestbookPolicy()));
    await goesOn("new");
  }, 40_000);

  it("etcd is killed, and hangs: the policy stays, and the next one comes after it", async () => {
    await lab.etcd.kill("SIGKILL");
    await pause(1500);
    await goesOn("across");
    await goesOn("new");
    await lab.etcd.start();
    lab.etcd.pause();
    await pause(1500);
    await goesOn("new");
    lab.etcd.resume();
    await lab.realized(await lab.publish(guestbookPolicy({ more: "allow frontend -> redis-slave : http as extra" })));
    expect(allowed.counts("across").bad).toBe(0);
  }, 60_000);

  it("etcd is away and an agent starts again: it has its last good policy from disk", async () => {
    await lab.etcd.kill("SIGKILL");
    await lab.agent("n1").end("SIGKILL");
    lab.startAgent("n1");
    await pause(1000);
    await goesOn("across");
    await goesOn("new");
    await lab.etcd.start();
    await lab.realized(await lab.publish(guestbookPolicy()));
  }, 60_000);

  it("a program is unsigned, signed by another, or damaged: it is refused, and the next good one is taken", async () => {
    const open = guestbookPolicy({ more: "allow any -> redis-master, redis-slave as open" });
    await lab.publishBytes((generation) => Buffer.from(JSON.stringify({ generation, program: "{}" })));
    await lab.publishBytes(lab.forged(open));
    await lab.publishBytes((generation) => {
      const bytes = Buffer.from(lab.signed(open)(generation));
      bytes[bytes.length - 10] ^= 1;
      return bytes;
    });
    await eventually(
      () => nodeNames.every((node) => lab.said(node).some((line) => line.includes("is refused"))),
      () => lab.said("n1").slice(-5).join("\n"),
    );
    await pause(500);
    await goesOn("across");
    await lab.realized(await lab.publish(guestbookPolicy({ more: "allow frontend -> redis-slave : http as extra" })));
    expect(allowed.counts("across").bad).toBe(0);
  }, 40_000);

  it("a switch refuses a flow: the policy before stays", async () => {
    const bad = guestbookPolicy({ more: "allow any -> redis-master as open" });
    // A class value that does not fit its field makes a match whose value has bits beyond its mask.
    const spoil = (program: Program): Program => ({ ...program, classes: program.classes.map((entry) => ({ ...entry, value: 255 })) });
    await lab.publishBytes(lab.signed(bad, spoil));
    await eventually(
      async () => (await lab.reports()).includes("the switch refuses generation"),
      () => lab.said("n1").slice(-5).join("\n"),
    );
    await goesOn("across");
    await lab.realized(await lab.publish(guestbookPolicy()));
  }, 40_000);

  it("the disk takes nothing: the agent says so and goes on", async () => {
    // A folder in the place of the file: root writes through permissions.
    const state = join(lab.machine.folder, "n1", "state");
    mkdirSync(join(state, "program.signed.new"), { recursive: true });
    chmodSync(state, 0o500);
    await lab.publish(guestbookPolicy({ more: "allow frontend -> redis-slave : http as extra" }));
    await eventually(
      async () => (await lab.reports()).includes("cannot be kept"),
      () => lab.said("n1").slice(-5).join("\n"),
    );
    await goesOn("across");
    await goesOn("new");
  }, 40_000);
});
