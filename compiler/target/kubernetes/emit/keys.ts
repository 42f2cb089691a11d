/** Texts that are equal exactly when two values are, for grouping. */
import type { AddressSet } from "../../../space/address.js";
import type { EndBox } from "../../../space/ends.js";
import type { ServiceSet } from "../../../space/service.js";
import type { ValueSet } from "../../../space/values.js";

function valuesKey(set: ValueSet): string {
  return `${set.kind}${set.absent ? "?" : ""}(${set.values.join(",")})`;
}

/** Namespaces and labels of a box, and not its addresses. */
export function columnKey(box: EndBox): string {
  const labels = [...box.labels].map(([key, set]) => `${key}=${valuesKey(set)}`);
  return `${valuesKey(box.namespace)}|${(labels.length > 1 ? labels.sort() : labels).join("&")}`;
}

export function addressesKey(set: AddressSet): string {
  return `${set.v4.join(",")}|${set.v6.join(",")}`;
}

export function servicesKey(set: ServiceSet): string {
  return set.join(",");
}
