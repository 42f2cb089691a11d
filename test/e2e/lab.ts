/**
 * The lab: two nodes, each with a switch of its own (in user space) and `ctv agent`, VXLAN between them, an etcd, and network namespaces as
 * pods. Everything is made from nothing and taken down again.
 */
import { rmSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { build } from "esbuild";
import type { Program } from "../../compiler/target/openflow/program.js";
import { generateKeys } from "../../runtime/signing/keys.js";
import { etcdStore } from "../../runtime/store/etcd.js";
import { newestGeneration, putGeneration } from "../../runtime/store/generations.js";
import type { KeyValues } from "../../runtime/store/keyvalue.js";
import { nodeStatuses } from "../../runtime/store/reports.js";
import { eventually } from "../support/agent.js";
import { startEtcd } from "../support/etcd.js";
import type { TestEtcd } from "../support/etcd.js";
import { setClock } from "./clock.js";
import { makeMachine } from "./machine.js";
import type { Machine } from "./machine.js";
import { nodeNames, startNode } from "./node.js";
import type { LabNode, NodeName } from "./node.js";
import { makePlugs } from "./plugs.js";
import type { Plugs, Route } from "./plugs.js";
import { startProber } from "./probing.js";
import type { Probe, Prober } from "./probing.js";
import { signedProgram } from "./publishing.js";

/** A workload. Addresses are 10.1.1.NUMBER and fd00:1::NUMBER, on the network itself to which everything is a neighbour, unless it says otherwise. */
export interface Pod {
  readonly name: string;
  readonly node: NodeName;
  /** Differs between pods. */
  readonly number: number;
  readonly labels: string;
  readonly namespace?: string;
  /** With prefix lengths. */
  readonly addresses?: readonly string[];
  readonly routes?: readonly Route[];
}

/** A host that is none of the nodes' workloads, on the network outside. */
export interface Host {
  readonly name: string;
  readonly number: number;
  /** Without, its frames have no VLAN tag. */
  readonly vlan?: number;
  readonly addresses: readonly string[];
  readonly routes: readonly Route[];
}

export interface LabOptions {
  /**
   * What leads to the world: an interface of the first node's switch, behind which is one host; or on each node a network device, a cable that its
   * agent attaches to the bridge, to a switch outside with VLANs.
   */
  readonly uplink?: "port" | "device";
  /** More of the agents' configuration. */
  readonly settings?: object;
}

export interface Lab {
  readonly machine: Machine;
  readonly etcd: TestEtcd;
  readonly store: KeyValues;
  readonly node: (name: NodeName) => LabNode;
  readonly addPod: (pod: Pod) => void;
  readonly removePod: (pod: Pod) => void;
  /** Puts a host on the switch outside. */
  readonly addHost: (host: Host) => void;
  readonly plugAgain: Plugs["again"];
  /** Compiles a policy, publishes it as the next generation, and gives that. */
  readonly publish: (text: string) => Promise<number>;
  /** The signed form of a policy, for a generation; `change` may spoil the program first. */
  readonly signed: (text: string, change?: (program: Program) => Program) => (generation: number) => Uint8Array;
  /** The same, signed by somebody who is not trusted. */
  readonly forged: (text: string) => (generation: number) => Uint8Array;
  /** Puts bytes into the store as the next generation, whatever they are. */
  readonly publishBytes: (make: (generation: number) => Uint8Array) => Promise<number>;
  /** Waits until every node reports a generation, without errors. */
  readonly realized: (generation: number) => Promise<void>;
  readonly reports: () => Promise<string>;
  /** Sets the time of day of switches and agents: `+1d`, `-1d`, `+0`. They see it within about a second. */
  readonly setClock: (offset: string) => void;
  readonly probe: (space: string, probes: readonly Probe[]) => Prober;
  readonly close: () => Promise<void>;
}

export const address = (pod: Pick<Pod, "number">): string => `10.1.1.${pod.number}`;
export const address6 = (pod: Pick<Pod, "number">): string => `fd00:1::${pod.number}`;
/** The host outside, on the first node's uplink. */
export const outside = { space: "outside", address: "203.0.113.9", address6: "2001:db8::9", device: "up0" } as const;
/** A node's end of its cable to the switch outside, and that switch: a bridge beside the first node's own. */
const CABLE = "cable";
const STREET = "br-ext";

/** Everything but policy and pods. */
export async function buildLab(options: LabOptions = {}): Promise<Lab> {
  const machine = makeMachine();
  const { folder, run, space } = machine;
  const keys = generateKeys();
  writeFileSync(join(folder, "trusted.pem"), keys.publicPem);
  const etcd = await startEtcd();
  const store = await etcdStore({ endpoints: [etcd.endpoint], prefix: "/ctv" });
  const hasDevice = options.uplink === "device";
  const clock = join(folder, "clock");
  setClock(clock, "+0");

  // Inside the project, so that packages outside the bundle are found.
  const program = resolve("dist/lab", `${basename(folder)}.cjs`);
  const bundled = build({
    entryPoints: ["cli/main.ts"],
    outfile: program,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20.19",
    logLevel: "silent",
    packages: "external",
  });
  const nodeKeys = nodeNames.map((name) => ({ name, ...generateKeys() }));
  for (const { name, privatePem, publicPem } of nodeKeys) {
    writeFileSync(join(folder, `${name}.key`), privatePem, { mode: 0o600 });
    writeFileSync(join(folder, `${name}.pub`), publicPem);
  }
  const settings = (node: NodeName): object => ({
    store: { etcd: { endpoints: [etcd.endpoint] } },
    trust: ["trusted.pem"],
    nodeKey: `${node}.key`,
    trustNodes: Object.fromEntries(nodeNames.map((name) => [name, `${name}.pub`])),
    tunnel: "tun0",
    ...(hasDevice ? { uplink: CABLE } : node === "n1" ? { uplink: outside.device } : {}),
    create: { bridge: "netdev", tunnel: true, uplink: hasDevice },
    listen: "127.0.0.1:0",
    reportEvery: 1,
    lease: 5,
    ...options.settings,
  });

  machine.addSpace("n1");
  machine.addSpace("n2");
  run("ip", ["link", "add", "fabric1", "netns", space("n1"), "type", "veth", "peer", "name", "fabric2", "netns", space("n2")]);
  const nodes = new Map<NodeName, LabNode>();
  const started = await Promise.all(nodeNames.map((name) => startNode(machine, name, { program, settings, clock })));
  nodeNames.forEach((name, index) => nodes.set(name, started[index]));
  const node = (name: NodeName): LabNode => {
    const found = nodes.get(name);
    if (found === undefined) throw new Error(`there is no ${name}`);
    return found;
  };
  const plugs = makePlugs(machine, node);

  const buildStreet = (): void => {
    node("n1").configure("add-br", STREET, "--", "set", "bridge", STREET, "datapath_type=netdev");
    for (const name of nodeNames) {
      const far = `to-${name}`;
      run("ip", ["link", "add", CABLE, "netns", space(name), "type", "veth", "peer", "name", far, "netns", space("n1")]);
      run("ip", ["-n", space(name), "link", "set", CABLE, "up"]);
      run("ip", ["-n", space("n1"), "link", "set", far, "up"]);
      node("n1").configure("add-port", STREET, far);
    }
  };
  if (hasDevice) buildStreet();
  await bundled;
  for (const each of started) each.startAgent();
  for (const name of nodeNames) {
    await eventually(
      () => node(name).configure("list-br").split("\n").includes("br-int"),
      () => `br-int of ${name}: ${node(name).said.slice(-5).join("\n")}`,
    );
  }
  if (!hasDevice) {
    plugs.add({
      node: "n1",
      port: outside.device,
      mac: macOf(250),
      externalIds: {},
      into: outside.space,
      addresses: [`${outside.address}/24`, `${outside.address6}/64`],
      routes: [
        { family: "-4", to: "10.1.1.0/24" },
        { family: "-6", to: "fd00:1::/64" },
      ],
    });
  }

  const publishBytes: Lab["publishBytes"] = async (make) => {
    const newest = await newestGeneration(store);
    if (!(await putGeneration(store, newest, make(newest + 1)))) throw new Error("somebody else has published");
    return newest + 1;
  };

  return {
    machine,
    etcd,
    store,
    node,
    addPod: (pod) => {
      const addresses = pod.addresses ?? [`${address(pod)}/24`, `${address6(pod)}/64`];
      plugs.add({
        node: pod.node,
        port: `p${pod.number}`,
        mac: macOf(pod.number),
        externalIds: {
          "iface-id": pod.name,
          "attached-mac": macOf(pod.number),
          "ctv-addresses": addresses.map((entry) => entry.replace(/\/.*/, "")).join(" "),
          "ctv-namespace": pod.namespace ?? "guestbook",
          "ctv-labels": pod.labels,
        },
        into: pod.name,
        addresses,
        routes: pod.routes ?? [
          { family: "-4", to: "default" },
          { family: "-6", to: "default" },
        ],
      });
    },
    addHost: ({ name, number, vlan, addresses, routes }) => {
      plugs.add({ node: "n1", bridge: STREET, port: `h${number}`, vlan, mac: macOf(number), externalIds: {}, into: name, addresses, routes });
    },
    removePod: ({ name }) => plugs.remove(name),
    plugAgain: plugs.again,
    publish: (text) => publishBytes(signedProgram(text, keys.privatePem)),
    signed: (text, change) => signedProgram(text, keys.privatePem, change),
    forged: (text) => signedProgram(text, generateKeys().privatePem),
    publishBytes,
    realized: async (generation) => {
      const seen = { last: "" };
      await eventually(
        async () => {
          const found = await nodeStatuses(store);
          seen.last = JSON.stringify(found);
          const good = found.filter(({ report }) => report?.generation === generation && report.errors.length === 0);
          return good.length === nodeNames.length;
        },
        () => [`generation ${generation}: ${seen.last}`, ...nodeNames.flatMap((name) => node(name).said.slice(-12))].join("\n"),
        20_000,
      );
    },
    reports: async () => JSON.stringify(await nodeStatuses(store)),
    setClock: (offset) => setClock(clock, offset),
    probe: (into, probes) => startProber(machine, into, probes),
    close: async () => {
      await store.close();
      await machine.close();
      await etcd.stop();
      rmSync(program, { force: true });
    },
  };
}

export const macOf = (number: number): string => `02:00:0a:01:01:${number.toString(16).padStart(2, "0")}`;
