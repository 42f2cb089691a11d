/** The first packet of a connection, as it comes into a node: as fields for our own reading of the tables, and as text for the switch's. */
import { containsAddress, formatAddress, parseAddress, parsePrefix, prefixSet } from "../../compiler/space/address.js";
import { hasPorts, isIcmp } from "../../compiler/space/service.js";
import { macNumber, routerMac } from "../../compiler/target/openflow/bind/inventory.js";
import type { Program } from "../../compiler/target/openflow/program.js";
import type { ReadFlow } from "../../compiler/target/openflow/read/flowtext.js";
import type { Packet, Tables } from "../../compiler/target/openflow/read/simulate.js";
import { tables as numbers } from "../../compiler/target/openflow/tables.js";
import { QuestionError } from "./question.js";
import type { ConnectionQuestion, ExplainEnd } from "./question.js";

/** How a packet comes into the node: what the first table knows of it. */
export interface Arrival {
  /** For people: `port 3`, `the tunnel`, `the uplink`. */
  readonly by: string;
  readonly port: number;
  /** VNI or VLAN id, where there is one. */
  readonly tunnel?: number;
  readonly vlan?: number;
}

/** The sender's port where nobody says which. */
const SOURCE_PORT = 40_000;
/** MAC of machines outside: locally administered, and nobody's. */
const STRANGER = "02:00:00:00:ff:01";
/** No VLAN header, as `ovs-fields(7)` writes it for `dl_vlan`. */
const UNTAGGED = 0xffff;

/** @throws QuestionError where the packet never comes to this node, or nobody knows how. */
export function arrivalOf({ source, destination }: ConnectionQuestion, node: string, program: Program, tables: Tables): Arrival {
  const { endpoint } = source;
  if (endpoint?.node === node) {
    if (endpoint.port === 0) throw new QuestionError(`the port of ${endpoint.name} on this node is not known`);
    return { by: `port ${endpoint.port}`, port: endpoint.port };
  }
  if (destination.endpoint?.node !== node) {
    throw new QuestionError(`neither end is an endpoint of this node, ${node}: ask on the node of one of them`);
  }
  const entries = tables.get(numbers.input) ?? [];
  if (endpoint === undefined) {
    const uplink = entries.find((entry) => fieldOf(entry, "dl_vlan") === UNTAGGED);
    if (uplink === undefined) throw new QuestionError("this node has no uplink, so nothing comes in from outside");
    return { by: "the uplink", port: fieldOf(uplink, "in_port") ?? 0 };
  }
  const tag = tagOf(program, destination);
  const tunnel = entries.find((entry) => tag !== undefined && fieldOf(entry, "tun_id") === tag);
  if (tunnel !== undefined) return { by: "the tunnel", port: fieldOf(tunnel, "in_port") ?? 0, tunnel: tag };
  const vlan = entries.find((entry) => tag !== undefined && fieldOf(entry, "dl_vlan") === tag);
  if (vlan !== undefined) return { by: "the uplink", port: fieldOf(vlan, "in_port") ?? 0, vlan: tag };
  throw new QuestionError(`nothing comes to this node from ${endpoint.node} for the network of ${formatAddress(destination.address)}`);
}

function fieldOf({ match }: ReadFlow, field: string): number | undefined {
  const found = match.get(field);
  return found === undefined ? undefined : Number(found.value);
}

/** VNI or VLAN id of the network that holds an end. */
function tagOf({ networks, tenants }: Program, { address, endpoint }: ExplainEnd): number | undefined {
  const owners = new Set(
    tenants.filter(({ namespaces }) => endpoint?.namespace === undefined || namespaces.includes(endpoint.namespace)).map(({ id }) => id),
  );
  const holds = (text: string): boolean => {
    const prefix = parsePrefix(text);
    return prefix !== undefined && containsAddress(prefixSet(prefix), address);
  };
  return networks.find(({ tenant, prefixes }) => owners.has(tenant) && prefixes.some(holds))?.tag;
}

/** Fields for `simulate`. */
export function packetFields(question: ConnectionQuestion, arrival: Arrival, program: Program): Packet {
  const { source, destination, protocol, detail } = question;
  const four = source.address.family === 4;
  const fields: [string, bigint][] = [
    ["in_port", BigInt(arrival.port)],
    ["dl_vlan", BigInt(arrival.vlan ?? UNTAGGED)],
    ["dl_src", BigInt(macNumber(macOf(source)) ?? 0)],
    ["dl_dst", BigInt(macNumber(destinationMac(program, destination)) ?? 0)],
    ["dl_type", four ? 0x0800n : 0x86ddn],
    [four ? "nw_src" : "ipv6_src", BigInt(source.address.value)],
    [four ? "nw_dst" : "ipv6_dst", BigInt(destination.address.value)],
    ["nw_proto", BigInt(protocol)],
  ];
  if (arrival.tunnel !== undefined) fields.push(["tun_id", BigInt(arrival.tunnel)]);
  if (hasPorts(protocol)) fields.push(["tp_src", BigInt(SOURCE_PORT)], ["tp_dst", BigInt(detail)]);
  if (isIcmp(protocol)) fields.push(["icmp_type", BigInt(detail >> 8)], ["icmp_code", BigInt(detail & 0xff)]);
  return new Map(fields);
}

/** The same as `ofproto/trace` takes it (`ovs-vswitchd(8)`). */
export function packetText(question: ConnectionQuestion, arrival: Arrival, program: Program): string {
  const { source, destination, protocol, detail } = question;
  const four = source.address.family === 4;
  const [from, to] = [formatAddress(source.address), formatAddress(destination.address)];
  const layer = new Map([
    [6, "tcp"],
    [17, "udp"],
    [132, "sctp"],
  ]).get(protocol);
  const icmp = four ? "icmp" : "icmpv6";
  return [
    four ? "ip" : "ipv6",
    `nw_proto=${protocol}`,
    `in_port=${arrival.port}`,
    ...(arrival.tunnel === undefined ? [] : [`tun_id=${arrival.tunnel}`]),
    ...(arrival.vlan === undefined ? [] : [`dl_vlan=${arrival.vlan}`]),
    `dl_src=${macOf(source)}`,
    `dl_dst=${destinationMac(program, destination)}`,
    ...(four ? [`nw_src=${from}`, `nw_dst=${to}`] : [`ipv6_src=${from}`, `ipv6_dst=${to}`]),
    "nw_ttl=64",
    ...(layer === undefined ? [] : [`${layer}_src=${SOURCE_PORT}`, `${layer}_dst=${detail}`]),
    ...(isIcmp(protocol) ? [`${icmp}_type=${detail >> 8}`, `${icmp}_code=${detail & 0xff}`] : []),
  ].join(",");
}

function destinationMac(program: Program, destination: ExplainEnd): string {
  return isService(program, destination) ? routerMac : macOf(destination);
}

/** Service addresses have the router's MAC (`answerFlows` in the tables' neighbour part). */
function isService({ loadBalancers }: Program, { address }: ExplainEnd): boolean {
  const text = formatAddress(address);
  return loadBalancers.some((balancer) => {
    const known = parseAddress(balancer.address);
    return known !== undefined && formatAddress(known) === text;
  });
}

function macOf({ endpoint }: ExplainEnd): string {
  return endpoint?.mac ?? STRANGER;
}
