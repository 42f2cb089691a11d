/**
 * `policy.networking.k8s.io`: ClusterNetworkPolicy (v1alpha2), and AdminNetworkPolicy and BaselineAdminNetworkPolicy (v1alpha1), which say
 * the same with other words: what they call Allow is Accept, and each is in a tier of its own.
 */
import { badPeer, tooManyItems } from "../diagnostics/manifests.js";
import * as address from "../space/address.js";
import { readCidr } from "./addresses.js";
import type { ClusterAction, ClusterPolicy, ClusterRule, ObjectName, Peer, PodSelector, PortTerm } from "./model.js";
import { exactlyOne, readAdminPort, readClusterProtocol } from "./ports.js";
import { readSelector } from "./selectors.js";
import { checkFields, field, isMapping, isPresent, itemsOf, oneOf, reportMissing, reportWrong, textIn, wholeNumber } from "./yaml.js";
import type { Cursor } from "./yaml.js";

/** How the kinds differ. */
interface Dialect {
  readonly fields: readonly string[];
  /** Fixed by the kind, or read from the object. */
  readonly tier?: ClusterPolicy["tier"];
  readonly actions: Readonly<Record<string, ClusterAction>>;
  /** The field of ports, and how an item is read. */
  readonly ports: { readonly field: string; readonly read: (at: Cursor) => PortTerm | undefined };
  /** The most rules of a direction, and the most peers and ports of a rule. */
  readonly most: number;
  /** Whether a peer or a subject of pods needs its namespaceSelector. */
  readonly needsNamespaces: boolean;
}

const older = { ports: { field: "ports", read: readAdminPort }, most: 100, needsNamespaces: true } as const;

const dialects: Readonly<Record<string, Dialect>> = {
  ClusterNetworkPolicy: {
    fields: ["tier", "priority", "subject", "ingress", "egress"],
    actions: { Accept: "Accept", Deny: "Deny", Pass: "Pass" },
    ports: { field: "protocols", read: readClusterProtocol },
    most: 25,
    needsNamespaces: false,
  },
  AdminNetworkPolicy: {
    fields: ["priority", "subject", "ingress", "egress"],
    tier: "Admin",
    actions: { Allow: "Accept", Deny: "Deny", Pass: "Pass" },
    ...older,
  },
  BaselineAdminNetworkPolicy: { fields: ["subject", "ingress", "egress"], tier: "Baseline", actions: { Allow: "Accept", Deny: "Deny" }, ...older },
};

export function readClusterPolicy(at: Cursor, object: ObjectName): ClusterPolicy | undefined {
  const dialect = dialects[object.kind];
  checkFields(at, ["apiVersion", "kind", "metadata", "spec", "status"]);
  const spec = field(at, "spec");
  if (!isPresent(spec)) return reportMissing(at, "spec");
  checkFields(spec, dialect.fields);
  if (!isMapping(spec)) return undefined;
  const needed = (name: string): Cursor | undefined => (isPresent(field(spec, name)) ? field(spec, name) : reportMissing(spec, name));
  const tierAt = dialect.tier === undefined ? needed("tier") : undefined;
  const tier = tierAt === undefined ? dialect.tier : oneOf(tierAt, ["Admin", "Baseline"]);
  const priorityAt = dialect.fields.includes("priority") ? needed("priority") : undefined;
  // The one BaselineAdminNetworkPolicy of a cluster comes after nothing and before nothing.
  const priority = priorityAt === undefined ? 0 : wholeNumber(priorityAt, 0, 1000);
  const subjectAt = needed("subject");
  const subject = subjectAt === undefined ? undefined : readPods(subjectAt, ["namespaces", "pods"], dialect);
  const rules = (direction: "ingress" | "egress"): readonly ClusterRule[] =>
    limited(field(spec, direction), dialect.most).flatMap((rule, index) => readRule(rule, direction, index, dialect) ?? []);
  const ingress = rules("ingress");
  const egress = rules("egress");
  if (tier === undefined || priority === undefined || subject?.kind !== "pods") return undefined;
  return { object, tier, priority, subject: { ...subject, namespaces: subject.namespaces ?? new Map() }, ingress, egress };
}

function limited(at: Cursor, most: number): readonly Cursor[] {
  const items = itemsOf(at);
  if (items.length > most)
    at.source.report(tooManyItems.make({ where: at.path, count: items.length, most }, { span: { ...at.span, end: at.span.start + 1 } }));
  return items;
}

function readRule(at: Cursor, direction: "ingress" | "egress", index: number, dialect: Dialect): ClusterRule | undefined {
  if (!isMapping(at)) return reportWrong(at, "a mapping");
  const peersName = direction === "ingress" ? "from" : "to";
  checkFields(at, ["name", "action", peersName, dialect.ports.field]);
  const actionAt = field(at, "action");
  const action = isPresent(actionAt) ? oneOf(actionAt, Object.keys(dialect.actions)) : reportMissing(at, "action");
  const peersAt = field(at, peersName);
  if (!isPresent(peersAt)) return reportMissing(at, peersName);
  const items = limited(peersAt, dialect.most);
  if (items.length === 0)
    peersAt.source.report(badPeer.make({ where: peersAt.path, problem: "is empty; a rule needs at least one peer" }, { span: peersAt.span }));
  const possible = direction === "egress" ? ["namespaces", "pods", "networks", "nodes", "domainNames"] : ["namespaces", "pods"];
  const peers = items.flatMap((peer) => readPods(peer, possible, dialect) ?? []);
  const portsAt = field(at, dialect.ports.field);
  const ports = limited(portsAt, dialect.most).flatMap((port) => dialect.ports.read(port) ?? []);
  const name = textIn(field(at, "name"));
  if (action === undefined) return undefined;
  return {
    action: dialect.actions[action],
    peers,
    position: `${direction}[${index}]`,
    span: at.span,
    ...(isPresent(portsAt) && itemsOf(portsAt).length > 0 ? { ports } : {}),
    ...(name === undefined ? {} : { name }),
  };
}

/** A subject or a peer. */
function readPods(at: Cursor, possible: readonly string[], dialect: Dialect): Peer | undefined {
  const chosen = exactlyOne(at, possible);
  if (chosen === undefined) return undefined;
  const { name, value } = chosen;
  switch (name) {
    case "namespaces":
      return { kind: "pods", namespaces: readSelector(value), pods: new Map(), span: at.span };
    case "pods":
      return readPodsPeer(value, at, dialect);
    case "networks": {
      const prefixes = limited(value, 25).flatMap((item) => readCidr(item) ?? []);
      const text = prefixes.map((prefix) => address.formatPrefix(address.canonicalPrefix(prefix))).join(", ");
      return { kind: "block", addresses: address.unionAllAddresses(prefixes.map(address.prefixSet)), text, span: value.span };
    }
    default:
      return { kind: "unknown", what: name, span: at.span };
  }
}

/** In a ClusterNetworkPolicy, pods of all namespaces without namespaceSelector. */
function readPodsPeer(at: Cursor, whole: Cursor, dialect: Dialect): (PodSelector & { readonly kind: "pods" }) | undefined {
  checkFields(at, ["namespaceSelector", "podSelector"]);
  const namespaces = field(at, "namespaceSelector");
  const pods = field(at, "podSelector");
  if (!isPresent(pods)) return reportMissing(at, "podSelector");
  if (dialect.needsNamespaces && !isPresent(namespaces)) return reportMissing(at, "namespaceSelector");
  return { kind: "pods", namespaces: readSelector(namespaces), pods: readSelector(pods), span: whole.span };
}
