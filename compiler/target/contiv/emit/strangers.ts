/** What a tenant's rules say of other tenants. */
import type { PeerExpression, Tenant } from "../../../policy/model.js";
import type { Universe } from "../../../policy/universe.js";
import { addressesOverlap, unionAllAddresses } from "../../../space/address.js";
import type { AddressSet } from "../../../space/address.js";

/** Every address of the tenants but one, also those that it shares with them. */
export function othersAddresses(universe: Universe, tenant: Tenant): AddressSet {
  return unionAllAddresses(universe.policy.tenants.flatMap((other) => (other === tenant ? [] : [addressesOf(other)])));
}

export function addressesOf(tenant: Tenant): AddressSet {
  return unionAllAddresses([...tenant.networks.map((network) => network.addresses), ...tenant.groups.map((group) => group.hosts)]);
}

/** `named`: by a group or an address of theirs; `wide`: as a part of `any`. */
export type Mention = "none" | "wide" | "named";

export function mentionOf(tenant: Tenant, others: AddressSet, expression: PeerExpression): Mention {
  let mention: Mention = "none";
  for (const peer of expression.include) {
    const found = mentionOfPeer(tenant, others, peer);
    if (found === "named") return found;
    if (found === "wide") mention = found;
  }
  return mention;
}

function mentionOfPeer(tenant: Tenant, others: AddressSet, peer: PeerExpression["include"][number]): Mention {
  switch (peer.kind) {
    case "any":
      return "wide";
    case "world":
      return "none";
    case "group":
    case "network":
      return peer.tenant === tenant.name ? "none" : "named";
    case "addresses":
      return addressesOverlap(peer.addresses, others) ? "named" : "none";
    case "set":
      return mentionOf(tenant, others, peer.expression);
  }
}

/** Tenants that allow anything that could be with another tenant. */
export function openTenants(universe: Universe): ReadonlySet<string> {
  const { tenants } = universe.policy;
  if (tenants.length < 2) return new Set();
  const open = tenants.filter((tenant) => {
    const others = othersAddresses(universe, tenant);
    const speaks = (expression: PeerExpression): boolean => mentionOf(tenant, others, expression) !== "none";
    return (
      tenant.defaultAction === "allow" || tenant.rules.some((rule) => rule.action === "allow" && (speaks(rule.source) || speaks(rule.destination)))
    );
  });
  return new Set(open.map((tenant) => tenant.name));
}
