/**
 * Sets of addresses as few `ipBlock`s: canonical CIDRs, each with exceptions inside it where that is shorter than a list of prefixes.
 */
import * as address from "../../../space/address.js";
import type { AddressSet, Prefix } from "../../../space/address.js";

export interface Block {
  readonly cidr: string;
  readonly except: readonly string[];
}

interface Cover {
  readonly cost: number;
  readonly blocks: readonly { readonly cidr: Prefix; readonly except: readonly Prefix[] }[];
}

const nothing: Cover = { cost: 0, blocks: [] };

function halves(prefix: Prefix): readonly [Prefix, Prefix] {
  const length = prefix.length + 1;
  const { address: low } = prefix;
  if (low.family === 4)
    return [
      { address: low, length },
      { address: { family: 4, value: low.value + 2 ** (32 - length) }, length },
    ];
  return [
    { address: low, length },
    { address: { family: 6, value: low.value + (1n << BigInt(128 - length)) }, length },
  ];
}

/** The cheapest cover of a set within a prefix, where a block and each of its exceptions cost one line. */
function cover(set: AddressSet, within: Prefix): Cover {
  const all = address.prefixSet(within);
  const inside = address.intersectAddresses(set, all);
  if (address.isEmptyAddresses(inside)) return nothing;
  const plain = address.toPrefixes(inside);
  const listed: Cover = { cost: plain.length, blocks: plain.map((cidr) => ({ cidr, except: [] })) };
  if (plain.length <= 2) return listed;
  const except = address.toPrefixes(address.subtractAddresses(all, inside));
  const excepted: Cover = { cost: 1 + except.length, blocks: [{ cidr: within, except }] };
  const best = excepted.cost < listed.cost ? excepted : listed;
  if (except.length <= 1) return best;
  const [low, high] = halves(within);
  const lower = cover(inside, low);
  if (lower.cost >= best.cost) return best;
  const upper = cover(inside, high);
  const cost = lower.cost + upper.cost;
  return cost < best.cost ? { cost, blocks: [...lower.blocks, ...upper.blocks] } : best;
}

const roots: readonly Prefix[] = [
  { address: { family: 4, value: 0 }, length: 0 },
  { address: { family: 6, value: 0n }, length: 0 },
];

/** Blocks whose union is exactly the set, in ascending order, IPv4 first. */
export function blocksOf(set: AddressSet): readonly Block[] {
  const plain = address.toPrefixes(set);
  // Nothing is shorter than two prefixes, and most sets are one.
  if (plain.length <= 2) return plain.map((cidr) => ({ cidr: address.formatPrefix(cidr), except: [] }));
  return roots.flatMap((root) =>
    cover(set, root).blocks.map(({ cidr, except }) => ({ cidr: address.formatPrefix(cidr), except: except.map(address.formatPrefix) })),
  );
}
