/** Traffic profiles on their way from `.ctv` to a switch. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { check } from "../../../../compiler/compile.js";
import { bindNode } from "../../../../compiler/target/openflow/bind/bind.js";
import type { BoundNode } from "../../../../compiler/target/openflow/bind/bind.js";
import type { Endpoint, Inventory } from "../../../../compiler/target/openflow/bind/inventory.js";
import { emitOpenflow } from "../../../../compiler/target/openflow/emit.js";
import { parseProgram } from "../../../../compiler/target/openflow/json.js";
import { flowText } from "../../../../compiler/target/openflow/text.js";
import { missingSwitch, startSwitch } from "../../../support/ovs.js";
import type { TestSwitch } from "../../../support/ovs.js";
import { describeWhere } from "../../../support/where.js";

const source = `
tenant shop {
  network net { subnet 10.1.0.0/24 }

  qos gold  { bandwidth 10Mbps
    burst 100
    dscp  46 }
  qos plain { dscp 0 }

  group web  in net { match app = web
    qos gold }
  group lab in net { match stage = test
    qos plain }
  group db   in net { match app = db }

  policy main {
    allow any -> any
  }
}
`;

const endpoint = (name: string, node: string, port: number, labels: Readonly<Record<string, string>>): Endpoint => ({
  name,
  node,
  port,
  mac: `02:00:00:00:00:0${port}`,
  addresses: [`10.1.0.${port}`],
  namespace: "shop",
  labels,
});

const inventory: Inventory = {
  nodes: [
    { name: "a", address: "192.0.2.1", tunnel: 9 },
    { name: "b", address: "192.0.2.2", tunnel: 9 },
  ],
  endpoints: [
    endpoint("web", "a", 1, { app: "web" }),
    endpoint("both", "a", 2, { app: "web", stage: "test" }),
    endpoint("db", "a", 3, { app: "db" }),
    endpoint("test", "a", 4, { stage: "test" }),
    endpoint("far", "b", 5, { app: "web" }),
  ],
};

const { universe } = check({ entries: ["main.ctv"], read: () => ({ text: source }) });
if (universe === undefined) throw new Error("the source has errors");
const { artefacts, diagnostics } = emitOpenflow(universe, { inventory });
const text = (path: string): string => artefacts.find((artefact) => artefact.path === path)?.text ?? "";

/** As an agent has it: from the program's text. */
const bound: BoundNode = bindNode(parseProgram(text("program.json")), inventory, "a");

describe("traffic profiles", () => {
  it("limit what the ports of a node send, by the first group that has a profile", () => {
    expect(bound.policing).toEqual([
      { port: 1, rate: 10_000, burst: 800 },
      { port: 2, rate: 10_000, burst: 800 },
    ]);
    expect(text("nodes/a.policing")).toBe(
      "ofport=1 ingress_policing_rate=10000 ingress_policing_burst=800\nofport=2 ingress_policing_rate=10000 ingress_policing_burst=800\n",
    );
  });

  it("are told where an endpoint can have two", () => {
    expect(diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual([
      'CTV5305 a workload can be in "lab" and in "web", and then has the profile "gold" of the latter',
    ]);
  });
});

describeWhere(missingSwitch(), "a switch with traffic profiles", () => {
  let ovs: TestSwitch;
  beforeAll(async () => {
    ovs = await startSwitch();
    ovs.addBridge("br", 10);
    ovs.load("br", bound.flows.map((flow) => `${flowText(flow)}\n`).join(""));
  });
  afterAll(async () => ovs.stop());

  it.each([
    [1, "set(ipv4(tos=0xb8/0xfc))"],
    [2, "set(ipv4(tos=0xb8/0xfc))"],
    [3, undefined],
    [4, undefined],
  ])("marks what port %i sends", async (port, marked) => {
    const to = port === 3 ? 1 : 3;
    const mac = (last: number): string => `02:00:00:00:00:0${last}`;
    const packet = `tcp,in_port=${port},dl_src=${mac(port)},dl_dst=${mac(to)},nw_src=10.1.0.${port},nw_dst=10.1.0.${to},nw_ttl=64,tcp_dst=80`;
    const answer = await ovs.trace("br", packet, []);
    const set = /set\(ipv4\(tos=[^)]*\)\)/.exec(answer)?.[0];
    expect(answer).toMatch(new RegExp(`output:${to}`));
    expect(set).toBe(marked);
  });
});
