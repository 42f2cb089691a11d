/**
 * A policy on two made-up nodes, and what a real switch has to do with its flows: the inventory for the ends that the policy can tell
 * apart, the packets that stand for a flow, and where they have to come out.
 */
import type { Policy } from "../../compiler/policy/model.js";
import { isPossibleEnd } from "../../compiler/policy/universe.js";
import type { Universe } from "../../compiler/policy/universe.js";
import { formatAddress } from "../../compiler/space/address.js";
import type { Address } from "../../compiler/space/address.js";
import type { End } from "../../compiler/space/ends.js";
import type { Flow } from "../../compiler/space/flows.js";
import { buildProgram } from "../../compiler/target/openflow/build.js";
import { bindNode } from "../../compiler/target/openflow/bind/bind.js";
import type { BoundNode } from "../../compiler/target/openflow/bind/bind.js";
import type { Endpoint, Inventory } from "../../compiler/target/openflow/bind/inventory.js";
import { resolveEndpoints } from "../../compiler/target/openflow/bind/resolve.js";
import type { ResolvedEndpoint } from "../../compiler/target/openflow/bind/resolve.js";
import { inSharedSpace, overlappingNetworks } from "../../compiler/target/openflow/bind/spaces.js";
import { policyFlows } from "../../compiler/target/openflow/policytable.js";
import type { RuleForm } from "../../compiler/target/openflow/policytable.js";
import { tables } from "../../compiler/target/openflow/tables.js";
import { flowKey, flowText, groupText } from "../../compiler/target/openflow/text.js";
import type { Program } from "../../compiler/target/openflow/program.js";
import { evaluate } from "../../compiler/verdict/evaluate.js";
import { startSwitch } from "./ovs.js";
import type { TestSwitch } from "./ovs.js";
import { distinctEnds, interestingEnds, interestingFlows, seenByPolicy } from "./worlds.js";

const TUNNEL = 38;
const UPLINK = 39;
const PORTS = 39;
const nodes = ["a", "b"] as const;
type NodeName = (typeof nodes)[number];

/** An end of the test: an endpoint of the inventory, or an address outside. */
interface Station {
  readonly end: End;
  readonly endpoint?: Endpoint;
}

interface SwitchedWorld {
  readonly policy: Policy;
  readonly program: Program;
  readonly inventory: Inventory;
  readonly stations: readonly Station[];
  readonly bound: Readonly<Record<NodeName, BoundNode>>;
  readonly resolved: ReadonlyMap<string, ResolvedEndpoint>;
}

function nextAddress(address: Address, step: number): Address {
  return address.family === 4
    ? { family: 4, value: Math.min(address.value + step, 0xffffffff) }
    : { family: 6, value: address.value + BigInt(step) < 1n << 128n ? address.value + BigInt(step) : address.value };
}

/** As many kinds of ends as there are ports, each with an address of its own that the policy sees no difference in. */
export function switchedWorld(universe: Universe, program: Program, spread: boolean, limit = 36): SwitchedWorld {
  const { policy } = universe;
  const tell = seenByPolicy(policy);
  const kinds = distinctEnds(interestingEnds(universe), (end) => `${tell(end)} ${end.namespace === undefined}`);
  const taken = new Set<string>();
  const stations: Station[] = [];
  const endpoints: Endpoint[] = [];
  for (const kind of thin(kinds, limit)) {
    for (let step = 0; step < 64; step++) {
      const address = nextAddress(kind.address, step);
      const end = { ...kind, address };
      const text = formatAddress(address);
      if (taken.has(text) || tell(end) !== tell(kind) || !isPossibleEnd(universe, end)) continue;
      taken.add(text);
      const number = endpoints.length + 1;
      // Bare ends take turns at being machines on a port and addresses behind the uplink.
      if (end.namespace === undefined && stations.length % 2 === 0) {
        stations.push({ end });
        break;
      }
      const node: NodeName = spread && number % 2 === 0 ? "b" : "a";
      const endpoint: Endpoint = {
        name: `e${number}`,
        node,
        port: number,
        mac: `02:00:00:00:00:${number.toString(16).padStart(2, "0")}`,
        addresses: [text],
        labels: end.labels,
        ...(end.namespace === undefined ? {} : { namespace: end.namespace }),
      };
      endpoints.push(endpoint);
      stations.push({ end, endpoint });
      break;
    }
  }
  const inventory: Inventory = {
    nodes: nodes.map((name, index) => ({ name, address: `203.0.113.${index + 1}`, tunnel: TUNNEL, uplink: UPLINK })),
    endpoints,
  };
  const bound = { a: bindNode(program, inventory, "a"), b: bindNode(program, inventory, "b") };
  const resolved = new Map(resolveEndpoints(program, inventory).endpoints.map((entry) => [entry.endpoint.name, entry]));
  return { policy, program, inventory, stations, bound, resolved };
}

function thin<T>(list: readonly T[], limit: number): readonly T[] {
  return list.length <= limit ? list : Array.from({ length: limit }, (_, index) => list[Math.floor((index * list.length) / limit)]);
}

/**
 * The text of a node's tables, rules in the wanted form. Throws where two flows of one table have one match and priority: the switch
 * would lose one.
 */
function loadText(world: SwitchedWorld, node: NodeName, form: RuleForm): { readonly flows: string; readonly groups: string } {
  const bound = world.bound[node];
  const flows = [...bound.flows.filter((flow) => flow.table !== tables.policy), ...policyFlows(world.program, form)];
  const seen = new Set<string>();
  for (const flow of flows) {
    const key = flowKey(flow);
    if (seen.has(key)) throw new Error(`two flows: ${flowText(flow)}`);
    seen.add(key);
  }
  return { flows: flows.map((flow) => `${flowText(flow)}\n`).join(""), groups: bound.groups.map((group) => `${groupText(group)}\n`).join("") };
}

/** One question to the switch. */
interface Probe {
  readonly node: NodeName;
  readonly packet: string;
  readonly states: readonly string[];
  /** The port where the packet has to come out, `undefined` where it has to be dropped. */
  readonly expected: number | undefined;
  readonly what: string;
}

const words: Readonly<Record<number, readonly [string, string]>> = {
  1: ["icmp", "ip"],
  6: ["tcp", "tcp6"],
  17: ["udp", "udp6"],
  58: ["ipv6", "icmp6"],
  132: ["sctp", "sctp6"],
};

function packetText(flow: Flow, from: Station, to: Station, inPort: string, reply: boolean, mark: boolean): string {
  const [source, destination] = [from.end.address, to.end.address];
  const word = words[flow.protocol];
  const four = source.family === 4;
  const protocol = word === undefined ? `${four ? "ip" : "ipv6"},nw_proto=${flow.protocol}` : four ? word[0] : word[1];
  const layer = word?.[0];
  const [sourcePort, destinationPort] = reply ? [flow.detail, 33333] : [33333, flow.detail];
  const ports = [6, 17, 132].includes(flow.protocol) ? `,${layer}_src=${sourcePort},${layer}_dst=${destinationPort}` : "";
  const version = flow.protocol === 58 ? "icmpv6" : "icmp";
  const icmp = flow.protocol === 1 || flow.protocol === 58 ? `,${version}_type=${flow.detail >> 8},${version}_code=${flow.detail & 255}` : "";
  const addresses = four
    ? `nw_src=${formatAddress(source)},nw_dst=${formatAddress(destination)}`
    : `ipv6_src=${formatAddress(source)},ipv6_dst=${formatAddress(destination)}`;
  const macs = `dl_src=${from.endpoint?.mac ?? "02:00:00:00:ff:01"},dl_dst=${to.endpoint?.mac ?? "02:00:00:00:ff:01"}`;
  return `${protocol},${inPort},${macs},${addresses}${ports}${icmp}${mark ? ",ct_mark=1" : ""}`;
}

/** Whether the destination's address means that end where the packet comes from: in a tenant's space its own networks come first. */
function meansSame(world: SwitchedWorld, from: Station, to: Station): boolean {
  const domain = (station: Station): number => (station.endpoint === undefined ? 0 : (world.resolved.get(station.endpoint.name)?.domain ?? 0));
  return domain(from) === domain(to) || !inSharedSpace(overlappingNetworks(world.program), domain(from), to.end.address);
}

/** Where the packet comes in and has to go out on every node that it crosses; nothing where it cannot get there. */
function crossings(
  world: SwitchedWorld,
  from: Station,
  to: Station,
): readonly { readonly node: NodeName; readonly inPort: string; readonly out: number }[] {
  if (!meansSame(world, from, to)) return [];
  const nodeOf = (station: Station): NodeName | undefined => (station.endpoint === undefined ? undefined : station.endpoint.node === "a" ? "a" : "b");
  const [start, end] = [nodeOf(from), nodeOf(to)];
  const tag = to.endpoint === undefined ? undefined : world.resolved.get(to.endpoint.name)?.network?.tag;
  const portOf = (station: Station): number => station.endpoint?.port ?? UPLINK;
  if (start === undefined && end === undefined) return [];
  if (start === undefined || end === undefined || start === end)
    return [{ node: start ?? end ?? "a", inPort: `in_port=${portOf(from)}`, out: portOf(to) }];
  if (tag === undefined) return [];
  return [
    { node: start, inPort: `in_port=${portOf(from)}`, out: TUNNEL },
    { node: end, inPort: `tun_id=${tag},in_port=${TUNNEL}`, out: portOf(to) },
  ];
}

/**
 * The packets that stand for a flow: its first packet on each node on the way; its replies, which pass with the mark of an
 * allowed connection and not without.
 */
function probesOf(world: SwitchedWorld, flow: Flow, from: Station, to: Station): readonly Probe[] {
  const { outcome } = evaluate(world.policy, flow);
  const passes = outcome !== "deny";
  const what = `${flow.protocol}/${flow.detail} ${outcome}`;
  return [
    ...crossings(world, from, to).map(({ node, inPort, out }): Probe => ({
      node,
      packet: packetText(flow, from, to, inPort, false, false),
      states: ["trk,new"],
      expected: passes ? out : undefined,
      what: `first packet, ${what}`,
    })),
    ...crossings(world, to, from).map(({ node, inPort, out }): Probe => ({
      node,
      packet: packetText(flow, to, from, inPort, true, passes),
      states: ["trk,est,rpl"],
      expected: passes ? out : undefined,
      what: `reply, ${what}`,
    })),
  ];
}

/** Asks the switch; the answer is a text for each probe that it decides otherwise. */
async function askSwitch({ ovs, ports }: WorldSwitch, probes: readonly Probe[]): Promise<readonly string[]> {
  const answers = await Promise.all(probes.map((probe) => ovs.trace(bridges[probe.node], probe.packet, probe.states)));
  return answers.flatMap((answer, index) => {
    const { node, packet, expected, what } = probes[index];
    const out = datapathPorts(answer).map((port) => ports.get(port));
    const wanted = expected === undefined ? [] : [`${bridges[node]}:${expected}`];
    return out.join() === wanted.join()
      ? []
      : [`${what}\n${packet}\non ${node}: wanted ${wanted.join() || "drop"}, got ${out.join() || "drop"}\n${answer}`];
  });
}

/** Numbers of the datapath's ports among the last actions of a trace. */
function datapathPorts(answer: string): readonly string[] {
  const start = answer.lastIndexOf("Datapath actions: ") + "Datapath actions: ".length;
  const line = answer.slice(start, answer.indexOf("\n", start));
  // Actions with arguments, such as `ct(commit,zone=1)`, have commas of their own.
  return line
    .replace(/\w+\([^()]*(\([^()]*\)[^()]*)*\)/g, "")
    .split(",")
    .filter((action) => /^\d+$/.test(action));
}

/** From the datapath's port numbers to `bridge:port`. */
async function datapathPortMap(ovs: TestSwitch): Promise<ReadonlyMap<string, string>> {
  const shown = await ovs.control("dpif/show");
  return new Map([...shown.matchAll(/^\s*(\S+)-p(\d+) \d+\/(\d+):/gm)].map(([, bridge, port, datapath]) => [datapath, `${bridge}:${port}`]));
}

const bridges = { a: "bra", b: "brb" } as const;

/** A switch for worlds: a bridge a node. */
export interface WorldSwitch {
  readonly ovs: TestSwitch;
  readonly ports: ReadonlyMap<string, string>;
}

export async function startWorldSwitch(): Promise<WorldSwitch> {
  const ovs = await startSwitch();
  ovs.addBridge(bridges.a, PORTS);
  ovs.addBridge(bridges.b, PORTS);
  return { ovs, ports: await datapathPortMap(ovs) };
}

export interface Comparison {
  /** Packets asked about. */
  readonly asked: number;
  /** What the switch does otherwise than the evaluator says, a text each. */
  readonly found: readonly string[];
}

/** Loads a policy's tables into the switch and asks about every `every`th of its interesting flows. */
export async function compareWithSwitch(
  worldSwitch: WorldSwitch,
  universe: Universe,
  options: { readonly spread: boolean; readonly form: RuleForm; readonly most: number },
): Promise<Comparison> {
  const { program } = buildProgram(universe);
  if (program === undefined) return { asked: 0, found: [] };
  const world = switchedWorld(universe, program, options.spread);
  for (const node of nodes) {
    const { flows, groups } = loadText(world, node, options.form);
    worldSwitch.ovs.load(bridges[node], flows, groups);
  }
  const stations = new Map(world.stations.map((station) => [station.end, station]));
  const flows = [...interestingFlows(universe, [...stations.keys()])].filter((flow) => flow.source !== flow.destination);
  const probes = thin(flows, options.most).flatMap((flow) => {
    const [from, to] = [stations.get(flow.source), stations.get(flow.destination)];
    return from === undefined || to === undefined ? [] : probesOf(world, flow, from, to);
  });
  const found: string[] = [];
  for (let at = 0; at < probes.length; at += 200) found.push(...(await askSwitch(worldSwitch, probes.slice(at, at + 200))));
  return { asked: probes.length, found };
}
