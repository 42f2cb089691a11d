/**
 * `policy.networking.k8s.io/v1alpha2` ClusterNetworkPolicy by its API type comments: rules in order, policies of a tier by priority,
 * lowest number first. A peer of a kind that is not known fails closed: an Accept then matches nothing, a Deny or Pass denies everything.
 */
import * as address from "../../../space/address.js";
import * as ends from "../../../space/ends.js";
import type { EndBox, EndSet } from "../../../space/ends.js";
import { everyService, portService, protocolNumber, unionAllServices } from "../../../space/service.js";
import type { ServiceSet } from "../../../space/service.js";
import * as values from "../../../space/values.js";
import { readCidr } from "./addresses.js";
import { below, fieldOf, fieldsOf, isPresent, itemsOf, oneOfTexts, textOf, wholeNumberOf } from "./fields.js";
import type { Located, Report } from "./fields.js";
import type { Interner } from "../../../space/intern.js";
import { readNamespaceSelector, readSelector } from "./selectors.js";

const actions = ["Accept", "Deny", "Pass"] as const;
const tiers = ["Admin", "Baseline"] as const;
const MOST = 25;

export interface ReadClusterRule {
  readonly action: (typeof actions)[number];
  readonly peers: EndSet;
  readonly service: ServiceSet;
}

export interface ReadClusterPolicy {
  /** `ClusterNetworkPolicy name`. */
  readonly title: string;
  readonly tier: (typeof tiers)[number];
  readonly priority: number;
  readonly subjects: EndSet;
  readonly ingress: readonly ReadClusterRule[];
  readonly egress: readonly ReadClusterRule[];
}

export function readClusterPolicy(at: Located, intern: Interner, report: Report): ReadClusterPolicy | undefined {
  const fields = fieldsOf(at, ["apiVersion", "kind", "metadata", "spec", "status"], report);
  if (fields === undefined) return undefined;
  const metadataAt = fieldOf(at, fields, "metadata");
  const metadata = fieldsOf(metadataAt, undefined, report) ?? {};
  const name = textOf(fieldOf(metadataAt, metadata, "name"), report) ?? "";
  const specAt = fieldOf(at, fields, "spec");
  const spec = fieldsOf(specAt, ["tier", "priority", "subject", "ingress", "egress"], report);
  if (spec === undefined) return undefined;
  const tier = oneOfTexts(fieldOf(specAt, spec, "tier"), tiers, report);
  const priority = wholeNumberOf(fieldOf(specAt, spec, "priority"), 0, 1000, report);
  const subject = readPods(fieldOf(specAt, spec, "subject"), ["namespaces", "pods"], report);
  if (tier === undefined || priority === undefined) return undefined;
  const rules = (direction: "ingress" | "egress"): readonly ReadClusterRule[] =>
    limited(fieldOf(specAt, spec, direction), "rules", report).flatMap((rule) => readRule(rule, direction, intern, report) ?? []);
  return {
    title: `ClusterNetworkPolicy ${name}`,
    tier,
    priority,
    subjects: (subject ?? []).map(intern),
    ingress: rules("ingress"),
    egress: rules("egress"),
  };
}

function limited(at: Located, what: string, report: Report): readonly Located[] {
  const items = itemsOf(at, report);
  if (items.length > MOST) report(at, `there are ${items.length} ${what}; ClusterNetworkPolicy takes ${MOST}`);
  return items;
}

function readRule(at: Located, direction: "ingress" | "egress", intern: Interner, report: Report): ReadClusterRule | undefined {
  const peersName = direction === "ingress" ? "from" : "to";
  const fields = fieldsOf(at, ["name", "action", "protocols", peersName], report);
  const action = fields === undefined ? undefined : oneOfTexts(fieldOf(at, fields, "action"), actions, report);
  if (fields === undefined || action === undefined) return undefined;
  const peersAt = fieldOf(at, fields, peersName);
  const items = limited(peersAt, "peers", report);
  if (items.length === 0) report(peersAt, `a rule needs at least one peer in "${peersName}"`);
  const peers = items.map((peer) => readPods(peer, direction === "egress" ? ["namespaces", "pods", "networks"] : ["namespaces", "pods"], report));
  const protocols = limited(fieldOf(at, fields, "protocols"), "protocols", report);
  const service = protocols.length === 0 ? everyService : unionAllServices(protocols.map((protocol) => readProtocol(protocol, report)));
  if (peers.includes(undefined)) return action === "Accept" ? undefined : { action: "Deny", peers: ends.allEnds, service: everyService };
  return { action, peers: peers.flatMap((peer) => peer ?? []).map(intern), service };
}

/** A subject or a peer, which has exactly one field; nothing where it has none that is known. */
function readPods(at: Located, known: readonly string[], report: Report): EndSet | undefined {
  const fields = fieldsOf(at, known, report);
  if (fields === undefined) return undefined;
  const present = known.filter((name) => isPresent(fields[name]));
  if (present.length !== 1) {
    report(at, `exactly one of ${known.join(", ")} is needed`);
    return undefined;
  }
  const field = fieldOf(at, fields, present[0]);
  switch (present[0]) {
    case "namespaces":
      return asSet(ends.endBox({ namespace: readNamespaceSelector(field, report) }));
    case "networks":
      return asSet(readNetworks(field, report));
    default:
      return readPodsPeer(field, report);
  }
}

function asSet(box: EndBox | undefined): EndSet {
  return box === undefined ? [] : [box];
}

/** Without namespaceSelector, and with an empty one, pods of all namespaces. */
function readPodsPeer(at: Located, report: Report): EndSet {
  const fields = fieldsOf(at, ["namespaceSelector", "podSelector"], report);
  if (fields === undefined) return [];
  if (!isPresent(fields.podSelector)) report(at, "podSelector is needed");
  const namespace = isPresent(fields.namespaceSelector) ? readNamespaceSelector(fieldOf(at, fields, "namespaceSelector"), report) : values.anyPresent;
  const labels = isPresent(fields.podSelector) ? readSelector(fieldOf(at, fields, "podSelector"), report) : new Map();
  return asSet(ends.endBox({ namespace, labels }));
}

/** CIDRs match everything at their addresses, pods too ("cluster-internal traffic will be checked against the rule as well"). */
function readNetworks(at: Located, report: Report): EndBox | undefined {
  const prefixes = limited(at, "networks", report).flatMap((item) => readCidr(item, report) ?? []);
  return ends.endBox({ addresses: address.unionAllAddresses(prefixes.map(address.prefixSet)) });
}

const protocolNames = ["tcp", "udp", "sctp"] as const;

function readProtocol(at: Located, report: Report): ServiceSet {
  const fields = fieldsOf(at, [...protocolNames, "destinationNamedPort"], report);
  if (fields === undefined) return [];
  if (isPresent(fields.destinationNamedPort)) {
    report(below(at, "destinationNamedPort", undefined), "a named port is resolved on each pod, so nothing can be proved about it; use its number");
    return [];
  }
  const present = protocolNames.filter((name) => isPresent(fields[name]));
  if (present.length !== 1) {
    report(at, `exactly one of ${protocolNames.join(", ")} is needed`);
    return [];
  }
  const inner = fieldOf(at, fields, present[0]);
  const port = fieldsOf(inner, ["destinationPort"], report);
  return port === undefined ? [] : readDestinationPort(fieldOf(inner, port, "destinationPort"), protocolNumber[present[0]], report);
}

function readDestinationPort(at: Located, protocol: number, report: Report): ServiceSet {
  const fields = fieldsOf(at, ["number", "range"], report);
  if (fields === undefined) return [];
  if (isPresent(fields.number)) {
    const number = wholeNumberOf(fieldOf(at, fields, "number"), 1, 65535, report);
    return number === undefined ? [] : portService(protocol, number, number);
  }
  const rangeAt = fieldOf(at, fields, "range");
  const range = fieldsOf(rangeAt, ["start", "end"], report);
  const start = range === undefined ? undefined : wholeNumberOf(fieldOf(rangeAt, range, "start"), 1, 65534, report);
  if (range === undefined || start === undefined) return [];
  const end = wholeNumberOf(fieldOf(rangeAt, range, "end"), start + 1, 65535, report);
  return end === undefined ? [] : portService(protocol, start, end);
}
