/** What the tables cannot take of an inventory as it is: told at the endpoint, because what is left out gets no traffic, whatever the policy says. */
import type { Program } from "../program.js";
import type { BindProblem, Inventory, InventoryNode } from "./inventory.js";
import { resolveEndpoints } from "./resolve.js";

/** In order of endpoints; nothing where every endpoint has its place. */
export function inventoryProblems(program: Program, inventory: Inventory): readonly BindProblem[] {
  return [...resolveEndpoints(program, inventory).problems, ...misplacedEndpoints(inventory)];
}

/** Endpoints on nodes that there are not, or behind the ports that lead to other nodes and to the world. */
function misplacedEndpoints({ nodes, endpoints }: Inventory): readonly BindProblem[] {
  const known = new Map(nodes.map((node) => [node.name, node]));
  return endpoints.flatMap(({ name, node, port }) => {
    const place = known.get(node);
    const message = place === undefined ? `gets no traffic: the inventory has no node ${node}` : takenPort(place, port);
    return message === undefined ? [] : [{ endpoint: name, message: `endpoint ${name} ${message}` }];
  });
}

function takenPort({ name, tunnel, uplink }: InventoryNode, port: number): string | undefined {
  if (port !== tunnel && port !== uplink) return undefined;
  return `cannot be behind port ${port} of node ${name}: that is its ${port === tunnel ? "tunnel" : "uplink"}`;
}
