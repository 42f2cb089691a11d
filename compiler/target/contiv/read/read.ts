/**
 * How a Contiv installation with these objects decides flows (contiv.md §3.3 to §3.5), read from their texts.
 *
 * - Every packet of a container passes one table at its own host; what comes from elsewhere passes none on arrival.
 * - The table is stateless, so a reply is a packet like any other, told here in terms of the flow that it answers.
 * - A workload that a group's selector matches counts as a member of the endpoint group of that name: the labels that the emitter
 *   asks for make it one.
 * - Tenants are VRFs: containers of two do not reach each other, and the table of one knows no groups of another. Only VLAN networks
 *   with routing share one VRF (contiv.md §4.5).
 */
import type { Tenant } from "../../../policy/model.js";
import { everyFlow } from "../../../policy/universe.js";
import type { Universe } from "../../../policy/universe.js";
import { boundedCache } from "../../../space/boundedCache.js";
import * as ends from "../../../space/ends.js";
import type { EndSet } from "../../../space/ends.js";
import { flowProduct } from "../../../space/flows.js";
import type { FlowSet } from "../../../space/flows.js";
import { everyService, portService, protocolNumber, protocolService } from "../../../space/service.js";
import type { ServiceSet } from "../../../space/service.js";
import { allAddresses, parsePrefix, prefixSet } from "../../../space/address.js";
import type { AddressSet } from "../../../space/address.js";
import type { Ranges } from "../../../space/intervals.js";
import * as values from "../../../space/values.js";
import type { Asked } from "../../../verify/compare.js";
import type { NamedReading } from "../../../verify/verify.js";
import type { Artefact, Checkpoint, CheckpointEntry, Reading, ReadingProblem } from "../../target.js";
import { agentRules } from "./agent.js";
import type { AgentRule, Side } from "./agent.js";
import { asideProblems } from "./asides.js";
import { ambiguities } from "./ambiguous.js";
import { readDocuments, textField } from "./documents.js";
import type { Document } from "./documents.js";
import { aciReading } from "./aci.js";

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

/** A reading's part of the proof: its assumptions, and what has to be asked of it. */
interface Part {
  readonly words: string;
  readonly assumptions: Assumptions;
  readonly asked: (foreign: FlowSet) => Asked;
}

/**
 * The readings that together are the proof. They agree but on flows of foreign workloads (`foreign`), and but for ports that the client
 * chooses: these only add to what passes, so that reading is the one to ask whether too much does.
 */
export const everyAssumption: readonly Part[] = [
  {
    words: "where pods of no tenant are outside Contiv",
    assumptions: { clientPorts: "ephemeral", foreignWorkloads: "outside" },
    asked: (foreign) => ({ tooMuch: foreign, tooLittle: everyFlow }),
  },
  {
    words: "where pods of no tenant are containers of Contiv",
    assumptions: { clientPorts: "ephemeral", foreignWorkloads: "containers" },
    asked: (foreign) => ({ tooMuch: [], tooLittle: foreign }),
  },
  {
    words: "where a client picks its own port",
    assumptions: { clientPorts: "chosen", foreignWorkloads: "containers" },
    asked: () => ({ tooMuch: everyFlow, tooLittle: [] }),
  },
];

export const usualAssumptions: Assumptions = { clientPorts: "ephemeral", foreignWorkloads: "outside" };

/** RFC 6056 §3.2 takes 1024 and up; Linux hands out 32768 to 60999, IANA's dynamic ports are 49152 and up. */
export const firstEphemeralPort = 32768;

const v4: AddressSet = { v4: allAddresses.v4, v6: [] };
const v6: AddressSet = { v4: [], v6: allAddresses.v6 };

function box(parts: Parameters<typeof ends.endBox>[0]): EndSet {
  const made = ends.endBox(parts);
  return made === undefined ? [] : [made];
}

/** Workloads of no tenant. */
function foreignWorkloads(universe: Universe): EndSet {
  return box({ namespace: values.intersectValues(values.noneOf([...universe.tenantOfNamespace.keys()]), values.anyPresent) });
}

interface Scene {
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

function sceneOf(universe: Universe, assumptions: Assumptions, shared: ReadonlySet<string>): Scene {
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

function hasPorts(rule: AgentRule): boolean {
  return rule.protocol === protocolNumber.tcp || rule.protocol === protocolNumber.udp;
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

function checkpoint(name: string, unfiltered: FlowSet, rules: readonly AgentRule[], flowsOf: (rule: AgentRule) => FlowSet): Checkpoint {
  const entries = rules.flatMap((rule): readonly CheckpointEntry[] => {
    const flows = flowsOf(rule);
    return flows.length === 0 ? [] : [{ flows, action: rule.allow ? "allow" : "deny", by: `rule ${rule.path} (priority ${rule.priority})` }];
  });
  return {
    name,
    entries: [{ flows: unfiltered, action: "allow", by: "Contiv filters IPv4 packets of containers alone" }, ...entries],
    otherwise: "allow",
  };
}

function firstPacketFlows(scene: Scene, rule: AgentRule): FlowSet {
  const services = firstPacketServices(scene, rule);
  if (services === undefined) return [];
  const { from, to } = packetEnds(scene, rule);
  return flowProduct(from, to, services);
}

function replyFlows(scene: Scene, rule: AgentRule): FlowSet {
  const services = replyServices(scene, rule);
  if (services === undefined) return [];
  const { from, to } = packetEnds(scene, rule);
  return flowProduct(to, from, services);
}

function sourceTable(scene: Scene, rules: readonly AgentRule[]): Checkpoint {
  const elsewhere = ends.subtractEnds(ends.allEnds, scene.everyContainer);
  const unfiltered = [...flowProduct(box({ addresses: v6 }), ends.allEnds, everyService), ...flowProduct(elsewhere, ends.allEnds, everyService)];
  return checkpoint("policy table at the source's host", unfiltered, rules, (rule) => firstPacketFlows(scene, rule));
}

function replyTable(scene: Scene, rules: readonly AgentRule[]): Checkpoint {
  const elsewhere = ends.subtractEnds(ends.allEnds, scene.everyContainer);
  const unfiltered = [...flowProduct(ends.allEnds, box({ addresses: v6 }), everyService), ...flowProduct(ends.allEnds, elsewhere, everyService)];
  return checkpoint("policy table at the destination's host", unfiltered, rules, (rule) => replyFlows(scene, rule));
}

/** Containers of one tenant do not reach those of another. */
function isolation(scene: Scene): readonly Checkpoint[] {
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

/** Tenants share a VRF where their VLAN networks are routed. */
function sharedVrf(documents: readonly Document[]): ReadonlySet<string> {
  const routed = documents.some(({ kind, body }) => kind === "global" && textField(body, "fwdMode") === "routing");
  const tenants = documents.flatMap(({ kind, body }) =>
    kind === "network" && textField(body, "encap") === "vlan" ? [textField(body, "tenantName")] : [],
  );
  return new Set(routed ? tenants : []);
}

function networkFinder(documents: readonly Document[]): (tenant: string, group: string) => Ranges<number> | undefined {
  const subnets = new Map(
    documents.flatMap(({ kind, key, body }) => {
      const prefix = kind === "network" ? parsePrefix(textField(body, "subnet")) : undefined;
      return prefix === undefined ? [] : [[key, prefixSet(prefix).v4] as const];
    }),
  );
  const groups = new Map(
    documents.flatMap(({ kind, key, body }) => {
      const subnet = kind === "endpointGroup" ? subnets.get(`${textField(body, "tenantName")}:${textField(body, "networkName")}`) : undefined;
      return subnet === undefined ? [] : [[key, subnet] as const];
    }),
  );
  return (tenant, group) => groups.get(`${tenant}:${group}`);
}

/** What the texts say whatever is assumed. */
interface Objects {
  readonly universe: Universe;
  readonly documents: readonly Document[];
  /** In the order in which a switch asks them. */
  readonly rules: readonly AgentRule[];
  readonly problems: readonly ReadingProblem[];
}

function readObjects(artefacts: readonly Artefact[], universe: Universe): Objects {
  const { documents, problems } = readDocuments(artefacts);
  const agent = agentRules(documents);
  const rules = [...agent.rules].sort((a, b) => b.priority - a.priority);
  const ordered = isAci(documents) ? [] : ambiguities(rules, networkFinder(documents));
  return { universe, documents, rules, problems: [...problems, ...agent.problems, ...ordered] };
}

function isAci(documents: readonly Document[]): boolean {
  return documents.some(({ kind, body }) => kind === "global" && textField(body, "networkInfraType") === "aci");
}

function readingUnder({ universe, documents, rules, problems }: Objects, assumptions: Assumptions): Reading {
  if (isAci(documents)) return aciReading(documents, rules, universe, problems);
  const scene = sceneOf(universe, assumptions, sharedVrf(documents));
  return { checkpoints: [...isolation(scene), sourceTable(scene, rules)], replies: [replyTable(scene, rules)], problems };
}

/** A rule of the agents, with the flows whose first packets it decides, and those whose replies. */
export interface TableRow {
  readonly rule: AgentRule;
  readonly opens: FlowSet;
  readonly answers: FlowSet;
}

/** What a reading is made from, rule by rule, highest priority first, for those who have to say it otherwise. Not for ACI. */
export function contivTable(artefacts: readonly Artefact[], universe: Universe): readonly TableRow[] {
  const { documents } = readDocuments(artefacts);
  const scene = sceneOf(universe, usualAssumptions, sharedVrf(documents));
  const rules = [...agentRules(documents).rules].sort((a, b) => b.priority - a.priority);
  return rules.map((rule) => ({ rule, opens: firstPacketFlows(scene, rule), answers: replyFlows(scene, rule) }));
}

/**
 * Reads a folder of Contiv objects. `universe` says which workloads the groups' names stand for; a group that it does not know has no
 * members.
 */
export function readContiv(artefacts: readonly Artefact[], universe: Universe, assumptions: Assumptions = usualAssumptions): Reading {
  return readingUnder(readObjects(artefacts, universe), assumptions);
}

/** The readings that together are the proof, each with its assumption in words. */
export function contivReadings(artefacts: readonly Artefact[], universe: Universe): readonly NamedReading[] {
  const objects = readObjects(artefacts, universe);
  const foreign = foreignWorkloads(universe);
  const flows = [...flowProduct(foreign, ends.allEnds, everyService), ...flowProduct(ends.allEnds, foreign, everyService)];
  const asides = asideProblems(artefacts, objects.documents, universe);
  return everyAssumption.map(({ words, assumptions, asked }) => ({
    assumption: words,
    reading: { ...readingUnder(objects, assumptions), asides },
    asked: asked(flows),
  }));
}
