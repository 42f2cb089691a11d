/**
 * Who a packet is for, and how it gets there.
 */
import { parseAddress } from "../../../space/address.js";
import { registers } from "../registers.js";
import { tables } from "../tables.js";
import { bitsAre, makeMatch, setBits } from "../flow.js";
import type { Action, Flow, Match } from "../flow.js";
import { identityActions } from "../staticflows.js";
import { addressIs, endpointCookie, goto, isLocal, nodeFlow, router } from "./context.js";
import type { NodeContext } from "./context.js";
import { macNumber } from "./inventory.js";
import type { ResolvedEndpoint } from "./resolve.js";
import { inSharedSpace } from "./spaces.js";

export function endpointDestinationFlows(context: NodeContext, entry: ResolvedEndpoint): readonly Flow[] {
  const { program } = context;
  return entry.addresses.flatMap((resolved): readonly Flow[] => {
    const cookie = endpointCookie(entry);
    const destination = addressIs(resolved, "destination");
    const bar: Flow = { table: tables.destination, priority: 245, cookie, match: destination, actions: [] };
    if (resolved.blocked !== undefined) return [bar];
    const actions = [
      ...identityActions(program, "destination", resolved.members, resolved.classes),
      setBits(registers.endpoint, entry.id),
      goto(tables.zone),
    ];
    const anywhere: Flow = { table: tables.destination, priority: 250, cookie, match: destination, actions };
    const inDomain: Flow = { ...anywhere, priority: 300, match: makeMatch(destination, bitsAre(registers.domain, entry.domain)) };
    if (resolved.ambiguous) return [inDomain, bar];
    return inSharedSpace(context.shared, entry.domain, resolved.address) ? [inDomain, anywhere] : [anywhere];
  });
}

export function destinationFlows(context: NodeContext): readonly Flow[] {
  return [
    ...context.program.loadBalancers.flatMap((balancer): readonly Flow[] => {
      const address = parseAddress(balancer.address);
      if (address === undefined) return [];
      const actions = [setBits(registers.destinationMembers, balancer.tenant), setBits(registers.toService, 1), goto(tables.zone)];
      return [
        { table: tables.destination, priority: 350, cookie: { kind: "service", id: 0 }, match: addressIs({ address }, "destination"), actions },
      ];
    }),
    ...context.shared.map(({ tenant, piece }) =>
      nodeFlow(tables.destination, 275, makeMatch(bitsAre(registers.domain, tenant), piece("destination")), [goto(tables.destinationPlace)]),
    ),
    nodeFlow(tables.destination, 0, [], [goto(tables.destinationPlace)]),
  ];
}

/** Actions that put a frame on its way to an endpoint, or nothing where the node has no way there. */
export function reach(context: NodeContext, entry: ResolvedEndpoint): readonly Action[] | undefined {
  if (isLocal(context, entry)) return [{ kind: "output", port: entry.endpoint.port }];
  const { uplink } = context.node;
  if (entry.network?.encap === "vlan") {
    return uplink === undefined || entry.network.tag === undefined ? undefined : [...tagActions(entry.network.tag), { kind: "output", port: uplink }];
  }
  return tunnelTo(context, entry, entry.network?.tag);
}

function tunnelTo({ node: { tunnel }, nodeAddresses }: NodeContext, entry: ResolvedEndpoint, vni: number | undefined): readonly Action[] | undefined {
  const address = nodeAddresses.get(entry.endpoint.node);
  // A tunnel's outer header is IPv4 here; `tun_ipv6_dst` would be another field.
  if (tunnel === undefined || address?.family !== 4 || vni === undefined) return undefined;
  return [
    { kind: "set", field: "tun_id", value: vni },
    { kind: "set", field: "tun_dst", value: address.value },
    { kind: "output", port: tunnel },
  ];
}

/**
 * The way of what is routed to an endpoint: its sender may be in a network that is tunnelled, and then the other node believes the sender's
 * address only from a tunnel. To an endpoint in a VLAN it goes through that of another network of its tenant.
 */
function routedReach(context: NodeContext, entry: ResolvedEndpoint): readonly Action[] | undefined {
  if (isLocal(context, entry) || entry.network?.encap !== "vlan") return reach(context, entry);
  const tunnelled = context.program.networks.find(({ tenant, encap, tag }) => tenant === entry.domain && encap === "vxlan" && tag !== undefined);
  return tunnelTo(context, entry, tunnelled?.tag) ?? reach(context, entry);
}

/** `OFPVID_PRESENT` (OpenFlow 1.3 §7.2.3.7): the VLAN id counts as set. */
const PRESENT = 0x1000;

export function tagActions(tag: number): readonly Action[] {
  return [{ kind: "pushVlan" }, { kind: "set", field: "dl_vlan", value: PRESENT + tag }];
}

const toMac = (mac: number): Match => [{ field: "dl_dst", value: mac }];

export function endpointForwardFlows(context: NodeContext, entry: ResolvedEndpoint): readonly Flow[] {
  const { forwarding, program } = context;
  if (forwarding === "none") return [];
  const [way, routedWay] = [reach(context, entry), routedReach(context, entry)];
  const routes = forwarding === "routing" || program.loadBalancers.length > 0;
  const cookie = endpointCookie(entry);
  // What came from a node goes to this node's ports only, so that no frame runs in circles.
  const to = makeMatch(bitsAre(registers.endpoint, entry.id), isLocal(context, entry) ? [] : bitsAre(registers.fromNode, 0));
  const rewrite: readonly Action[] = [
    { kind: "set", field: "dl_src", value: router },
    { kind: "set", field: "dl_dst", value: entry.mac },
  ];
  const flow = (mac: number, actions: readonly Action[]): Flow => ({
    table: tables.forward,
    priority: 200,
    cookie,
    match: makeMatch(to, toMac(mac)),
    actions,
  });
  return [
    ...(way === undefined ? [] : [flow(entry.mac, way)]),
    ...(routes && routedWay !== undefined ? [flow(router, [...rewrite, ...routedWay])] : []),
  ];
}

export function forwardFlows(context: NodeContext): readonly Flow[] {
  const { forwarding, node } = context;
  if (forwarding === "none") return [nodeFlow(tables.forward, 0, [], [{ kind: "normal" }])];
  return [...(node.uplink === undefined ? [] : outwardFlows(context, node.uplink)), nodeFlow(tables.forward, 0, [], [])];
}

/** To what is no endpoint: out by the uplink, in its network's VLAN if it has one. */
function outwardFlows(context: NodeContext, uplink: number): readonly Flow[] {
  const unknown = makeMatch(bitsAre(registers.endpoint, 0), bitsAre(registers.fromNode, 0));
  const output: Action = { kind: "output", port: uplink };
  const nextHop = context.node.nextHop === undefined ? undefined : macNumber(context.node.nextHop);
  return [
    nodeFlow(tables.forward, 100, unknown, [output]),
    ...context.program.networks
      .filter((network) => network.encap === "vlan" && network.tag !== undefined)
      .map((network) =>
        nodeFlow(tables.forward, 110, makeMatch(unknown, bitsAre(registers.network, network.id)), [...tagActions(network.tag ?? 0), output]),
      ),
    ...(nextHop === undefined
      ? []
      : [
          nodeFlow(tables.forward, 120, makeMatch(unknown, toMac(router)), [
            { kind: "set", field: "dl_src", value: router },
            { kind: "set", field: "dl_dst", value: nextHop },
            output,
          ]),
        ]),
  ];
}
