/** What the order of rules becomes: which regions can share an end, and the levels of rules. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { endBoxesOverlap } from "../../../../compiler/space/ends.js";
import { servicesOverlap } from "../../../../compiler/space/service.js";
import { regionOverlaps } from "../../../../compiler/target/openflow/overlap.js";
import { ruleLevels } from "../../../../compiler/target/openflow/priorities.js";
import type { Ranked } from "../../../../compiler/target/openflow/priorities.js";
import { boxesMeet } from "../../../../compiler/target/openflow/region.js";
import type { Region } from "../../../../compiler/target/openflow/region.js";
import { endSet, serviceSet } from "../../../support/arbitrary.js";

const region: fc.Arbitrary<Region> = fc.record({
  include: endSet,
  except: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: endSet }),
});

describe("regions that can hold a common end", () => {
  it("are those of which two boxes meet, and each with itself", () => {
    fc.assert(
      fc.property(fc.array(region, { maxLength: 8 }), (regions) => {
        const meet = (a: Region, b: Region): boolean =>
          a === b || a.include.some((left) => b.include.some((right) => endBoxesOverlap(left, right) && boxesMeet(a, left, b, right)));
        const wanted = regions.map((a) => regions.flatMap((b, at) => (meet(a, b) ? [at] : [])));
        expect(regionOverlaps(regions)).toEqual(wanted);
      }),
    );
  });
});

const alternatives = 6;
const side = fc.uniqueArray(fc.nat(alternatives - 1), { minLength: 1, maxLength: 3 });
const rule: fc.Arbitrary<Ranked> = fc.record({ source: side, destination: side, services: serviceSet });
const meetings = fc.uniqueArray(fc.tuple(fc.nat(alternatives - 1), fc.nat(alternatives - 1)), { maxLength: 10 });

describe("levels of rules", () => {
  it("are one above the highest of the later rules that share a flow, and else the lowest", () => {
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 12 }), meetings, (rules, pairs) => {
        const near = (a: number, b: number): boolean => a === b || pairs.some(([x, y]) => (x === a && y === b) || (x === b && y === a));
        const all = Array.from({ length: alternatives }, (_, at) => at);
        const overlap = (a: Ranked, b: Ranked): boolean =>
          a.source.some((x) => b.source.some((y) => near(x, y))) &&
          a.destination.some((x) => b.destination.some((y) => near(x, y))) &&
          servicesOverlap(a.services, b.services);
        const wanted: number[] = [];
        for (const [at, own] of [...rules.entries()].reverse()) {
          const below = rules.flatMap((other, later) => (later > at && overlap(own, other) ? [wanted[later]] : []));
          wanted[at] = 1 + Math.max(0, ...below);
        }
        const neighbours = all.map((a) => all.filter((b) => near(a, b)));
        expect(ruleLevels(rules, neighbours)).toEqual(wanted);
      }),
    );
  });
});
