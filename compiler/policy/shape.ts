/** What findings between tenants look at (`check/addressing.ts`), as text: while nobody's changes, there is nothing new to find. */
import type { AddressSet } from "../space/address.js";
import type { Fabric, Tenant } from "./model.js";

export function addressesShape(sets: readonly AddressSet[]): string {
  return sets.map(({ v4, v6 }) => `${v4.join(" ")}/${v6.join(" ")}`).join(",");
}

export function tenantShape({ namespaces, networks, groups }: Tenant): string {
  const tags = networks.map(({ encap, tag }) => `${encap} ${tag ?? ""}`);
  const addresses = addressesShape(networks.map((network) => network.addresses));
  const hosts = addressesShape(groups.flatMap((group) => (group.hosts.v4.length + group.hosts.v6.length === 0 ? [] : [group.hosts])));
  return [namespaces.join(" "), tags.join(","), addresses, hosts, ""].join("\n");
}

export function fabricShape(fabric: readonly Fabric[]): string {
  return fabric.map(({ vlans, vxlans }) => `${vlans.join("-")} ${vxlans.join("-")}\n`).join("");
}
