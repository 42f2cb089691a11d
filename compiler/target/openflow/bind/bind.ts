/**
 * Binding: a policy program and an inventory of endpoints become the tables of one node. A pure function, which the compiler uses
 * for `--inventory` and the agent for the switch. A flow's identity (`flowKey`) comes from names and addresses and not from
 * positions, so a change of one endpoint or rule changes few flows.
 */
import type { Flow, Group } from "../flow.js";
import { policyFlows } from "../policytable.js";
import type { Program } from "../program.js";
import { staticFlows } from "../staticflows.js";
import { guardFlows, inputFlows, sourceFlows } from "./arrival.js";
import type { NodeContext } from "./context.js";
import { destinationFlows, forwardFlows } from "./destination.js";
import type { BindProblem, Inventory } from "./inventory.js";
import { neighbourFlows } from "./neighbour.js";
import { resolveEndpoints } from "./resolve.js";
import type { Resolved } from "./resolve.js";
import { serviceFlows } from "./service.js";
import { overlappingNetworks } from "./spaces.js";

export interface BoundNode {
  readonly flows: readonly Flow[];
  /** To be there before the flows. */
  readonly groups: readonly Group[];
  readonly problems: readonly BindProblem[];
}

/** All tables of a node. A node that the inventory does not have gets no flows and a problem. */
export function bindNode(program: Program, inventory: Inventory, node: string): BoundNode {
  const own = bindEndpoints(program, inventory, node, resolveEndpoints(program, inventory));
  return { ...own, flows: own.flows.length === 0 ? [] : [...staticFlows(program), ...policyFlows(program), ...own.flows] };
}

/** The tables that depend on endpoints and on the node. `resolved` is the inventory's, and the same for all nodes. */
export function bindEndpoints(program: Program, inventory: Inventory, nodeName: string, resolved: Resolved): BoundNode {
  const node = inventory.nodes.find(({ name }) => name === nodeName);
  if (node === undefined) return { flows: [], groups: [], problems: [{ node: nodeName, message: `the inventory has no node ${nodeName}` }] };
  const context: NodeContext = {
    program,
    inventory,
    node,
    forwarding: node.forwarding ?? program.fabric.forwarding,
    endpoints: resolved.endpoints,
    shared: overlappingNetworks(program),
  };
  const services = serviceFlows(context);
  return {
    flows: [
      ...inputFlows(context),
      ...guardFlows(context),
      ...neighbourFlows(context),
      ...sourceFlows(context),
      ...destinationFlows(context),
      ...services.flows,
      ...forwardFlows(context),
    ],
    groups: services.groups,
    problems: resolved.problems,
  };
}
