/**
 * The resolved policy: what the source means, with no syntax in it. Names are bound, params are filled in, sets and
 * services are values. Checks, the evaluator and every target read this and nothing earlier.
 *
 * INVARIANT: a policy handed to a target came out of a compile without errors, so every reference is whole.
 */
import type { Span } from "../../grammar/span.js";
import type { Address, AddressSet, Prefix } from "../space/address.js";
import type { ServiceSet } from "../space/service.js";
import type { ValueSet } from "../space/values.js";

export type Action = "allow" | "deny";

/** Where something was written. `line` and `column` count from 1. */
export interface Origin {
  readonly span: Span;
  readonly line: number;
  readonly column: number;
}

export interface Policy {
  /** In order of name. */
  readonly tenants: readonly Tenant[];
  readonly fabric?: Fabric;
  readonly bgp: readonly BgpHost[];
  readonly aci?: AciGateway;
  readonly tests: readonly Test[];
  /** Every address of every `external` declaration: by definition outside every network, and no workload's. */
  readonly externals: AddressSet;
}

export interface Tenant {
  readonly name: string;
  readonly origin: Origin;
  readonly doc?: string;
  /** Kubernetes namespaces; no namespace is in two tenants. */
  readonly namespaces: readonly string[];
  readonly defaultAction: Action;
  /** The `default` statement, when there is one. */
  readonly defaultOrigin?: Origin;
  readonly networks: readonly Network[];
  readonly groups: readonly Group[];
  /** Policies in order of evaluation: by priority, highest first; equal ones by name. */
  readonly policies: readonly PolicyBlock[];
  /** Every rule of the tenant in order of evaluation: the first that matches decides. */
  readonly rules: readonly Rule[];
  readonly exports: readonly Export[];
  readonly qosProfiles: readonly QosProfile[];
  readonly apps: readonly App[];
  readonly contracts: readonly Contracts[];
  readonly loadBalancers: readonly LoadBalancer[];
}

export interface Network {
  readonly name: string;
  readonly origin: Origin;
  readonly doc?: string;
  /** Canonical (no host bits). */
  readonly subnet?: Prefix;
  /** The usable part of `subnet` where the source gives a range (`first-last/len`); never set without `subnet`. */
  readonly range?: { readonly first: Address; readonly last: Address };
  readonly gateway?: Address;
  readonly subnet6?: Prefix;
  readonly gateway6?: Address;
  readonly encap: "vlan" | "vxlan";
  /** VLAN id or VNI; absent: chosen by the fabric. */
  readonly tag?: number;
  readonly type: "data" | "infra";
  /** Every address of the network: `subnet` and `subnet6`. */
  readonly addresses: AddressSet;
}

export interface Group {
  readonly name: string;
  readonly origin: Origin;
  readonly doc?: string;
  /** Name of a network of the same tenant. */
  readonly network?: string;
  /**
   * Which workloads are members; absent when the group has only `hosts`. A group with neither `match` nor `hosts` has
   * the requirements on `io.contiv.tenant` and `io.contiv.net-group` here, and `byName` set.
   */
  readonly selector?: Selector;
  readonly byName: boolean;
  /** Machines that are members by address; empty when there are none. */
  readonly hosts: AddressSet;
  readonly pool?: { readonly first: Address; readonly last: Address };
  /** Name of a QoS profile: of the tenant, or of the top level. */
  readonly qos?: QosProfile;
  /** Names of contracts of the tenant. */
  readonly contracts: readonly string[];
}

export interface Selector {
  /** Subset of the tenant's namespaces, never empty. */
  readonly namespaces: readonly string[];
  /** All must hold; a key is listed once, with the intersection of what was asked of it. */
  readonly labels: ReadonlyMap<string, ValueSet>;
}

export interface PolicyBlock {
  readonly name: string;
  readonly origin: Origin;
  readonly doc?: string;
  /** Higher comes first; default 0. */
  readonly priority: number;
  /** In source order. */
  readonly rules: readonly Rule[];
}

export interface Rule {
  /**
   * `tenant/policy/name` for a rule with `as`, else `tenant/policy/HASH` of the rule's own normalised text, with `#2` and so
   * on for repeats. Unrelated edits do not change it. Unique in the project.
   */
  readonly id: string;
  readonly tenant: string;
  readonly policy: string;
  readonly priority: number;
  readonly origin: Origin;
  readonly name?: string;
  readonly doc?: string;
  readonly action: Action;
  readonly source: PeerExpression;
  readonly destination: PeerExpression;
  readonly service: ServiceExpression;
  readonly log: boolean;
  /** The rule as the formatter would write it, on one line, for messages and annotations. */
  readonly text: string;
}

/** `include` minus `except`. */
export interface PeerExpression {
  readonly include: readonly Peer[];
  readonly except: readonly Peer[];
}

export type Peer =
  | { readonly kind: "any" }
  | { readonly kind: "world" }
  | { readonly kind: "group"; readonly tenant: string; readonly group: string }
  | { readonly kind: "network"; readonly tenant: string; readonly network: string }
  | {
      readonly kind: "addresses";
      readonly addresses: AddressSet;
      readonly text: string;
      /** An external or a `cidrs` param. */
      readonly name?: string;
    }
  | { readonly kind: "set"; readonly name: string; readonly expression: PeerExpression };

export interface ServiceExpression {
  /** The union of all terms; `everyService` when the source gives none. */
  readonly services: ServiceSet;
  /** How the source names them, such as `["redis", "tcp/8000-8100"]`; empty for every service. */
  readonly terms: readonly ServiceTerm[];
}

export interface ServiceTerm {
  readonly text: string;
  readonly services: ServiceSet;
}

export interface Export {
  readonly group: string;
  /** Tenants that may name the group; absent: every tenant. */
  readonly to?: readonly string[];
  readonly origin: Origin;
}

export interface QosProfile {
  readonly name: string;
  readonly origin: Origin;
  /** Bits per second. */
  readonly bandwidth?: number;
  /** Kilobytes, as netmaster counts it. */
  readonly burst?: number;
  /** 0..63. */
  readonly dscp?: number;
}

export interface App {
  readonly name: string;
  readonly origin: Origin;
  readonly groups: readonly string[];
}

export interface Contracts {
  readonly name: string;
  readonly origin: Origin;
  readonly type: "provided" | "consumed";
  readonly names: readonly string[];
}

export interface LoadBalancer {
  readonly name: string;
  readonly origin: Origin;
  readonly network: string;
  readonly address?: Address;
  readonly labels: ReadonlyMap<string, ValueSet>;
  readonly ports: readonly { readonly protocol: "tcp" | "udp" | "sctp"; readonly port: number; readonly target: number }[];
}

export interface Fabric {
  readonly origin: Origin;
  readonly mode: "default" | "aci" | "aci-opflex";
  readonly forwarding: "bridge" | "routing";
  readonly arp: "proxy" | "flood";
  readonly vlans: readonly [number, number];
  readonly vxlans: readonly [number, number];
  readonly privateSubnet: Prefix;
}

export interface BgpHost {
  readonly name: string;
  readonly origin: Origin;
  readonly routerIp: Prefix;
  readonly as: number;
  readonly neighbor: Address;
  readonly neighborAs: number;
}

export interface AciGateway {
  readonly origin: Origin;
  readonly physicalDomain: string;
  readonly enforcePolicies: boolean;
  readonly includeCommonTenant: boolean;
  readonly pathBindings: readonly string[];
  readonly nodeBindings: readonly string[];
}

export interface Test {
  readonly name: string;
  /** Absent for a test outside tenants. */
  readonly tenant?: string;
  readonly origin: Origin;
  readonly expectations: readonly Expectation[];
}

export interface Expectation {
  readonly action: Action;
  readonly source: PeerExpression;
  readonly destination: PeerExpression;
  readonly service: ServiceExpression;
  readonly origin: Origin;
  readonly text: string;
}

/** What the project file adds to the source's meaning. */
export interface Surroundings {
  /** Where pods get their addresses besides the tenants' networks (`targets.kubernetes.podCidrs`). */
  readonly podAddresses: AddressSet;
}
