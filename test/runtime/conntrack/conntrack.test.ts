/** Which connections go on under a policy: as the reference evaluator says, and as the switch lists and removes them. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { formatAddress } from "../../../compiler/space/address.js";
import { resolveEndpoints } from "../../../compiler/target/openflow/bind/resolve.js";
import { buildProgram } from "../../../compiler/target/openflow/build.js";
import { sharedZone } from "../../../compiler/target/openflow/registers.js";
import { evaluate } from "../../../compiler/verdict/evaluate.js";
import { openControl } from "../../../runtime/conntrack/control.js";
import type { SwitchControl } from "../../../runtime/conntrack/control.js";
import { cutConnections } from "../../../runtime/conntrack/cut.js";
import { connectionJudge } from "../../../runtime/conntrack/decide.js";
import { readConnection } from "../../../runtime/conntrack/entries.js";
import { eventually } from "../../support/agent.js";
import { policySketch } from "../../support/arbitrary.js";
import { missingSwitch, startSwitch } from "../../support/ovs.js";
import type { TestSwitch } from "../../support/ovs.js";
import { allow, deny, makePolicy, universeOf } from "../../support/policy.js";
import type { PolicySketch } from "../../support/policy.js";
import { switchedWorld } from "../../support/switched.js";
import { interestingFlows } from "../../support/worlds.js";
import { describeWhere } from "../../support/where.js";

/** Asks about every interesting flow of a policy, in the zone that the tables would track it in; gives how many, and what differs. */
function compare(sketch: PolicySketch): { readonly asked: number; readonly found: readonly string[] } {
  const policy = makePolicy(sketch);
  const universe = universeOf(policy);
  const { program } = buildProgram(universe);
  if (program === undefined) return { asked: 0, found: [] };
  const world = switchedWorld(universe, program, true);
  const { endpoints } = resolveEndpoints(program, world.inventory);
  const at = (text: string): typeof endpoints =>
    endpoints.filter(({ addresses }) => addresses.some(({ address }) => formatAddress(address) === text));
  const judge = connectionJudge(program, at);
  const zones = [sharedZone, ...program.tenants.map(({ id }) => id)];
  let asked = 0;
  const found: string[] = [];
  for (const flow of interestingFlows(
    universe,
    world.stations.map(({ end }) => end),
  )) {
    if (flow.source === flow.destination) continue;
    const connection = {
      mark: 1,
      protocol: flow.protocol,
      detail: flow.detail,
      source: flow.source.address,
      destination: flow.destination.address,
      tuple: "",
    };
    const passes = evaluate(policy, flow).outcome !== "deny";
    // The connection is in one of the zones, and in the others it is not what it was.
    const allowed = zones.filter((zone) => judge({ ...connection, zone }));
    asked++;
    if ((allowed.length === 1) !== passes)
      found.push(`${flow.protocol}/${flow.detail} ${formatAddress(flow.source.address)} -> ${formatAddress(flow.destination.address)}: ${passes}`);
  }
  return { asked, found };
}

describe("the judge of connections", () => {
  it("decides as the evaluator does", () => {
    let asked = 0;
    for (const sketch of fc.sample(policySketch(), { seed: 3, numRuns: 6 })) {
      const result = compare(sketch);
      if (result.found.length > 0) throw new Error(`${JSON.stringify(sketch)}\n${result.found.slice(0, 5).join("\n")}`);
      asked += result.asked;
    }
    expect(asked).toBeGreaterThan(500);
  });

  it("keeps what is only audited, and cuts what it cannot know", () => {
    const sketch: PolicySketch = {
      tenants: [
        {
          name: "t",
          networks: { net: "10.0.0.0/24" },
          groups: { a: { match: "app=a" } },
          policies: [{ name: "p", rules: [deny("a", "a"), allow("a", "any")] }],
        },
      ],
    };
    const { program } = buildProgram(universeOf(makePolicy(sketch)), { tenants: ["t"], policies: [] });
    if (program === undefined) throw new Error("no program");
    const judge = connectionJudge(program, () => []);
    const connection = {
      zone: program.tenants[0].id,
      mark: 1,
      protocol: 6,
      source: { family: 4, value: 0x0a000001 },
      destination: { family: 4, value: 0x0a000002 },
      tuple: "",
    } as const;
    expect(judge({ ...connection, detail: 80 })).toBe(true);
    expect(judge(connection)).toBe(false);
  });
});

describe("the switch's list of connections", () => {
  it.each([
    [
      "tcp,orig=(src=10.1.1.66,dst=10.1.1.2,sport=60688,dport=6379),reply=(src=10.1.1.2,dst=10.1.1.66,sport=6379,dport=60688),zone=28750,mark=1,labels=0xa825ee9d,protoinfo=(state=TIME_WAIT)",
      {
        zone: 28750,
        mark: 1,
        protocol: 6,
        detail: 6379,
        tuple: "ct_nw_src=10.1.1.66,ct_nw_dst=10.1.1.2,ct_nw_proto=6,ct_tp_src=60688,ct_tp_dst=6379",
      },
    ],
    [
      "tcp,orig=(src=10.1.1.66,dst=10.9.9.9,sport=5,dport=80),reply=(src=10.1.1.2,dst=10.1.1.66,sport=8080,dport=5),zone=3,mark=3,protoinfo=(state=ESTABLISHED)",
      {
        destination: { family: 4, value: 0x0a010102 },
        detail: 8080,
        tuple: "ct_nw_src=10.1.1.66,ct_nw_dst=10.9.9.9,ct_nw_proto=6,ct_tp_src=5,ct_tp_dst=80",
      },
    ],
    [
      "icmpv6,orig=(src=fd00::1,dst=fd00::2,id=7,type=128,code=0),reply=(src=fd00::2,dst=fd00::1,id=7,type=129,code=0),zone=5",
      {
        zone: 5,
        mark: 0,
        protocol: 58,
        detail: 32768,
        tuple: "ct_ipv6_src=fd00::1,ct_ipv6_dst=fd00::2,ct_nw_proto=58,icmp_type=128,icmp_code=0,icmp_id=7",
      },
    ],
    [
      "47,orig=(src=10.0.0.1,dst=10.0.0.2),reply=(src=10.0.0.2,dst=10.0.0.1),zone=5,mark=1",
      { protocol: 47, detail: 0, tuple: "ct_nw_src=10.0.0.1,ct_nw_dst=10.0.0.2,ct_nw_proto=47" },
    ],
  ])("%s", (line, expected) => {
    expect(readConnection(line)).toMatchObject(expected);
  });

  it("does not know ports of a protocol that is tracked without", () => {
    expect(readConnection("sctp,orig=(src=10.0.0.1,dst=10.0.0.2),reply=(src=10.0.0.2,dst=10.0.0.1),zone=5,mark=1")).not.toHaveProperty("detail");
  });

  it("takes any text", () => {
    fc.assert(fc.property(fc.string(), (text) => void readConnection(text)));
    expect(readConnection("")).toBeUndefined();
    expect(readConnection("tcp,orig=(src=x,dst=y),reply=(src=z,dst=w)")).toBeUndefined();
  });
});

describeWhere(missingSwitch(), "a real switch's connections", () => {
  let ovs: TestSwitch;
  let control: SwitchControl;
  beforeAll(async () => {
    ovs = await startSwitch();
    ovs.addBridge("br", 2);
    ovs.load("br", "in_port=1,ip,ct_state=-trk actions=ct(commit,zone=7,exec(set_field:1->ct_mark)),output:2\n");
    control = await openControl(ovs.controlSocket);
  });
  afterAll(async () => {
    control.close();
    await ovs.stop();
  });

  const send = (source: number, port: number, protocol: "tcp" | "udp" = "udp"): Promise<string> =>
    ovs.control(
      "netdev-dummy/receive",
      "br-p1",
      `in_port(1),eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02),eth_type(0x0800),ipv4(src=10.0.0.${source},dst=10.0.0.9,proto=${protocol === "udp" ? 17 : 6},tos=0,ttl=64,frag=no),${protocol}(src=1000,dst=${port})`,
    );
  const ports = async (): Promise<readonly number[]> =>
    [...(await control.run("dpctl/dump-conntrack")).matchAll(/orig=\([^)]*dport=(\d+)/g)].map(([, port]) => Number(port)).sort((a, b) => a - b);

  it("removes those that are denied, and no others", async () => {
    for (const port of [1, 2, 3, 4]) await send(1, port);
    await eventually(
      async () => (await ports()).join() === "1,2,3,4",
      () => "the switch has not tracked what was sent",
    );
    const judge = ({ detail }: { readonly detail?: number }): boolean => detail !== 2 && detail !== 3;
    expect(await cutConnections(control, "dummy", () => ({ zones: new Set([8]), judge }))).toBe(0);
    expect(await cutConnections(control, "dummy", () => ({ zones: new Set([7]), judge }))).toBe(2);
    expect(await ports()).toEqual([1, 4]);
  });

  it("removes nothing when a change comes in between", async () => {
    const away = (): never => {
      throw new Error("a change is under way");
    };
    await expect(cutConnections(control, "dummy", away)).rejects.toThrow("a change is under way");
    expect(await ports()).toEqual([1, 4]);
  });
});
