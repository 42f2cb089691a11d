/**
 * Whether a block of addresses holds a pod. Manifests seldom say what addresses pods have, so there are three answers.
 *
 * On what an `ipBlock` of a NetworkPolicy matches, network plugins differ: the API says that blocks should be outside of the cluster, and some
 * let them match pods. The `networks` of a ClusterNetworkPolicy match pods by definition.
 */
import * as address from "../../space/address.js";
import type { Address, AddressSet } from "../../space/address.js";

export interface AddressFacts {
  /** Where pods have their addresses; empty when it is not known. */
  readonly podAddresses: AddressSet;
  /** What an `ipBlock` matches: everything at its addresses, or only what is no pod. */
  readonly ipBlocks: "pods" | "outside";
}

export type Holding = "yes" | "no" | "maybe";

const everyV4: AddressSet = { v4: address.allAddresses.v4, v6: [] };

/** Addresses that networks of pods are taken from: RFC 1918, RFC 6598 (shared), RFC 4193 (unique local). */
export const privateAddresses: AddressSet = address.unionAllAddresses(
  ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"].flatMap((text) => {
    const prefix = address.parsePrefix(text);
    return prefix === undefined ? [] : [address.prefixSet(prefix)];
  }),
);

/** Whether the block holds a pod with these addresses (none: not known). A pod with two addresses is held when one of them is. */
export function holds(block: AddressSet, known: readonly Address[], { podAddresses }: AddressFacts): Holding {
  if (known.length > 0) return known.some((at) => address.containsAddress(block, at)) ? "yes" : "no";
  if (!address.isEmptyAddresses(podAddresses)) {
    if (address.addressesWithin(podAddresses, block)) return "yes";
    return address.addressesOverlap(podAddresses, block) ? "maybe" : "no";
  }
  // A cluster of which nothing is said has IPv4 addresses.
  if (address.addressesWithin(everyV4, block)) return "yes";
  return address.addressesOverlap(privateAddresses, block) ? "maybe" : "no";
}
