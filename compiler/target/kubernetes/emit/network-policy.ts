/** The objects of flavour `network-policy`: a floor that denies all, and what each policy adds to it. */
import type { Rule, Tenant } from "../../../policy/model.js";
import { isEmptyAddresses } from "../../../space/address.js";
import * as values from "../../../space/values.js";
import type { EndBox } from "../../../space/ends.js";
import type { EgressRule, IngressRule, LabelSelector, NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from "../schema.js";
import { blocksOf } from "./blocks.js";
import { mergeAllowances } from "./merge.js";
import type { Entry } from "./merge.js";
import { objectName, shortHash } from "./names.js";
import { originMetadata, sourceComments } from "./origins.js";
import type { Direction } from "./pieces.js";
import { portRanges } from "./ports.js";
import { namespaceSelector, selectorsOf } from "./selectors.js";
import type { Subject } from "./subjects.js";

export interface Commented<Kind> {
  readonly object: Kind;
  /** By the entry that they stand above. */
  readonly comments: ReadonlyMap<object, readonly string[]>;
}

/** In each namespace one object that selects every pod and allows nothing: what makes everything else an exception. */
export function denyFloor(tenant: Tenant, policyTypes: readonly ("Ingress" | "Egress")[]): readonly Commented<NetworkPolicy>[] {
  return tenant.namespaces.map((namespace) => ({
    object: {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "default-deny", namespace, ...originMetadata(tenant, undefined, [undefined]) },
      spec: { podSelector: {}, policyTypes },
    },
    comments: new Map(),
  }));
}

const onlyIngress = ["Ingress"] as const;
const onlyEgress = ["Egress"] as const;
const bothWays = ["Ingress", "Egress"] as const;

const knownPeers = new WeakMap<EndBox, Map<string, readonly NetworkPolicyPeer[]>>();

/** The peers for a box in an object of a namespace. Frozen, and the same for the same box: the writer writes each once. */
function podPeers(box: EndBox, namespace: string): readonly NetworkPolicyPeer[] {
  const ofBox = knownPeers.get(box) ?? new Map<string, readonly NetworkPolicyPeer[]>();
  knownPeers.set(box, ofBox);
  const peers = ofBox.get(namespace) ?? makePodPeers(box, namespace).map((peer) => Object.freeze(peer));
  ofBox.set(namespace, peers);
  return peers;
}

function makePodPeers(box: EndBox, namespace: string): readonly NetworkPolicyPeer[] {
  const here = box.namespace.kind === "in" && box.namespace.values.length === 1 && box.namespace.values[0] === namespace;
  if (box.labels.size === 0) return [here ? { podSelector: {} } : { namespaceSelector: namespaceSelector(box.namespace) }];
  return selectorsOf(box.labels).map((podSelector) =>
    here ? { podSelector } : { namespaceSelector: namespaceSelector(box.namespace), podSelector },
  );
}

function peersOf(entry: Entry, namespace: string): readonly NetworkPolicyPeer[] | undefined {
  if (entry.everyone) return undefined;
  const pods = entry.workloads.length === 1 ? podPeers(entry.workloads[0], namespace) : entry.workloads.flatMap((box) => podPeers(box, namespace));
  if (isEmptyAddresses(entry.machines)) return pods;
  return [...pods, ...blocksOf(entry.machines).map(({ cidr, except }) => ({ ipBlock: except.length === 0 ? { cidr } : { cidr, except } }))];
}

function portsOf(entry: Entry): readonly NetworkPolicyPort[] | undefined {
  return portRanges(entry.service)?.map(({ protocol, first, last }) => {
    if (first === undefined) return { protocol };
    return last === undefined || last === first ? { protocol, port: first } : { protocol, port: first, endPort: last };
  });
}

/** The objects of one subject: one in each of its namespaces for each selector that its pods take. */
export function* networkPolicies(tenant: Tenant, subject: Subject): Iterable<Commented<NetworkPolicy>> {
  const entries: Readonly<Record<Direction, readonly Entry[]>> = {
    ingress: mergeAllowances(subject.allowances.ingress),
    egress: mergeAllowances(subject.allowances.egress),
  };
  const rules = rulesOf([...entries.ingress, ...entries.egress]);
  const selectors = selectorsOf(subject.box.labels);
  const policy = subject.policy ?? "default-allow";
  const { labels, annotations } = originMetadata(tenant, subject.policy, rules);
  for (const podSelector of selectors) {
    const parts = selectors.length === 1 ? subject.name : [...subject.name, shortHash(JSON.stringify(podSelector))];
    const name = objectName(policy, ...parts);
    for (const namespace of namespacesOf(tenant, subject.box)) {
      yield networkPolicy(tenant, { name, namespace, labels, annotations }, podSelector, entries);
    }
  }
}

/** Each rule once, in the order of the entries. */
function rulesOf(entries: readonly Entry[]): readonly (Rule | undefined)[] {
  return entries.length === 1 ? entries[0].rules : [...new Set(entries.flatMap((entry) => entry.rules))];
}

function namespacesOf(tenant: Tenant, box: EndBox): readonly string[] {
  return tenant.namespaces.filter((namespace) => values.hasValue(box.namespace, namespace));
}

function networkPolicy(
  tenant: Tenant,
  metadata: NetworkPolicy["metadata"] & { readonly namespace: string },
  podSelector: LabelSelector,
  entries: Readonly<Record<Direction, readonly Entry[]>>,
): Commented<NetworkPolicy> {
  const comments = new Map<object, readonly string[]>();
  const rulesTo = <Made extends IngressRule | EgressRule>(some: readonly Entry[], make: (entry: Entry) => Made): readonly Made[] | undefined => {
    if (some.length === 0) return undefined;
    return some.map((entry) => {
      const rule = make(entry);
      comments.set(rule, sourceComments(tenant, entry.rules));
      return rule;
    });
  };
  const ingress = rulesTo(entries.ingress, (entry): IngressRule => ({ from: peersOf(entry, metadata.namespace), ports: portsOf(entry) }));
  const egress = rulesTo(entries.egress, (entry): EgressRule => ({ to: peersOf(entry, metadata.namespace), ports: portsOf(entry) }));
  const policyTypes = ingress === undefined ? onlyEgress : egress === undefined ? onlyIngress : bothWays;
  return {
    object: { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata, spec: { podSelector, policyTypes, ingress, egress } },
    comments,
  };
}
