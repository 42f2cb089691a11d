/**
 * Routed networks, VLANs on the nodes' uplinks and a router behind them, and two tenants with the same addresses: on two nodes with real
 * traffic. Each pod and host serves its own name, so an answer says who gave it.
 */
import { resolve } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { eventually } from "../support/agent.js";
import { describeWhere } from "../support/where.js";
import { buildLab, macOf } from "./lab.js";
import type { Host, Lab, Pod } from "./lab.js";
import { missingLab } from "./machine.js";
import type { NodeName } from "./node.js";

const web = resolve("test/e2e/web.mjs");
/** The switch as a router, for every network (`docs/openflow-pipeline.md`). */
const ROUTER = "0a:63:74:76:00:01";

const policy = `fabric { forwarding routing; vlans 100-199 }
tenant acme {
  network front { subnet 10.2.1.0/24; gateway 10.2.1.254; subnet6 fd00:2:1::/64; gateway6 fd00:2:1::fffe }
  network back  { subnet 10.2.2.0/24; gateway 10.2.2.254; subnet6 fd00:2:2::/64; gateway6 fd00:2:2::fffe }
  network floor { subnet 10.2.3.0/24; gateway 10.2.3.254; encap vlan; tag 100 }
  group web in front { match app = web }
  group db in back { match app = db }
  group control in floor { match app = control }
  group press in floor { hosts 10.2.3.50 }
  external office = 203.0.113.0/24
  policy plant {
    allow web -> db : http
    allow control -> press : http
    allow control -> control : http
    allow control -> db : http
    allow office -> web : http
    allow web -> office : http
  }
}
tenant rival {
  network front { subnet 10.2.1.0/24; gateway 10.2.1.254 }
  network back  { subnet 10.2.2.0/24; gateway 10.2.2.254 }
  group web in front { match app = web }
  group db in back { match app = db }
  policy p { allow web -> db : http }
}
`;

const pod = (tenant: string, app: string, node: NodeName, number: number, network: number, host: number): Pod => ({
  name: `${tenant}-${app}-${number}`,
  node,
  number,
  namespace: tenant,
  labels: `app=${app}`,
  addresses: [`10.2.${network}.${host}/24`, ...(tenant === "acme" && network < 3 ? [`fd00:2:${network}::${host}/64`] : [])],
  routes: [
    { family: "-4", to: "default", via: `10.2.${network}.254` },
    ...(tenant === "acme" && network < 3 ? [{ family: "-6" as const, to: "default", via: `fd00:2:${network}::fffe` }] : []),
  ],
});
const [webOne, webTwo] = [pod("acme", "web", "n1", 11, 1, 11), pod("acme", "web", "n2", 12, 1, 12)];
const [dbOne, dbTwo] = [pod("acme", "db", "n1", 13, 2, 13), pod("acme", "db", "n2", 14, 2, 14)];
const [controlOne, controlTwo] = [pod("acme", "control", "n1", 15, 3, 15), pod("acme", "control", "n2", 16, 3, 16)];
/** The same addresses as the first web's and the second database's. */
const [rivalWeb, rivalDb] = [pod("rival", "web", "n2", 21, 1, 11), pod("rival", "db", "n1", 22, 2, 14)];
const pods = [webOne, webTwo, dbOne, dbTwo, controlOne, controlTwo, rivalWeb, rivalDb];

const ROUTER_OUTSIDE = 240;
const press: Host = {
  name: "press",
  number: 50,
  vlan: 100,
  addresses: ["10.2.3.50/24"],
  routes: [{ family: "-4", to: "10.2.0.0/16", via: "10.2.3.254" }],
};
/** In another VLAN, with an address as if it were in that one. */
const wrongFloor: Host = { ...press, name: "wrong-floor", number: 51, vlan: 200, addresses: ["10.2.3.51/24"], routes: [] };
/** In no VLAN, the same. */
const noFloor: Host = { ...wrongFloor, name: "no-floor", number: 52, vlan: undefined, addresses: ["10.2.3.52/24"] };
const office: Host = {
  name: "office",
  number: ROUTER_OUTSIDE,
  addresses: ["203.0.113.9/24"],
  routes: [{ family: "-4", to: "10.2.0.0/16" }],
};
const hosts = [press, wrongFloor, noFloor, office];

describeWhere(missingLab(), "networks, VLANs and tenants", () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await buildLab({ uplink: "device", settings: { nextHop: macOf(ROUTER_OUTSIDE) } });
    pods.forEach(lab.addPod);
    hosts.forEach(lab.addHost);
    for (const { name } of [...pods, ...hosts]) lab.machine.daemon(`web-${name}`, [process.execPath, web, "80", name], { space: name });
    await lab.realized(await lab.publish(policy));
    // Servers need a moment to start, and the first packet through a tunnel waits for the other node's hardware address.
    await answers(webOne, dbTwo);
    await answers(webTwo, dbOne);
  }, 90_000);
  afterAll(() => lab.close(), 60_000);

  type End = Pick<Pod, "name"> & { readonly addresses?: readonly string[] };
  const addressOf = ({ addresses = [] }: End, family: 4 | 6): string =>
    (addresses.find((entry) => entry.includes(":") === (family === 6)) ?? "").replace(/\/.*/, "");
  /** Who answers there, if anybody does. */
  const ask = async (from: End, to: string, seconds: number): Promise<string | undefined> =>
    (await lab.machine.within(from.name, ["curl", "-s", "-m", `${seconds}`, `http://${to.includes(":") ? `[${to}]` : to}/`], seconds + 1))?.trim();
  /** Waits for the answer: somebody's hardware address may have to be asked for first. */
  const answers = async (from: End, to: End, family: 4 | 6 = 4): Promise<void> => {
    const seen: { last?: string } = {};
    await eventually(
      async () => (seen.last = await ask(from, addressOf(to, family), 3)) === to.name,
      () => `${from.name} -> ${to.name} by IPv${family}: ${seen.last ?? "nothing"}`,
      20_000,
    );
  };

  it.each([4, 6] as const)("routes between a tenant's networks by IPv%d, on a node and across", async (family) => {
    for (const from of [webOne, webTwo]) for (const to of [dbOne, dbTwo]) await answers(from, to, family);
    const neighbours = lab.machine.run("ip", ["-n", lab.machine.space(webOne.name), `-${family}`, "neigh", "show"]);
    expect(neighbours).toMatch(new RegExp(`^${family === 4 ? "10\\.2\\.1\\.254" : "fd00:2:1::fffe"} .*lladdr ${ROUTER}`, "m"));
  });

  it("takes a VLAN's pods to each other and to its hosts by the uplinks", async () => {
    for (const from of [controlOne, controlTwo]) await answers(from, press);
    await answers(controlOne, controlTwo);
    await answers(controlTwo, controlOne);
  });

  it("routes between networks in VLANs and in tunnels, on a node and across", async () => {
    await answers(controlOne, dbOne);
    await answers(controlTwo, dbTwo);
    await answers(controlOne, dbTwo);
    await answers(controlTwo, dbOne);
  });

  it("routes to the world by the router behind the uplink", async () => {
    await answers(webTwo, office);
    await answers(office, webTwo);
  });

  it("keeps tenants with the same addresses apart: each reaches its own", async () => {
    await answers(rivalWeb, rivalDb);
    await answers(webOne, dbTwo);
    expect(addressOf(rivalDb, 4)).toBe(addressOf(dbTwo, 4));
  });

  it("refuses everything else", async () => {
    const pairs: readonly (readonly [End, End])[] = [
      [dbOne, webOne],
      [dbTwo, webOne],
      [webOne, webTwo],
      [webOne, controlOne],
      [dbOne, controlOne],
      [press, controlOne],
      [press, dbOne],
      [office, dbOne],
      [office, controlTwo],
      [dbTwo, office],
      [rivalWeb, dbOne],
      [rivalDb, webTwo],
      [wrongFloor, controlOne],
      [wrongFloor, controlTwo],
      [wrongFloor, press],
      [controlOne, wrongFloor],
      [noFloor, controlOne],
      [noFloor, controlTwo],
      [noFloor, press],
      [controlOne, noFloor],
    ];
    const answered = await Promise.all(
      pairs.map(async ([from, to]) => {
        const said = await ask(from, addressOf(to, 4), 2);
        return said === undefined ? [] : [`${from.name} -> ${to.name}: ${said}`];
      }),
    );
    expect(answered.flat()).toEqual([]);
  }, 30_000);
});
