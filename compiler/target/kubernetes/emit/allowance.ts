/** What objects say, and what they lose: the terms between the algebra and the objects. */
import type { Rule } from "../../../policy/model.js";
import type { AddressSet } from "../../../space/address.js";
import * as ends from "../../../space/ends.js";
import type { EndBox } from "../../../space/ends.js";
import type { FlowBox, FlowSet } from "../../../space/flows.js";
import type { ServiceSet } from "../../../space/service.js";
import { machinesAt } from "./ground.js";

export type Peer =
  | { readonly kind: "everyone" }
  /** Pods at whatever address. */
  | { readonly kind: "workloads"; readonly box: EndBox }
  | { readonly kind: "machines"; readonly addresses: AddressSet };

/** These pods may receive from, or send to, this peer. */
export interface Allowance {
  readonly rule?: Rule;
  /** Blind to addresses. */
  readonly subject: EndBox;
  readonly peer: Peer;
  /** Sayable by ports. */
  readonly service: ServiceSet;
}

/**
 * `protocol`: no port says it. `portZero`: ports start at 1. `address`: pods told apart by address. `unknown`: nothing says which
 * addresses pods have. `machine`: a machine at an address that a denied pod may have.
 */
export type Cause = "protocol" | "portZero" | "address" | "unknown" | "machine";

/** Flows that a rule allows where no deny before it decides them. */
export interface AllowedFlow {
  readonly rule?: Rule;
  readonly box: FlowBox;
}

/** Allowed flows that the objects deny. */
export interface Loss {
  readonly rule?: Rule;
  readonly cause: Cause;
  readonly flows: FlowSet;
  /** Where it is known: whatever else the tenant allows of these flows, by rule, and perhaps more. */
  readonly company?: readonly AllowedFlow[];
}

export interface Said {
  readonly allowances: readonly Allowance[];
  readonly losses: readonly Loss[];
}

/** What the object that a piece goes into can say. */
export interface Means {
  /** Whether a peer given by addresses may match pods at these addresses too, so that pods that are denied have to be kept out. */
  readonly addressesMatchPods: boolean;
  /** Whether a protocol can be said without ports. */
  readonly wholeProtocols: boolean;
}

export const networkPolicyMeans: Means = { addressesMatchPods: true, wholeProtocols: true };

/** The ends of a peer, machines alone where it is given by addresses. */
export function peerBox(peer: Peer): EndBox | undefined {
  switch (peer.kind) {
    case "everyone":
      return ends.everyEnd;
    case "workloads":
      return peer.box;
    case "machines":
      return machinesAt(peer.addresses);
  }
}
