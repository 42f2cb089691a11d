import type { Span } from "../../../../grammar/span.js";

/**
 * What there is on the nodes. Plain data: `--inventory nodes.yaml` has this shape, and the agent makes it from its sources.
 */
export interface Inventory {
  readonly nodes: readonly InventoryNode[];
  readonly endpoints: readonly Endpoint[];
  /** Where each endpoint stands in the file that the inventory is from, by name. */
  readonly places?: ReadonlyMap<string, Span>;
}

export interface InventoryNode {
  readonly name: string;
  /** Where tunnels to the node end; IPv4 or IPv6. */
  readonly address?: string;
  /** OpenFlow port of its VXLAN interface (`options:remote_ip=flow options:key=flow`). */
  readonly tunnel?: number;
  /** OpenFlow port to the world outside. */
  readonly uplink?: number;
  /** MAC of the router behind the uplink; needed to route to the world. */
  readonly nextHop?: string;
  /** Default: the source's `fabric { forwarding }`. `none`: something else forwards on the bridge, by its own learning. */
  readonly forwarding?: "bridge" | "routing" | "none";
}

export interface Endpoint {
  /** Unique in the inventory. */
  readonly name: string;
  readonly node: string;
  /** OpenFlow port on its node's bridge. */
  readonly port: number;
  readonly mac: string;
  /** IPv4 and IPv6, without prefix lengths. */
  readonly addresses: readonly string[];
  /** Absent for a machine that is no workload. */
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** The MAC address that routers and services have on every node: locally administered, and nobody's. */
export const routerMac = "0a:63:74:76:00:01";

/** The number of a MAC address, or nothing when the text is none. */
export function macNumber(text: string): number | undefined {
  if (!/^([0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}$/.test(text)) return undefined;
  let number = 0;
  for (let at = 0; at < text.length; at += 3) number = number * 256 + parseInt(text.slice(at, at + 2), 16);
  return number;
}

/** Something about an inventory that the tables cannot take as it is; what it is about gets no traffic. */
export interface BindProblem {
  readonly endpoint?: string;
  readonly node?: string;
  readonly message: string;
}
