/** An agent and a real switch. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "@jest/globals";
import { bindNode } from "../../../compiler/target/openflow/bind/bind.js";
import type { Endpoint, InventoryNode } from "../../../compiler/target/openflow/bind/inventory.js";
import { buildProgram } from "../../../compiler/target/openflow/build.js";
import { sealProgram } from "../../../compiler/target/openflow/json.js";
import { plainDigest } from "../../../compiler/target/openflow/hash.js";
import type { Program } from "../../../compiler/target/openflow/program.js";
import { startAgent } from "../../../runtime/agent/agent.js";
import type { Agent, AgentOptions } from "../../../runtime/agent/agent.js";
import { folderKeeper } from "../../../runtime/agent/keep.js";
import { greetSwitch } from "../../../runtime/openflow/connection.js";
import type { SwitchConnection } from "../../../runtime/openflow/connection.js";
import { encodeFlow, encodePlace, generationOf, isOurs, matchOf, placeOf, tableOf } from "../../../runtime/openflow/flows.js";
import type { WireFlow } from "../../../runtime/openflow/flows.js";
import { openStream } from "../../../runtime/openflow/transport.js";
import { isMarker } from "../../../runtime/reconcile/difference.js";
import { eventually, manualEndpoints, manualPrograms, recordingLog } from "../../support/agent.js";
import type { ManualEndpoints, ManualPrograms, RecordingLog } from "../../support/agent.js";
import { missingSwitch, startSwitch } from "../../support/ovs.js";
import type { TestSwitch } from "../../support/ovs.js";
import { allow, makePolicy, universeOf } from "../../support/policy.js";
import type { RuleSketch } from "../../support/policy.js";
import { describeWhere } from "../../support/where.js";

function programOf(...rules: readonly RuleSketch[]): Program {
  const policy = makePolicy({
    tenants: [
      {
        name: "shop",
        networks: { net: "10.1.0.0/24" },
        groups: { web: { match: "app=web", in: "net" }, db: { match: "app=db", in: "net" } },
        policies: [{ name: "p", rules }],
      },
    ],
  });
  const { program } = buildProgram(universeOf(policy));
  if (program === undefined) throw new Error("no program");
  return program;
}

const endpoint = (number: number, app: string): Endpoint => ({
  name: `e${number}`,
  node: "a",
  port: number,
  mac: `02:00:00:00:00:0${number}`,
  addresses: [`10.1.0.${number}`],
  namespace: "shop",
  labels: { app },
});
const nodes: readonly InventoryNode[] = [{ name: "a" }];
const webToDb = programOf(allow("web", "db", "tcp/5432"));
const more = programOf(allow("web", "db", "tcp/5432"), allow("web", "web", "tcp/80"));
const endpoints = [endpoint(1, "web"), endpoint(2, "db")];

describeWhere(missingSwitch(), "an agent and its switch", () => {
  let ovs: TestSwitch;
  let watcher: SwitchConnection;
  let programs: ManualPrograms;
  let source: ManualEndpoints;
  let log: RecordingLog;
  let folder: string;
  const running = new Set<Agent>();

  beforeAll(async () => {
    ovs = await startSwitch();
    ovs.addBridge("br", 4);
    watcher = await greetSwitch(await openStream({ kind: "unix", path: ovs.socket("br") }));
  });
  afterAll(async () => {
    watcher.close();
    await ovs.stop();
  });
  beforeEach(async () => {
    const flows = await watcher.flows();
    await watcher.apply([flows.map((flow) => ({ kind: "flow", command: "delete", flow }))]);
    programs = manualPrograms();
    source = manualEndpoints();
    log = recordingLog();
    folder = mkdtempSync(join(tmpdir(), "ctv-agent-"));
  });
  afterEach(async () => {
    for (const agent of running) await agent.stop();
    running.clear();
    rmSync(folder, { recursive: true, force: true });
  });

  async function agent(options: Partial<AgentOptions> = {}): Promise<Agent> {
    const started = await startAgent({
      own: { name: "a" },
      bridge: "br",
      openflow: { kind: "unix", path: ovs.socket("br") },
      ovsdb: { kind: "unix", path: ovs.database },
      control: ovs.controlSocket,
      programs,
      endpoints: [source],
      unknownPolicy: "deny",
      log,
      ...options,
    });
    running.add(started);
    return started;
  }

  const stop = async (started: Agent): Promise<void> => {
    running.delete(started);
    await started.stop();
  };

  const settled = (started: Agent, generation: number): Promise<void> =>
    eventually(
      () => started.report().generation === generation,
      () => JSON.stringify([started.report(), log.lines]),
    );

  const plain = (flows: Iterable<WireFlow>): ReadonlyMap<string, string> =>
    new Map([...flows].map((flow) => [flow.place, `${flow.instructions} ${flow.cookie.high >>> 16} ${flow.cookie.low}`]));

  const wanted = (program: Program, list: readonly Endpoint[], inNodes: readonly InventoryNode[] = nodes): ReadonlyMap<string, string> =>
    plain(bindNode(program, { nodes: inNodes, endpoints: list }, "a").flows.map((flow) => encodeFlow(flow, 0)));

  const present = async (): Promise<ReadonlyMap<string, string>> => plain((await watcher.flows()).filter(({ cookie }) => isOurs(cookie)));

  const becomes = (program: Program, list: readonly Endpoint[], inNodes: readonly InventoryNode[] = nodes): Promise<void> =>
    eventually(
      async () => {
        const [is, should] = [await present(), wanted(program, list, inNodes)];
        return is.size === should.size && [...should].every(([key, flow]) => is.get(key) === flow);
      },
      () => JSON.stringify(log.lines),
    );

  it("limits the ports of endpoints whose group has a profile, and no others", async () => {
    const limits = (): readonly string[] => {
      const columns = "name,ingress_policing_rate,ingress_policing_burst";
      const rows = ovs.configure("--format=csv", "--no-headings", `--columns=${columns}`, "list", "Interface").trim().split("\n");
      return rows.filter((row) => !row.endsWith(",0,0")).sort();
    };
    const region = { tenant: 1, group: "db", include: webToDb.classes.flatMap(({ key, include }) => (key === "shop/db" ? include : [])), except: [] };
    const limited: Program = { ...webToDb, profiles: [{ ...region, name: "slow", rate: 1000, burst: 80 }] };
    ovs.configure("set", "Interface", "br-p3", "ingress_policing_rate=5");
    const started = await agent();
    source.set(endpoints);
    programs.publish(limited);
    await settled(started, 1);
    await eventually(
      () => limits().join() === "br-p2,1000,80,br-p3,5,0",
      () => limits().join(),
    );
    programs.publish(webToDb);
    await settled(started, 2);
    await eventually(
      () => limits().join() === "br-p3,5,0",
      () => limits().join(),
    );
    ovs.configure("set", "Interface", "br-p3", "ingress_policing_rate=0");
  });

  it("lets nothing pass before there is a policy", async () => {
    await agent();
    await eventually(
      async () => (await watcher.flows()).length === 1,
      () => JSON.stringify(log.lines),
    );
    expect(await watcher.flows()).toMatchObject([{ place: encodePlace(0, 0, []), instructions: "" }]);
  });

  it("binds a program and endpoints, and marks the generation", async () => {
    const started = await agent();
    source.set(endpoints);
    programs.publish(webToDb);
    await settled(started, 1);
    expect(await present()).toEqual(wanted(webToDb, endpoints));
    expect(started.report()).toMatchObject({ node: "a", generation: 1, endpoints: 2, connected: true, errors: [] });
    expect(started.report().flows).toBe(wanted(webToDb, endpoints).size);
    programs.publish(more);
    await settled(started, 2);
    const marker = (await watcher.flows()).find(isMarker);
    expect(marker === undefined ? undefined : generationOf(marker.cookie)).toBe(2);
  });

  it("has the switch bound what it sends up, where somebody wants it", async () => {
    const started = await agent({ onPacket: () => undefined });
    await eventually(
      () => started.report().connected,
      () => JSON.stringify(log.lines),
    );
    expect(log.lines.map(({ message }) => message)).toContain("packets of logged connections are bounded by the switch");
    const meters = execFileSync("ovs-ofctl", ["-O", "OpenFlow14", "dump-meters", `unix:${ovs.socket("br")}`], { encoding: "utf8" });
    expect(meters).toMatch(/meter=controller pktps burst bands=\ntype=drop rate=1000 burst_size=1000/);
  });

  it("waits for every source of endpoints", async () => {
    const second = manualEndpoints("more endpoints");
    const started = await agent({ endpoints: [source, second] });
    programs.publish(webToDb);
    source.set(endpoints.slice(0, 1));
    await eventually(
      () => started.report().connected,
      () => "connected",
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(started.report()).toMatchObject({ generation: 0, errors: ["more endpoints: nothing has come yet"] });
    second.set(endpoints.slice(1));
    await settled(started, 1);
    await becomes(webToDb, endpoints);
  });

  it("sends a handful of flows for an endpoint or a rule", async () => {
    const started = await agent();
    source.set(endpoints);
    programs.publish(webToDb);
    await settled(started, 1);
    source.set([...endpoints, endpoint(3, "web")]);
    await becomes(webToDb, [...endpoints, endpoint(3, "web")]);
    source.set([...endpoints, endpoint(3, "db")]);
    await becomes(webToDb, [...endpoints, endpoint(3, "db")]);
    source.set(endpoints);
    await becomes(webToDb, endpoints);
    programs.publish(more);
    await settled(started, 2);
    await becomes(more, endpoints);
    const [added, relabelled, removed, rule] = log.changes().slice(-4);
    expect(added).toBeLessThan(20);
    expect(relabelled).toBeLessThan(5);
    expect(removed).toBe(added);
    expect(rule).toBeLessThan(8);
  });

  it("adopts what an earlier agent left, and changes nothing", async () => {
    const first = await agent();
    source.set(endpoints);
    programs.publish(webToDb);
    await settled(first, 1);
    await stop(first);
    const before = log.changes().length;
    const second = await agent();
    await settled(second, 1);
    expect(log.changes()).toHaveLength(before);
    expect(await present()).toEqual(wanted(webToDb, endpoints));
  });

  it("leaves what an earlier agent left while it knows no policy", async () => {
    const first = await agent();
    source.set(endpoints);
    programs.publish(webToDb);
    await settled(first, 1);
    await stop(first);
    const second = await agent({ programs: manualPrograms() });
    await eventually(
      () => second.report().flows > 1,
      () => JSON.stringify(second.report()),
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await present()).toEqual(wanted(webToDb, endpoints));
  });

  it("does not touch flows of others", async () => {
    const theirs = { place: encodePlace(0, 7, []), instructions: "", cookie: { high: 0, low: 1 } };
    await watcher.apply([[{ kind: "flow", command: "add", flow: theirs }]]);
    const started = await agent();
    source.set(endpoints);
    programs.publish(webToDb);
    await settled(started, 1);
    expect((await watcher.flows()).filter(({ cookie }) => !isOurs(cookie))).toMatchObject([theirs]);
  });

  it("puts right what somebody else changed", async () => {
    const started = await agent({ auditEvery: 50 });
    source.set(endpoints);
    programs.publish(webToDb);
    await settled(started, 1);
    const flows = await watcher.flows();
    await watcher.apply([
      [
        ...flows.slice(0, 10).map((flow) => ({ kind: "flow", command: "delete", flow }) as const),
        { kind: "flow", command: "add", flow: { ...flows[12], place: placeOf(tableOf(flows[12]), 4321, matchOf(flows[12])) } },
      ],
    ]);
    await becomes(webToDb, endpoints);
  });

  it("keeps the last good policy where the switch refuses a new one, and goes on with endpoints", async () => {
    const started = await agent({ own: { name: "a", uplink: "br-p4" } });
    source.set(endpoints);
    programs.publish(webToDb);
    await settled(started, 1);
    // VLAN ids have 12 bits.
    programs.publish({ ...more, networks: more.networks.map((network) => ({ ...network, encap: "vlan" as const, tag: 9999 })) });
    await eventually(
      () => started.report().errors.length > 0,
      () => JSON.stringify(started.report()),
    );
    const errors = [expect.stringMatching(/the switch refuses generation 2: add of table=\d+,priority=/)];
    expect(started.report()).toMatchObject({ generation: 1, errors });
    source.set([...endpoints, endpoint(3, "web")]);
    await becomes(webToDb, [...endpoints, endpoint(3, "web")], [{ name: "a", uplink: 4 }]);
    programs.publish(more);
    await settled(started, 3);
    expect(started.report().errors).toEqual([]);
  });

  it("fills an empty switch with many flows, and takes out what it filled where the switch refuses one", async () => {
    const many = Array.from({ length: 600 }, (_, index): Endpoint => {
      const [high, low] = [(index + 1) >> 8, (index + 1) & 255];
      const mac = `02:00:00:00:${high.toString(16).padStart(2, "0")}:${low.toString(16).padStart(2, "0")}`;
      return { ...endpoint(1, index % 2 === 0 ? "web" : "db"), name: `m${index}`, port: index + 1, mac, addresses: [`10.1.${high}.${low}`] };
    });
    const program = { ...webToDb, networks: webToDb.networks.map((network) => ({ ...network, encap: "vlan" as const, tag: 100 })) };
    const started = await agent({ own: { name: "a", uplink: "br-p4" } });
    source.set(many);
    // VLAN ids have 12 bits.
    programs.publish({ ...program, networks: program.networks.map((network) => ({ ...network, tag: 9999 })) });
    await eventually(
      () => started.report().errors.some((error) => /the switch refuses generation 1: add of table=\d+,priority=/.test(error)),
      () => JSON.stringify([started.report(), log.lines]),
    );
    expect((await watcher.flows()).filter((flow) => !isMarker(flow))).toEqual([]);
    const should = plain(bindNode(program, { nodes: [{ name: "a", uplink: 4 }], endpoints: many }, "a").flows.map((flow) => encodeFlow(flow, 0)));
    programs.publish(program);
    await settled(started, 2);
    expect(await present()).toEqual(should);
    expect(started.report().errors.some((error) => error.includes("refuses"))).toBe(false);
    // As a switch is that has started again.
    const changes = log.changes().length;
    await watcher.apply([(await watcher.flows()).map((flow) => ({ kind: "flow", command: "delete", flow }))]);
    started.connection()?.close();
    await eventually(
      () => log.changes().length > changes && started.report().flows === should.size,
      () => JSON.stringify(log.lines),
    );
    expect(await present()).toEqual(should);
  });

  it("has the last good policy from disk after a reboot", async () => {
    const { program, text } = sealProgram(webToDb, plainDigest);
    const keeper = folderKeeper(folder);
    await keeper.keepProgram({ generation: 5, program, text });
    await keeper.keepInventory(new Map([["endpoints", { endpoints }]]));
    const started = await agent({ keeper });
    await settled(started, 5);
    await becomes(webToDb, endpoints);
    programs.publish(more);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(started.report().generation).toBe(5);
  });

  it("starts without what it cannot read on disk", async () => {
    writeFileSync(join(folder, "program.json"), '{"generation": 5, "text": "{');
    writeFileSync(join(folder, "inventory.json"), '{"endpoints": {"endpoints": [{"name": 1}]}}');
    const started = await agent({ keeper: folderKeeper(folder) });
    expect(log.lines.map(({ message }) => message)).toContainEqual(expect.stringContaining("the program on disk cannot be used"));
    source.set(endpoints);
    programs.publish(webToDb);
    await settled(started, 1);
  });

  it("tells of endpoints that it cannot bind, and of a bridge that is not there", async () => {
    const started = await agent();
    source.set([...endpoints, { ...endpoint(3, "web"), port: 0 }, { ...endpoint(4, "web"), port: 70_000 }]);
    programs.publish(webToDb);
    await settled(started, 1);
    expect(started.report().errors).toEqual(["endpoints: endpoint e3 has no port on br; endpoint e4 has no port on br"]);
    const other = await agent({ bridge: "other" });
    await eventually(
      () => other.report().errors.length > 0,
      () => JSON.stringify(other.report()),
    );
    expect(other.report().errors).toContain("bridge: there is no bridge other");
  });

  it("finds an endpoint's port by its interface", async () => {
    ovs.configure("set", "interface", "br-p3", "external_ids:iface-id=e3");
    const started = await agent();
    source.set([...endpoints, { ...endpoint(3, "web"), port: 0 }]);
    programs.publish(webToDb);
    await settled(started, 1);
    await becomes(webToDb, [...endpoints, endpoint(3, "web")]);
  });
});
