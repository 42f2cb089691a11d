/**
 * Things break while traffic runs: what is forbidden passes never, what is allowed goes on or comes back. Connections of both sorts are
 * tried every few milliseconds throughout, and counted.
 */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "@jest/globals";
import type { Program } from "../../compiler/target/openflow/program.js";
import { eventually } from "../support/agent.js";
import { fillDisk } from "../support/disk.js";
import { describeWhere, itWhere } from "../support/where.js";
import { frontend, guestbookPolicy, intruder, master, slave } from "./guestbook.js";
import { missingClock } from "./clock.js";
import { address, buildLab, outside } from "./lab.js";
import type { Lab } from "./lab.js";
import { missingLab } from "./machine.js";
import { nodeNames } from "./node.js";
import type { NodeName } from "./node.js";
import type { Probe, Prober } from "./probing.js";

const redis = ["redis-server", "--save", "", "--protected-mode", "no", "--bind", "0.0.0.0", "::", "--dir", "/tmp"];
const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

describeWhere(missingLab(), "faults in the lab", () => {
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
    patience: 250,
  }));

  beforeAll(async () => {
    lab = await buildLab();
    for (const pod of [frontend(1), frontend(2), master, slave, intruder]) lab.addPod(pod);
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

  const restartAgent = async (name: NodeName): Promise<void> => {
    await lab.node(name).agent().end("SIGKILL");
    lab.node(name).startAgent();
  };
  const restartSwitch = async (name: NodeName): Promise<void> => {
    await lab.node(name).switch().end("SIGKILL");
    await pause(200);
    await lab.node(name).startSwitch();
    await lab.plugAgain(name);
  };
  /** The generation that a node's switch holds, from the cookie of the flow at the end of table 0 (`docs/agent.md`). */
  const holds = (name: NodeName): number => {
    const flows = lab
      .node(name)
      .openflow("dump-flows", "unix:" + join(lab.node(name).folder, "br-int.mgmt"), "table=0,cookie=0xc704000000000000/0xffff000000000000");
    const marker = flows.split("\n").find((line) => line.includes("priority=0 "));
    return Number.parseInt(/cookie=0xc704([0-9a-f]{4})/.exec(marker ?? "")?.[1] ?? "0", 16);
  };
  const extra = (): string => guestbookPolicy({ more: "allow frontend -> redis-slave : http as extra" });

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
      () => lab.node("n1").said.slice(-5).join("\n"),
    );
    await lab.realized(await lab.publish(guestbookPolicy()));
    await Promise.all(strangers.splice(0).map((prober) => prober.stop()));
    watchStrangers();
    await eventually(
      () => tried() > 40,
      () => "refusals",
    );
  }, 30_000);

  it("agents are killed at any moment, also while a policy comes, again and again: nothing is lost", async () => {
    const bad = allowed.counts("new").bad;
    for (const wait of [0, 5, 20, 60, 200, 400]) {
      // An agent may die before the switch has this, before the disk has it, or after.
      await lab.publish(wait % 20 === 0 ? extra() : guestbookPolicy());
      await pause(wait);
      for (const node of nodeNames) await restartAgent(node);
      await pause(wait);
    }
    await lab.realized(await lab.publish(extra()));
    await goesOn("across");
    await goesOn("new");
    expect(allowed.counts("across").bad).toBe(0);
    expect(allowed.counts("new").bad).toBe(bad);
  }, 40_000);

  it("the switch is killed: it comes back empty, bars all, and has its flows again within seconds", async () => {
    await restartSwitch("n1");
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
    await lab.realized(await lab.publish(extra()));
    expect(allowed.counts("across").bad).toBe(0);
  }, 60_000);

  it("etcd cannot be reached for a minute, agents start again meanwhile, clocks jump and pods come: nothing is lost", async () => {
    const bad = allowed.counts("new").bad;
    const start = performance.now();
    let longest = 0;
    const watch = setInterval(() => (longest = Math.max(longest, Date.now() - allowed.counts("new").last)), 50).unref();
    lab.etcd.pause();
    await pause(10_000);
    for (const name of nodeNames) await restartAgent(name);
    await goesOn("across");
    await goesOn("new");
    lab.setClock("-1d");
    lab.addPod(frontend(3));
    await eventually(
      async () => (await lab.machine.within(frontend(3).name, ["redis-cli", "-h", address(master), "ping"], 1)) === "PONG\n",
      () => "a pod that came while etcd is away reaches one of its node",
      20_000,
    );
    await eventually(
      () => performance.now() - start > 60_000,
      () => "a minute",
      60_000,
    );
    // All leases have run out by now, and etcd drops what is under them before agents can say that they are there.
    lab.etcd.resume();
    await lab.realized(await lab.publish(extra()));
    await goesOn("across");
    clearInterval(watch);
    lab.setClock("+0");
    lab.removePod(frontend(3));
    expect(allowed.counts("across").bad).toBe(0);
    expect(allowed.counts("new").bad).toBe(bad);
    expect(longest).toBeLessThan(5000);
  }, 120_000);

  itWhere(
    missingClock(),
    "clocks jump forth and back by a day: nothing is lost, and the next policy comes",
    async () => {
      const bad = allowed.counts("new").bad;
      for (const offset of ["+1d", "-1d", "+0"]) {
        lab.setClock(offset);
        // Processes see it within a second, and leases of five seconds run out in the rest.
        await pause(8000);
        await lab.realized(await lab.publish(offset === "-1d" ? guestbookPolicy() : extra()));
        await goesOn("across");
        await goesOn("new");
      }
      expect(allowed.counts("across").bad).toBe(0);
      expect(allowed.counts("new").bad).toBe(bad);
    },
    90_000,
  );

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
      () => nodeNames.every((node) => lab.node(node).said.some((line) => line.includes("is refused"))),
      () => lab.node("n1").said.slice(-5).join("\n"),
    );
    await pause(500);
    await goesOn("across");
    await lab.realized(await lab.publish(extra()));
    expect(allowed.counts("across").bad).toBe(0);
  }, 40_000);

  it("a switch refuses a flow: the policy before stays", async () => {
    const bad = guestbookPolicy({ more: "allow any -> redis-master as open" });
    // A class value that does not fit its field makes a match whose value has bits beyond its mask.
    const spoil = (program: Program): Program => ({ ...program, classes: program.classes.map((entry) => ({ ...entry, value: 255 })) });
    await lab.publishBytes(lab.signed(bad, spoil));
    await eventually(
      async () => (await lab.reports()).includes("the switch refuses generation"),
      () => lab.node("n1").said.slice(-5).join("\n"),
    );
    await goesOn("across");
    await lab.realized(await lab.publish(guestbookPolicy()));
  }, 40_000);

  it("the disk is full: the agent says so and goes on; what it has on disk stays whole, and does not replace what the switch has", async () => {
    const node = lab.node("n1");
    const state = join(node.folder, "state");
    const kept = join(state, "program.signed");
    await node.agent().end("SIGKILL");
    lab.machine.mountDisk(state, 1 << 20);
    node.startAgent();
    const before = await lab.publish(extra());
    await lab.realized(before);
    await eventually(
      () => existsSync(kept) && existsSync(join(state, "inventory.json")) && holds("n1") === before,
      () => "program and endpoints on disk",
    );
    const bytes = readFileSync(kept);
    fillDisk(join(state, "full"));

    const after = await lab.publish(guestbookPolicy());
    await eventually(
      async () => (await lab.reports()).includes(`generation ${after} cannot be kept: ${kept}: the disk is full`),
      () => node.said.slice(-5).join("\n"),
    );
    expect(holds("n1")).toBe(after);
    expect(readFileSync(kept).equals(bytes)).toBe(true);
    expect(existsSync(`${kept}.new`)).toBe(false);
    await goesOn("across");

    // Without a store the disk is all that the agent has, and the switch has something newer.
    lab.etcd.pause();
    const earlier = node.said.length;
    await restartAgent("n1");
    await eventually(
      () => node.said.slice(earlier).some((line) => line.includes("connected to the switch")),
      () => node.said.slice(-5).join("\n"),
    );
    await pause(1500);
    expect(holds("n1")).toBe(after);
    await goesOn("across");
    // A switch that is empty gets what there is.
    await restartSwitch("n1");
    await eventually(
      () => holds("n1") === before,
      () => node.said.slice(-5).join("\n"),
    );
    await goesOn("new");
    lab.etcd.resume();
    rmSync(join(state, "full"));
    await lab.realized(after);
    expect(readFileSync(kept).equals(bytes)).toBe(false);
    await goesOn("new");
  }, 60_000);
});
