/** What binding makes of endpoints: senders checked, addresses resolved, packets carried. Asked of a real switch where one is there. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Fabric, LoadBalancer, Policy } from "../../../../compiler/policy/model.js";
import { parseAddress, parsePrefix } from "../../../../compiler/space/address.js";
import { oneOf } from "../../../../compiler/space/values.js";
import { bindNode } from "../../../../compiler/target/openflow/bind/bind.js";
import type { BoundNode } from "../../../../compiler/target/openflow/bind/bind.js";
import type { Endpoint, Inventory, InventoryNode } from "../../../../compiler/target/openflow/bind/inventory.js";
import { routerMac } from "../../../../compiler/target/openflow/bind/inventory.js";
import { buildProgram } from "../../../../compiler/target/openflow/build.js";
import type { Program } from "../../../../compiler/target/openflow/program.js";
import { flowText, groupText } from "../../../../compiler/target/openflow/text.js";
import { missingSwitch, startSwitch } from "../../../support/ovs.js";
import type { TestSwitch } from "../../../support/ovs.js";
import { allow, makePolicy, universeOf } from "../../../support/policy.js";
import { describeWhere } from "../../../support/where.js";

const TUNNEL = 8;
const UPLINK = 9;

const basic = makePolicy({
  tenants: [
    {
      name: "shop",
      networks: { net: "10.1.0.0/24, fd00::/64" },
      groups: { web: { match: "app=web", in: "net" }, db: { match: "app=db", in: "net" } },
      policies: [{ name: "p", rules: [allow("web", "db", "tcp/5432, udp/5432"), allow("world", "web", "tcp/80"), allow("web", "web")] }],
    },
    {
      name: "lab",
      networks: { net: "10.1.0.0/24" },
      groups: { web: { match: "app=web", in: "net" } },
      policies: [{ name: "p", rules: [allow("web", "web")] }],
    },
  ],
});

const fabric: Fabric = {
  origin: basic.tenants[0].origin,
  mode: "default",
  forwarding: "bridge",
  arp: "proxy",
  vlans: [100, 200],
  vxlans: [1000, 2000],
  privateSubnet: parsePrefix("172.19.0.0/16") ?? { address: { family: 4, value: 0 }, length: 0 },
};

function programOf(policy: Policy): Program {
  const { program } = buildProgram(universeOf(policy));
  if (program === undefined) throw new Error("no program");
  return program;
}

const endpoint = (name: string, node: string, port: number, last: number, namespace: string, app: string): Endpoint => ({
  name,
  node,
  port,
  mac: `02:00:00:00:00:${last.toString(16).padStart(2, "0")}`,
  addresses: [`10.1.0.${last}`, `fd00::${last}`],
  namespace,
  labels: { app },
});

const node = (name: string, more: Partial<InventoryNode> = {}): InventoryNode => ({
  name,
  address: name === "a" ? "192.0.2.1" : "192.0.2.2",
  tunnel: TUNNEL,
  uplink: UPLINK,
  ...more,
});

const endpoints = [endpoint("web", "a", 1, 1, "shop", "web"), endpoint("db", "a", 2, 2, "shop", "db"), endpoint("web2", "b", 1, 3, "shop", "web")];
const inventory: Inventory = { nodes: [node("a"), node("b")], endpoints };

const texts = (bound: BoundNode): readonly string[] => bound.flows.map(flowText);

describe("binding", () => {
  const program = programOf(basic);

  it("changes few flows when one endpoint comes", () => {
    const before = new Set(texts(bindNode(program, inventory, "a")));
    const more = { ...inventory, endpoints: [...inventory.endpoints, endpoint("web3", "b", 2, 4, "shop", "web")] };
    const after = texts(bindNode(program, more, "a"));
    expect(after.filter((flow) => !before.has(flow)).length).toBeLessThanOrEqual(20);
    expect([...before].filter((flow) => !after.includes(flow))).toEqual([]);
  });

  it("changes only the flows of its own addresses when an endpoint's labels change", () => {
    const before = new Set(texts(bindNode(program, inventory, "a")));
    const relabelled = { ...inventory, endpoints: endpoints.map((entry) => (entry.name === "web2" ? { ...entry, labels: { app: "db" } } : entry)) };
    expect(texts(bindNode(program, relabelled, "a")).filter((flow) => !before.has(flow))).toHaveLength(6);
  });

  it("grows with the endpoints, not with their pairs", () => {
    const flows = (count: number): number =>
      bindNode(
        program,
        {
          ...inventory,
          endpoints: Array.from({ length: count }, (_, index) =>
            endpoint(`e${index}`, index % 2 === 0 ? "a" : "b", index + 10, index + 1, "shop", index % 3 === 0 ? "web" : "db"),
          ),
        },
        "a",
      ).flows.length;
    expect(flows(200) - flows(100)).toBeLessThan(100 * 20);
  });

  it("tells what it cannot take, and gives it no traffic", () => {
    const wrong: Inventory = {
      nodes: [node("a")],
      endpoints: [
        { ...endpoints[0], name: "no mac", mac: "02:00" },
        { ...endpoints[0], name: "no address", addresses: ["10.1.0"] },
        { ...endpoints[0], name: "elsewhere", addresses: ["203.0.113.9"] },
        { ...endpoints[0], name: "twin 1", addresses: ["10.1.0.9"] },
        { ...endpoints[0], name: "twin 2", addresses: ["10.1.0.9"] },
        endpoints[1],
        endpoints[1],
      ],
    };
    const bound = bindNode(program, wrong, "a");
    expect(bound.problems.map(({ message }) => message)).toEqual([
      "endpoint db is left out: there are two endpoints of this name",
      'endpoint no address: "10.1.0" is not an address',
      'endpoint no mac is left out: "02:00" is not a MAC address',
      "endpoint elsewhere gets no traffic at 203.0.113.9: the policy places such workloads at other addresses",
      "endpoint twin 1 gets no traffic at 10.1.0.9: endpoint twin 2 of the same tenant has the same address",
      "endpoint twin 2 gets no traffic at 10.1.0.9: endpoint twin 1 of the same tenant has the same address",
    ]);
    expect(texts(bound).filter((flow) => flow.includes("203.0.113.9"))).toEqual([
      expect.stringMatching(/^table=30,priority=245,.*actions=drop$/),
      expect.stringMatching(/^table=40,priority=245,.*actions=drop$/),
    ]);
  });

  it("has a problem, and no flows, for a node that is not there", () => {
    expect(bindNode(program, inventory, "c")).toMatchObject({ flows: [], problems: [{ message: "the inventory has no node c" }] });
  });
});

describeWhere(missingSwitch(), "a bound node's switch", () => {
  let ovs: TestSwitch;
  beforeAll(async () => {
    ovs = await startSwitch();
    ovs.addBridge("br", 10);
  });
  afterAll(async () => ovs.stop());

  const load = (policy: Policy, on: Inventory, name = "a"): Program => {
    const program = programOf(policy);
    const bound = bindNode(program, on, name);
    ovs.load("br", `${texts(bound).join("\n")}\n`, bound.groups.map((group) => `${groupText(group)}\n`).join(""));
    return program;
  };
  /** The outputs that the last part of a trace names, and the header fields that it leaves with. */
  const outputs = async (packet: string, ...states: readonly string[]): Promise<readonly string[]> => {
    const answer = await ovs.trace("br", packet, states);
    return [...answer.matchAll(/^\s+(output:\d+|IN_PORT|NORMAL)$/gm)].map(([, action]) => action);
  };
  const mac = (last: number): string => `02:00:00:00:00:0${last}`;
  const tcp = (port: number, from: number, to: number, destinationPort: number, more = ""): string =>
    `tcp,in_port=${port},dl_src=${mac(from)},dl_dst=${mac(to)},nw_src=10.1.0.${from},nw_dst=10.1.0.${to},tcp_dst=${destinationPort}${more}`;

  it("drops senders that are not who they say", async () => {
    load(basic, inventory);
    expect(await outputs(tcp(1, 1, 2, 5432))).toEqual(["output:2"]);
    expect(await outputs(tcp(1, 1, 2, 5432).replace("nw_src=10.1.0.1", "nw_src=10.1.0.3"))).toEqual([]);
    expect(await outputs(tcp(1, 1, 2, 5432).replace(`dl_src=${mac(1)}`, `dl_src=${mac(3)}`))).toEqual([]);
    expect(await outputs(`arp,in_port=1,dl_src=${mac(1)},arp_op=2,arp_spa=10.1.0.2,arp_sha=${mac(1)},arp_tpa=10.1.0.9`)).toEqual([]);
    expect(
      await outputs(`icmp6,in_port=1,dl_src=${mac(1)},ipv6_src=fd00::1,ipv6_dst=ff02::1,icmpv6_type=136,nd_target=fd00::2,nd_tll=${mac(1)}`),
    ).toEqual([]);
    expect(await outputs(`icmp6,in_port=1,dl_src=${mac(1)},ipv6_src=fe80::1,ipv6_dst=ff02::1,icmpv6_type=134`)).toEqual([]);
  });

  it("does not believe an endpoint's address that comes from elsewhere", async () => {
    load(basic, inventory);
    const outside = `tcp,in_port=${UPLINK},dl_src=02:00:00:00:ff:01,dl_dst=${mac(1)},nw_src=8.8.8.8,nw_dst=10.1.0.1,tcp_dst=80`;
    expect(await outputs(outside)).toEqual(["output:1"]);
    for (const forged of ["10.1.0.2", "10.1.0.3"]) expect(await outputs(outside.replace("8.8.8.8", forged))).toEqual([]);
    // Nor a delivery to one endpoint's hardware under another's address.
    expect(await outputs(outside.replace(`dl_dst=${mac(1)}`, `dl_dst=${mac(2)}`))).toEqual([]);
  });

  it("filters traffic from outside, and lets the answer out", async () => {
    load(basic, inventory);
    const outside = (port: number): string =>
      `tcp,in_port=${UPLINK},dl_src=02:00:00:00:ff:01,dl_dst=${mac(1)},nw_src=8.8.8.8,nw_dst=10.1.0.1,tcp_dst=${port}`;
    expect(await outputs(outside(22))).toEqual([]);
    const answer = `tcp,in_port=1,dl_src=${mac(1)},dl_dst=02:00:00:00:ff:01,nw_src=10.1.0.1,nw_dst=8.8.8.8,tcp_src=80`;
    expect(await outputs(`${answer},ct_mark=1`, "trk,est,rpl")).toEqual([`output:${UPLINK}`]);
    expect(await outputs(answer, "trk,new")).toEqual([]);
    expect(await outputs(answer, "trk,est,rpl")).toEqual([]);
    expect(await outputs(`${answer},ct_mark=1`, "trk,inv")).toEqual([]);
  });

  it("answers ARP and neighbour solicitations for known endpoints", async () => {
    load(basic, inventory);
    expect(await outputs(`arp,in_port=1,dl_src=${mac(1)},arp_op=1,arp_spa=10.1.0.1,arp_sha=${mac(1)},arp_tpa=10.1.0.3`)).toEqual(["IN_PORT"]);
    expect(
      await outputs(`icmp6,in_port=1,dl_src=${mac(1)},ipv6_src=fd00::1,ipv6_dst=ff02::1,icmpv6_type=135,nd_target=fd00::3,nd_sll=${mac(1)}`),
    ).toEqual(["IN_PORT"]);
    expect(await outputs(`arp,in_port=1,dl_src=${mac(1)},arp_op=1,arp_spa=10.1.0.1,arp_sha=${mac(1)},arp_tpa=10.1.0.77`)).toEqual([
      `output:${UPLINK}`,
    ]);
  });

  it("floods where the fabric says so, and not back to other nodes", async () => {
    load({ ...basic, fabric: { ...fabric, arp: "flood" } }, inventory);
    const ask = `arp,in_port=1,dl_src=${mac(1)},arp_op=1,arp_spa=10.1.0.1,arp_sha=${mac(1)},arp_tpa=10.1.0.3`;
    expect(await outputs(ask)).toEqual(["output:2", "output:1", `output:${TUNNEL}`]);
    const tag = programOf({ ...basic, fabric }).networks.find(
      ({ name, tenant }) => name === "net" && tenant === programOf(basic).tenants.find((entry) => entry.name === "shop")?.id,
    )?.tag;
    expect(
      await outputs(`arp,tun_id=${tag},in_port=${TUNNEL},dl_src=${mac(3)},arp_op=1,arp_spa=10.1.0.3,arp_sha=${mac(3)},arp_tpa=10.1.0.1`),
    ).toEqual(["output:2", "output:1"]);
  });

  it("tunnels to other nodes with the network's VNI", async () => {
    load(basic, inventory);
    const answer = await ovs.trace("br", tcp(1, 1, 3, 80));
    expect(answer).toMatch(/set_field:0x[0-9a-f]+->tun_id/);
    expect(answer).toContain("set_field:192.0.2.2->tun_dst");
    expect(answer).toContain(`output:${TUNNEL}`);
  });

  it("tags for networks in VLANs, and takes the tag off", async () => {
    const vlan: Policy = {
      ...basic,
      fabric,
      tenants: basic.tenants.map((tenant) => ({
        ...tenant,
        networks: tenant.networks.map((network) => ({ ...network, encap: "vlan", tag: tenant.name === "shop" ? 150 : 151 })),
      })),
    };
    load(vlan, inventory);
    const out = await ovs.trace("br", tcp(1, 1, 3, 80));
    expect(out).toMatch(/set_field:4246->vlan_vid\s+output:9/);
    const back = `tcp,in_port=${UPLINK},dl_vlan=150,dl_src=${mac(3)},dl_dst=${mac(1)},nw_src=10.1.0.3,nw_dst=10.1.0.1,tcp_dst=80`;
    expect(await outputs(back)).toEqual(["output:1"]);
    expect(await outputs(back.replace("150", "152"))).toEqual([]);
  });

  it("routes between networks and out, as their gateway", async () => {
    const shop = basic.tenants.find(({ name }) => name === "shop");
    const routed: Policy = {
      ...basic,
      fabric: { ...fabric, forwarding: "routing" },
      tenants:
        shop === undefined
          ? []
          : [
              {
                ...shop,
                networks: shop.networks.map((network) => ({ ...network, gateway: parseAddress("10.1.0.254"), gateway6: parseAddress("fd00::fe") })),
              },
            ],
    };
    load(routed, { ...inventory, nodes: [node("a", { nextHop: "02:00:00:00:aa:01" })], endpoints: endpoints.slice(0, 2) });
    expect(await outputs(`arp,in_port=1,dl_src=${mac(1)},arp_op=1,arp_spa=10.1.0.1,arp_sha=${mac(1)},arp_tpa=10.1.0.254`)).toEqual(["IN_PORT"]);
    const answer = await ovs.trace("br", tcp(1, 1, 2, 5432).replace(`dl_dst=${mac(2)}`, `dl_dst=${routerMac}`));
    expect(answer).toMatch(new RegExp(`set_field:${routerMac}->eth_src\\s+set_field:${mac(2)}->eth_dst\\s+output:2`));
    const reply = `tcp,in_port=1,dl_src=${mac(1)},dl_dst=${routerMac},nw_src=10.1.0.1,nw_dst=8.8.8.8,tcp_src=80,ct_mark=1`;
    expect(await ovs.trace("br", reply, ["trk,est,rpl"])).toMatch(/set_field:02:00:00:00:aa:01->eth_dst\s+output:9/);
  });

  it("routes into a VLAN of another node through the tunnel, and within the VLAN by the uplink", async () => {
    const plain = makePolicy({
      tenants: [
        {
          name: "shop",
          networks: { net: "10.1.0.0/24", floor: "10.2.0.0/24" },
          groups: { web: { match: "app=web", in: "net" }, press: { match: "app=press", in: "floor" } },
          policies: [{ name: "p", rules: [allow("web", "press", "tcp/80"), allow("press", "press", "tcp/80")] }],
        },
      ],
    });
    const policy: Policy = {
      ...plain,
      fabric: { ...fabric, forwarding: "routing" },
      tenants: plain.tenants.map((tenant) => ({
        ...tenant,
        networks: tenant.networks.map((network) => (network.name === "floor" ? { ...network, encap: "vlan" as const, tag: 150 } : network)),
      })),
    };
    const onFloor = (name: string, where: string, last: number): Endpoint => ({
      ...endpoint(name, where, last, last, "shop", "press"),
      addresses: [`10.2.0.${last}`],
    });
    load(policy, { ...inventory, endpoints: [...endpoints.slice(0, 1), onFloor("here", "a", 4), onFloor("there", "b", 5)] });
    const routed = await ovs.trace(
      "br",
      tcp(1, 1, 5, 80)
        .replace(`dl_dst=${mac(5)}`, `dl_dst=${routerMac}`)
        .replace("nw_dst=10.1", "nw_dst=10.2"),
    );
    expect(routed).toMatch(new RegExp(`set_field:${mac(5)}->eth_dst\\s+set_field:0x[0-9a-f]+->tun_id`));
    expect(routed).toContain(`output:${TUNNEL}`);
    const within = await ovs.trace("br", tcp(4, 4, 5, 80).replaceAll("=10.1", "=10.2"));
    expect(within).toMatch(/set_field:4246->vlan_vid\s+output:9/);
  });

  it("keeps tenants with the same addresses apart", async () => {
    const both: Inventory = {
      nodes: [node("a")],
      endpoints: [
        endpoint("s1", "a", 1, 1, "shop", "web"),
        endpoint("s2", "a", 2, 2, "shop", "web"),
        { ...endpoint("l1", "a", 3, 1, "lab", "web"), addresses: ["10.1.0.1"] },
        { ...endpoint("l2", "a", 4, 2, "lab", "web"), addresses: ["10.1.0.2"] },
      ],
    };
    const separate = { ...both, endpoints: both.endpoints.map((entry) => ({ ...entry, mac: `02:00:00:00:00:0${entry.port}` })) };
    load(basic, separate);
    const packet = (port: number, to: number): string =>
      `tcp,in_port=${port},dl_src=${mac(port)},dl_dst=${mac(to)},nw_src=10.1.0.1,nw_dst=10.1.0.2,tcp_dst=80`;
    expect(await outputs(packet(1, 2))).toEqual(["output:2"]);
    expect(await outputs(packet(3, 4))).toEqual(["output:4"]);
    expect(await outputs(packet(1, 4))).toEqual([]);
    // From outside the address means nobody in particular.
    expect(await outputs(`tcp,in_port=${UPLINK},dl_dst=${mac(2)},nw_src=8.8.8.8,nw_dst=10.1.0.2,tcp_dst=80`)).toEqual([]);
  });

  it("leaves forwarding to the bridge where that is said", async () => {
    load(basic, { ...inventory, nodes: [node("a", { forwarding: "none" }), node("b")] });
    expect(await outputs(tcp(1, 1, 2, 5432))).toEqual(["NORMAL"]);
    expect(await outputs(tcp(1, 1, 2, 22))).toEqual([]);
    expect(await outputs(`tcp,in_port=${UPLINK},dl_src=${mac(3)},dl_dst=${mac(2)},nw_src=10.1.0.3,nw_dst=10.1.0.2,tcp_dst=5432`)).toEqual(["NORMAL"]);
  });

  describe("with real packets", () => {
    const ip = (
      port: number,
      from: readonly [string, string],
      to: readonly [string, string],
      ports: readonly [number, number],
    ): readonly [string, string] => [
      `br-p${port}`,
      `in_port(1),eth(src=${from[0]},dst=${to[0]}),eth_type(0x0800),ipv4(src=${from[1]},dst=${to[1]},proto=17,tos=0,ttl=64,frag=no),udp(src=${ports[0]},dst=${ports[1]})`,
    ];
    /** Ports that send something because of a packet. */
    const send = async ([port, packet]: readonly [string, string]): Promise<readonly number[]> => {
      const before = ovs.sent("br");
      await ovs.control("netdev-dummy/receive", port, packet);
      await ovs.control("revalidator/wait");
      await new Promise((resolve) => setTimeout(resolve, 60));
      return [...ovs.sent("br")].filter(([number, count]) => count > (before.get(number) ?? 0)).map(([number]) => number);
    };
    const web = [mac(1), "10.1.0.1"] as const;
    const db = [mac(2), "10.1.0.2"] as const;

    it("an allowed connection's answers pass, others do not", async () => {
      load(basic, inventory);
      expect(await send(ip(2, db, web, [5432, 4000]))).toEqual([]);
      expect(await send(ip(1, web, db, [4000, 5432]))).toEqual([2]);
      expect(await send(ip(2, db, web, [5432, 4000]))).toEqual([1]);
      expect(await send(ip(1, web, db, [4000, 5432]))).toEqual([2]);
      expect(await send(ip(2, db, web, [5432, 4001]))).toEqual([]);
      expect(await send(ip(1, web, db, [4000, 22]))).toEqual([]);
    });

    it("a service address leads to a provider and back", async () => {
      const balancer: LoadBalancer = {
        name: "data",
        origin: basic.tenants[0].origin,
        network: "net",
        address: parseAddress("10.1.0.200"),
        labels: new Map([["app", oneOf(["db"])]]),
        ports: [{ protocol: "udp", port: 80, target: 5432 }],
      };
      const balanced: Policy = {
        ...basic,
        tenants: basic.tenants.map((tenant) => (tenant.name === "shop" ? { ...tenant, loadBalancers: [balancer] } : tenant)),
      };
      load(balanced, inventory);
      const vip = [routerMac, "10.1.0.200"] as const;
      expect(await outputs(`arp,in_port=1,dl_src=${mac(1)},arp_op=1,arp_spa=10.1.0.1,arp_sha=${mac(1)},arp_tpa=10.1.0.200`)).toEqual(["IN_PORT"]);
      expect(await send(ip(1, web, vip, [5000, 80]))).toEqual([2]);
      expect(await send(ip(2, db, web, [5432, 5000]))).toEqual([1]);
      expect(await send(ip(1, web, vip, [5000, 80]))).toEqual([2]);
      expect(await send(ip(2, db, web, [5432, 5000]))).toEqual([1]);
      expect(await send(ip(1, web, vip, [5000, 81]))).toEqual([]);
      // The policy is asked about the provider: a database may not call a database.
      expect(await send(ip(2, db, vip, [5000, 80]))).toEqual([]);
    });
  });
});
