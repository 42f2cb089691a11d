/** Texts that are equal exactly when two values are, for grouping. */
import type { AddressSet } from "../../../space/address.js";
import type { EndBox } from "../../../space/ends.js";
import type { ServiceSet } from "../../../space/service.js";
import type { ValueSet } from "../../../space/values.js";

function valuesKey(set: ValueSet): string {
  return `${set.kind}${set.absent ? "?" : ""}(${set.values.join(",")})`;
}

const columnKeys = new WeakMap<EndBox, string>();

/** Namespaces and labels of a box, and not its addresses. */
export function columnKey(box: EndBox): string {
  const known = columnKeys.get(box);
  if (known !== undefined) return known;
  const labels: string[] = [];
  for (const [key, set] of box.labels) labels.push(`${key}=${valuesKey(set)}`);
  const made = `${valuesKey(box.namespace)}|${(labels.length > 1 ? labels.sort() : labels).join("&")}`;
  columnKeys.set(box, made);
  return made;
}

/** Makes equal boxes one object, so that what is found out about a box is found out once. Address sets count as equal when they are one object. */
export function boxInterner(): (box: EndBox) => EndBox {
  const byAddresses = new WeakMap<AddressSet, Map<string, EndBox>>();
  return (box) => {
    const shelf = byAddresses.get(box.addresses) ?? new Map<string, EndBox>();
    byAddresses.set(box.addresses, shelf);
    const key = columnKey(box);
    const known = shelf.get(key);
    if (known !== undefined) return known;
    shelf.set(key, box);
    return box;
  };
}

export function addressesKey(set: AddressSet): string {
  return `${set.v4.join(",")}|${set.v6.join(",")}`;
}

export function servicesKey(set: ServiceSet): string {
  return set.join(",");
}
