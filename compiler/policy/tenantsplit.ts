/** Boxes of ends cut into a tenant's own and others. */
import { boundedCache } from "../space/boundedCache.js";
import * as ends from "../space/ends.js";
import type { EndBox, EndSet } from "../space/ends.js";
import type { Tenant } from "./model.js";

export interface TenantSplit {
  readonly own: EndSet;
  readonly others: EndSet;
}

/** A box cut into its ends in the tenant and the others; as a rule the same object for the same box. */
export function tenantSplitter(
  tenantByName: ReadonlyMap<string, Tenant>,
  tenantEnds: ReadonlyMap<string, EndSet>,
): (tenant: string, box: EndBox) => TenantSplit {
  const splitters = new Map<string, (whole: EndBox) => TenantSplit>();
  return (name, whole) => {
    const known = splitters.get(name);
    if (known !== undefined) return known(whole);
    const tenant = tenantByName.get(name);
    if (tenant === undefined) return { own: [], others: [whole] };
    const ofTenant = tenantEnds.get(name) ?? [];
    const made = boundedCache(4 * tenant.rules.length + 1024, (box: EndBox) => split(box, ofTenant));
    splitters.set(name, made);
    return made(whole);
  };
}

function split(whole: EndBox, ofTenant: EndSet): TenantSplit {
  if (ofTenant.some((part) => ends.endBoxWithin(whole, part))) return { own: [whole], others: [] };
  const others = ends.subtractEnds([whole], ofTenant);
  if (others.length === 0) return { own: [whole], others };
  // The same box comes back where the tenant has none of it, as most of many tenants do.
  return others[0] === whole ? { own: [], others } : { own: ends.intersectEnds([whole], ofTenant), others };
}
