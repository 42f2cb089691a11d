/** Label requirements in words of the language. */
import type { ValueSet } from "../../../compiler/space/values.js";

/** Such as `app = web`, `tier in (a, b)`, `not debug`. */
export function formatValues(key: string, set: ValueSet): string {
  const list = set.values.join(", ");
  if (set.kind === "in") {
    if (set.values.length === 0) return set.absent ? `not ${key}` : `${key} in ()`;
    const some = set.values.length === 1 ? `${key} = ${list}` : `${key} in (${list})`;
    return set.absent ? `${some} or not ${key}` : some;
  }
  if (set.values.length === 0) return set.absent ? `any ${key}` : `has ${key}`;
  return set.absent ? `${key} not in (${list})` : `has ${key}, ${key} not in (${list})`;
}
