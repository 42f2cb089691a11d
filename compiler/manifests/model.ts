/**
 * Kubernetes objects as far as they have a part in who may talk to whom. Everything has its place in the files; what is invalid is not here.
 */
import type { Span } from "../../grammar/span.js";
import type { Address, AddressSet } from "../space/address.js";
import type { ServiceSet } from "../space/service.js";
import type { ValueSet } from "../space/values.js";

/** Which object it is, for messages and explanations. */
export interface ObjectName {
  readonly kind: string;
  /** Absent for objects of the cluster. */
  readonly namespace?: string;
  readonly name: string;
  readonly span: Span;
}

export interface Namespace {
  readonly name: string;
  /** With `kubernetes.io/metadata.name`, which the API server keeps on every namespace. */
  readonly labels: Labels;
  /** Absent for a namespace that is only named by other objects: its labels are not known. */
  readonly declared?: ObjectName;
}

export type Labels = Readonly<Record<string, string>>;

/** Pods that one object makes, or one pod. */
export interface Workload {
  readonly object: ObjectName & { readonly namespace: string };
  readonly labels: Labels;
  readonly ports: readonly NamedPort[];
  readonly hostNetwork: boolean;
  /** Of a pod that runs; empty where none is known. */
  readonly addresses: readonly Address[];
  /** The object that made this one. */
  readonly owner?: { readonly kind: string; readonly name: string };
}

export interface NamedPort {
  readonly name: string;
  /** IP protocol number. */
  readonly protocol: number;
  readonly port: number;
}

/** What is asked of each label; all must hold. Nothing asked: everything is selected. */
export type Selector = ReadonlyMap<string, ValueSet>;

export interface PodSelector {
  /** Absent: the namespace of the policy itself. */
  readonly namespaces?: Selector;
  readonly pods: Selector;
  readonly span: Span;
}

export type Peer =
  | ({ readonly kind: "pods" } & PodSelector)
  | { readonly kind: "block"; readonly addresses: AddressSet; readonly text: string; readonly span: Span }
  /** Of a kind that cannot be told from manifests (nodes, domain names). */
  | { readonly kind: "unknown"; readonly what: string; readonly span: Span };

export type PortTerm =
  | { readonly kind: "services"; readonly services: ServiceSet }
  /** Resolved on the pod that is the destination. Without a protocol, the name counts whatever its protocol. */
  | { readonly kind: "named"; readonly name: string; readonly protocol?: number; readonly span: Span };

export interface Rule {
  /** Absent: everything. */
  readonly peers?: readonly Peer[];
  /** Absent: every service. */
  readonly ports?: readonly PortTerm[];
  /** Such as `ingress[0]`. */
  readonly position: string;
  readonly span: Span;
}

export interface NetworkPolicy {
  readonly object: ObjectName & { readonly namespace: string };
  readonly subject: Selector;
  /** Absent where the policy does not isolate in the direction. */
  readonly ingress?: readonly Rule[];
  readonly egress?: readonly Rule[];
}

export type ClusterAction = "Accept" | "Deny" | "Pass";

export interface ClusterRule extends Rule {
  readonly action: ClusterAction;
  readonly peers: readonly Peer[];
  readonly name?: string;
}

/** ClusterNetworkPolicy, and the older AdminNetworkPolicy and BaselineAdminNetworkPolicy, which are tiers of it. */
export interface ClusterPolicy {
  readonly object: ObjectName;
  readonly tier: "Admin" | "Baseline";
  /** The lower comes first. */
  readonly priority: number;
  readonly subject: PodSelector & { readonly namespaces: Selector };
  readonly ingress: readonly ClusterRule[];
  readonly egress: readonly ClusterRule[];
}

export interface Manifests {
  /** In order of name. Every namespace that any object is in or names is here. */
  readonly namespaces: readonly Namespace[];
  readonly workloads: readonly Workload[];
  readonly networkPolicies: readonly NetworkPolicy[];
  readonly clusterPolicies: readonly ClusterPolicy[];
}

/** `NetworkPolicy shop/web`. */
export function titleOf({ kind, namespace, name }: ObjectName): string {
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}
