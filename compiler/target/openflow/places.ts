/**
 * What the address of a bare end alone says: the tenants it belongs to and its classes, as prefixes of which the longest that
 * holds the address counts. A set of addresses is given by prefixes that put addresses in, or by prefixes that take them out
 * again where that takes fewer: "all but 10.0.0.0/8" is two prefixes, not nine.
 */
import {
  bits,
  complementAddresses,
  formatPrefix,
  parsePrefix,
  prefixBounds,
  toPrefixes,
  unionAllAddresses,
  subtractAddresses,
} from "../../space/address.js";
import type { Address, AddressSet, Family, Prefix } from "../../space/address.js";
import type { Place } from "./program.js";
import type { Region } from "./region.js";

/** The addresses of the bare ends of a region. */
export function bareAddresses(region: Region): AddressSet {
  const bare = (boxes: Region["include"]): AddressSet => unionAllAddresses(boxes.filter((box) => box.namespace.absent).map((box) => box.addresses));
  return subtractAddresses(bare(region.include), bare(region.except));
}

interface Change {
  readonly item: number;
  readonly within: boolean;
}

interface Node {
  readonly prefix: Prefix;
  readonly changes: Change[];
}

/** A prefix and the numbers of the sets that hold its addresses, but those under a longer prefix of the list. */
export interface PrefixMembers {
  readonly prefix: Prefix;
  readonly members: readonly number[];
}

const families: readonly Family[] = [4, 6];
const whole = (family: Family): Prefix => ({ address: family === 4 ? { family, value: 0 } : { family, value: 0n }, length: 0 });

/** Ascending; the two whole families come first in theirs. */
export function prefixMap(sets: readonly AddressSet[]): readonly PrefixMembers[] {
  return families.flatMap((family) => {
    const nodes = new Map<string, Node>([[formatPrefix(whole(family)), { prefix: whole(family), changes: [] }]]);
    const add = (prefix: Prefix, change: Change): void => {
      const text = formatPrefix(prefix);
      const node = nodes.get(text) ?? { prefix, changes: [] };
      node.changes.push(change);
      nodes.set(text, node);
    };
    sets.forEach((set, item) => {
      const inside = ofFamily(set, family);
      if (inside.length === 0) return;
      const outside = ofFamily(complementAddresses(set), family);
      if (inside.length <= outside.length + 1) for (const prefix of inside) add(prefix, { item, within: true });
      else {
        add(whole(family), { item, within: true });
        for (const prefix of outside) add(prefix, { item, within: false });
      }
    });
    return walk([...nodes.values()].sort(byPlace));
  });
}

function ofFamily(set: AddressSet, family: Family): readonly Prefix[] {
  return toPrefixes(family === 4 ? { v4: set.v4, v6: [] } : { v4: [], v6: set.v6 });
}

function byPlace(a: Node, b: Node): number {
  const [left, right] = [a.prefix.address.value, b.prefix.address.value];
  return left < right ? -1 : left > right ? 1 : a.prefix.length - b.prefix.length;
}

/** Nodes in order of place: each inherits from the last one that holds it. */
function walk(nodes: readonly Node[]): readonly PrefixMembers[] {
  const out: PrefixMembers[] = [];
  const open: { readonly last: Address; readonly members: ReadonlySet<number> }[] = [];
  for (const { prefix, changes } of nodes) {
    while (open.length > 0 && open[open.length - 1].last.value < prefix.address.value) open.pop();
    const inherited = open.at(-1)?.members ?? new Set<number>();
    const members = new Set(inherited);
    for (const { item, within } of changes) {
      if (within) members.add(item);
      else members.delete(item);
    }
    open.push({ last: prefixBounds(prefix).last, members });
    const same = open.length > 1 && members.size === inherited.size && [...members].every((item) => inherited.has(item));
    if (!same) out.push({ prefix, members: [...members].sort((a, b) => a - b) });
  }
  return out;
}

/** Finds the place of an address: the longest prefix that holds it. */
export function placeFinder(places: readonly Place[]): (address: Address) => Place | undefined {
  const byText = new Map(places.map((place) => [place.prefix, place]));
  const lengths = families.map((family) => {
    const found = new Set(
      places.flatMap((place) =>
        parsePrefix(place.prefix)?.address.family === family ? [Number(place.prefix.slice(place.prefix.indexOf("/") + 1))] : [],
      ),
    );
    return [...found].sort((a, b) => b - a);
  });
  return (address) => {
    for (const length of lengths[address.family === 4 ? 0 : 1]) {
      if (length > bits(address.family)) continue;
      const found = byText.get(formatPrefix({ address: prefixBounds({ address, length }).first, length }));
      if (found !== undefined) return found;
    }
    return undefined;
  };
}
