/** "Did you mean" among many candidates, for every message of the compiler; how like words are is `grammar/near.ts`. */
import { editDistance } from "../../grammar/near.js";

/**
 * The candidates that come close to a name, nearest first, then by name; at most `count`. One edit is allowed in short
 * names, a third of the length in longer ones. Case does not count, so that `Frontend` finds `frontend`.
 */
export function suggest(name: string, candidates: Iterable<string>, count = 3): readonly string[] {
  const limit = Math.max(1, Math.floor(name.length / 3));
  const found: { readonly candidate: string; readonly distance: number }[] = [];
  for (const candidate of new Set(candidates)) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase(), limit);
    if (candidate !== name && distance <= limit && distance < Math.max(name.length, candidate.length)) found.push({ candidate, distance });
  }
  found.sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1));
  return found.slice(0, count).map((entry) => entry.candidate);
}

/** `did you mean "a" or "b"?`, or nothing when there is nothing to suggest. */
export function didYouMean(suggestions: readonly string[]): string | undefined {
  if (suggestions.length === 0) return undefined;
  const quoted = suggestions.map((name) => `"${name}"`);
  const last = quoted.pop() ?? "";
  return `did you mean ${quoted.length === 0 ? last : `${quoted.join(", ")} or ${last}`}?`;
}
