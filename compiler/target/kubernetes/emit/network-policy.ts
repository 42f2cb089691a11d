/** The objects of flavour `network-policy`: a floor that denies all, and what each policy adds to it. */
import type { Rule, Tenant } from "../../../policy/model.js";
import { isEmptyAddresses } from "../../../space/address.js";
import * as values from "../../../space/values.js";
import type { EndBox } from "../../../space/ends.js";
import type { ServiceSet } from "../../../space/service.js";
import type { EgressRule, IngressRule, LabelSelector, NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from "../schema.js";
import { blocksOf } from "./blocks.js";
import { mergeAllowances } from "./merge.js";
import type { Entry } from "./merge.js";
import { objectName, shortHash } from "./names.js";
import { originMetadata, sourceComments } from "./origins.js";
import { portRanges } from "./ports.js";
import type { PortRange } from "./ports.js";
import { namespaceSelector, selectorsOf } from "./selectors.js";
import type { Subject } from "./subjects.js";
import { comment, shared } from "./yaml.js";
import type { Commented } from "./yaml.js";

/** In each namespace one object that selects every pod and allows nothing: what makes everything else an exception. */
export function denyFloor(tenant: Tenant, policyTypes: readonly ("Ingress" | "Egress")[]): readonly NetworkPolicy[] {
  return tenant.namespaces.map((namespace) => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "default-deny", namespace, ...originMetadata(tenant, undefined, [undefined]) },
    spec: { podSelector: {}, policyTypes },
  }));
}

const onlyIngress = shared(["Ingress"] as const);
const onlyEgress = shared(["Egress"] as const);
const bothWays = shared(["Ingress", "Egress"] as const);

const knownPeers = new WeakMap<EndBox, Map<string, readonly NetworkPolicyPeer[]>>();

/** The peers for a box in an object of a namespace. Frozen, and the same for the same box: the writer writes them once. */
function podPeers(box: EndBox, namespace: string): readonly NetworkPolicyPeer[] {
  let ofBox = knownPeers.get(box);
  if (ofBox === undefined) knownPeers.set(box, (ofBox = new Map()));
  let peers = ofBox.get(namespace);
  if (peers === undefined) ofBox.set(namespace, (peers = shared(makePodPeers(box, namespace))));
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
  const { workloads, machines } = entry;
  const pods = workloads.length === 1 ? podPeers(workloads[0], namespace) : workloads.flatMap((box) => podPeers(box, namespace));
  if (isEmptyAddresses(machines)) return pods;
  const blocks = blocksOf(machines).map(({ cidr, except }) => ({ ipBlock: except.length === 0 ? { cidr } : { cidr, except } }));
  return pods.length === 0 ? blocks : [...pods, ...blocks];
}

function portsOf(service: ServiceSet): readonly NetworkPolicyPort[] | undefined {
  return portRanges(service)?.map(portOf);
}

function portOf({ protocol, first, last }: PortRange): NetworkPolicyPort {
  if (first === undefined) return { protocol };
  return last === undefined || last === first ? { protocol, port: first } : { protocol, port: first, endPort: last };
}

/** Shows the objects of one subject: one in each of its namespaces for each selector that its pods take. */
export function eachNetworkPolicy(tenant: Tenant, subject: Subject, visit: (object: NetworkPolicy) => void): void {
  const ingress = mergeAllowances(subject.allowances.ingress);
  const egress = mergeAllowances(subject.allowances.egress);
  const selectors = selectorsOf(subject.box.labels);
  const policy = subject.policy ?? "default-allow";
  const { labels, annotations } = originMetadata(tenant, subject.policy, rulesOf(ingress, egress));
  for (const podSelector of selectors) {
    const parts = selectors.length === 1 ? subject.name : [...subject.name, shortHash(JSON.stringify(podSelector))];
    const name = objectName(policy, ...parts);
    for (const namespace of tenant.namespaces) {
      if (!values.hasValue(subject.box.namespace, namespace)) continue;
      const metadata = { name, namespace, labels, annotations };
      const spec = specOf(tenant, namespace, podSelector, ingress, egress);
      visit({ apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata, spec });
    }
  }
}

/** Each rule once, in the order of the entries. */
function rulesOf(ingress: readonly Entry[], egress: readonly Entry[]): readonly (Rule | undefined)[] {
  if (ingress.length + egress.length === 1) return (ingress[0] ?? egress[0]).rules;
  return [...new Set([...ingress, ...egress].flatMap((entry) => entry.rules))];
}

function specOf(
  tenant: Tenant,
  namespace: string,
  podSelector: LabelSelector,
  ingress: readonly Entry[],
  egress: readonly Entry[],
): NetworkPolicy["spec"] {
  if (egress.length === 0) return { podSelector, policyTypes: onlyIngress, ingress: ingressRules(tenant, namespace, ingress) };
  if (ingress.length === 0) return { podSelector, policyTypes: onlyEgress, egress: egressRules(tenant, namespace, egress) };
  return {
    podSelector,
    policyTypes: bothWays,
    ingress: ingressRules(tenant, namespace, ingress),
    egress: egressRules(tenant, namespace, egress),
  };
}

function ingressRules(tenant: Tenant, namespace: string, entries: readonly Entry[]): readonly Commented<IngressRule>[] {
  return entries.map((entry) => ({
    from: peersOf(entry, namespace),
    ports: portsOf(entry.service),
    [comment]: sourceComments(tenant, entry.rules),
  }));
}

function egressRules(tenant: Tenant, namespace: string, entries: readonly Entry[]): readonly Commented<EgressRule>[] {
  return entries.map((entry) => ({
    to: peersOf(entry, namespace),
    ports: portsOf(entry.service),
    [comment]: sourceComments(tenant, entry.rules),
  }));
}
