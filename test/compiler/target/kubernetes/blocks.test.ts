import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import * as address from "../../../../compiler/space/address.js";
import { blocksOf } from "../../../../compiler/target/kubernetes/emit/blocks.js";
import { addressSet } from "../../../support/arbitrary.js";
import { addresses } from "../../../support/policy.js";

const prefixes = (texts: readonly string[]): address.AddressSet =>
  address.unionAllAddresses(texts.flatMap((text) => address.parsePrefix(text) ?? []).map(address.prefixSet));

describe("blocksOf", () => {
  it("gives exactly the set, canonical, with every exception inside its block", () => {
    fc.assert(
      fc.property(addressSet, (set) => {
        const blocks = blocksOf(set);
        const again = address.unionAllAddresses(blocks.map(({ cidr, except }) => address.subtractAddresses(prefixes([cidr]), prefixes(except))));
        expect(address.addressesEqual(again, set)).toBe(true);
        for (const { cidr, except } of blocks) {
          for (const inner of [cidr, ...except]) {
            const prefix = address.parsePrefix(inner);
            expect(prefix === undefined ? "" : address.formatPrefix(address.canonicalPrefix(prefix))).toBe(inner);
          }
          for (const inner of except) {
            expect(address.addressesWithin(prefixes([inner]), prefixes([cidr])) && inner !== cidr).toBe(true);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it("uses exceptions where they are shorter, also for a part of the set", () => {
    expect(blocksOf(address.subtractAddresses(address.allAddresses, addresses("10.1.0.0/16, fd00::/8")))).toEqual([
      { cidr: "0.0.0.0/0", except: ["10.1.0.0/16"] },
      { cidr: "::/0", except: ["fd00::/8"] },
    ]);
    const part = address.unionAddresses(addresses("192.0.2.1"), address.subtractAddresses(addresses("10.0.0.0/8"), addresses("10.0.0.1")));
    expect(blocksOf(part)).toEqual([
      { cidr: "10.0.0.0/8", except: ["10.0.0.1/32"] },
      { cidr: "192.0.2.1/32", except: [] },
    ]);
    expect(blocksOf(addresses("10.0.0.0/25, 10.0.0.128/26"))).toEqual([
      { cidr: "10.0.0.0/25", except: [] },
      { cidr: "10.0.0.128/26", except: [] },
    ]);
  });
});
