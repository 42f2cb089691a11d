/** The guestbook for real: two nodes, Redis with a replica, a web server, and somebody who should not be there. */
import { resolve } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { eventually } from "../support/agent.js";
import { describeWhere } from "../support/where.js";
import { frontend, guestbookPolicy, intruder, master, slave } from "./guestbook.js";
import { address, address6, buildLab, outside } from "./lab.js";
import type { Lab, Pod } from "./lab.js";
import type { Probe } from "./probing.js";
import { missingLab } from "./machine.js";

const web = resolve("test/e2e/web.mjs");
const redis = ["redis-server", "--save", "", "--protected-mode", "no", "--bind", "0.0.0.0", "::", "--dir", "/tmp"];

describeWhere(missingLab(), "the guestbook's lab", () => {
  let lab: Lab;
  const pods: readonly Pod[] = [frontend(1), frontend(2), master, slave, intruder];

  beforeAll(async () => {
    lab = await buildLab();
    for (const pod of pods) lab.addPod(pod);
    const { daemon } = lab.machine;
    daemon("master", redis, { space: master.name });
    daemon("slave", [...redis, "--replicaof", address(master), "6379", "--repl-timeout", "5"], { space: slave.name });
    for (const pod of [frontend(1), frontend(2), intruder]) daemon(`web-${pod.name}`, [process.execPath, web, "80", pod.name], { space: pod.name });
    await lab.realized(await lab.publish(guestbookPolicy()));
    // The first packet through a tunnel waits for the other node's hardware address.
    await eventually(
      async () => (await cli(frontend(2).name, address(master), "ping")) === "PONG\n",
      () => "Redis across nodes",
    );
  }, 60_000);
  afterAll(() => lab.close(), 60_000);

  const cli = (from: string, to: string, ...words: readonly string[]): Promise<string | undefined> =>
    lab.machine.within(from, ["redis-cli", "-h", to, ...words], 1);
  const fetched = (from: string, to: string): Promise<string | undefined> =>
    lab.machine.within(from, ["curl", "-s", "-m", "1", `http://${to.includes(":") ? `[${to}]` : to}/`], 2);
  const both = (pod: Pod): readonly string[] => [address(pod), address6(pod)];

  it("answers the web to the outside, by IPv4 and IPv6", async () => {
    for (const to of both(frontend(1))) expect(await fetched(outside.space, to)).toBe("frontend-1\n");
  });

  it("lets the frontends read and write Redis, on their node and on the other", async () => {
    for (const to of both(master)) {
      expect(await cli(frontend(1).name, to, "set", "key", to)).toBe("OK\n");
      expect(await cli(frontend(2).name, to, "get", "key")).toBe(`${to}\n`);
    }
  });

  it("replicates across nodes", async () => {
    await cli(frontend(1).name, address(master), "set", "replicated", "yes");
    await eventually(
      async () => (await cli(frontend(2).name, address(slave), "get", "replicated")) === "yes\n",
      () => "replication",
    );
  });

  it("refuses every other pair and port", async () => {
    const tries: readonly (readonly [string, Pod, number])[] = [
      ...[intruder.name, outside.space].flatMap((from) => [master, slave].map((to) => [from, to, 6379] as const)),
      [slave.name, frontend(1), 80],
      [master.name, frontend(2), 80],
      [intruder.name, frontend(1), 80],
      [intruder.name, frontend(2), 80],
      [frontend(1).name, frontend(2), 80],
      [frontend(1).name, intruder, 80],
      [outside.space, intruder, 80],
      [outside.space, frontend(1), 6379],
      [master.name, slave, 6379],
      [frontend(1).name, master, 80],
    ];
    const opened = await Promise.all(
      tries.flatMap(([from, to, port]) =>
        both(to).map(async (host) => {
          const said = await lab.machine.within(from, ["redis-cli", "-h", host, "-p", `${port}`, "ping"], 1);
          return said === undefined ? [] : [`${from} -> ${to.name} (${host}):${port}`];
        }),
      ),
    );
    expect(opened.flat()).toEqual([]);
  });

  it("adds, removes and tightens rules within a second, without touching other connections", async () => {
    const probes: readonly Probe[] = [
      { name: "kept", host: address(master), port: 6379, mode: "hold" },
      { name: "kept6", host: address6(master), port: 6379, mode: "hold" },
    ];
    const holder = lab.probe(frontend(2).name, probes);
    const stranger = lab.probe(intruder.name, [
      { name: "new", host: address(master), port: 6379, mode: "try", patience: 100 },
      { name: "slave", host: address(slave), port: 6379, mode: "try", patience: 100 },
    ]);
    await eventually(
      () => holder.counts("kept").good > 5 && holder.counts("kept6").good > 5,
      () => "the held connections",
    );
    expect(stranger.counts("new").good).toBe(0);

    const added = guestbookPolicy({ more: "allow group-less -> redis-master : redis as strangers" }).replace("group-less", "any");
    let start = performance.now();
    await lab.publish(added);
    await eventually(
      () => stranger.counts("new").good > 0,
      () => "the added rule",
    );
    expect(performance.now() - start).toBeLessThan(1000);
    const held = lab.probe(intruder.name, [{ name: "open", host: address(master), port: 6379, mode: "hold" }]);
    await eventually(
      () => held.counts("open").good > 5,
      () => "the stranger's connection",
    );

    start = Date.now();
    await lab.publish(guestbookPolicy());
    await new Promise((resolve) => setTimeout(resolve, 1000));
    // The open connection was cut, and no new one came about.
    expect(held.counts("open").last).toBeLessThan(start + 1000);
    expect(stranger.counts("new").last).toBeLessThan(start + 1000);
    const after = stranger.counts("new").good;

    start = Date.now();
    await lab.publish(guestbookPolicy({ without: ["replication"] }));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(stranger.counts("new").good).toBe(after);
    expect(stranger.counts("slave").good).toBe(0);
    const replication = await cli(frontend(1).name, address(master), "info", "replication");
    expect(replication).toMatch(/role:master/);
    const acknowledged = /lag=(\d+)/.exec(replication ?? "");
    expect(acknowledged === null || Number(acknowledged[1]) >= 1).toBe(true);

    await lab.realized(await lab.publish(guestbookPolicy()));
    // Nobody touched the frontend's connections all the while.
    for (const name of ["kept", "kept6"]) {
      expect(holder.counts(name).bad).toBe(0);
      expect(Date.now() - holder.counts(name).last).toBeLessThan(300);
    }
    await Promise.all([holder.stop(), stranger.stop(), held.stop()]);
  }, 30_000);

  it("scales the frontend from two to twenty", async () => {
    const more = Array.from({ length: 18 }, (_, index) => frontend(index + 3));
    more.forEach(lab.addPod);
    const reach = async (pod: Pod): Promise<boolean> => (await cli(pod.name, address(master), "ping")) === "PONG\n";
    for (const pod of more)
      await eventually(
        () => reach(pod),
        () => `${pod.name} and Redis`,
      );
    expect(await cli(frontend(20).name, address6(slave), "ping")).toBe("PONG\n");
    expect(await cli(intruder.name, address(master), "ping")).toBeUndefined();
    more.forEach(lab.removePod);
  }, 60_000);
});
