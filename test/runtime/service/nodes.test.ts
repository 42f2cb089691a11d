/** Two nodes that share a policy and their endpoints through a real etcd, which goes away and comes back. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { readAgentSettings } from "../../../runtime/config/settings.js";
import { makeLog } from "../../../runtime/service/log.js";
import { startService } from "../../../runtime/service/service.js";
import type { Service } from "../../../runtime/service/service.js";
import { ctv, scratch } from "../../cli/support/command.js";
import { missingEtcd, startEtcd } from "../../support/etcd.js";
import type { TestEtcd } from "../../support/etcd.js";
import { missingSwitch, startSwitch } from "../../support/ovs.js";
import type { TestSwitch } from "../../support/ovs.js";
import { describeWhere } from "../../support/where.js";
import { eventually } from "../store/contract.js";

const policy = `tenant shop {
  network net { subnet 10.1.1.0/24; gateway 10.1.1.254 }
  group web in net { match app = web }
  group db  in net { match app = db }
  policy tiers { allow web -> db : postgres }
}
`;

describeWhere(missingSwitch() ?? missingEtcd(), "two nodes and an etcd", () => {
  let ovs: TestSwitch;
  let etcd: TestEtcd;
  const running = new Map<string, Service>();
  const cwd = scratch({ "a.ctv": policy });
  const run = (...words: readonly string[]) => ctv(words, { cwd, env: { CTV_STORE: `${etcd.endpoint}/test`, CTV_KEY: "ctv.key" } });

  beforeAll(async () => {
    [ovs, etcd] = await Promise.all([startSwitch(), startEtcd()]);
    ovs.addBridge("a", 3);
    ovs.addBridge("b", 3);
    await ctv(["keygen"], { cwd });
  });
  afterAll(async () => {
    for (const service of running.values()) await service.stop();
    await Promise.all([ovs.stop(), etcd.stop()]);
  });

  /** Gives a node endpoints by `NUMBER app`, which have the address 10.1.1.NUMBER. */
  function give(node: string, ...endpoints: readonly (readonly [number, string])[]): void {
    const lines = endpoints.map(
      ([number, app], index) =>
        `  - { name: e${number}, node: ${node}, port: ${index + 1}, mac: 02:00:00:00:00:${number}, addresses: [10.1.1.${number}], namespace: shop, labels: { app: ${app} } }\n`,
    );
    writeFileSync(join(cwd, `${node}.yaml`), `nodes: []\nendpoints:${lines.length === 0 ? " []" : ""}\n${lines.join("")}`);
  }

  async function start(node: string): Promise<Service> {
    const config = `node: ${node}
store: { etcd: { endpoints: [${etcd.endpoint}], prefix: /test } }
trust: [ctv.pub]
state: state-${node}
bridge: ${node}
ovsdb: unix:${ovs.database}
openflow: unix:${ovs.socket(node)}
control: ${ovs.controlSocket}
address: 192.0.2.${node === "a" ? 1 : 2}
endpoints: { file: ${node}.yaml, ovsdb: false }
listen: 127.0.0.1:0
reportEvery: 1
lease: 5
`;
    const { settings, diagnostics } = readAgentSettings("ctv-agent.yaml", config);
    if (settings === undefined) throw new Error(diagnostics.map(({ message }) => message).join());
    const service = await startService(settings, cwd, await makeLog("error", node, { write: () => undefined }));
    running.set(node, service);
    return service;
  }

  it("know each other's endpoints, go on without it, and catch up", async () => {
    give("a", [11, "web"]);
    give("b", [12, "db"]);
    await run("publish", "a.ctv");
    const [a, b] = [await start("a"), await start("b")];
    const endpoints = () => [a, b].map(({ agent }) => [agent.report().generation, agent.report().endpoints]);
    await eventually(endpoints, [
      [1, 2],
      [1, 2],
    ]);
    // The neighbour's endpoint is in the tables of each: its address, and what it is.
    expect(ovs.dumpFlows("b")).toContain("10.1.1.11");
    expect(ovs.dumpFlows("a")).toContain("10.1.1.12");
    expect((await run("status", "--wait")).code).toBe(0);

    give("a", [11, "web"], [13, "web"]);
    await eventually(() => b.agent.report().endpoints, 3);

    await etcd.kill("SIGKILL");
    await eventually(() => a.agent.report().errors.some((error) => error.includes("etcd http://127.0.0.1:")), true);
    // What a node sees of its own goes on; what it knows of others stays.
    give("a", [11, "web"], [13, "web"], [14, "web"]);
    await eventually(() => a.agent.report().endpoints, 4);
    expect(b.agent.report()).toMatchObject({ generation: 1, endpoints: 3, connected: true });
    expect(ovs.dumpFlows("b")).toContain("10.1.1.13");

    await etcd.start();
    await eventually(() => b.agent.report().endpoints, 4, 15_000);
    await eventually(() => [a, b].flatMap(({ agent }) => agent.report().errors), [], 15_000);
    writeFileSync(join(cwd, "a.ctv"), policy.replace("postgres", "postgres, https"));
    expect(await run("publish", "a.ctv")).toMatchObject({ code: 0, out: expect.stringContaining("generation 2") });
    expect(await run("status", "--wait", "--timeout", "15")).toMatchObject({ code: 0 });

    await a.stop();
    running.delete("a");
    // It may come back, as after an upgrade; until then what it had stays.
    expect(b.agent.report().endpoints).toBe(4);
    await eventually(() => b.agent.report().endpoints, 1);
    expect(ovs.dumpFlows("b")).not.toContain("10.1.1.11");
    expect((await run("status")).out).toMatch(/^a +2 .*agent gone/m);
  });
});
