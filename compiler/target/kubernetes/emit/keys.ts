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

/** Boxes at one set of addresses: mostly one, and then nobody has to ask for its key. */
interface Shelf {
  readonly first: EndBox;
  byColumn?: Map<string, EndBox>;
}

/** Makes equal boxes one object, so that what is found out about a box is found out once. Address sets count as equal when they are one object. */
export function boxInterner(): (box: EndBox) => EndBox {
  const seen = new Map<EndBox, EndBox>();
  const shelves = new Map<AddressSet, Shelf>();
  const onShelf = (box: EndBox): EndBox => {
    const shelf = shelves.get(box.addresses);
    if (shelf === undefined) {
      shelves.set(box.addresses, { first: box });
      return box;
    }
    const byColumn = (shelf.byColumn ??= new Map([[columnKey(shelf.first), shelf.first]]));
    const key = columnKey(box);
    const known = byColumn.get(key) ?? box;
    byColumn.set(key, known);
    return known;
  };
  return (box) => {
    let same = seen.get(box);
    if (same === undefined) seen.set(box, (same = onShelf(box)));
    return same;
  };
}

export function addressesKey(set: AddressSet): string {
  return `${set.v4.join(",")}|${set.v6.join(",")}`;
}

export function servicesKey(set: ServiceSet): string {
  return set.join(",");
}
