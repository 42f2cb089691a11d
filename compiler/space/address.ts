/**
 * IP addresses and exact sets of them, both families at once.
 *
 * An IPv4 address is its unsigned 32-bit number, an IPv6 address its 128-bit `bigint`. Parsing is our own and
 * strict (RFC 4632 prefixes, RFC 4291 text forms without zone ids; no leading zeros in IPv4, which some
 * programs read as octal); text comes out in RFC 5952 form. `test/compiler/space` holds it against ipaddr.js.
 */
import * as intervals from "./intervals.js";
import { bigintStepping, numberStepping } from "./intervals.js";
import type { Ranges, Stepping, Whole } from "./intervals.js";

export type Family = 4 | 6;

export type Address = { readonly family: 4; readonly value: number } | { readonly family: 6; readonly value: bigint };

/** A block of addresses under one prefix. `address` may have host bits set: `canonicalPrefix` clears them. */
export interface Prefix {
  readonly address: Address;
  /** Prefix length: 0..32 or 0..128. */
  readonly length: number;
}

/** Normal form: see `intervals.ts`, a family each. */
export interface AddressSet {
  readonly v4: Ranges<number>;
  readonly v6: Ranges<bigint>;
}

const LAST_V4 = 0xffff_ffff;
const LAST_V6 = (1n << 128n) - 1n;

export const noAddresses: AddressSet = { v4: [], v6: [] };
export const allAddresses: AddressSet = { v4: [0, LAST_V4], v6: [0n, LAST_V6] };

/** The number that up to three digits write between two positions, without leading zeros; NaN for anything else. */
function decimal(text: string, from: number, to: number): number {
  if (to <= from || to > from + 3 || (to > from + 1 && text.charCodeAt(from) === ZERO)) return NaN;
  let value = 0;
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) return NaN;
    value = value * 10 + digit;
  }
  return value;
}

function parseV4(text: string): number | undefined {
  let value = 0;
  let from = 0;
  for (let part = 0; part < 4; part++) {
    const dot = part === 3 ? text.length : text.indexOf(".", from);
    const number = decimal(text, from, dot);
    if (!(number <= 255)) return undefined;
    value = value * 256 + number;
    from = dot + 1;
  }
  return value;
}

/** The 16 bytes of the IPv6 address at hand: addresses are read and written by the thousand, and arithmetic on `bigint` makes one each step. */
const bytes = new DataView(new ArrayBuffer(16));
const GROUPS = 8;
const COLON = ":".charCodeAt(0);
const DOT = ".".charCodeAt(0);
const ZERO = "0".charCodeAt(0);

/** The value of a hexadecimal digit; NaN for anything else. */
const hexDigit = (code: number): number => {
  if (code >= 48 && code <= 57) return code - 48;
  const letter = code | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : NaN;
};

function parseV6(text: string): bigint | undefined {
  let count = 0;
  let gap = text.startsWith("::") ? 0 : undefined;
  let at = gap === undefined ? 0 : 2;
  const put = (group: number): void => bytes.setUint16(2 * count++, group);
  while (at < text.length) {
    const start = at;
    let group = 0;
    for (let digit = hexDigit(text.charCodeAt(at)); digit >= 0; digit = hexDigit(text.charCodeAt(++at))) group = group * 16 + digit;
    if (text.charCodeAt(at) === DOT) {
      const v4 = parseV4(text.slice(start));
      if (v4 === undefined || count > GROUPS - 2) return undefined;
      put(v4 >>> 16);
      put(v4 & 0xffff);
      break;
    }
    if (at === start || at > start + 4 || count === GROUPS) return undefined;
    put(group);
    if (at === text.length) break;
    if (text.charCodeAt(at++) !== COLON || at === text.length) return undefined;
    if (text.charCodeAt(at) !== COLON) continue;
    if (gap !== undefined) return undefined;
    gap = count;
    at++;
  }
  if (gap === undefined ? count !== GROUPS : count >= GROUPS) return undefined;
  // What is behind the gap goes to the end, and zeros into the gap.
  for (let back = 1; gap !== undefined && back <= GROUPS - gap; back++)
    bytes.setUint16(2 * (GROUPS - back), count - back >= gap ? bytes.getUint16(2 * (count - back)) : 0);
  return (bytes.getBigUint64(0) << 64n) | bytes.getBigUint64(8);
}

/** The address that `text` writes, or nothing when it writes none. */
export function parseAddress(text: string): Address | undefined {
  if (text.includes(":")) {
    const value = parseV6(text);
    return value === undefined ? undefined : { family: 6, value };
  }
  const value = parseV4(text);
  return value === undefined ? undefined : { family: 4, value };
}

/** The prefix that `text` (`address/length`) writes, host bits kept as written. */
export function parsePrefix(text: string): Prefix | undefined {
  const slash = text.indexOf("/");
  if (slash < 0) return undefined;
  const address = parseAddress(text.slice(0, slash));
  const length = decimal(text, slash + 1, text.length);
  if (address === undefined || !(length <= bits(address.family))) return undefined;
  return { address, length };
}

export function bits(family: Family): number {
  return family === 4 ? 32 : 128;
}

export function formatAddress(address: Address): string {
  return address.family === 4 ? formatV4(address.value) : formatV6(address.value);
}

function formatV4(value: number): string {
  return `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;
}

/** RFC 5952 §4: lower case, no leading zeros, the first longest run of two or more zero groups is `::`. */
function formatV6(value: bigint): string {
  bytes.setBigUint64(0, value >> 64n);
  bytes.setBigUint64(8, value);
  let bestStart = GROUPS;
  let bestLength = 1;
  for (let start = 0; start < GROUPS; start++) {
    let length = 0;
    while (start + length < GROUPS && bytes.getUint16(2 * (start + length)) === 0) length++;
    if (length > bestLength) {
      bestStart = start;
      bestLength = length;
    }
  }
  const text = (from: number, to: number): string => {
    let groups = "";
    for (let index = from; index < to; index++) groups += `${index === from ? "" : ":"}${bytes.getUint16(2 * index).toString(16)}`;
    return groups;
  };
  return bestStart === GROUPS ? text(0, GROUPS) : `${text(0, bestStart)}::${text(bestStart + bestLength, GROUPS)}`;
}

export function formatPrefix(prefix: Prefix): string {
  return `${formatAddress(prefix.address)}/${prefix.length}`;
}

/** The first and the last address under a prefix. */
export function prefixBounds(prefix: Prefix): { readonly first: Address; readonly last: Address } {
  const { address, length } = prefix;
  if (address.family === 4) {
    const size = 2 ** (32 - length);
    const first = address.value - (address.value % size);
    return { first: { family: 4, value: first }, last: { family: 4, value: first + size - 1 } };
  }
  const size = 1n << BigInt(128 - length);
  const first = address.value - (address.value % size);
  return { first: { family: 6, value: first }, last: { family: 6, value: first + size - 1n } };
}

/** The same block with its host bits cleared. */
export function canonicalPrefix(prefix: Prefix): Prefix {
  return { address: prefixBounds(prefix).first, length: prefix.length };
}

/** The set of addresses from `first` to `last`, both included; empty when they are out of order or of two families. */
export function addressRange(first: Address, last: Address): AddressSet {
  if (first.family === 4 && last.family === 4) return first.value <= last.value ? { v4: [first.value, last.value], v6: [] } : noAddresses;
  if (first.family === 6 && last.family === 6) return first.value <= last.value ? { v4: [], v6: [first.value, last.value] } : noAddresses;
  return noAddresses;
}

export function singleAddress(address: Address): AddressSet {
  return addressRange(address, address);
}

export function prefixSet(prefix: Prefix): AddressSet {
  const { first, last } = prefixBounds(prefix);
  return addressRange(first, last);
}

export function unionAddresses(a: AddressSet, b: AddressSet): AddressSet {
  return { v4: intervals.union(a.v4, b.v4, intervals.numberStepping), v6: intervals.union(a.v6, b.v6, intervals.bigintStepping) };
}

/** The union of many sets; sorts once, so it costs `n log n` and not `n` unions. */
export function unionAllAddresses(sets: readonly AddressSet[]): AddressSet {
  if (sets.length === 0) return noAddresses;
  if (sets.length === 1) return sets[0];
  return {
    v4: intervals.unionAll(
      sets.map((set) => set.v4),
      intervals.numberStepping,
    ),
    v6: intervals.unionAll(
      sets.map((set) => set.v6),
      intervals.bigintStepping,
    ),
  };
}

export function intersectAddresses(a: AddressSet, b: AddressSet): AddressSet {
  if (a === allAddresses || a === b) return b;
  if (b === allAddresses) return a;
  return { v4: intervals.intersect(a.v4, b.v4), v6: intervals.intersect(a.v6, b.v6) };
}

export function subtractAddresses(a: AddressSet, b: AddressSet): AddressSet {
  return { v4: intervals.difference(a.v4, b.v4, intervals.numberStepping), v6: intervals.difference(a.v6, b.v6, intervals.bigintStepping) };
}

export function complementAddresses(set: AddressSet): AddressSet {
  return subtractAddresses(allAddresses, set);
}

export function addressesOverlap(a: AddressSet, b: AddressSet): boolean {
  return a === b ? !isEmptyAddresses(a) : intervals.overlaps(a.v4, b.v4) || intervals.overlaps(a.v6, b.v6);
}

export function addressesEqual(a: AddressSet, b: AddressSet): boolean {
  return a === b || (intervals.equal(a.v4, b.v4) && intervals.equal(a.v6, b.v6));
}

export function addressesWithin(a: AddressSet, b: AddressSet): boolean {
  return a === b || (intervals.within(a.v4, b.v4) && intervals.within(a.v6, b.v6));
}

export function isEmptyAddresses(set: AddressSet): boolean {
  return set.v4.length === 0 && set.v6.length === 0;
}

export function isAllAddresses(set: AddressSet): boolean {
  return set === allAddresses || addressesEqual(set, allAddresses);
}

export function containsAddress(set: AddressSet, address: Address): boolean {
  return address.family === 4 ? intervals.contains(set.v4, address.value) : intervals.contains(set.v6, address.value);
}

function usualMember<T extends Whole>(ranges: Ranges<T>, room: T, step: Stepping<T>): T {
  for (let i = 0; i < ranges.length; i += 2) if (ranges[i + 1] - ranges[i] >= room) return step.next(ranges[i]);
  return ranges[0];
}

const readAll = (texts: readonly string[]): readonly Address[] => texts.flatMap((text) => parseAddress(text) ?? []);

/** Addresses that readers take for what they are: documentation (RFC 5737, RFC 3849), or private (RFC 1918, RFC 4193). */
const familiar = {
  outside: readAll(["192.0.2.1", "198.51.100.1", "10.0.0.1", "2001:db8::1", "fd00::1"]),
  inside: readAll(["10.0.0.1", "10.0.0.2", "192.0.2.1", "fd00::1", "fd00::2", "2001:db8::1"]),
};

/**
 * Some member of the set, IPv4 before IPv6: a familiar one where there is, else the second of the first three in a row,
 * since the first of a subnet is its own address; else the lowest.
 */
export function someAddress(set: AddressSet, like: "inside" | "outside" = "outside"): Address | undefined {
  const families: readonly Family[] = [4, 6];
  for (const family of families) {
    const known = familiar[like].find((address) => address.family === family && containsAddress(set, address));
    if (known !== undefined) return known;
    if (family === 4 && set.v4.length > 0) return { family, value: usualMember(set.v4, 2, numberStepping) };
    if (family === 6 && set.v6.length > 0) return { family, value: usualMember(set.v6, 2n, bigintStepping) };
  }
  return undefined;
}

/** The fewest prefixes whose union is exactly the set, in ascending order, IPv4 first. */
export function toPrefixes(set: AddressSet): readonly Prefix[] {
  const out: Prefix[] = [];
  for (let i = 0; i < set.v4.length; i += 2) {
    let low = set.v4[i];
    const high = set.v4[i + 1];
    while (low <= high) {
      let length = 32;
      let size = 1;
      while (length > 0 && low % (size * 2) === 0 && low + size * 2 - 1 <= high) {
        length--;
        size *= 2;
      }
      out.push({ address: { family: 4, value: low }, length });
      low += size;
    }
  }
  for (let i = 0; i < set.v6.length; i += 2) {
    let low = set.v6[i];
    const high = set.v6[i + 1];
    while (low <= high) {
      let length = 128;
      let size = 1n;
      while (length > 0 && low % (size * 2n) === 0n && low + size * 2n - 1n <= high) {
        length--;
        size *= 2n;
      }
      out.push({ address: { family: 6, value: low }, length });
      low += size;
    }
  }
  return out;
}
