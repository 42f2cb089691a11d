/** A node's agent as a service, with a real switch: from `ctv publish` to packets counted, and what it says of itself. */
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "@jest/globals";
import { readAgentSettings } from "../../../runtime/config/settings.js";
import { makeLog } from "../../../runtime/service/log.js";
import { startService } from "../../../runtime/service/service.js";
import type { Service } from "../../../runtime/service/service.js";
import { ctv, scratch } from "../../cli/support/command.js";
import { missingSwitch, startSwitch } from "../../support/ovs.js";
import type { TestSwitch } from "../../support/ovs.js";
import { describeWhere } from "../../support/where.js";
import { eventually } from "../store/contract.js";

const policy = `tenant shop {
  network net { subnet 10.1.1.0/24; gateway 10.1.1.254 }
  group web in net { match app = web }
  group db  in net { match app = db }
  policy tiers {
    allow web -> db : postgres log
    deny  web -> db : http log
    allow db -> web : https
  }
}
`;
const endpoints = `nodes: []
endpoints:
  - { name: web-1, node: node-a, port: 1, mac: 02:00:00:00:00:01, addresses: [10.1.1.1], namespace: shop, labels: { app: web } }
  - { name: db-1, node: node-a, port: 2, mac: 02:00:00:00:00:02, addresses: [10.1.1.2], namespace: shop, labels: { app: db } }
`;

describeWhere(missingSwitch(), "the agent of a node", () => {
  let ovs: TestSwitch;
  let running: Service | undefined;
  beforeAll(async () => {
    ovs = await startSwitch();
    ovs.addBridge("br", 3);
  });
  // Flows that are there already would be taken for those of a generation of this test's own store.
  beforeEach(() => ovs.load("br", ""));
  afterEach(async () => {
    await running?.stop();
    running = undefined;
  });
  afterAll(() => ovs.stop());

  /** A folder with policy, keys, endpoints and configuration. */
  async function project(more = "") {
    const cwd = scratch({ "a.ctv": policy, "nodes.yaml": endpoints });
    const config = [
      "node: node-a",
      "store: { folder: store }",
      "trust: [ctv.pub]",
      "state: state",
      "bridge: br",
      `ovsdb: unix:${ovs.database}`,
      `openflow: unix:${ovs.socket("br")}`,
      `control: ${ovs.controlSocket}`,
      "endpoints: { file: nodes.yaml, ovsdb: false }",
      "listen: 127.0.0.1:0",
      "reportEvery: 1",
      more,
    ];
    writeFileSync(join(cwd, "ctv-agent.yaml"), config.join("\n"));
    await ctv(["keygen"], { cwd });
    const run = (...words: readonly string[]) => ctv(words, { cwd, env: { CTV_STORE: "ctv-agent.yaml", CTV_KEY: "ctv.key" } });
    const lines: Record<string, unknown>[] = [];
    const start = async (): Promise<Service> => {
      const { settings } = readAgentSettings("ctv-agent.yaml", readFileSync(join(cwd, "ctv-agent.yaml"), "utf8"));
      if (settings === undefined) throw new Error("the configuration is wrong");
      running = await startService(settings, cwd, await makeLog("info", "node-a", { write: (line) => lines.push(JSON.parse(line)) }));
      return running;
    };
    return { cwd, run, start, lines };
  }

  const ask = async (service: Service, path: string, headers: Record<string, string> = {}) => {
    const { request } = await import("node:http");
    return new Promise<{ readonly status: number; readonly text: string }>((resolve, reject) => {
      const asking = request(`http://${service.address}${path}`, { headers }, (response) => {
        let text = "";
        response.on("data", (chunk: Buffer) => (text += chunk.toString()));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
      });
      asking.on("error", reject);
      asking.end();
    });
  };

  const packet = (from: number, to: number, port: number): Promise<string> =>
    ovs.control(
      "netdev-dummy/receive",
      `br-p${from}`,
      `in_port(${from}),eth(src=02:00:00:00:00:0${from},dst=02:00:00:00:00:0${to}),eth_type(0x0800),ipv4(src=10.1.1.${from},dst=10.1.1.${to},proto=6,tos=0,ttl=64,frag=no),tcp(src=40000,dst=${port}),tcp_flags(syn)`,
    );

  it("puts in force what is published, says so, counts and logs", async () => {
    const { run, start, lines } = await project();
    const service = await start();
    expect(await ask(service, "/healthz")).toEqual({ status: 200, text: '{"alive":true}\n' });
    await eventually(async () => (await ask(service, "/readyz")).text, '{"ready":false,"reasons":["the switch holds no policy yet"]}\n');
    await run("publish", "a.ctv");
    expect(await run("status", "--wait", "--timeout", "10")).toMatchObject({ code: 0, out: expect.stringMatching(/node-a +1 +\d+ +2 .*in force/) });
    expect(await ask(service, "/readyz")).toEqual({ status: 200, text: '{"ready":true,"reasons":[]}\n' });

    const before = ovs.sent("br").get(2) ?? 0;
    await packet(1, 2, 5432);
    await packet(1, 2, 80);
    await packet(1, 2, 22);
    await eventually(() => (ovs.sent("br").get(2) ?? 0) - before, 1);
    const told = () =>
      lines
        .filter(({ msg }) => msg === "connection")
        .map(({ verdict, source, destinationPort, rules }) => ({ verdict, source, destinationPort, rules }));
    await eventually(() => told().length, 2);
    expect(told()).toEqual([
      { verdict: "allowed", source: "10.1.1.1", destinationPort: 5432, rules: [{ rule: expect.stringMatching(/^shop\/tiers\//), place: "a.ctv:6" }] },
      { verdict: "denied", source: "10.1.1.1", destinationPort: 80, rules: [{ rule: expect.stringMatching(/^shop\/tiers\//), place: "a.ctv:7" }] },
    ]);

    const { text } = await ask(service, "/metrics");
    expect(text).toMatch(/^ctv_agent_generation 1$/m);
    expect(text).toMatch(/^ctv_agent_endpoints 2$/m);
    expect(text).toMatch(/^ctv_agent_connected 1$/m);
    expect(text).toMatch(/^process_resident_memory_bytes /m);

    const hits = async () => {
      const { rules } = JSON.parse((await run("stats", "--format", "json")).out);
      return rules.map(({ line, decided, packets }: { line: number; decided: number; packets: number }) => [line, decided, packets]);
    };
    await eventually(hits, [
      [6, 1, 1],
      [7, 1, 1],
      [8, 0, 0],
      [1, 1, 1],
    ]);
    const shown = (await run("stats")).out;
    expect(shown).toMatch(/^RULE +AT +ACTION +DECIDED +PACKETS +BYTES +LAST HIT\n/);
    expect(shown).toMatch(/shop\/tiers\/\w+ +a\.ctv:6 +allow +1 +1 +\d+ +\d+ s ago\n/);
    expect(shown).toMatch(/shop: default deny +a\.ctv:1 +deny +1 /);
    expect((await run("stats", "--never")).out).toMatch(/^RULE.*\nshop\/tiers\/\w+ +a\.ctv:8 +allow +0 +0 +0 +never\n$/);
    expect(await run("stats", "--node", "node-x")).toMatchObject({ code: 2, err: expect.stringContaining('node "node-x" has counted nothing') });
    expect(await run("stats", "--tenant", "bank")).toMatchObject({ code: 2, err: expect.stringContaining('no tenant "bank"') });
  });

  it("lets pass what is in audit mode, and tells what would be denied", async () => {
    const { cwd, run, start, lines } = await project();
    writeFileSync(join(cwd, "ctv.yaml"), "sources: [a.ctv]\ntargets: { openflow: { audit: [shop/tiers] } }\n");
    await run("publish");
    const service = await start();
    await eventually(() => service.agent.report().generation, 1);
    const before = ovs.sent("br").get(2) ?? 0;
    await packet(1, 2, 80);
    await packet(1, 2, 23);
    await eventually(() => (ovs.sent("br").get(2) ?? 0) - before, 1);
    await eventually(
      () => lines.filter(({ msg }) => msg === "connection").map(({ verdict, destinationPort }) => [verdict, destinationPort]),
      [["audited", 80]],
    );
    await eventually(async () => /a\.ctv:7 +would deny +1 +1 /.test((await run("stats", "--audited")).out), true);
    const { out } = await run("why", "web-1", "db-1", "tcp/80", "--agent", service.address);
    expect(out).toContain("allowed (generation 1");
    expect(out).toContain("deny, but in audit mode: counted, not dropped");
  });

  it("explains what happens to a connection, and the switch agrees", async () => {
    const { run, start } = await project();
    await run("publish", "a.ctv");
    const service = await start();
    await eventually(() => service.agent.report().generation, 1);
    const why = (...words: readonly string[]) => run("why", ...words, "--agent", service.address);
    const allowed = await why("web-1", "db-1", "tcp/5432");
    expect(allowed).toMatchObject({ code: 0, err: "" });
    expect(allowed.out.replace(/cookie=0x\w+|rule shop\S+|reg\d+=\S+?(?=[, ])|\d+ packets?, \d+/g, "…")).toMatchInlineSnapshot(`
     "web-1 -> db-1 : tcp/5432: allowed (generation 1; arrives by port 1, goes out by output:2)
       a.ctv:6: allow web -> db : postgres log
         … allow
         flow table=80,priority=1001,…,tcp,tp_dst=5432,…,…,… actions=set_field:0xcfae2a53->reg15,set_field:0x2/0x2->reg0
              … bytes
         connections it let pass: … bytes
       way: input > guard > destination > zone > track > state > askSource > policy > askDestination > verdict > account > forward
     "
    `);
    await packet(1, 2, 5433);
    const denied = JSON.parse((await why("10.1.1.1", "->", "10.1.1.2", ":", "tcp/5433", "--format", "json")).out);
    expect(denied).toMatchObject({
      verdict: "denied",
      outputs: [],
      rules: [{ place: "a.ctv:1", action: "deny", flow: { packets: expect.any(Number) } }],
    });
    expect(JSON.parse((await why("web-1", "db-1", "tcp/80", "--format", "json")).out)).toMatchObject({
      verdict: "denied",
      rules: [{ place: "a.ctv:7" }],
    });
    for (const [from, to, asked] of [
      ["web-1", "db-1", "tcp/5432"],
      ["web-1", "db-1", "tcp/80"],
      ["db-1", "web-1", "tcp/443"],
      ["db-1", "web-1", "udp/443"],
      ["db-1", "web-1", "icmp/8"],
      ["web-1", "10.1.1.77", "ip/47"],
    ] as const) {
      const { code, out, err } = await run("trace", from, to, asked, "--agent", service.address);
      expect({ code, err, asked }).toEqual({ code: 0, err: "", asked });
      expect(out).toMatch(/Datapath actions: /);
      expect(out).toContain("the switch agrees: the packet ");
    }
    expect((await run("trace", "web-1", "db-1", "tcp/5432", "--agent", service.address)).out).toContain("the packet comes out");
    const wrong = async (...words: readonly string[]) => (await why(...words)).err;
    expect(await wrong("web-1", "db-1")).toContain("a question is SOURCE DESTINATION SERVICE");
    expect(await wrong("web-1", "db-9", "tcp/80")).toContain('no endpoint is named "db-9", and it is no address');
    expect(await wrong("web-1", "db-1", "tcp/99999")).toContain('"tcp/99999" is not a service such as tcp/80');
    expect(await wrong("web-1", "db-1", "icmp6/128")).toContain("is not of the family of 10.1.1.1");
    expect(await wrong("web-1", "fd00::1", "tcp/80")).toContain("have no addresses of one family");
    expect(await wrong("192.0.2.1", "192.0.2.2", "tcp/80")).toContain("neither end is an endpoint of this node, node-a");
    expect(await wrong("192.0.2.1", "db-1", "tcp/80")).toContain("this node has no uplink");
    expect((await run("why", "a", "b", "tcp/1", "--agent", "127.0.0.1:1")).err).toContain("no agent answers at 127.0.0.1:1");
  });

  it("keeps the last good policy when it starts again without its store", async () => {
    const { cwd, run, start, lines } = await project();
    await run("publish", "a.ctv");
    const first = await start();
    await eventually(() => first.agent.report().generation, 1);
    await eventually(() => existsSync(join(cwd, "state/program.signed")), true);
    await first.stop();
    renameSync(join(cwd, "store"), join(cwd, "gone"));
    ovs.load("br", "");
    const second = await start();
    await eventually(() => second.agent.report().generation, 1);
    await eventually(() => lines.some(({ msg }) => String(msg).includes("is empty, but generation 1 is in force: it stays in force")), true);
    await second.stop();

    // What was kept is believed as little as what the store has: signed or nothing.
    const kept = join(cwd, "state/program.signed");
    writeFileSync(kept, readFileSync(kept, "utf8").replace('"action":"deny"', '"action":"allow"'));
    ovs.load("br", "");
    const third = await start();
    await eventually(() => lines.some(({ msg }) => String(msg).includes("the program on disk cannot be used")), true);
    expect(third.agent.report().generation).toBe(0);
  });

  it("refuses what is not signed by whom it trusts, and says so in its report", async () => {
    const { cwd, run, start } = await project();
    await run("publish", "a.ctv");
    const service = await start();
    await eventually(() => service.agent.report().generation, 1);
    await ctv(["keygen", "other"], { cwd });
    await ctv(["publish", "a.ctv", "--force", "--store", "store", "--key", "other.key"], { cwd });
    await eventually(() => service.agent.report().errors.join().includes("generation 2 of folder"), true);
    expect(service.agent.report()).toMatchObject({ generation: 1 });
    await eventually(async () => /node-a +1 .*is refused: it is signed with the key/.test((await run("status")).out), true);
    await run("publish", "a.ctv");
    await eventually(() => service.agent.report().generation, 3);
    await eventually(() => service.agent.report().errors, []);
  });

  it("runs as a command until it is told to stop, and reads its configuration again when told to", async () => {
    const { cwd, run } = await project();
    await run("publish", "a.ctv");
    const config = join(cwd, "ctv-agent.yaml");
    const ending = run("agent", "-c", "ctv-agent.yaml", "--log", "info");
    const reports = () =>
      run("status", "--format", "json").then(({ out }) =>
        JSON.parse(out).nodes.map(({ node, alive }: { node: string; alive: boolean }) => [node, alive]),
      );
    await eventually(reports, [["node-a", true]]);
    writeFileSync(config, readFileSync(config, "utf8").replace("node: node-a", "nod: node-a"));
    process.emit("SIGHUP");
    await new Promise((resolve) => setTimeout(resolve, 200));
    writeFileSync(config, readFileSync(config, "utf8").replace("nod: node-a", "node: node-b"));
    process.emit("SIGHUP");
    await eventually(reports, [
      ["node-a", false],
      ["node-b", true],
    ]);
    process.emit("SIGTERM");
    const { code, out, err } = await ending;
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const messages = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).msg);
    expect(messages.filter((message) => /configuration|has started|stops/.test(message))).toEqual([
      "the agent has started",
      expect.stringMatching(/^the configuration is not taken: ctv-agent\.yaml cannot be used\nerror\[CTV2102\]/),
      "the configuration is read again; the switch keeps what it has meanwhile",
      "the agent has started",
      "the agent stops; the switch keeps what it has",
    ]);
    expect(await run("agent", "--check", "-c", "ctv-agent.yaml")).toMatchObject({ code: 0, out: "ctv-agent.yaml is good\n" });
    expect(await run("agent", "--listen", "0.0.0.0:80", "-c", "ctv-agent.yaml")).toMatchObject({
      code: 2,
      err: expect.stringContaining("--listen takes a loopback address"),
    });
    expect(await run("agent", "-c", "none.yaml")).toMatchObject({
      code: 2,
      err: expect.stringContaining("cannot read none.yaml: there is no such file"),
    });
  });

  it("answers nobody who comes by another name, and changes nothing", async () => {
    const { start } = await project();
    const service = await start();
    expect(await ask(service, "/metrics", { host: "evil.example" })).toMatchObject({ status: 403 });
    expect(await ask(service, "/nothing")).toMatchObject({
      status: 404,
      text: expect.stringContaining("there is no /nothing; there are /why, /trace, /healthz"),
    });
  });

  it("says why it cannot start", async () => {
    const { cwd, start } = await project();
    const first = await start();
    const taken = readFileSync(join(cwd, "ctv-agent.yaml"), "utf8").replace("127.0.0.1:0", first.address);
    writeFileSync(join(cwd, "ctv-agent.yaml"), taken);
    await expect(start()).rejects.toThrow(`cannot listen on ${first.address}: something else listens there`);
    writeFileSync(join(cwd, "ctv-agent.yaml"), taken.replace("ctv.pub", "none.pub"));
    await expect(start()).rejects.toThrow("cannot read none.pub: there is no such file or folder");
    writeFileSync(join(cwd, "ctv-agent.yaml"), taken.replace("file: nodes.yaml, ", ""));
    await expect(start()).rejects.toThrow("`endpoints` names no source");
  });
});
