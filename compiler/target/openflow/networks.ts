/**
 * Networks and load balancers of a program.
 */
import { formatAddress, formatPrefix, toPrefixes } from "../../space/address.js";
import type { AddressSet } from "../../space/address.js";
import { endBox } from "../../space/ends.js";
import { protocolNumber } from "../../space/service.js";
import * as values from "../../space/values.js";
import type { Policy, Tenant } from "../../policy/model.js";
import { stableIds } from "./hash.js";
import type { ProgramLoadBalancer, ProgramNetwork } from "./program.js";
import { idLimit } from "./registers.js";

/** The fewest prefixes that make up the set, as a program has them. */
export function prefixTexts(addresses: AddressSet): readonly string[] {
  return toPrefixes(addresses).map(formatPrefix);
}

/** Networks, with the tags that the source leaves open. */
export function networksOf(policy: Policy, tenantIds: ReadonlyMap<string, number>): readonly ProgramNetwork[] {
  const all = policy.tenants.flatMap((tenant) => tenant.networks.map((network) => ({ tenant, network, key: `${tenant.name}/${network.name}` })));
  const ids = stableIds(
    all.map(({ key }) => key),
    idLimit,
  );
  const tags = new Map(
    (["vlan", "vxlan"] as const).flatMap((encap) => {
      const [first, last] = (encap === "vlan" ? policy.fabric?.vlans : policy.fabric?.vxlans) ?? (encap === "vlan" ? [1, 4094] : [1, 0xffffff]);
      const mine = all.filter(({ network }) => network.encap === encap);
      const taken = new Set(mine.map(({ network }) => network.tag));
      const free = stableIds(
        mine.filter(({ network }) => network.tag === undefined).map(({ key }) => key),
        last - first + 1,
      );
      return [...free].map(([key, wish]) => {
        let tag = first + wish - 1;
        for (let tries = first; tries <= last && taken.has(tag); tries++) tag = tag === last ? first : tag + 1;
        taken.add(tag);
        return [key, tag] as const;
      });
    }),
  );
  return all.map(({ tenant, network, key }) => ({
    tenant: tenantIds.get(tenant.name) ?? 0,
    name: network.name,
    id: ids.get(key) ?? 0,
    prefixes: prefixTexts(network.addresses),
    gateways: [network.gateway, network.gateway6].flatMap((gateway) => (gateway === undefined ? [] : [formatAddress(gateway)])),
    encap: network.encap,
    tag: network.tag ?? tags.get(key),
  }));
}

/** Load balancers that have an address; `id` is the tenant's. */
export function balancersOf(tenant: Tenant, id: number): readonly ProgramLoadBalancer[] {
  return tenant.loadBalancers.flatMap((balancer) => {
    const providers = endBox({ namespace: values.oneOf(tenant.namespaces), labels: balancer.labels });
    if (balancer.address === undefined || providers === undefined) return [];
    return [
      {
        tenant: id,
        name: balancer.name,
        address: formatAddress(balancer.address),
        region: { include: [providers], except: [] },
        ports: balancer.ports.map(({ protocol, port, target }) => ({ protocol: protocolNumber[protocol], port, target })),
      },
    ];
  });
}
