/**
 * What the flow makers of one node share.
 */
import { parseAddress } from "../../../space/address.js";
import type { Address } from "../../../space/address.js";
import { ETH_IP, ETH_IP6 } from "../flow.js";
import type { Action, Cookie, FieldMatch, Flow, Match } from "../flow.js";
import type { Program } from "../program.js";
import { macNumber, routerMac } from "./inventory.js";
import type { InventoryNode } from "./inventory.js";
import type { ResolvedAddress, ResolvedEndpoint } from "./resolve.js";
import { overlappingNetworks } from "./spaces.js";
import type { SharedPrefix } from "./spaces.js";

/** What a node's flows depend on besides endpoints. */
export interface NodeContext {
  readonly program: Program;
  readonly node: InventoryNode;
  readonly forwarding: "bridge" | "routing" | "none";
  /** Where the nodes' tunnels end, in the inventory's order; nodes without a usable address are left out. */
  readonly nodeAddresses: ReadonlyMap<string, Address>;
  /** Prefixes that several tenants have. */
  readonly shared: readonly SharedPrefix[];
}

/** Nothing for a node that is not among `nodes`. */
export function nodeContext(program: Program, nodes: readonly InventoryNode[], name: string): NodeContext | undefined {
  const node = nodes.find((entry) => entry.name === name);
  if (node === undefined) return undefined;
  return {
    program,
    node,
    forwarding: node.forwarding ?? program.fabric.forwarding,
    nodeAddresses: new Map(
      nodes.flatMap((entry) => {
        const address = entry.address === undefined ? undefined : parseAddress(entry.address);
        return address === undefined ? [] : [[entry.name, address] as const];
      }),
    ),
    shared: overlappingNetworks(program),
  };
}

export const router = macNumber(routerMac) ?? 0;

export const isLocal = (context: NodeContext, entry: ResolvedEndpoint): boolean => entry.endpoint.node === context.node.name;

/** Whether packets of the endpoint come to other nodes through tunnels. */
export function isTunnelled(context: NodeContext, entry: ResolvedEndpoint): boolean {
  return context.forwarding !== "none" && entry.network?.encap !== "vlan";
}

export const goto = (table: number): Action => ({ kind: "goto", table });

/** The address as a condition on the source or destination of IP packets. */
export function addressIs(resolved: Pick<ResolvedAddress, "address">, side: "source" | "destination"): Match {
  const { address } = resolved;
  const field: FieldMatch["field"] = address.family === 4 ? (side === "source" ? "nw_src" : "nw_dst") : side === "source" ? "ipv6_src" : "ipv6_dst";
  return [
    { field: "dl_type", value: address.family === 4 ? ETH_IP : ETH_IP6 },
    { field, value: address.value },
  ];
}

export const endpointCookie = (entry: ResolvedEndpoint): Cookie => ({ kind: "endpoint", id: entry.id });
export const nodeCookie: Cookie = { kind: "pipeline", id: 0 };

export function nodeFlow(table: number, priority: number, match: Match, actions: readonly Action[]): Flow {
  return { table, priority, cookie: nodeCookie, match, actions };
}
