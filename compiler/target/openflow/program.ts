/**
 * The policy program: what the compiler tells the nodes. It names no node and no endpoint; `bind` adds these. Its JSON form is
 * described in `docs/targets/openflow.md`, and its meaning by `policyFlows` and `staticFlows`.
 */
import type { ServiceSet } from "../../space/service.js";
import type { Action } from "../../policy/model.js";
import type { EndSet } from "../../space/ends.js";
import type { Dimension } from "./classes.js";
import type { Region } from "./region.js";

export const PROGRAM_FORMAT = "ctv-policy-program";
export const PROGRAM_VERSION = 1;

export interface Program {
  readonly format: typeof PROGRAM_FORMAT;
  readonly version: typeof PROGRAM_VERSION;
  /** Over the program's text with `value` empty. */
  readonly digest: { readonly algorithm: string; readonly value: string };
  readonly tenants: readonly ProgramTenant[];
  /** Sets of tenants that one end can belong to. Id 0, the empty set, is not listed. */
  readonly memberships: readonly Membership[];
  readonly networks: readonly ProgramNetwork[];
  readonly dimensions: readonly Dimension[];
  readonly classes: readonly ProgramClass[];
  /** What is known of a bare end by its address alone: the longest prefix that holds it counts. */
  readonly places: readonly Place[];
  /** Workloads that break the policy's assumptions (`docs/semantics.md`, "Which ends can exist"): they get no traffic. */
  readonly impossible: EndSet;
  /** Conditions on a source or destination, named by their position. */
  readonly conditions: readonly Condition[];
  readonly services: readonly ServiceSet[];
  /** In order of tenant, then of evaluation. */
  readonly rules: readonly ProgramRule[];
  readonly loadBalancers: readonly ProgramLoadBalancer[];
  /** Traffic profiles; the first whose region holds an endpoint is its own. */
  readonly profiles: readonly ProgramProfile[];
  readonly fabric: ProgramFabric;
}

export interface ProgramTenant {
  readonly name: string;
  /** Also the id of the set that has this tenant alone, and its conntrack zone. 1..65534. */
  readonly id: number;
  readonly namespaces: readonly string[];
  readonly defaultAction: Action;
  /** What a verdict by the default is recorded as. */
  readonly decision: number;
  /** Decide and count, but let pass what the default denies. */
  readonly audit: boolean;
  readonly position: Position;
}

export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface Membership {
  readonly id: number;
  /** Ids of tenants, ascending. */
  readonly tenants: readonly number[];
}

export interface ProgramNetwork {
  readonly tenant: number;
  readonly name: string;
  readonly id: number;
  readonly prefixes: readonly string[];
  readonly gateways: readonly string[];
  readonly encap: "vlan" | "vxlan";
  /** VLAN id or VNI. */
  readonly tag?: number;
}

export interface ProgramClass extends Region {
  /** Such as `guestbook/frontend` or `any except guestbook/quarantined`. */
  readonly key: string;
  /** Position in `dimensions`. */
  readonly dimension: number;
  readonly value: number;
}

export interface Place {
  readonly prefix: string;
  /** Id of a set of tenants, or 0. */
  readonly members: number;
  /** Positions in `classes`. */
  readonly classes: readonly number[];
}

export type Condition =
  | { readonly kind: "every" }
  | { readonly kind: "world" }
  | { readonly kind: "class"; readonly class: number }
  /** `members`: only ends with one of these sets of tenants. */
  | { readonly kind: "addresses"; readonly prefixes: readonly string[]; readonly members?: readonly number[] };

export interface ProgramRule {
  /** The source's stable id, `tenant/policy/name`. */
  readonly rule: string;
  readonly text: string;
  readonly position: Position;
  /** What verdicts by the rule are recorded as, in cookies, registers and connection labels; also its conjunction id. */
  readonly decision: number;
  readonly tenant: number;
  readonly action: Action;
  readonly log: boolean;
  readonly audit: boolean;
  readonly priority: number;
  /** Positions in `conditions`. */
  readonly source: readonly number[];
  readonly destination: readonly number[];
  /** Position in `services`. */
  readonly service: number;
}

export interface ProgramLoadBalancer {
  readonly tenant: number;
  readonly name: string;
  readonly address: string;
  /** The providers. */
  readonly region: Region;
  readonly ports: readonly { readonly protocol: number; readonly port: number; readonly target: number }[];
}

/** What a group's `qos` asks of its endpoints. */
export interface ProgramProfile extends Region {
  readonly tenant: number;
  readonly group: string;
  readonly name: string;
  /** 1..63; absent: packets keep what they have. */
  readonly dscp?: number;
  /** Kilobits a second; absent: no limit. */
  readonly rate?: number;
  /** Kilobits; absent: as the switch thinks best. */
  readonly burst?: number;
}

export interface ProgramFabric {
  readonly forwarding: "bridge" | "routing";
  readonly arp: "proxy" | "flood";
}
