/**
 * Makes equal boxes of ends one object, so that an index meets each once and a comparison of equals ends at their identity: what is
 * written once a rule is mostly the same few groups.
 */
import type { EndBox } from "./ends.js";
import type { ValueSet } from "./values.js";

const setText = (set: ValueSet): string => `${set.kind}${set.absent ? "?" : ""}${set.values.join(",")}`;

const requirementText = ([key, set]: readonly [string, ValueSet]): string => `;${key}=${setText(set)}`;

function boxText({ namespace, labels, addresses }: EndBox): string {
  const base = `${setText(namespace)};${addresses.v4.join(",")};${addresses.v6.join(",")}`;
  if (labels.size === 0) return base;
  return labels.size === 1 ? base + [...labels].map(requirementText).join("") : base + [...labels].map(requirementText).sort().join("");
}

export type Interner = (box: EndBox) => EndBox;

export function makeInterner(): Interner {
  const byText = new Map<string, EndBox>();
  const byIdentity = new Map<EndBox, EndBox>();
  return (box) => {
    const seen = byIdentity.get(box);
    if (seen !== undefined) return seen;
    const text = boxText(box);
    const same = byText.get(text) ?? box;
    if (same === box) byText.set(text, box);
    byIdentity.set(box, same);
    return same;
  };
}
