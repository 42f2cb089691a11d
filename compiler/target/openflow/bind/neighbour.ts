/**
 * ARP (RFC 826) and IPv6 neighbour discovery (RFC 4861): answered by the switch, or flooded in the network, as the fabric says.
 */
import { parseAddress } from "../../../space/address.js";
import type { Address } from "../../../space/address.js";
import { registers } from "../registers.js";
import type { BitField } from "../registers.js";
import { tables } from "../tables.js";
import { bitsAre, ETH_IP6, isArp, isIp, isIp6, makeMatch } from "../flow.js";
import type { Action, Cookie, Flow, Match } from "../flow.js";
import { endpointCookie, goto, isLocal, nodeCookie, nodeFlow, router } from "./context.js";
import type { NodeContext } from "./context.js";
import { reach, tagActions } from "./destination.js";
import type { ResolvedEndpoint } from "./resolve.js";

const REQUEST = 1;
const REPLY = 2;
const SOLICITATION = 135;
const ADVERTISEMENT = 136;
/** Solicited and override flags of an advertisement (RFC 4861 §4.4). */
const ANSWER_FLAGS = 0x60000000;
/** Option type 2: target link-layer address. */
const TARGET_OPTION = 2;

const mac = (field: "dl_src" | "dl_dst" | "arp_sha" | "arp_tha"): BitField => ({ field, offset: 0, width: 48 });
const ip = (field: "arp_spa" | "arp_tpa"): BitField => ({ field, offset: 0, width: 32 });
const ip6 = (field: "ipv6_src" | "ipv6_dst"): BitField => ({ field, offset: 0, width: 128 });
const arpOp = (op: number): Match => [...isArp, { field: "arp_op", value: op }];
const icmp6 = (type: number): Match => [
  { field: "dl_type", value: ETH_IP6 },
  { field: "nw_proto", value: 58 },
  { field: "icmp_type", value: type },
];

/** The answer to "who has `address`", in place and back where it came from. */
function answerFlows(where: Match, address: Address, hardware: number, cookie: Cookie): readonly Flow[] {
  if (address.family === 4) {
    const actions: readonly Action[] = [
      { kind: "move", from: mac("dl_src"), to: mac("dl_dst") },
      { kind: "set", field: "dl_src", value: hardware },
      { kind: "set", field: "arp_op", value: REPLY },
      { kind: "move", from: mac("arp_sha"), to: mac("arp_tha") },
      { kind: "move", from: ip("arp_spa"), to: ip("arp_tpa") },
      { kind: "set", field: "arp_sha", value: hardware },
      { kind: "set", field: "arp_spa", value: address.value },
      { kind: "inPort" },
    ];
    return [
      {
        table: tables.neighbour,
        priority: 200,
        cookie,
        match: makeMatch(arpOp(REQUEST), where, [{ field: "arp_tpa", value: address.value }]),
        actions,
      },
    ];
  }
  const target: Match = [{ field: "nd_target", value: address.value }];
  return [
    {
      table: tables.neighbour,
      priority: 200,
      cookie,
      match: makeMatch(icmp6(SOLICITATION), where, target),
      actions: [
        { kind: "move", from: mac("dl_src"), to: mac("dl_dst") },
        { kind: "set", field: "dl_src", value: hardware },
        { kind: "move", from: ip6("ipv6_src"), to: ip6("ipv6_dst") },
        { kind: "set", field: "ipv6_src", value: address.value },
        { kind: "set", field: "icmp_type", value: ADVERTISEMENT },
        { kind: "set", field: "nd_options_type", value: TARGET_OPTION },
        { kind: "set", field: "nd_reserved", value: ANSWER_FLAGS },
        goto(tables.advertise),
      ],
    },
    {
      table: tables.advertise,
      priority: 200,
      cookie,
      match: makeMatch(icmp6(ADVERTISEMENT), where, target),
      actions: [{ kind: "set", field: "nd_tll", value: hardware }, { kind: "inPort" }],
    },
  ];
}

/** What does not depend on endpoints. */
export function neighbourFlows(context: NodeContext): readonly Flow[] {
  const passOn = [isIp, isIp6].map((family) => nodeFlow(tables.neighbour, 0, family, [goto(tables.source)]));
  if (context.forwarding === "none") {
    const normal: readonly Action[] = [{ kind: "normal" }];
    return [...passOn, ...[isArp, icmp6(SOLICITATION), icmp6(ADVERTISEMENT)].map((match) => nodeFlow(tables.neighbour, 100, match, normal))];
  }
  return [
    ...passOn,
    // A probe for an address that its sender wants to use: an answer would say that it is taken.
    nodeFlow(tables.neighbour, 250, makeMatch(icmp6(SOLICITATION), [{ field: "ipv6_src", value: 0n }]), []),
    ...routerFlows(context),
    ...outwardFlows(context),
  ];
}

export function endpointNeighbourFlows(context: NodeContext, entry: ResolvedEndpoint): readonly Flow[] {
  if (context.forwarding === "none") return [];
  return [...(context.program.fabric.arp === "proxy" ? proxyFlows(context, entry) : []), ...answerDeliveryFlows(context, entry)];
}

const inNetwork = (id: number): Match => bitsAre(registers.network, id);

/** Gateways of routed networks, and service addresses, are the switch itself. */
function routerFlows(context: NodeContext): readonly Flow[] {
  const { program, forwarding } = context;
  const gateways =
    forwarding !== "routing" ? [] : program.networks.flatMap((network) => network.gateways.map((text) => ({ text, where: inNetwork(network.id) })));
  const services = program.loadBalancers.flatMap((balancer) =>
    program.networks
      .filter((network) => network.tenant === balancer.tenant)
      .map((network) => ({ text: balancer.address, where: inNetwork(network.id) })),
  );
  return [...gateways, ...services].flatMap(({ text, where }) => {
    const address = parseAddress(text);
    return address === undefined ? [] : answerFlows(where, address, router, nodeCookie);
  });
}

/** In its own network; for an endpoint of this node also to outside. */
function proxyFlows(context: NodeContext, entry: ResolvedEndpoint): readonly Flow[] {
  return entry.addresses
    .filter(({ blocked }) => blocked === undefined)
    .flatMap(({ address, ambiguous }) => [
      ...(entry.network === undefined ? [] : answerFlows(inNetwork(entry.network.id), address, entry.mac, endpointCookie(entry))),
      ...(isLocal(context, entry) && !ambiguous
        ? answerFlows(inNetwork(0), address, context.forwarding === "routing" ? router : entry.mac, endpointCookie(entry))
        : []),
    ]);
}

/** To all ports of the network here; to the other nodes and the uplink unless it came from a node. */
export function floodFlows(context: NodeContext, endpoints: readonly ResolvedEndpoint[]): readonly Flow[] {
  const { program, node } = context;
  if (context.forwarding === "none" || program.fabric.arp === "proxy") return [];
  return program.networks.flatMap((network) => {
    const members = endpoints.filter((entry) => entry.network?.id === network.id);
    const ports: readonly Action[] = members
      .filter((entry) => isLocal(context, entry))
      .map((entry) => ({ kind: "output", port: entry.endpoint.port }));
    const elsewhere = new Map(members.filter((entry) => !isLocal(context, entry)).map((entry) => [entry.endpoint.node, entry]));
    const tunnels =
      network.encap === "vxlan"
        ? [...context.nodeAddresses.keys()].flatMap((name) => (elsewhere.has(name) ? (reachOf(context, elsewhere.get(name)) ?? []) : []))
        : [];
    const uplink: readonly Action[] =
      node.uplink !== undefined && network.encap === "vlan" && network.tag !== undefined
        ? [...tagActions(network.tag), { kind: "output", port: node.uplink }]
        : [];
    return [arpOp(REQUEST), icmp6(SOLICITATION)].flatMap((what) => [
      nodeFlow(tables.neighbour, 150, makeMatch(what, inNetwork(network.id), bitsAre(registers.fromNode, 0)), [...ports, ...tunnels, ...uplink]),
      nodeFlow(tables.neighbour, 150, makeMatch(what, inNetwork(network.id), bitsAre(registers.fromNode, 1)), ports),
    ]);
  });
}

function reachOf(context: NodeContext, entry: ResolvedEndpoint | undefined): readonly Action[] | undefined {
  return entry === undefined ? undefined : reach(context, entry);
}

/** Answers go to the one who asked. */
function answerDeliveryFlows(context: NodeContext, entry: ResolvedEndpoint): readonly Flow[] {
  const way = reach(context, entry);
  if (way === undefined) return [];
  const direction = isLocal(context, entry) ? [] : bitsAre(registers.fromNode, 0);
  return [arpOp(REPLY), icmp6(ADVERTISEMENT)].map((what): Flow => ({
    table: tables.neighbour,
    priority: 100,
    cookie: endpointCookie(entry),
    match: makeMatch(what, direction, [{ field: "dl_dst", value: entry.mac }]),
    actions: way,
  }));
}

/** Questions and answers about what is no endpoint: out by the uplink. */
function outwardFlows(context: NodeContext): readonly Flow[] {
  const { uplink } = context.node;
  if (uplink === undefined) return [];
  const here = bitsAre(registers.fromNode, 0);
  return [isArp, icmp6(SOLICITATION), icmp6(ADVERTISEMENT)].flatMap((what) => [
    nodeFlow(tables.neighbour, 50, makeMatch(what, here), [{ kind: "output", port: uplink }]),
    ...context.program.networks
      .filter((network) => network.encap === "vlan" && network.tag !== undefined)
      .map((network) =>
        nodeFlow(tables.neighbour, 60, makeMatch(what, here, inNetwork(network.id)), [
          ...tagActions(network.tag ?? 0),
          { kind: "output", port: uplink },
        ]),
      ),
  ]);
}
