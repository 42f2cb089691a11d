/**
 * The first tables: where a packet comes from and who sent it.
 */
import { registers } from "../registers.js";
import { tables } from "../tables.js";
import { bitsAre, ETH_ARP, ETH_IP6, isArp, makeMatch, setBits } from "../flow.js";
import type { Action, Flow, Match } from "../flow.js";
import { identityActions } from "../staticflows.js";
import { addressIs, endpointCookie, goto, isLocal, isTunnelled, nodeFlow } from "./context.js";
import type { NodeContext } from "./context.js";
import type { ResolvedAddress, ResolvedEndpoint } from "./resolve.js";
import { inSharedSpace } from "./spaces.js";

const inPort = (port: number): Match => [{ field: "in_port", value: port }];

/** No VLAN header, as `ovs-fields(7)` writes it for `dl_vlan`. */
const UNTAGGED = 0xffff;

function enter(tenant: number, network: number): readonly Action[] {
  return [...(tenant === 0 ? [] : [setBits(registers.domain, tenant)]), ...(network === 0 ? [] : [setBits(registers.network, network)])];
}

/** The port of an endpoint of this node. */
export function endpointInputFlows(context: NodeContext, entry: ResolvedEndpoint): readonly Flow[] {
  if (!isLocal(context, entry)) return [];
  const actions = [...enter(entry.domain, entry.network?.id ?? 0), goto(tables.guard)];
  return [{ table: tables.input, priority: 200, cookie: endpointCookie(entry), match: inPort(entry.endpoint.port), actions }];
}

/** The tunnel and the uplink. */
export function inputFlows(context: NodeContext): readonly Flow[] {
  const { node, program } = context;
  const { tunnel, uplink } = node;
  return [
    ...(tunnel === undefined
      ? []
      : program.networks
          .filter((network) => network.encap === "vxlan" && network.tag !== undefined)
          .map((network) =>
            nodeFlow(tables.input, 200, makeMatch(inPort(tunnel), [{ field: "tun_id", value: network.tag ?? 0 }]), [
              setBits(registers.fromNode, 1),
              ...enter(network.tenant, network.id),
              goto(tables.neighbour),
            ]),
          )),
    ...(uplink === undefined
      ? []
      : [
          nodeFlow(tables.input, 100, makeMatch(inPort(uplink), [{ field: "dl_vlan", value: UNTAGGED }]), [goto(tables.neighbour)]),
          ...program.networks
            .filter((network) => network.encap === "vlan" && network.tag !== undefined)
            .map((network) =>
              nodeFlow(tables.input, 200, makeMatch(inPort(uplink), [{ field: "dl_vlan", value: network.tag ?? 0 }]), [
                { kind: "stripVlan" },
                ...enter(network.tenant, network.id),
                goto(tables.neighbour),
              ]),
            ),
        ]),
    nodeFlow(tables.input, 0, [], []),
  ];
}

/** Every endpoint may send from its own addresses only, in IP, ARP and neighbour discovery. */
export function endpointGuardFlows(context: NodeContext, entry: ResolvedEndpoint): readonly Flow[] {
  if (!isLocal(context, entry)) return [];
  return [
    ...entry.addresses.filter(({ blocked }) => blocked === undefined).flatMap((address) => senderFlows(context, entry, address)),
    ...probeFlows(entry),
  ];
}

export function guardFlows(): readonly Flow[] {
  return [...DISCOVERY.map((type) => nodeFlow(tables.guard, 205, icmp6(type), [])), nodeFlow(tables.guard, 0, [], [])];
}

/** Router and neighbour discovery and redirects (RFC 4861 §4): never policed as traffic, and passed on only where checked. */
const DISCOVERY = [133, 134, 135, 136, 137];
const SOLICITATION = 135;
const ADVERTISEMENT = 136;

function icmp6(type: number): Match {
  return [
    { field: "dl_type", value: ETH_IP6 },
    { field: "nw_proto", value: 58 },
    { field: "icmp_type", value: type },
  ];
}

function sender(entry: ResolvedEndpoint): Match {
  return [
    { field: "in_port", value: entry.endpoint.port },
    { field: "dl_src", value: entry.mac },
  ];
}

function senderFlows(context: NodeContext, entry: ResolvedEndpoint, resolved: ResolvedAddress): readonly Flow[] {
  const cookie = endpointCookie(entry);
  const who = identityActions(context.program, "source", resolved.members, resolved.classes);
  const flow = (priority: number, match: Match, actions: readonly Action[]): Flow => ({
    table: tables.guard,
    priority,
    cookie,
    match: makeMatch(sender(entry), match),
    actions,
  });
  const ip = flow(200, addressIs(resolved, "source"), [
    ...(resolved.dscp === undefined ? [] : [{ kind: "set" as const, field: "nw_tos" as const, value: resolved.dscp }]),
    ...who,
    ...(resolved.ambiguous ? [setBits(registers.ambiguous, 1)] : []),
    goto(tables.destination),
  ]);
  const { address } = resolved;
  if (address.family === 4) {
    const arp = makeMatch(
      [{ field: "dl_type", value: ETH_ARP }],
      [{ field: "arp_spa", value: address.value }],
      [{ field: "arp_sha", value: entry.mac }],
    );
    return [ip, flow(200, arp, [goto(tables.neighbour)])];
  }
  const solicit = makeMatch(icmp6(SOLICITATION), [{ field: "ipv6_src", value: address.value }], [{ field: "nd_sll", value: entry.mac }]);
  const solicitPlain = makeMatch(icmp6(SOLICITATION), [{ field: "ipv6_src", value: address.value }], [{ field: "nd_sll", value: 0 }]);
  const advertise = makeMatch(icmp6(ADVERTISEMENT), [{ field: "nd_target", value: address.value }], [{ field: "nd_tll", value: entry.mac }]);
  return [ip, ...[solicit, solicitPlain, advertise].map((match) => flow(210, match, [goto(tables.neighbour)]))];
}

const LINK_LOCAL: Match = [{ field: "ipv6_src", value: 0xfe80n << 112n, mask: 0xffc0n << 112n }];

/** What an endpoint sends before it uses an address (RFC 5227 probes), and from its link-local address to resolve others. */
function probeFlows(entry: ResolvedEndpoint): readonly Flow[] {
  const flow = (match: Match): Flow => ({
    table: tables.guard,
    priority: 210,
    cookie: endpointCookie(entry),
    match: makeMatch(sender(entry), match),
    actions: [goto(tables.neighbour)],
  });
  return [
    flow(makeMatch(isArp, [{ field: "arp_op", value: 1 }], [{ field: "arp_spa", value: 0 }], [{ field: "arp_sha", value: entry.mac }])),
    flow(makeMatch(icmp6(SOLICITATION), LINK_LOCAL, [{ field: "nd_sll", value: entry.mac }])),
  ];
}

/** Packets from other nodes and from outside: endpoints that cannot be there are not believed. */
export function endpointSourceFlows(context: NodeContext, entry: ResolvedEndpoint): readonly Flow[] {
  const { program } = context;
  return entry.addresses.flatMap((resolved): readonly Flow[] => {
    const cookie = endpointCookie(entry);
    const source = addressIs(resolved, "source");
    const bar: Flow = { table: tables.source, priority: 245, cookie, match: source, actions: [] };
    if (resolved.blocked !== undefined) return [bar];
    // A packet of a local endpoint comes in by its port; from anywhere else it is forged.
    if (isLocal(context, entry)) return [bar];
    const actions = [
      ...identityActions(program, "source", resolved.members, resolved.classes),
      ...(resolved.ambiguous ? [setBits(registers.ambiguous, 1)] : []),
      goto(tables.destination),
    ];
    const way = makeMatch(source, isTunnelled(context, entry) ? fromNode : []);
    const anywhere: Flow = { table: tables.source, priority: 250, cookie, match: way, actions };
    const inDomain: Flow = { ...anywhere, priority: 300, match: makeMatch(way, bitsAre(registers.domain, entry.domain)) };
    if (resolved.ambiguous) return [inDomain, bar];
    return inSharedSpace(context.shared, entry.domain, resolved.address) ? [inDomain, anywhere, bar] : [anywhere, bar];
  });
}

const fromNode = bitsAre(registers.fromNode, 1);

export function sourceFlows(context: NodeContext): readonly Flow[] {
  return [
    ...context.shared.map(({ tenant, piece }) =>
      nodeFlow(tables.source, 275, makeMatch(bitsAre(registers.fromNode, 0), bitsAre(registers.domain, tenant), piece("source")), [
        goto(tables.sourcePlace),
      ]),
    ),
    nodeFlow(tables.source, 200, fromNode, []),
    nodeFlow(tables.source, 0, [], [goto(tables.sourcePlace)]),
  ];
}
