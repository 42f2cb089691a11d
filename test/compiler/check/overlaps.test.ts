import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { findOverlaps } from "../../../compiler/check/overlaps.js";
import { addressesOverlap, unionAllAddresses, addressRange } from "../../../compiler/space/address.js";
import type { AddressSet } from "../../../compiler/space/address.js";

const v4 = (first: number, size: number): AddressSet => addressRange({ family: 4, value: first }, { family: 4, value: first + size });
const v6 = (first: number, size: number): AddressSet => addressRange({ family: 6, value: BigInt(first) }, { family: 6, value: BigInt(first + size) });

describe("overlaps", () => {
  it("are found exactly for the owners that have one with an owner before them", () => {
    const range = fc.tuple(fc.nat(60), fc.nat(6), fc.boolean()).map(([first, size, six]) => (six ? v6(first, size) : v4(first, size)));
    const set = fc.array(range, { minLength: 1, maxLength: 3 }).map(unionAllAddresses);
    fc.assert(
      fc.property(fc.array(set, { maxLength: 12 }), (sets) => {
        const entries = sets.map((addresses, owner) => ({ addresses, owner }));
        const found = findOverlaps(entries);
        for (const { later, earlier } of found) {
          expect(earlier).toBeLessThan(later);
          expect(addressesOverlap(sets[earlier], sets[later])).toBe(true);
        }
        const clean = sets.every((left, index) => sets.slice(index + 1).every((right) => !addressesOverlap(left, right)));
        expect(found.length === 0).toBe(clean);
      }),
      { numRuns: 500 },
    );
  });

  it("cost no more than sorting", () => {
    const entries = Array.from({ length: 50_000 }, (_, index) => ({ addresses: v4(index * 4, 3), owner: index }));
    expect(findOverlaps(entries)).toEqual([]);
    expect(findOverlaps([...entries, { addresses: v4(0, 10), owner: 50_000 }])).toEqual([{ later: 50_000, earlier: 0 }]);
  });
});
