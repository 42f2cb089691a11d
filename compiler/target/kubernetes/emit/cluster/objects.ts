/** ClusterNetworkPolicy objects, within the limits of their schema: 25 rules, peers, protocols and CIDRs each. */
import type { Tenant } from "../../../../policy/model.js";
import * as address from "../../../../space/address.js";
import type { EndBox } from "../../../../space/ends.js";
import * as values from "../../../../space/values.js";
import type { ClusterNetworkPolicy, ClusterPeer, ClusterProtocol, ClusterRule } from "../../schema.js";
import { objectName, shortHash } from "../names.js";
import { originMetadata, sourceComments } from "../origins.js";
import type { Direction } from "../pieces.js";
import { portRanges } from "../ports.js";
import { namespaceSelector, selectorsOf } from "../selectors.js";
import type { Peer } from "../allowance.js";
import type { SubjectNames } from "../subjects.js";
import { comment } from "../yaml.js";
import type { Commented } from "../yaml.js";
import type { LevelObject, RuleEntries } from "./levels.js";

const MOST = 25;
const MOST_NAME = 100;
/** Priorities are 0..1000; the last is the floor's, and those above the first are for what `ctv apply` puts there on its way. */
export const FLOOR_PRIORITY = 1000;
export const FIRST_PRIORITY = 2;

function chunks<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / MOST) }, (_, at) => items.slice(at * MOST, (at + 1) * MOST));
}

const everyNetwork = ["0.0.0.0/0", "::/0"];

function podPeers(box: EndBox): readonly ClusterPeer[] {
  if (box.labels.size === 0) return [{ namespaces: namespaceSelector(box.namespace) }];
  const namespaces = namespaceSelector(box.namespace);
  return selectorsOf(box.labels).map((podSelector) => ({ pods: { namespaceSelector: namespaces, podSelector } }));
}

function peersOf(direction: Direction, peer: Peer): readonly ClusterPeer[] {
  switch (peer.kind) {
    case "everyone":
      return direction === "ingress" ? [{ namespaces: {} }] : [{ namespaces: {} }, { networks: everyNetwork }];
    case "workloads":
      return podPeers(peer.box);
    case "machines":
      return chunks(address.toPrefixes(peer.addresses).map(address.formatPrefix)).map((networks) => ({ networks }));
  }
}

function protocolsOf(entries: RuleEntries): readonly ClusterProtocol[] | undefined {
  return portRanges(entries[0].service)?.map(({ protocol, first = 1, last = 65535 }) => {
    const destinationPort = first === last ? { number: first } : { range: { start: first, end: last } };
    return { [protocol.toLowerCase()]: { destinationPort } };
  });
}

/** One source rule as rules of an object: several where it has more peers or ports than fit one. */
function clusterRules(direction: Direction, entries: RuleEntries): readonly ClusterRule[] {
  const { rule, action } = entries[0];
  const peers = chunks(entries.flatMap((entry) => peersOf(direction, entry.peer)));
  const protocols = protocolsOf(entries);
  const name = (rule?.id ?? "default").slice(0, MOST_NAME);
  return peers.flatMap((some) =>
    (protocols === undefined ? [undefined] : chunks(protocols)).map((ports): ClusterRule => ({
      name,
      action: action === "allow" ? "Accept" : "Deny",
      ...(ports === undefined ? {} : { protocols: ports }),
      ...(direction === "ingress" ? { from: some } : { to: some }),
    })),
  );
}

/** How many rules of an object the entries take. */
export function ruleWeight(entries: RuleEntries): number {
  const peers = entries.reduce((total, entry) => total + peersOf(entry.direction, entry.peer).length, 0);
  return Math.ceil(peers / MOST) * Math.ceil((protocolsOf(entries)?.length ?? 1) / MOST);
}

function subjectsOf(box: EndBox): readonly ClusterNetworkPolicy["spec"]["subject"][] {
  if (box.labels.size === 0) return [{ namespaces: namespaceSelector(box.namespace) }];
  return selectorsOf(box.labels).map((podSelector) => ({ pods: { namespaceSelector: namespaceSelector(box.namespace), podSelector } }));
}

/**
 * The objects of one level object: one for each selector that its pods take, and more where a single rule is larger than an object.
 * `first`: whether it is the first of its policy and pods, which has the plain name; the others carry a hash of what they say.
 */
export function clusterPolicies(tenant: Tenant, names: SubjectNames, object: LevelObject, first: boolean): readonly ClusterNetworkPolicy[] {
  const [{ rule, subject }] = [...object.rules.ingress, ...object.rules.egress].flat();
  const rules = (direction: Direction): readonly (readonly ClusterRule[])[] =>
    chunks(
      object.rules[direction].flatMap((some): readonly Commented<ClusterRule>[] => {
        const [first, ...more] = clusterRules(direction, some);
        return [{ ...first, [comment]: sourceComments(tenant, [some[0].rule]) }, ...more];
      }),
    );
  const ingress = rules("ingress");
  const egress = rules("egress");
  const sources = [...new Set([...object.rules.ingress, ...object.rules.egress].map((some) => some[0].rule))];
  const subjects = subjectsOf(subject);
  return subjects.flatMap((one) =>
    Array.from({ length: Math.max(ingress.length, egress.length) }, (_, at): ClusterNetworkPolicy => {
      const said = { ...(at < ingress.length ? { ingress: ingress[at] } : {}), ...(at < egress.length ? { egress: egress[at] } : {}) };
      const distinction = [
        ...(first && at === 0 ? [] : [shortHash(JSON.stringify(said))]),
        ...(subjects.length === 1 ? [] : [shortHash(JSON.stringify(one))]),
      ];
      return {
        apiVersion: "policy.networking.k8s.io/v1alpha2",
        kind: "ClusterNetworkPolicy",
        metadata: {
          name: objectName(tenant.name, rule?.policy ?? "default-allow", ...names(subject), ...distinction),
          ...originMetadata(tenant, rule?.policy, sources),
        },
        spec: { tier: "Admin", priority: FIRST_PRIORITY + object.level, subject: one, ...said },
      };
    }),
  );
}

/** Denies what no other object of the tenant decides, so that neither NetworkPolicy objects of others nor the default of the cluster do. */
export function clusterFloor(tenant: Tenant): ClusterNetworkPolicy {
  return {
    apiVersion: "policy.networking.k8s.io/v1alpha2",
    kind: "ClusterNetworkPolicy",
    metadata: { name: objectName(tenant.name, "default-deny"), ...originMetadata(tenant, undefined, [undefined]) },
    spec: {
      tier: "Admin",
      priority: FLOOR_PRIORITY,
      subject: { namespaces: namespaceSelector(values.oneOf(tenant.namespaces)) },
      ingress: [{ name: "default", action: "Deny", from: [{ namespaces: {} }] }],
      egress: [{ name: "default", action: "Deny", to: [{ namespaces: {} }, { networks: everyNetwork }] }],
    },
  };
}
