/**
 * The guestbook's lab: two nodes, each with a switch of its own (in user space) and `ctv agent`, VXLAN between them, an etcd, and network
 * namespaces as pods. Everything is made from nothing and taken down again.
 */
import { createHash } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { build } from "esbuild";
import { sealProgram } from "../../compiler/target/openflow/json.js";
import type { Program } from "../../compiler/target/openflow/program.js";
import { buildProgram } from "../../compiler/target/openflow/build.js";
import { seal } from "../../runtime/signing/envelope.js";
import { generateKeys, readSigningKey } from "../../runtime/signing/keys.js";
import { etcdStore } from "../../runtime/store/etcd.js";
import { newestGeneration, putGeneration } from "../../runtime/store/generations.js";
import type { KeyValues } from "../../runtime/store/keyvalue.js";
import { nodeStatuses } from "../../runtime/store/reports.js";
import { eventually } from "../support/agent.js";
import { checkTexts, renderDiagnostics } from "../support/diagnose.js";
import { startEtcd } from "../support/etcd.js";
import type { TestEtcd } from "../support/etcd.js";
import { universeOf } from "../support/policy.js";
import { makeMachine } from "./machine.js";
import type { Daemon, Machine } from "./machine.js";

const SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema";
/** VXLAN takes 50 bytes of the usual 1,500. */
const MTU = "1400";

export type NodeName = "n1" | "n2";
export const nodeNames: readonly NodeName[] = ["n1", "n2"];

/** A workload of the lab. Addresses are 10.1.1.NUMBER and fd00:1::NUMBER. */
export interface Pod {
  readonly name: string;
  readonly node: NodeName;
  readonly number: number;
  readonly labels: string;
}

/** An interface in its namespace, with what it has there. */
interface Placed {
  readonly node: NodeName;
  readonly port: string;
  readonly into: string;
  readonly addresses: readonly string[];
  readonly routes: readonly (readonly ["-4" | "-6", string])[];
}

export interface Counts {
  readonly good: number;
  readonly bad: number;
  /** When it last went well, in milliseconds since 1970. */
  readonly last: number;
}

export interface Probe {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly mode: "try" | "hold";
  /** Milliseconds between attempts. */
  readonly every?: number;
  /** Attempts that are under way at a time: what is refused takes long to show, and a hole may be short. */
  readonly parallel?: number;
}

export interface Prober {
  readonly counts: (name: string) => Counts;
  readonly stop: () => Promise<void>;
}

export interface Lab {
  readonly machine: Machine;
  readonly etcd: TestEtcd;
  readonly store: KeyValues;
  readonly addPod: (pod: Pod) => void;
  readonly removePod: (pod: Pod) => void;
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
  readonly startAgent: (node: NodeName) => void;
  readonly agent: (node: NodeName) => Daemon;
  /** What a node's agent has said, a line of JSON each. */
  readonly said: (node: NodeName) => readonly string[];
  readonly startSwitch: (node: NodeName) => Promise<void>;
  /** Gives the pods of a node their interfaces again: those of a switch in user space go when it does. */
  readonly plugAgain: (node: NodeName) => Promise<void>;
  readonly switchOf: (node: NodeName) => Daemon;
  readonly controlSocket: (node: NodeName) => string;
  /** `ovs-vsctl` and `ovs-ofctl` on a node. */
  readonly configure: (node: NodeName, ...words: readonly string[]) => string;
  readonly openflow: (node: NodeName, ...words: readonly string[]) => string;
  readonly probe: (space: string, probes: readonly Probe[]) => Prober;
  readonly close: () => Promise<void>;
}

export const address = (pod: Pick<Pod, "number">): string => `10.1.1.${pod.number}`;
export const address6 = (pod: Pick<Pod, "number">): string => `fd00:1::${pod.number}`;
/** The host outside, on the first node's uplink. */
export const outside = { space: "outside", address: "203.0.113.9", address6: "2001:db8::9" } as const;

/** Paths start at the project's folder, where tests and scripts run. */
const prober = resolve("test/e2e/prober.mjs");

/** Everything but policy and pods. */
export async function buildLab(): Promise<Lab> {
  const machine = makeMachine();
  const { folder, run, space, daemon } = machine;
  const keys = generateKeys();
  writeFileSync(join(folder, "trusted.pem"), keys.publicPem);
  const etcd = await startEtcd();
  const store = await etcdStore({ endpoints: [etcd.endpoint], prefix: "/ctv" });
  const agents = new Map<NodeName, Daemon>();
  const switches = new Map<NodeName, Daemon>();
  const lines = new Map<NodeName, string[]>(nodeNames.map((name) => [name, []]));
  const runFolder = (node: NodeName): string => join(folder, node);
  const environment = (node: NodeName): Readonly<Record<string, string>> => ({
    OVS_RUNDIR: runFolder(node),
    OVS_LOGDIR: runFolder(node),
    OVS_DBDIR: runFolder(node),
  });
  const configure: Lab["configure"] = (node, ...words) =>
    run("ovs-vsctl", ["--timeout=10", `--db=unix:${runFolder(node)}/db.sock`, ...words], environment(node));
  const controlSocket = (node: NodeName): string => join(runFolder(node), "vswitchd.ctl");

  // Inside the project, so that packages outside the bundle are found.
  const agentFile = resolve("dist/lab", `${basename(folder)}.cjs`);
  const bundled = build({
    entryPoints: ["cli/main.ts"],
    outfile: agentFile,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20.19",
    logLevel: "silent",
    packages: "external",
  });

  const startSwitch = async (node: NodeName): Promise<void> => {
    const path = runFolder(node);
    const words = ["ovs-vswitchd", `unix:${path}/db.sock`, "--disable-system", `--unixctl=${controlSocket(node)}`, "-vconsole:off"];
    switches.set(node, daemon(`${node}-vswitchd`, [...words, `--log-file=${path}/vswitchd.log`], { space: node, environment: environment(node) }));
    await eventually(
      () => Boolean(configure(node, "get", "Open_vSwitch", ".", "datapath_types").includes("netdev")),
      () => "the switch",
    );
  };

  const startNode = async (node: NodeName, index: number): Promise<void> => {
    const path = runFolder(node);
    mkdirSync(join(path, "state"), { recursive: true });
    run("ovsdb-tool", ["create", `${path}/conf.db`, SCHEMA]);
    daemon(`${node}-ovsdb`, ["ovsdb-server", `${path}/conf.db`, `--remote=punix:${path}/db.sock`, `--unixctl=${path}/db.ctl`, "-vconsole:off"], {
      environment: environment(node),
    });
    await eventually(
      () => {
        try {
          configure(node, "--no-wait", "init");
          return true;
        } catch {
          return false;
        }
      },
      () => "ovsdb-server",
    );
    await startSwitch(node);
    run("ip", ["-n", space(node), "link", "set", `fabric${index}`, "up"]);
    configure(node, "--", "add-br", "br-phy", "--", "set", "bridge", "br-phy", "datapath_type=netdev", "--", "add-port", "br-phy", `fabric${index}`);
    run("ip", ["-n", space(node), "addr", "add", `192.0.2.${index}/24`, "dev", "br-phy"]);
    run("ip", ["-n", space(node), "link", "set", "br-phy", "up"]);
    configure(node, "--", "add-br", "br-int", "--", "set", "bridge", "br-int", "datapath_type=netdev", "fail_mode=secure");
    configure(node, "add-port", "br-int", "tun0", "--", "set", "interface", "tun0", "type=vxlan", "options:remote_ip=flow", "options:key=flow");
  };

  const startAgent = (node: NodeName): void => {
    const file = join(folder, `${node}.yaml`);
    // JSON is YAML.
    const settings = {
      node,
      store: { etcd: { endpoints: [etcd.endpoint] } },
      trust: ["trusted.pem"],
      state: join(runFolder(node), "state"),
      bridge: "br-int",
      ovsdb: `unix:${runFolder(node)}/db.sock`,
      control: controlSocket(node),
      address: `192.0.2.${nodeNames.indexOf(node) + 1}`,
      tunnel: "tun0",
      ...(node === "n1" ? { uplink: "up0" } : {}),
      listen: "127.0.0.1:0",
      reportEvery: 1,
      lease: 5,
    };
    writeFileSync(file, JSON.stringify(settings));
    agents.set(
      node,
      daemon(`${node}-agent`, [process.execPath, agentFile, "agent", "--config", file], { onLine: (line) => lines.get(node)?.push(line) }),
    );
  };

  /** An interface of the switch that is moved to a namespace: it computes its checksums, which a `veth` would leave to hardware. */
  const plug = (node: NodeName, port: string, mac: string, ids: Readonly<Record<string, string>>): void => {
    const external = Object.entries(ids).map(([key, value]) => `external_ids:${key}=${JSON.stringify(value)}`);
    const quoted = `mac=${JSON.stringify(mac)}`;
    configure(node, "add-port", "br-int", port, "--", "set", "interface", port, "type=internal", `mtu_request=${MTU}`, quoted, ...external);
  };

  const place = ({ node, port, into, addresses, routes }: Placed): void => {
    run("ip", ["-n", space(node), "link", "set", port, "netns", space(into)]);
    run("ip", ["netns", "exec", space(into), "sh", "-c", "echo 0 > /proc/sys/net/ipv6/conf/all/accept_ra"]);
    const within = (...words: readonly string[]): string => run("ip", ["-n", space(into), ...words]);
    within("link", "set", port, "up");
    for (const entry of addresses) within("addr", "add", entry, "dev", port, ...(entry.includes(":") ? ["nodad"] : []));
    for (const [family, route] of routes) within(family, "route", "add", route, "dev", port);
  };

  const placed = new Map<string, Placed>();
  const settle = (entry: Placed): void => {
    machine.addSpace(entry.into);
    place(entry);
    placed.set(entry.into, entry);
  };

  const addPod = (pod: Pod): void => {
    const port = `p${pod.number}`;
    plug(pod.node, port, macOf(pod.number), {
      "iface-id": pod.name,
      "attached-mac": macOf(pod.number),
      "ctv-addresses": `${address(pod)} ${address6(pod)}`,
      "ctv-namespace": "guestbook",
      "ctv-labels": pod.labels,
    });
    const routes = [["-4", "default"] as const, ["-6", "default"] as const];
    settle({ node: pod.node, port, into: pod.name, addresses: [`${address(pod)}/24`, `${address6(pod)}/64`], routes });
  };

  const addOutside = (): void => {
    plug("n1", "up0", macOf(250), {});
    const routes = [["-4", "10.1.1.0/24"] as const, ["-6", "fd00:1::/64"] as const];
    settle({ node: "n1", port: "up0", into: outside.space, addresses: [`${outside.address}/24`, `${outside.address6}/64`], routes });
  };

  const plugAgain = async (node: NodeName): Promise<void> => {
    const hasLink = (name: string, where: string = node): boolean => {
      try {
        return run("ip", ["-n", space(where), "link", "show", name]) !== "";
      } catch {
        return false;
      }
    };
    for (const entry of placed.values()) {
      if (entry.node !== node) continue;
      await eventually(
        () => hasLink(entry.port),
        () => `${entry.port} of ${node}`,
      );
      // The device of the switch that was killed is still there, with nobody behind it.
      if (hasLink(entry.port, entry.into)) run("ip", ["-n", space(entry.into), "link", "del", entry.port]);
      place(entry);
    }
    await eventually(
      () => hasLink("br-phy"),
      () => `br-phy of ${node}`,
    );
    const index = nodeNames.indexOf(node) + 1;
    if (!run("ip", ["-n", space(node), "addr", "show", "dev", "br-phy"]).includes(`192.0.2.${index}/`)) {
      run("ip", ["-n", space(node), "addr", "add", `192.0.2.${index}/24`, "dev", "br-phy"]);
    }
    run("ip", ["-n", space(node), "link", "set", "br-phy", "up"]);
  };

  const publishBytes: Lab["publishBytes"] = async (make) => {
    const newest = await newestGeneration(store);
    if (!(await putGeneration(store, newest, make(newest + 1)))) throw new Error("somebody else has published");
    return newest + 1;
  };

  machine.addSpace("n1");
  machine.addSpace("n2");
  run("ip", ["link", "add", "fabric1", "netns", space("n1"), "type", "veth", "peer", "name", "fabric2", "netns", space("n2")]);
  await Promise.all(nodeNames.map((node, index) => startNode(node, index + 1)));
  addOutside();
  await bundled;

  const statuses = async (): Promise<string> => JSON.stringify((await nodeStatuses(store)).map((status) => status));
  return {
    machine,
    etcd,
    store,
    addPod,
    removePod: (pod) => {
      configure(pod.node, "del-port", "br-int", `p${pod.number}`);
      machine.removeSpace(pod.name);
      placed.delete(pod.name);
    },
    publish: (text) => publishBytes(signedProgram(text, keys.privatePem)),
    signed: (text, change) => signedProgram(text, keys.privatePem, change),
    forged: (text) => signedProgram(text, generateKeys().privatePem),
    publishBytes,
    realized: (generation) =>
      eventually(
        async () => {
          const found = await nodeStatuses(store);
          const good = found.filter(({ report }) => report?.generation === generation && report.errors.length === 0);
          return good.length === nodeNames.length;
        },
        () => nodeNames.map((node) => (lines.get(node) ?? []).slice(-12).join("\n")).join("\n"),
        20_000,
      ),
    reports: statuses,
    startAgent,
    agent: (node) => known(agents, node),
    said: (node) => lines.get(node) ?? [],
    startSwitch,
    plugAgain,
    switchOf: (node) => known(switches, node),
    controlSocket,
    configure,
    openflow: (node, ...words) => run("ovs-ofctl", ["-O", "OpenFlow14", ...words], environment(node)),
    probe: (into, probes) => {
      let counts: Readonly<Record<string, Counts>> = {};
      const running = daemon(`prober-${into}`, [process.execPath, prober, JSON.stringify(probes)], {
        space: into,
        onLine: (line) => (counts = JSON.parse(line)),
      });
      return { counts: (name) => counts[name] ?? { good: 0, bad: 0, last: 0 }, stop: () => running.end("SIGKILL") };
    },
    close: async () => {
      await store.close();
      await machine.close();
      await etcd.stop();
      rmSync(agentFile, { force: true });
    },
  };
}

function known<Value>(map: ReadonlyMap<NodeName, Value>, node: NodeName): Value {
  const value = map.get(node);
  if (value === undefined) throw new Error(`${node} has none`);
  return value;
}

const macOf = (number: number): string => `02:00:0a:01:01:${number.toString(16).padStart(2, "0")}`;

/** Compiles, seals and signs. */
function signedProgram(
  text: string,
  privatePem: string,
  change: (program: Program) => Program = (program) => program,
): (generation: number) => Uint8Array {
  const checked = checkTexts({ "main.ctv": text });
  if (checked.policy === undefined) throw new Error(renderDiagnostics(checked.diagnostics, { "main.ctv": text }));
  const { program } = buildProgram(universeOf(checked.policy));
  if (program === undefined) throw new Error("the policy has no program");
  const sealed = sealProgram(change(program), { algorithm: "sha256", of: (content) => createHash("sha256").update(content).digest("hex") });
  return (generation) => seal({ generation, created: new Date(0).toISOString(), note: "", program: sealed.text }, readSigningKey(privatePem));
}
