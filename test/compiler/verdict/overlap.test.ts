import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { endIndex } from "../../../compiler/space/endIndex.js";
import { endBox, endBoxesOverlap, endBoxWithin } from "../../../compiler/space/ends.js";
import { flowsOfRule } from "../../../compiler/policy/universe.js";
import { flowBox, flowBoxesOverlap, flowBoxWithin } from "../../../compiler/space/flows.js";
import { everyService } from "../../../compiler/space/service.js";
import { oneOf } from "../../../compiler/space/values.js";
import { overlapIndex } from "../../../compiler/verdict/overlap.js";
import { endSet, flowSet } from "../../support/arbitrary.js";
import { largePolicy } from "../../support/large.js";
import { makePolicy, universeOf } from "../../support/policy.js";

describe("the index of ends", () => {
  it("finds what comparing each box finds", () => {
    fc.assert(
      fc.property(fc.array(endSet, { maxLength: 20 }), endSet, (sets, queries) => {
        const boxes = sets.flat();
        const index = endIndex(boxes);
        for (const query of queries) {
          expect(index.overlapping(query)).toEqual(boxes.flatMap((box, position) => (endBoxesOverlap(box, query) ? [position] : [])));
          expect(index.holding(query)).toEqual(boxes.flatMap((box, position) => (endBoxWithin(query, box) ? [position] : [])));
        }
      }),
      { numRuns: 400 },
    );
  });
});

describe("the index of flows", () => {
  it("finds what comparing each box finds", () => {
    fc.assert(
      fc.property(fc.array(flowSet, { maxLength: 15 }), flowSet, fc.nat(15), fc.nat(15), (sets, queries, from, to) => {
        const index = overlapIndex(sets);
        for (const query of queries) {
          const wanted = sets.flatMap((set, owner) => set.filter((box) => flowBoxesOverlap(box, query)).map((box) => ({ owner, box })));
          expect(index.overlapping(query)).toEqual(wanted);
          expect(index.overlapping(query, from, to)).toEqual(wanted.filter((row) => row.owner >= from && row.owner < to));
          expect(index.others(query, from)).toEqual(wanted.filter((row) => row.owner !== from));
          expect([...index.holding(query)].sort((a, b) => index.rows.indexOf(a) - index.rows.indexOf(b))).toEqual(
            index.rows.filter((row) => flowBoxWithin(query, row.box)),
          );
        }
      }),
      { numRuns: 300 },
    );
  });

  it("gives rows in order where their ends are shared, as groups are", () => {
    const ends = ["app", "tier"].map((key) => endBox({ labels: new Map([[key, oneOf(["a"])]]) }));
    const pairs: readonly (readonly [number, number])[] = [
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
    ];
    const sets = pairs.map(([from, to]) => [flowBox(ends[from], ends[to], everyService)].flatMap((box) => box ?? []));
    expect(
      overlapIndex(sets)
        .overlapping(sets[0][0])
        .map((row) => row.owner),
    ).toEqual([0, 1, 2, 3]);
  });

  it("does so on a policy of a hundred groups with outside CIDRs", () => {
    const policy = makePolicy(largePolicy({ rules: 600, groups: 100, cidrs: 120, rulesPerPolicy: 10 }));
    const universe = universeOf(policy);
    const sets = policy.tenants[0].rules.map((rule) => flowsOfRule(universe, rule));
    const index = overlapIndex(sets);
    let found = 0;
    for (const query of sets.flat()) {
      const owners = index.overlapping(query).map((row) => row.owner);
      expect(owners).toEqual(sets.flatMap((set, owner) => set.filter((box) => flowBoxesOverlap(box, query)).map(() => owner)));
      found += owners.length;
    }
    expect(found).toBeGreaterThan(sets.length);
  });
});
