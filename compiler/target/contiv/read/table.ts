/**
 * The tables of a Contiv installation as checkpoints: what the agents' rules say of first packets and of replies, and which tenants reach
 * each other at all.
 */
import { once } from "../../../once.js";
import type { Tenant } from "../../../policy/model.js";
import type { Universe } from "../../../policy/universe.js";
import { boundedCache } from "../../../space/boundedCache.js";
import * as ends from "../../../space/ends.js";
import type { EndSet } from "../../../space/ends.js";
import { flowProduct } from "../../../space/flows.js";
import type { FlowBox, FlowSet } from "../../../space/flows.js";
import { everyService, isEmptyService, noService, pointDetail, protocolService } from "../../../space/service.js";
import type { ServiceSet } from "../../../space/service.js";
import { allAddresses } from "../../../space/address.js";
import type { AddressSet } from "../../../space/address.js";
import * as values from "../../../space/values.js";
import type { Checkpoint, CheckpointEntry } from "../../target.js";
import type { AgentRule, Side } from "./agent.js";
import { alone, hasPorts } from "./bundles.js";
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
const firstEphemeralPort = 32768;

const v4: AddressSet = { v4: allAddresses.v4, v6: [] };
const v6: AddressSet = { v4: [], v6: allAddresses.v6 };

/** Workloads of no tenant. */
export function foreignWorkloads(universe: Universe): EndSet {
  return ends.endSet({ namespace: values.intersectValues(values.noneOf([...universe.tenantOfNamespace.keys()]), values.anyPresent) });
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

/** What sides match whatever is assumed: one for all scenes, so that these have the same objects. */
export interface SideEnds {
  /** IPv4 ends of a group's members; nothing for a side without a group. */
  readonly groupSenders: (side: Side) => EndSet | undefined;
  readonly receivers: (side: Side) => EndSet;
}

/** All rules of a project name few sides, so their ends are made once. */
const RULE_SIDES = 65_536;

const onlyV4 = ends.endSet({ addresses: v4 });

function atAddresses({ addresses }: Side, set: EndSet): EndSet {
  return addresses === undefined ? set : ends.intersectEnds(set, ends.endSet({ addresses: { v4: addresses, v6: [] } }));
}

export function sideEnds(universe: Universe): SideEnds {
  const workloads = ends.endSet({ namespace: values.anyPresent });
  const members = boundedCache(RULE_SIDES, ({ tenant, group }: Side): EndSet | undefined =>
    group === undefined ? undefined : ends.intersectEnds(universe.endsOf({ include: [{ kind: "group", tenant, group }], except: [] }), workloads),
  );
  return {
    groupSenders: boundedCache(RULE_SIDES, (side: Side) => {
      const set = members(side);
      return set === undefined ? undefined : ends.intersectEnds(atAddresses(side, set), onlyV4);
    }),
    receivers: boundedCache(RULE_SIDES, (side: Side) => atAddresses(side, members(side) ?? ends.allEnds)),
  };
}

export function sceneOf(universe: Universe, sides: SideEnds, assumptions: Assumptions, shared: ReadonlySet<string>): Scene {
  const foreign = assumptions.foreignWorkloads === "containers" ? foreignWorkloads(universe) : [];
  const own = new Map(universe.policy.tenants.map((tenant) => [tenant.name, ends.endSet({ namespace: values.oneOf(tenant.namespaces) })]));
  const everyContainer = [...[...own.values()].flat(), ...foreign];
  const together = [...own].flatMap(([name, set]) => (shared.has(name) ? set : []));
  const containers = new Map([...own].map(([name, set]) => [name, [...(shared.has(name) ? together : set), ...foreign]]));
  const anySenders = boundedCache(RULE_SIDES, (side: Side) => ends.intersectEnds(atAddresses(side, containers.get(side.tenant) ?? []), onlyV4));
  return {
    universe,
    assumptions,
    shared,
    everyContainer,
    senders: (side) => sides.groupSenders(side) ?? anySenders(side),
    receivers: sides.receivers,
  };
}

/** Packets that a rule matches. A rule whose own group is the destination still is in its tenant's VRF only. */
function packetEnds(scene: Scene, rule: AgentRule): { readonly from: EndSet; readonly to: EndSet } {
  return { from: scene.senders(rule.source), to: scene.receivers(rule.destination) };
}

const protocolServices = (protocol: number): ServiceSet => (protocol === 0 ? everyService : protocolService(protocol));

/** Services of flows whose first packet the rules match; none when they match none. */
function firstPacketServices(scene: Scene, { first, ports }: RuleBundle): ServiceSet {
  if (!hasPorts(first)) return protocolServices(first.protocol);
  if (first.sourcePort !== 0 && !(first.allow && scene.assumptions.clientPorts === "chosen")) return noService;
  return first.destinationPort === 0 ? protocolService(first.protocol) : ports;
}

/** Services of flows whose replies the rules match: a reply's source port is the flow's service, its destination port the client's. */
function replyServices(scene: Scene, { first, ports }: RuleBundle): ServiceSet {
  if (first.opening) return noService;
  if (!hasPorts(first)) return protocolServices(first.protocol);
  if (first.destinationPort !== 0) {
    const counts = first.allow ? scene.assumptions.clientPorts === "chosen" : pointDetail(ports.at(-1) ?? 0) >= firstEphemeralPort;
    if (!counts) return noService;
  }
  return first.sourcePort === 0 ? protocolService(first.protocol) : ports;
}

/** Bundles that follow each other and do the same. */
interface Run {
  readonly allow: boolean;
  readonly bundles: RuleBundle[];
  readonly flows: FlowBox[];
}

function entryOf({ first: { path, priority, allow } }: RuleBundle, flows: FlowSet): CheckpointEntry {
  return { flows, action: allow ? "allow" : "deny", by: `rule ${path} (priority ${priority})` };
}

/** An entry for each run of bundles; which rule decides a flow is found when it is asked for. */
function checkpoint(name: string, unfiltered: FlowSet, bundles: readonly RuleBundle[], flowsOf: (bundle: RuleBundle) => FlowSet): Checkpoint {
  const runs: Run[] = [];
  for (const bundle of bundles) {
    const flows = flowsOf(bundle);
    if (flows.length === 0) continue;
    const { allow } = bundle.first;
    const last = runs.at(-1);
    const run = last?.allow === allow ? last : { allow, bundles: [], flows: [] };
    if (run !== last) runs.push(run);
    run.bundles.push(bundle);
    for (const box of flows) run.flows.push(box);
  }
  const single = (rule: RuleBundle): CheckpointEntry => entryOf(rule, flowsOf(rule));
  const parts = (bundle: RuleBundle): CheckpointEntry => ({ ...single(bundle), parts: () => bundle.rules().map((rule) => single(alone(rule))) });
  return {
    name,
    entries: [
      { flows: unfiltered, action: "allow", by: "Contiv filters IPv4 packets of containers alone" },
      ...runs.map((run): CheckpointEntry => ({ ...entryOf(run.bundles[0], run.flows), parts: once(() => run.bundles.map(parts)) })),
    ],
    otherwise: "allow",
  };
}

export function firstPacketFlows(scene: Scene, bundle: RuleBundle): FlowSet {
  const services = firstPacketServices(scene, bundle);
  if (isEmptyService(services)) return [];
  const { from, to } = packetEnds(scene, bundle.first);
  return flowProduct(from, to, services);
}

export function replyFlows(scene: Scene, bundle: RuleBundle): FlowSet {
  const services = replyServices(scene, bundle);
  if (isEmptyService(services)) return [];
  const { from, to } = packetEnds(scene, bundle.first);
  return flowProduct(to, from, services);
}

export function sourceTable(scene: Scene, bundles: readonly RuleBundle[]): Checkpoint {
  const elsewhere = ends.subtractEnds(ends.allEnds, scene.everyContainer);
  const unfiltered = [
    ...flowProduct(ends.endSet({ addresses: v6 }), ends.allEnds, everyService),
    ...flowProduct(elsewhere, ends.allEnds, everyService),
  ];
  return checkpoint("policy table at the source's host", unfiltered, bundles, (bundle) => firstPacketFlows(scene, bundle));
}

export function replyTable(scene: Scene, bundles: readonly RuleBundle[]): Checkpoint {
  const elsewhere = ends.subtractEnds(ends.allEnds, scene.everyContainer);
  const unfiltered = [
    ...flowProduct(ends.allEnds, ends.endSet({ addresses: v6 }), everyService),
    ...flowProduct(ends.allEnds, elsewhere, everyService),
  ];
  return checkpoint("policy table at the destination's host", unfiltered, bundles, (bundle) => replyFlows(scene, bundle));
}

/** Containers of one tenant do not reach those of another. */
export function isolation(scene: Scene): readonly Checkpoint[] {
  const { tenants } = scene.universe.policy;
  if (tenants.length < 2) return [];
  const entries = tenants.map((tenant): CheckpointEntry => {
    const reached = (other: Tenant): boolean => other === tenant || (scene.shared.has(tenant.name) && scene.shared.has(other.name));
    const others = tenants.filter((other) => !reached(other)).flatMap((other) => other.namespaces);
    const flows = flowProduct(
      ends.endSet({ namespace: values.oneOf(tenant.namespaces) }),
      ends.endSet({ namespace: values.oneOf(others) }),
      everyService,
    );
    return { flows, action: "deny", by: `VRF of tenant ${tenant.name}` };
  });
  return [{ name: "separation of tenants", entries, otherwise: "allow" }];
}
