/**
 * Binding: a policy program and an inventory of endpoints become the tables of one node. A pure function, which the compiler uses
 * for `--inventory` and the agent for the switch. A flow's identity (`flowKey`) comes from names and addresses and not from
 * positions, so a change of one endpoint or rule changes few flows.
 *
 * The flows are of four sorts by what they depend on: the program alone (`programFlows`), also the node (`nodeFlows`), also one
 * endpoint (`endpointFlows`), or all endpoints (`commonFlows`). The agent makes again only those of which something has changed.
 */
import type { Flow, Group } from "../flow.js";
import { policyFlows } from "../policytable.js";
import type { Policing } from "../profiles.js";
import type { Program } from "../program.js";
import { staticFlows } from "../staticflows.js";
import { endpointGuardFlows, endpointInputFlows, endpointSourceFlows, guardFlows, inputFlows, sourceFlows } from "./arrival.js";
import { isLocal, nodeContext } from "./context.js";
import type { NodeContext } from "./context.js";
import { destinationFlows, endpointDestinationFlows, endpointForwardFlows, forwardFlows } from "./destination.js";
import type { BindProblem, Inventory } from "./inventory.js";
import { endpointNeighbourFlows, floodFlows, neighbourFlows } from "./neighbour.js";
import { resolveEndpoints } from "./resolve.js";
import type { Resolved, ResolvedEndpoint } from "./resolve.js";
import { serviceFlows } from "./service.js";

export interface BoundNode {
  readonly flows: readonly Flow[];
  /** To be there before the flows. */
  readonly groups: readonly Group[];
  readonly problems: readonly BindProblem[];
  /** Ports of the node whose traffic is limited, in order; for the switch's database, since no flow says it. */
  readonly policing: readonly Policing[];
}

/** All tables of a node. A node that the inventory does not have gets no flows and a problem. */
export function bindNode(program: Program, inventory: Inventory, node: string): BoundNode {
  const own = bindEndpoints(program, inventory, node, resolveEndpoints(program, inventory));
  return { ...own, flows: own.flows.length === 0 ? [] : [...programFlows(program), ...own.flows] };
}

/** The tables that depend on endpoints and on the node. `resolved` is the inventory's, and the same for all nodes. */
function bindEndpoints(program: Program, inventory: Inventory, nodeName: string, resolved: Resolved): BoundNode {
  const context = nodeContext(program, inventory.nodes, nodeName);
  if (context === undefined)
    return { flows: [], groups: [], policing: [], problems: [{ node: nodeName, message: `the inventory has no node ${nodeName}` }] };
  const common = commonFlows(context, resolved.endpoints);
  const own = resolved.endpoints.flatMap((entry) => endpointFlows(context, entry));
  return {
    flows: [...nodeFlows(context), ...dropDoubles(own), ...common.flows],
    groups: common.groups,
    problems: resolved.problems,
    policing: policingOf(context, resolved.endpoints),
  };
}

/** What the ports of a node are limited to. */
export function policingOf(context: NodeContext, endpoints: readonly ResolvedEndpoint[]): readonly Policing[] {
  return endpoints
    .flatMap((entry) => (entry.policing === undefined || !isLocal(context, entry) ? [] : [{ port: entry.endpoint.port, ...entry.policing }]))
    .sort((a, b) => a.port - b.port);
}

export function programFlows(program: Program): readonly Flow[] {
  return [...staticFlows(program), ...policyFlows(program)];
}

/** What a node has whatever its endpoints are. */
export function nodeFlows(context: NodeContext): readonly Flow[] {
  return [
    ...inputFlows(context),
    ...guardFlows(),
    ...neighbourFlows(context),
    ...sourceFlows(context),
    ...destinationFlows(context),
    ...forwardFlows(context),
  ];
}

/** What one endpoint, here or on another node, adds to a node. Endpoints with one address have flows in common. */
export function endpointFlows(context: NodeContext, entry: ResolvedEndpoint): readonly Flow[] {
  return [
    ...endpointInputFlows(context, entry),
    ...endpointGuardFlows(context, entry),
    ...endpointNeighbourFlows(context, entry),
    ...endpointSourceFlows(context, entry),
    ...endpointDestinationFlows(context, entry),
    ...endpointForwardFlows(context, entry),
  ];
}

/** What depends on all endpoints at once. INVARIANT: these are in order of name. */
export function commonFlows(context: NodeContext, endpoints: readonly ResolvedEndpoint[]): Pick<BoundNode, "flows" | "groups"> {
  const services = serviceFlows(context, endpoints);
  return { flows: [...floodFlows(context, endpoints), ...services.flows], groups: services.groups };
}

/** Endpoints with one address have one flow that drops what goes there. */
function dropDoubles(flows: readonly Flow[]): readonly Flow[] {
  const seen = new Set<string>();
  return flows.filter((flow) => {
    if (flow.actions.length > 0) return true;
    const key = `${flow.table} ${flow.match.map(({ field, value }) => `${field}=${value}`).join()}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
