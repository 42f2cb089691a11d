/**
 * The peers of connections: workloads by their owner, and ranges of addresses outside.
 *
 * Pods of one owner are one workload as long as no policy tells them apart: policies see labels, named ports and addresses, and most labels are
 * asked for by no selector. Where a policy does tell them apart, each stands for itself.
 */
import type { Address, AddressSet } from "../../space/address.js";
import * as address from "../../space/address.js";
import type { Labels, Manifests, NamedPort, Peer, Rule, Selector, Workload } from "../model.js";
import { holds } from "./blocks.js";
import type { AddressFacts } from "./blocks.js";

export interface WorkloadPoint {
  readonly kind: "workload";
  /** `namespace/name[Kind]`. */
  readonly title: string;
  readonly namespace: string;
  readonly name: string;
  /** Of the object that owns the pods, such as `Deployment`. */
  readonly of: string;
  readonly labels: Labels;
  readonly ports: readonly NamedPort[];
  readonly addresses: readonly Address[];
}

/** Consecutive addresses outside of the cluster that no policy tells apart. */
export interface ExternalPoint {
  readonly kind: "external";
  readonly first: Address;
  readonly last: Address;
  readonly addresses: AddressSet;
}

export type Point = WorkloadPoint | ExternalPoint;

/** `a.b.c.d-e.f.g.h[External]`. */
export function externalTitle(first: Address, last: Address): string {
  return `${address.formatAddress(first)}-${address.formatAddress(last)}[External]`;
}

interface Owned {
  readonly workload: Workload;
  readonly owner: { readonly kind: string; readonly name: string };
}

/** The workloads of the files, in order of title. Those on the network of their node are left out: policies do not see them. */
export function workloadPoints(manifests: Manifests, facts: AddressFacts): readonly WorkloadPoint[] {
  const byObject = new Map(manifests.workloads.map((workload) => [keyOf(workload.object), workload]));
  const tell = distinguisher(manifests, facts);
  const groups = new Map<string, Owned[]>();
  for (const workload of manifests.workloads) {
    if (workload.hostNetwork) continue;
    const owner = rootOf(workload, byObject);
    const key = keyOf({ ...owner, namespace: workload.object.namespace });
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [{ workload, owner }]);
    else group.push({ workload, owner });
  }
  return [...groups.values()].flatMap((group) => pointsOf(group, tell)).sort((a, b) => (a.title < b.title ? -1 : 1));
}

function pointsOf(group: readonly Owned[], tell: (workload: Workload) => string): readonly WorkloadPoint[] {
  const alike = new Set(group.map(({ workload }) => tell(workload))).size === 1;
  const [first] = group;
  if (alike) return [point(first.workload, first.owner)];
  return group.map(({ workload }) => point(workload, workload.object));
}

function point({ object, labels, ports, addresses }: Workload, owner: { readonly kind: string; readonly name: string }): WorkloadPoint {
  const { namespace } = object;
  return {
    kind: "workload",
    title: `${namespace}/${owner.name}[${owner.kind}]`,
    namespace,
    name: owner.name,
    of: owner.kind,
    labels,
    ports,
    addresses,
  };
}

function keyOf({ kind, namespace, name }: { readonly kind: string; readonly namespace: string; readonly name: string }): string {
  return `${kind}\n${namespace}\n${name}`;
}

/** The object at the top of the chain of owners, as far as it is known. Objects that own each other end the chain. */
function rootOf(
  { owner, object, labels }: Workload,
  byObject: ReadonlyMap<string, Workload>,
  passed: readonly Workload[] = [],
): { readonly kind: string; readonly name: string } {
  if (owner === undefined) return object;
  const found = byObject.get(keyOf({ ...owner, namespace: object.namespace }));
  if (found !== undefined) return passed.includes(found) ? owner : rootOf(found, byObject, [...passed, found]);
  // A Deployment names its ReplicaSets after itself and the hash of the template, which their pods have as a label.
  const hash = Object.hasOwn(labels, "pod-template-hash") ? labels["pod-template-hash"] : "";
  if (owner.kind === "ReplicaSet" && hash !== "" && owner.name.endsWith(`-${hash}`)) {
    return { kind: "Deployment", name: owner.name.slice(0, -hash.length - 1) };
  }
  return owner;
}

/** A text that is the same for pods that no policy tells apart. */
function distinguisher(manifests: Manifests, facts: AddressFacts): (workload: Workload) => string {
  const peers = peersOf(manifests);
  const selectors = [
    ...manifests.networkPolicies.map(({ subject }) => subject),
    ...manifests.clusterPolicies.map(({ subject }) => subject.pods),
    ...peers.flatMap((peer): readonly Selector[] => (peer.kind === "pods" ? [peer.pods] : [])),
  ];
  const keys = [...new Set(selectors.flatMap((selector) => [...selector.keys()]))].sort();
  const blocks = blocksOf(manifests);
  return ({ labels, ports, addresses }) =>
    JSON.stringify([
      keys.map((key) => (Object.hasOwn(labels, key) ? labels[key] : null)),
      ports.map(({ name, protocol, port }) => `${name}/${protocol}/${port}`).sort(),
      blocks.map((block) => holds(block, addresses, facts)),
    ]);
}

/** Every rule of every policy. */
export function rulesOf({ networkPolicies, clusterPolicies }: Manifests): readonly Rule[] {
  return [
    ...networkPolicies.flatMap(({ ingress = [], egress = [] }) => [...ingress, ...egress]),
    ...clusterPolicies.flatMap(({ ingress, egress }) => [...ingress, ...egress]),
  ];
}

function peersOf(manifests: Manifests): readonly Peer[] {
  return rulesOf(manifests).flatMap(({ peers = [] }) => peers);
}

function blocksOf(manifests: Manifests): readonly AddressSet[] {
  return peersOf(manifests).flatMap((peer) => (peer.kind === "block" ? [peer.addresses] : []));
}

/** The outside cut where a block begins or ends, so that a block holds all of a range or nothing. IPv6 only where a block speaks of it. */
export function externalPoints(manifests: Manifests): readonly ExternalPoint[] {
  const blocks = blocksOf(manifests);
  const starts4 = new Set<number>([0]);
  const starts6 = new Set<bigint>([0n]);
  for (const { v4, v6 } of blocks) {
    v4.forEach((bound, index) => starts4.add(index % 2 === 0 ? bound : bound + 1));
    v6.forEach((bound, index) => starts6.add(index % 2 === 0 ? bound : bound + 1n));
  }
  const [, last4] = address.allAddresses.v4;
  const [, last6] = address.allAddresses.v6;
  const sorted4 = [...starts4].filter((start) => start <= last4).sort((a, b) => a - b);
  const sorted6 = [...starts6].filter((start) => start <= last6).sort((a, b) => (a < b ? -1 : 1));
  return [
    ...sorted4.map((value, index) => external({ family: 4, value }, { family: 4, value: (sorted4[index + 1] ?? last4 + 1) - 1 })),
    ...(blocks.some(({ v6 }) => v6.length > 0)
      ? sorted6.map((value, index) => external({ family: 6, value }, { family: 6, value: (sorted6[index + 1] ?? last6 + 1n) - 1n }))
      : []),
  ];
}

function external(first: Address, last: Address): ExternalPoint {
  return { kind: "external", first, last, addresses: address.addressRange(first, last) };
}
