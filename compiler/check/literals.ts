/** Address literals to values. What is wrong with one is told at the literal; the answer is then nothing. */
import type { Span } from "../../grammar/span.js";
import type { AddressLiteral, AddressRangeLiteral, PrefixLiteral } from "../../grammar/syntax.js";
import type { Fix } from "../diagnostics/diagnostic.js";
import type { Report } from "../diagnostics/sink.js";
import { hostBits, invalidAddress, mixedRange, reversedRange } from "../diagnostics/values.js";
import * as address from "../space/address.js";
import type { Address, AddressSet, Prefix } from "../space/address.js";

/** What keeps a text from being an address, for a message. */
export function addressProblem(text: string): string {
  if (text.includes("/")) return "it has a prefix length, and one address is needed";
  if (text.includes(":")) return "IPv6 addresses are up to eight groups of four hexadecimal digits, with `::` once";
  const parts = text.split(".");
  if (parts.length !== 4) return `it has ${parts.length} parts, an IPv4 address has 4`;
  const large = parts.find((part) => /^\d+$/.test(part) && Number(part) > 255);
  if (large !== undefined) return `${large} is more than 255`;
  const padded = parts.find((part) => /^0\d+$/.test(part));
  if (padded !== undefined) return `${padded} has a leading zero`;
  return "the parts of an IPv4 address are numbers from 0 to 255";
}

function prefixProblem(text: string): string {
  const slash = text.indexOf("/");
  const base = text.slice(0, slash);
  const parsed = address.parseAddress(base);
  if (parsed === undefined) return addressProblem(base);
  const length = text.slice(slash + 1);
  if (!/^(0|[1-9][0-9]*)$/.test(length)) return `"${length}" is not a prefix length`;
  return `/${length} is more than the ${address.bits(parsed.family)} bits of an IPv${parsed.family} address`;
}

/** Of `::ffff:192.0.2.1` (RFC 4291 §2.5.5.2), the IPv4 address: programs show it in this form, and packets never carry it. */
function mappedAddress(written: Address): Address | undefined {
  return written.family === 6 && written.value >> 32n === 0xffffn ? { family: 4, value: Number(written.value & 0xffff_ffffn) } : undefined;
}

/** Why an address, or the block of `length` at it, would match nothing; nothing where it is a usual one. */
export function mappedProblem(written: Address, length = 128): string | undefined {
  const mapped = length < 96 ? undefined : mappedAddress(written);
  return mapped === undefined ? undefined : `it is ${address.formatAddress(mapped)} in IPv6 form, which no packet carries`;
}

export function readAddress(text: string, span: Span, report: Report): Address | undefined {
  const parsed = address.parseAddress(text);
  const reason = parsed === undefined ? addressProblem(text) : mappedProblem(parsed);
  if (reason === undefined) return parsed;
  report(invalidAddress.make({ text, what: "an address", reason }, { span }));
  return undefined;
}

/**
 * A prefix without host bits, unless `keepHostBits`. Where host bits are set, a network's own subnet (`wholeBlock`) plainly means the
 * block; elsewhere the one address may be meant, so that no fix is safe.
 */
export function readPrefix(
  literal: PrefixLiteral,
  report: Report,
  options: { readonly keepHostBits?: boolean; readonly wholeBlock?: boolean } = {},
): Prefix | undefined {
  const { text, span } = literal;
  const parsed = address.parsePrefix(text);
  const mapped = parsed === undefined ? undefined : mappedProblem(parsed.address, parsed.length);
  if (parsed === undefined || mapped !== undefined) {
    report(invalidAddress.make({ text, what: "a prefix", reason: mapped ?? prefixProblem(text) }, { span }));
    return undefined;
  }
  const canonical = address.canonicalPrefix(parsed);
  if (options.keepHostBits === true) return parsed;
  if (canonical.address.value !== parsed.address.value) {
    const block = address.formatPrefix(canonical);
    const fixes: Fix[] = [{ title: `write ${block}`, safe: options.wholeBlock === true, edits: [{ span, text: block }] }];
    if (options.wholeBlock !== true) {
      const alone = address.formatAddress(parsed.address);
      fixes.push({ title: `write ${alone}, the one address`, safe: false, edits: [{ span, text: alone }] });
    }
    report(hostBits.make({ text, canonical: block }, { span, fixes }));
  }
  return canonical;
}

export interface AddressBounds {
  readonly first: Address;
  readonly last: Address;
}

export function readRange(literal: AddressRangeLiteral, report: Report): AddressBounds | undefined {
  const { span } = literal;
  const first = readAddress(literal.first, span, report);
  const last = first === undefined ? undefined : readAddress(literal.last, span, report);
  if (first === undefined || last === undefined) return undefined;
  const text = `${literal.first}-${literal.last}`;
  if (first.family !== last.family) {
    report(mixedRange.make({ text }, { span }));
    return undefined;
  }
  if (first.value > last.value) {
    const swapped = `${literal.last}-${literal.first}${literal.length === undefined ? "" : `/${literal.length}`}`;
    report(
      reversedRange.make({ text, what: "address" }, { span, fixes: [{ title: `write ${swapped}`, safe: false, edits: [{ span, text: swapped }] }] }),
    );
    return undefined;
  }
  return { first, last };
}

export interface Addresses {
  readonly addresses: AddressSet;
  /** As a reader would write them. */
  readonly text: string;
}

/** The addresses that a literal writes. */
export function readAddresses(literal: AddressLiteral | PrefixLiteral | AddressRangeLiteral, report: Report): Addresses | undefined {
  switch (literal.kind) {
    case "address": {
      const parsed = readAddress(literal.text, literal.span, report);
      return parsed === undefined ? undefined : { addresses: address.singleAddress(parsed), text: address.formatAddress(parsed) };
    }
    case "prefix": {
      const parsed = readPrefix(literal, report);
      return parsed === undefined ? undefined : { addresses: address.prefixSet(parsed), text: address.formatPrefix(parsed) };
    }
    case "addressRange": {
      if (literal.length !== undefined) {
        const text = `${literal.first}-${literal.last}/${literal.length}`;
        report(
          invalidAddress.make(
            { text, what: "an address range", reason: "a prefix length behind a range belongs to a network's subnet" },
            { span: literal.span },
          ),
        );
        return undefined;
      }
      const bounds = readRange(literal, report);
      if (bounds === undefined) return undefined;
      return {
        addresses: address.addressRange(bounds.first, bounds.last),
        text: `${address.formatAddress(bounds.first)}-${address.formatAddress(bounds.last)}`,
      };
    }
  }
}

/** A set of addresses in words: its prefixes, at most `count` of them. */
export function formatAddresses(set: AddressSet, count = 8): string {
  const prefixes = address.toPrefixes(set);
  const shown = prefixes
    .slice(0, count)
    .map((prefix) => (prefix.length === address.bits(prefix.address.family) ? address.formatAddress(prefix.address) : address.formatPrefix(prefix)));
  return prefixes.length > count ? `${shown.join(", ")} and ${prefixes.length - count} more` : shown.join(", ");
}
