/**
 * Makes equal boxes of ends one object, and equal namespaces and addresses of different boxes too, so that an index meets each once and a
 * comparison of equals ends at their identity: what is written once a rule is mostly the same few groups, and "in no tenant's namespace" names
 * every namespace there is.
 */
import type { AddressSet } from "./address.js";
import type { EndBox } from "./ends.js";
import type { ValueSet } from "./values.js";

const setText = (set: ValueSet): string => `${set.kind}${set.absent ? "?" : ""}${set.values.join(",")}`;

const addressText = ({ v4, v6 }: AddressSet): string => `${v4.join(",")};${v6.join(",")}`;

const requirementText = ([key, set]: readonly [string, ValueSet]): string => `;${key}=${setText(set)}`;

function labelText(labels: EndBox["labels"]): string {
  if (labels.size === 0) return "";
  return labels.size === 1 ? [...labels].map(requirementText).join("") : [...labels].map(requirementText).sort().join("");
}

/** One object for equal parts, with its number. */
interface Part<T> {
  readonly part: T;
  readonly number: number;
}

function partInterner<T>(textOf: (part: T) => string): (part: T) => Part<T> {
  const byText = new Map<string, Part<T>>();
  const byIdentity = new Map<T, Part<T>>();
  return (part) => {
    const seen = byIdentity.get(part);
    if (seen !== undefined) return seen;
    const text = textOf(part);
    const same = byText.get(text) ?? { part, number: byText.size };
    byText.set(text, same);
    byIdentity.set(part, same);
    return same;
  };
}

export type Interner = (box: EndBox) => EndBox;

export function makeInterner(): Interner {
  const byText = new Map<string, EndBox>();
  const byIdentity = new Map<EndBox, EndBox>();
  const namespaceOf = partInterner(setText);
  const addressesOf = partInterner(addressText);
  return (box) => {
    const seen = byIdentity.get(box);
    if (seen !== undefined) return seen;
    const namespace = namespaceOf(box.namespace);
    const addresses = addressesOf(box.addresses);
    const text = `${namespace.number};${addresses.number}${labelText(box.labels)}`;
    const same = byText.get(text) ?? withParts(box, namespace.part, addresses.part);
    byText.set(text, same);
    byIdentity.set(box, same);
    return same;
  };
}

function withParts(box: EndBox, namespace: ValueSet, addresses: AddressSet): EndBox {
  return namespace === box.namespace && addresses === box.addresses ? box : { namespace, labels: box.labels, addresses };
}
