/**
 * One inventory from the parts of all sources, the configuration and the bridge.
 */
import type { Endpoint, InventoryNode } from "../../compiler/target/openflow/bind/inventory.js";
import type { BridgeInterface, BridgeView } from "../ovsdb/bridge.js";
import type { InventoryPart } from "./sources.js";

/** What the agent is told of its own node. */
export interface OwnNode {
  readonly name: string;
  /** Where the other nodes' tunnels to this node end. */
  readonly address?: string;
  /** Name of the VXLAN interface on the bridge (`options:remote_ip=flow options:key=flow`). */
  readonly tunnel?: string;
  /** Name of the interface to the world outside. */
  readonly uplink?: string;
  /** MAC of the router behind the uplink. */
  readonly nextHop?: string;
  readonly forwarding?: InventoryNode["forwarding"];
}

export interface NodeInventory {
  readonly nodes: readonly InventoryNode[];
  readonly endpoints: readonly Endpoint[];
  /** Endpoints of this node that are left out: no interface of the bridge is theirs, or their port is no port. */
  readonly homeless: readonly string[];
}

/** What keeps the bridge from being used, in words; nothing when all that the configuration names is there. */
export function bridgeProblem(own: OwnNode, name: string, bridge: BridgeView | undefined): string | undefined {
  if (bridge === undefined) return `there is no bridge ${name}`;
  const missing = [own.tunnel, own.uplink].find((wanted) => wanted !== undefined && portOf(bridge, wanted) === undefined);
  if (missing === undefined) return undefined;
  const error = bridge.interfaces.find((entry) => entry.name === missing)?.error;
  return `bridge ${name} has no usable interface ${missing}${error === undefined ? "" : `: ${error}`}`;
}

function portOf(bridge: BridgeView, name: string): number | undefined {
  return bridge.interfaces.find((entry) => entry.name === name)?.port;
}

/**
 * Puts the parts together. Of two endpoints of one name the first counts. An endpoint of this node with port 0 gets the port of the
 * interface whose `external_ids:iface-id` is its name, or whose `external_ids:attached-mac` is its MAC address: the names that
 * OVN and libvirt use.
 */
export function nodeInventory(own: OwnNode, parts: Iterable<InventoryPart>, bridge: BridgeView): NodeInventory {
  const all = [...parts];
  const nodes = [ownNode(own, bridge), ...otherNodes(own, all)];
  const isPlaced = (endpoint: Endpoint): boolean => endpoint.node !== own.name || isPort(endpoint.port);
  // As it is most of the time: then there is nothing to make anew of ten thousand endpoints because one has changed.
  if (all.length === 1 && all[0].endpoints.every(isPlaced)) return { nodes, endpoints: all[0].endpoints, homeless: [] };
  const homeless: string[] = [];
  const endpoints: Endpoint[] = [];
  let finder: ReturnType<typeof portFinder> | undefined;
  for (const part of all) {
    for (const endpoint of part.endpoints) {
      if (isPlaced(endpoint)) {
        endpoints.push(endpoint);
        continue;
      }
      finder ??= portFinder(bridge);
      const port = endpoint.port === 0 ? finder(endpoint) : undefined;
      if (port === undefined) homeless.push(endpoint.name);
      else endpoints.push(withPort(endpoint, port));
    }
  }
  return { nodes, endpoints, homeless };
}

const placed = new WeakMap<Endpoint, Endpoint>();

/** The same object again for the same endpoint and port, so that the binder sees that nothing changed. */
function withPort(endpoint: Endpoint, port: number): Endpoint {
  const known = placed.get(endpoint);
  if (known?.port === port) return known;
  const made = { ...endpoint, port };
  placed.set(endpoint, made);
  return made;
}

/** Open vSwitch has port numbers of 16 bits, and reserves the last ones (ovs-vswitchd.conf.db(5), `ofport_request`). */
const isPort = (port: number): boolean => Number.isInteger(port) && port >= 1 && port <= 65279;

function ownNode(own: OwnNode, bridge: BridgeView): InventoryNode {
  const { name, address, nextHop, forwarding } = own;
  const [tunnel, uplink] = [own.tunnel, own.uplink].map((wanted) => (wanted === undefined ? undefined : portOf(bridge, wanted)));
  return {
    name,
    ...(address === undefined ? {} : { address }),
    ...(tunnel === undefined ? {} : { tunnel }),
    ...(uplink === undefined ? {} : { uplink }),
    ...(nextHop === undefined ? {} : { nextHop }),
    ...(forwarding === undefined ? {} : { forwarding }),
  };
}

function otherNodes(own: OwnNode, parts: readonly InventoryPart[]): readonly InventoryNode[] {
  const found = new Map<string, InventoryNode>();
  for (const part of parts) for (const node of part.nodes ?? []) if (node.name !== own.name && !found.has(node.name)) found.set(node.name, node);
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function portFinder(bridge: BridgeView): (endpoint: Endpoint) => number | undefined {
  const byName = new Map<string, number>();
  const byMac = new Map<string, number>();
  const note = (map: Map<string, number>, key: string | undefined, entry: BridgeInterface): void => {
    if (key !== undefined && entry.port !== undefined) map.set(key, entry.port);
  };
  for (const entry of bridge.interfaces) {
    note(byName, entry.externalIds["iface-id"], entry);
    note(byMac, entry.externalIds["attached-mac"]?.toLowerCase(), entry);
  }
  return (endpoint) => byName.get(endpoint.name) ?? byMac.get(endpoint.mac.toLowerCase());
}
