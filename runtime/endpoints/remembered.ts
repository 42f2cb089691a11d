/**
 * A source that begins with what was known of it in an earlier life. Without that an agent that starts while a server is away would know
 * nothing at all of endpoints, also not of those that the switch itself tells of.
 */
import type { EndpointSource, InventoryPart } from "../agent/sources.js";
import { unknownPort } from "./merge.js";

/** Delivers `part` at once, if there is one, and then what the source says in its place. */
export function remembered(source: EndpointSource, part: InventoryPart | undefined): EndpointSource {
  return {
    name: source.name,
    watch: (onInventory, onError) => {
      if (part !== undefined) onInventory(part);
      return source.watch(onInventory, onError);
    },
  };
}

/** Of all that was known: what other nodes had told. */
export function partOfOthers({ endpoints, nodes = [] }: InventoryPart, self: string): InventoryPart {
  return { endpoints: endpoints.filter(({ node }) => node !== self), nodes: nodes.filter(({ name }) => name !== self) };
}

/** Of all that was known: what an orchestrator had told, which knows no ports. One that went since then has none on the bridge either. */
export function partWithoutPorts({ endpoints }: InventoryPart, self: string): InventoryPart {
  return { endpoints: endpoints.map((endpoint) => (endpoint.node === self ? { ...endpoint, port: unknownPort } : endpoint)) };
}
