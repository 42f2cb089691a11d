import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import ipaddr from "ipaddr.js";
import * as address from "../../../compiler/space/address.js";
import { addressSet, anyAddress, anyPrefix, someAddresses } from "../../support/arbitrary.js";

/** The number of an address as ipaddr.js reads it. */
function numberOf(parsed: ipaddr.IPv4 | ipaddr.IPv6): bigint {
  return parsed.toByteArray().reduce((value, byte) => value * 256n + BigInt(byte), 0n);
}

/** An IPv6 text with its IPv4 tail in hexadecimal: ipaddr.js takes `::1.2.3.4` for `::ffff:1.2.3.4`, against RFC 4291 §2.2. */
function withoutDots(text: string): string {
  if (!text.includes(":")) return text;
  return text.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...bytes: readonly string[]) => {
    const [a, b, c, d] = bytes.map(Number);
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
}

describe("text and addresses", () => {
  it("are read as ipaddr.js reads them", () => {
    const ipv6Text = fc.ipV6().filter((text) => !text.includes("%"));
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), ipv6Text), (text) => {
        const ours = address.parseAddress(text);
        const theirs = ipaddr.parse(withoutDots(text));
        expect(ours?.family).toBe(theirs.kind() === "ipv4" ? 4 : 6);
        expect(ours === undefined ? undefined : BigInt(ours.value)).toBe(numberOf(theirs));
      }),
      { numRuns: 1000 },
    );
  });

  it("are written so that both read them back, IPv6 in the form of RFC 5952", () => {
    fc.assert(
      fc.property(anyAddress, (at) => {
        const text = address.formatAddress(at);
        expect(address.parseAddress(text)).toEqual(at);
        expect(numberOf(ipaddr.parse(text))).toBe(BigInt(at.value));
        if (at.family === 6) expect(text).toBe(ipaddr.IPv6.parse(text).toRFC5952String());
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    "",
    "1.2.3",
    "1.2.3.4.5",
    "01.2.3.4",
    "256.1.1.1",
    "1.2.3.-4",
    "0x1.2.3.4",
    ":::",
    "1::2::3",
    "12345::",
    "::1%eth0",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "::1.2.3",
    " ::1",
    "g::",
  ])("refuses %j", (text) => {
    expect(address.parseAddress(text)).toBeUndefined();
  });

  it.each(["10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.0/08", "/8", "10.0.0.0/-1", "10.0.0.0/8/8"])("refuses the prefix %j", (text) => {
    expect(address.parsePrefix(text)).toBeUndefined();
  });

  it("agree on prefixes: first and last address, membership", () => {
    fc.assert(
      fc.property(anyPrefix, anyAddress, (prefix, at) => {
        const { first, last } = address.prefixBounds(prefix);
        const text = address.formatPrefix(prefix);
        expect(address.parsePrefix(text)).toEqual(prefix);
        if (prefix.address.family === 4) {
          expect(address.formatAddress(first)).toBe(ipaddr.IPv4.networkAddressFromCIDR(text).toString());
          expect(address.formatAddress(last)).toBe(ipaddr.IPv4.broadcastAddressFromCIDR(text).toString());
        } else expect(address.formatAddress(first)).toBe(ipaddr.IPv6.networkAddressFromCIDR(text).toRFC5952String());
        const theirs = ipaddr.parse(address.formatAddress(at));
        const inside = at.family === prefix.address.family && theirs.match(ipaddr.parseCIDR(text));
        expect(address.containsAddress(address.prefixSet(prefix), at)).toBe(inside);
        expect(address.prefixBounds(address.canonicalPrefix(prefix))).toEqual({ first, last });
      }),
      { numRuns: 1000 },
    );
  });
});

describe("sets of addresses", () => {
  it("are what their prefixes make up, which are as few as can be", () => {
    fc.assert(
      fc.property(addressSet, (set) => {
        const prefixes = address.toPrefixes(set);
        expect(address.unionAllAddresses(prefixes.map(address.prefixSet))).toEqual(set);
        for (const prefix of prefixes) expect(address.canonicalPrefix(prefix)).toEqual(prefix);
        // Fewest: no two are the halves of one block.
        const blocks = new Set(prefixes.map(address.formatPrefix));
        for (const { address: at, length } of prefixes) {
          if (length === 0) continue;
          const parent = { address: at, length: length - 1 };
          const { first, last } = address.prefixBounds(parent);
          const halves = [first, address.prefixBounds({ address: last, length }).first].map((half) =>
            address.formatPrefix({ address: half, length }),
          );
          expect(halves.every((half) => blocks.has(half))).toBe(false);
        }
      }),
      { numRuns: 400 },
    );
  });

  it("obey the laws of sets, address by address", () => {
    fc.assert(
      fc.property(addressSet, addressSet, (a, b) => {
        const sets = [
          a,
          b,
          address.unionAddresses(a, b),
          address.intersectAddresses(a, b),
          address.subtractAddresses(a, b),
          address.complementAddresses(a),
        ];
        const found = someAddresses.map((at) => sets.map((set) => address.containsAddress(set, at)));
        expect(found).toEqual(found.map(([inA, inB]) => [inA, inB, inA || inB, inA && inB, inA && !inB, !inA]));
        expect(address.addressesOverlap(a, b)).toBe(!address.isEmptyAddresses(address.intersectAddresses(a, b)));
        expect(address.addressesWithin(a, b)).toBe(address.isEmptyAddresses(address.subtractAddresses(a, b)));
        expect(address.complementAddresses(address.complementAddresses(a))).toEqual(a);
        expect(address.complementAddresses(address.unionAddresses(a, b))).toEqual(
          address.intersectAddresses(address.complementAddresses(a), address.complementAddresses(b)),
        );
        expect(address.isAllAddresses(address.unionAddresses(a, address.complementAddresses(a)))).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  it("have a member exactly when they are not empty", () => {
    fc.assert(
      fc.property(addressSet, fc.constantFrom("inside" as const, "outside" as const), (set, like) => {
        const member = address.someAddress(set, like);
        expect(member === undefined).toBe(address.isEmptyAddresses(set));
        if (member !== undefined) expect(address.containsAddress(set, member)).toBe(true);
      }),
    );
  });
});
