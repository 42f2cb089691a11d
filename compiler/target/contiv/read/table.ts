/**
 * The tables of a Contiv installation as checkpoints: what the agents' rules say of first packets and of replies, and which tenants reach
 * each other at all.
 */
import type { Tenant } from "../../../policy/model.js";
import type { Universe } from "../../../policy/universe.js";
import { boundedCache } from "../../../space/boundedCache.js";
import * as ends from "../../../space/ends.js";
import type { EndSet } from "../../../space/ends.js";
import { flowProduct } from "../../../space/flows.js";
import type { FlowSet } from "../../../space/flows.js";
import { everyService, isEmptyService, noService, portService, protocolService, unionAllServices } from "../../../space/service.js";
import type { ServiceSet } from "../../../space/service.js";
import { allAddresses } from "../../../space/address.js";
import type { AddressSet } from "../../../space/address.js";
import * as values from "../../../space/values.js";
import type { Checkpoint, CheckpointEntry } from "../../target.js";
import type { AgentRule, Side } from "./agent.js";
import { hasPorts } from "./bundles.js";
import type { RuleBundle } from "./bundles.js";

/** Two things that the objects do not decide. A proof holds under both readings of each. */
export interface Assumptions {
  /**
   * `ephemeral`: a client's own port is one that systems hand out (32768 and up). `chosen`: a client picks the port that gets it furthest;
   * then only what the target allows and the source does not is of interest.
   */
  readonly clientPorts: "ephemeral" | "chosen";
  /** Whether workloads of no tenant are machines outside, or containers in no group beside the tenants' own. */
  readonly foreignWorkloads: "outside" | "containers";
}

/** RFC 6056 §3.2 takes 1024 and up; Linux hands out 32768 to 60999, IANA's dynamic ports are 49152 and up. */
export const firstEphemeralPort = 32768;

const v4: AddressSet = { v4: allAddresses.v4, v6: [] };
const v6: AddressSet = { v4: [], v6: allAddresses.v6 };

function box(parts: Parameters<typeof ends.endBox>[0]): EndSet {
  const made = ends.endBox(parts);
  return made === undefined ? [] : [made];
}

/** Workloads of no tenant. */
export function foreignWorkloads(universe: Universe): EndSet {
  return box({ namespace: values.intersectValues(values.noneOf([...universe.tenantOfNamespace.keys()]), values.anyPresent) });
}

export interface Scene {
  readonly universe: Universe;
  readonly assumptions: Assumptions;
  /** Tenants that share a VRF. */
  readonly shared: ReadonlySet<string>;
  readonly everyContainer: EndSet;
  /** IPv4 ends whose packets a side matches as their source: containers in the tenant's table. */
  readonly senders: (side: Side) => EndSet;
  /** Ends that it matches as their destination. */
  readonly receivers: (side: Side) => EndSet;
}

/** All rules of a project name few sides, so their ends are made once. */
const RULE_SIDES = 65_536;

export function sceneOf(universe: Universe, assumptions: Assumptions, shared: ReadonlySet<string>): Scene {
  const foreign = assumptions.foreignWorkloads === "containers" ? foreignWorkloads(universe) : [];
  const own = new Map(universe.policy.tenants.map((tenant) => [tenant.name, box({ namespace: values.oneOf(tenant.namespaces) })]));
  const everyContainer = [...[...own.values()].flat(), ...foreign];
  const together = [...own].flatMap(([name, set]) => (shared.has(name) ? set : []));
  const containers = new Map([...own].map(([name, set]) => [name, [...(shared.has(name) ? together : set), ...foreign]]));
  const workloads = box({ namespace: values.anyPresent });
  const members = (tenant: string, group: string): EndSet =>
    ends.intersectEnds(universe.endsOf({ include: [{ kind: "group", tenant, group }], except: [] }), workloads);
  const at = (side: Side, any: EndSet): EndSet => {
    const base = side.group === undefined ? any : members(side.tenant, side.group);
    return side.addresses === undefined ? base : ends.intersectEnds(base, box({ addresses: { v4: side.addresses, v6: [] } }));
  };
  return {
    universe,
    assumptions,
    shared,
    everyContainer,
    senders: boundedCache(RULE_SIDES, (side: Side) => ends.intersectEnds(at(side, containers.get(side.tenant) ?? []), box({ addresses: v4 }))),
    receivers: boundedCache(RULE_SIDES, (side: Side) => at(side, ends.allEnds)),
  };
}

/** Packets that a rule matches. A rule whose own group is the destination still is in its tenant's VRF only. */
function packetEnds(scene: Scene, rule: AgentRule): { readonly from: EndSet; readonly to: EndSet } {
  return { from: scene.senders(rule.source), to: scene.receivers(rule.destination) };
}

const protocolServices = (protocol: number): ServiceSet => (protocol === 0 ? everyService : protocolService(protocol));

/** Services of flows whose first packet the rule matches; nothing when it matches none. */
function firstPacketServices(scene: Scene, rule: AgentRule): ServiceSet | undefined {
  if (!hasPorts(rule)) return protocolServices(rule.protocol);
  if (rule.sourcePort !== 0 && !(rule.allow && scene.assumptions.clientPorts === "chosen")) return undefined;
  return rule.destinationPort === 0 ? protocolService(rule.protocol) : portService(rule.protocol, rule.destinationPort, rule.destinationPort);
}

/** Services of flows whose replies the rule matches: a reply's source port is the flow's service, its destination port the client's. */
function replyServices(scene: Scene, rule: AgentRule): ServiceSet | undefined {
  if (rule.opening) return undefined;
  if (!hasPorts(rule)) return protocolServices(rule.protocol);
  if (rule.destinationPort !== 0) {
    const counts = rule.allow ? scene.assumptions.clientPorts === "chosen" : rule.destinationPort >= firstEphemeralPort;
    if (!counts) return undefined;
  }
  return rule.sourcePort === 0 ? protocolService(rule.protocol) : portService(rule.protocol, rule.sourcePort, rule.sourcePort);
}

/** An entry for each bundle that matches something; the rule of a flow is found when it is asked for. */
function checkpoint(name: string, unfiltered: FlowSet, bundles: readonly RuleBundle[], flowsOf: FlowsOf): Checkpoint {
  const entryOf = (rules: RuleBundle, by: string): CheckpointEntry => ({ flows: flowsOf(rules), action: rules[0].allow ? "allow" : "deny", by });
  const ruleEntry = (rule: AgentRule): CheckpointEntry => entryOf([rule], `rule ${rule.path} (priority ${rule.priority})`);
  const entries = bundles.flatMap((rules): readonly CheckpointEntry[] => {
    if (rules.length === 1) return hasFlows(ruleEntry(rules[0]));
    return hasFlows({ ...entryOf(rules, `rules such as ${rules[0].path}`), parts: () => rules.map(ruleEntry) });
  });
  return {
    name,
    entries: [{ flows: unfiltered, action: "allow", by: "Contiv filters IPv4 packets of containers alone" }, ...entries],
    otherwise: "allow",
  };
}

const hasFlows = (entry: CheckpointEntry): readonly CheckpointEntry[] => (entry.flows.length === 0 ? [] : [entry]);

type FlowsOf = (rules: RuleBundle) => FlowSet;

function unionOf(rules: RuleBundle, servicesOf: (rule: AgentRule) => ServiceSet | undefined): ServiceSet {
  return rules.length === 1 ? (servicesOf(rules[0]) ?? noService) : unionAllServices(rules.flatMap((rule) => [servicesOf(rule) ?? noService]));
}

export function firstPacketFlows(scene: Scene, rules: RuleBundle): FlowSet {
  const services = unionOf(rules, (rule) => firstPacketServices(scene, rule));
  if (isEmptyService(services)) return [];
  const { from, to } = packetEnds(scene, rules[0]);
  return flowProduct(from, to, services);
}

export function replyFlows(scene: Scene, rules: RuleBundle): FlowSet {
  const services = unionOf(rules, (rule) => replyServices(scene, rule));
  if (isEmptyService(services)) return [];
  const { from, to } = packetEnds(scene, rules[0]);
  return flowProduct(to, from, services);
}

export function sourceTable(scene: Scene, bundles: readonly RuleBundle[]): Checkpoint {
  const elsewhere = ends.subtractEnds(ends.allEnds, scene.everyContainer);
  const unfiltered = [...flowProduct(box({ addresses: v6 }), ends.allEnds, everyService), ...flowProduct(elsewhere, ends.allEnds, everyService)];
  return checkpoint("policy table at the source's host", unfiltered, bundles, (rules) => firstPacketFlows(scene, rules));
}

export function replyTable(scene: Scene, bundles: readonly RuleBundle[]): Checkpoint {
  const elsewhere = ends.subtractEnds(ends.allEnds, scene.everyContainer);
  const unfiltered = [...flowProduct(ends.allEnds, box({ addresses: v6 }), everyService), ...flowProduct(ends.allEnds, elsewhere, everyService)];
  return checkpoint("policy table at the destination's host", unfiltered, bundles, (rules) => replyFlows(scene, rules));
}

/** Containers of one tenant do not reach those of another. */
export function isolation(scene: Scene): readonly Checkpoint[] {
  const { tenants } = scene.universe.policy;
  if (tenants.length < 2) return [];
  const entries = tenants.map((tenant): CheckpointEntry => {
    const reached = (other: Tenant): boolean => other === tenant || (scene.shared.has(tenant.name) && scene.shared.has(other.name));
    const others = tenants.filter((other) => !reached(other)).flatMap((other) => other.namespaces);
    const flows = flowProduct(box({ namespace: values.oneOf(tenant.namespaces) }), box({ namespace: values.oneOf(others) }), everyService);
    return { flows, action: "deny", by: `VRF of tenant ${tenant.name}` };
  });
  return [{ name: "separation of tenants", entries, otherwise: "allow" }];
}
