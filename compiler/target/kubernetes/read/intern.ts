/** Makes equal boxes one object, so that an index meets each once: what is written once a rule is mostly the same few groups. */
import type { EndBox } from "../../../space/ends.js";
import type { ValueSet } from "../../../space/values.js";

const setText = (set: ValueSet): string => `${set.kind}${set.absent ? "?" : ""}${set.values.join(",")}`;

function boxText({ namespace, labels, addresses }: EndBox): string {
  let text = `${setText(namespace)};${addresses.v4.join(",")};${addresses.v6.join(",")}`;
  for (const [key, set] of labels) text += `;${key}=${setText(set)}`;
  return text;
}

export type Interner = (box: EndBox) => EndBox;

export function makeInterner(): Interner {
  const known = new Map<string, EndBox>();
  return (box) => {
    const key = boxText(box);
    const same = known.get(key);
    if (same !== undefined) return same;
    known.set(key, box);
    return box;
  };
}
