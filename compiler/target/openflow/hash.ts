/**
 * Numbers derived from names. An id that comes from a name, and not from a position in a list, stays the same when something
 * else is added or removed: that keeps the difference between two generations of tables small.
 */

/** FNV-1a with the final mixing of MurmurHash3, over UTF-16 code units; 0..2^32-1. */
export function hash32(text: string, seed = 0): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/**
 * A number in `1..limit` for every key: its hash, moved on by one while another key has that number. Keys are served in sorted
 * order, so the result depends on the set of keys only.
 *
 * INVARIANT: `keys` holds at most `limit` different texts.
 */
export function stableIds(keys: Iterable<string>, limit: number, seed = 0): ReadonlyMap<string, number> {
  const ids = new Map<string, number>();
  const taken = new Set<number>();
  for (const key of [...new Set(keys)].sort()) {
    let id = (hash32(key, seed) % limit) + 1;
    while (taken.has(id)) id = (id % limit) + 1;
    taken.add(id);
    ids.set(key, id);
  }
  return ids;
}

/**
 * The numbers of `stableIds` in the order of the keys, without a map of them where no two hashes meet: then each is the number, whatever the order.
 *
 * INVARIANT: as for `stableIds`; `keys` are all different.
 */
export function stableNumbers(keys: readonly string[], limit: number): readonly number[] {
  const wishes = keys.map((key) => (hash32(key) % limit) + 1);
  if (new Set(wishes).size === keys.length) return wishes;
  const ids = stableIds(keys, limit);
  return keys.map((key) => ids.get(key) ?? 0);
}

/** How the content of a program is hashed. Signing needs a cryptographic one, which the caller brings. */
export interface Digest {
  readonly algorithm: string;
  /** Lower-case hexadecimal. */
  readonly of: (text: string) => string;
}

/** Tells two contents apart where nobody forges: two FNV-1a hashes with different primes, one pass. */
export const plainDigest: Digest = {
  algorithm: "fnv1a-64",
  of: (text) => {
    let first = 0x811c9dc5;
    let second = 0x9e3779b9;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      first = Math.imul(first ^ code, 0x01000193);
      second = Math.imul(second ^ code, 0x01000197);
    }
    return [first, second].map((half) => (half >>> 0).toString(16).padStart(8, "0")).join("");
  },
};
