/** The small arithmetic under the tables: port masks, stable ids, prefixes of bare ends. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { containsAddress, formatPrefix, prefixSet } from "../../../../compiler/space/address.js";
import type { Address } from "../../../../compiler/space/address.js";
import { hash32, stableIds, stableNumbers } from "../../../../compiler/target/openflow/hash.js";
import { eightDigits, hexText } from "../../../../compiler/target/openflow/hex.js";
import { rangeMasks } from "../../../../compiler/target/openflow/masks.js";
import { placeFinder, prefixMap } from "../../../../compiler/target/openflow/places.js";
import { addressSet, anyAddress, rangesUpTo } from "../../../support/arbitrary.js";
import { addresses } from "../../../support/policy.js";

describe("hexadecimal text", () => {
  it("is what JavaScript writes", () => {
    for (const value of [0, 9, 0xff, 0xffff, 0x10000, 0x10002, 0x7fffffff, 0x80000000, 0xffffffff, 2 ** 32, 2 ** 40 + 1])
      expect(hexText(value)).toBe(value.toString(16));
    fc.assert(fc.property(fc.nat(0xffffffff), (value) => hexText(value) === value.toString(16) && Number(`0x${eightDigits(value)}`) === value));
    expect(hexText(1n << 127n)).toBe(`8${"0".repeat(31)}`);
    expect(eightDigits(0x1a)).toBe("0000001a");
  });
});

describe("port masks", () => {
  it("match exactly the ports of the ranges", () => {
    fc.assert(
      fc.property(rangesUpTo(0xffff), (ranges) => {
        const masks = rangeMasks(ranges);
        const edges = [...ranges.flatMap((end) => [end - 1, end, end + 1]), 0, 0xffff].filter((port) => port >= 0 && port <= 0xffff);
        for (const port of edges) {
          const wanted = ranges.some((_, at) => at % 2 === 0 && ranges[at] <= port && port <= ranges[at + 1]);
          expect(masks.some(({ value, mask }) => (port & mask) === value)).toBe(wanted);
        }
        const size = masks.reduce((sum, { mask }) => sum + 0x10000 - mask, 0);
        expect(size).toBe(ranges.reduce((sum, end, at) => (at % 2 === 0 ? sum - end + 1 : sum + end), 0));
      }),
    );
  });

  it("are as few as there can be", () => {
    expect(rangeMasks([0, 0xffff])).toEqual([{ value: 0, mask: 0 }]);
    expect(rangeMasks([1024, 65535])).toHaveLength(6);
    expect(rangeMasks([1, 65534])).toHaveLength(30);
    expect(rangeMasks([8000, 8100]).map(({ value, mask }) => `0x${value.toString(16)}/0x${mask.toString(16)}`)).toEqual([
      "0x1f40/0xffc0",
      "0x1f80/0xffe0",
      "0x1fa0/0xfffc",
      "0x1fa4/0xffff",
    ]);
  });
});

describe("stable ids", () => {
  it("are different, within the limit, and do not depend on order", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string(), { maxLength: 20 }), (keys) => {
        const ids = stableIds(keys, 20);
        expect(new Set(ids.values()).size).toBe(keys.length);
        for (const id of ids.values()) expect(id >= 1 && id <= 20).toBe(true);
        expect([...stableIds([...keys].reverse(), 20)]).toEqual([...ids]);
        for (const limit of [20, 0xffff]) {
          const wanted = stableIds(keys, limit);
          expect(stableNumbers(keys, limit)).toEqual(keys.map((key) => wanted.get(key)));
        }
      }),
    );
  });

  it("stay when a key that collides with none of them is added", () => {
    const before = stableIds(["a", "b"], 0xffff);
    const after = stableIds(["a", "aa", "b", "c"], 0xffff);
    expect([after.get("a"), after.get("b")]).toEqual([before.get("a"), before.get("b")]);
  });

  it("spread", () => {
    expect(new Set(Array.from({ length: 1000 }, (_, index) => hash32(`group-${index}`) % 0x10000)).size).toBeGreaterThan(980);
  });
});

describe("places of bare ends", () => {
  it("give every address the sets that hold it", () => {
    fc.assert(
      fc.property(fc.array(addressSet, { maxLength: 4 }), fc.array(anyAddress, { minLength: 1, maxLength: 10 }), (sets, more) => {
        const places = prefixMap(sets).map(({ prefix, members }) => ({ prefix: formatPrefix(prefix), members: 0, classes: members }));
        const find = placeFinder(places);
        const edges = sets.flatMap((set): Address[] => [
          ...set.v4.map((value): Address => ({ family: 4, value })),
          ...set.v6.map((value): Address => ({ family: 6, value })),
        ]);
        for (const at of [...edges, ...more]) {
          expect(find(at)?.classes ?? []).toEqual(sets.flatMap((set, index) => (containsAddress(set, at) ? [index] : [])));
        }
      }),
    );
  });

  it("say 'all but' in two prefixes", () => {
    const office = addresses("198.51.100.0/24");
    const world = { v4: [0, office.v4[0] - 1, office.v4[1] + 1, 0xffffffff], v6: [] };
    expect(prefixMap([world]).map(({ prefix, members }) => `${formatPrefix(prefix)}:${members.join()}`)).toEqual([
      "0.0.0.0/0:0",
      "198.51.100.0/24:",
      "::/0:",
    ]);
    expect(prefixMap([office])).toHaveLength(3);
    expect(containsAddress(prefixSet({ address: { family: 4, value: office.v4[0] }, length: 24 }), { family: 4, value: office.v4[1] })).toBe(true);
  });
});
