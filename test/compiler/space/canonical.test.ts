import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { canonicalEnds, canonicalFlows } from "../../../compiler/space/canonical.js";
import { complementEnds, endBoxesOverlap, endsEqual, subtractEnds } from "../../../compiler/space/ends.js";
import { flowBoxesOverlap, flowsEqual, subtractFlows } from "../../../compiler/space/flows.js";
import { endSet, flowSet } from "../../support/arbitrary.js";

/** Two ways of writing the same set: its boxes turned round, cut by another set and put together again. */
const twoEnds = fc.tuple(endSet, endSet).map(([set, cut]) => [set, [...subtractEnds(set, cut), ...set.toReversed()]] as const);
const twoFlows = fc.tuple(flowSet, flowSet).map(([set, cut]) => [set, [...subtractFlows(set, cut), ...set.toReversed()]] as const);

describe("the canonical form of ends", () => {
  it("is the same for equal sets", () => {
    fc.assert(
      fc.property(twoEnds, ([a, b]) => expect(canonicalEnds(a)).toEqual(canonicalEnds(b))),
      { numRuns: 400 },
    );
  });

  it("differs for different sets", () => {
    fc.assert(
      fc.property(endSet, endSet, (a, b) => {
        const same = JSON.stringify(canonicalEnds(a), replacer) === JSON.stringify(canonicalEnds(b), replacer);
        expect(same).toBe(endsEqual(a, b));
      }),
      { numRuns: 400 },
    );
  });

  it("is the set itself, in disjoint boxes, and its own canonical form", () => {
    fc.assert(
      fc.property(endSet, (set) => {
        const form = canonicalEnds(set);
        expect(endsEqual(form, set)).toBe(true);
        form.forEach((box, at) => form.slice(at + 1).forEach((other) => expect(endBoxesOverlap(box, other)).toBe(false)));
        expect(canonicalEnds(form)).toEqual(form);
        expect(canonicalEnds(complementEnds(complementEnds(set)))).toEqual(form);
      }),
      { numRuns: 300 },
    );
  });
});

describe("the canonical form of flows", () => {
  it("is the same for equal sets", () => {
    fc.assert(
      fc.property(twoFlows, ([a, b]) => expect(canonicalFlows(a)).toEqual(canonicalFlows(b))),
      { numRuns: 200 },
    );
  });

  it("differs for different sets", () => {
    fc.assert(
      fc.property(flowSet, flowSet, (a, b) => {
        const same = JSON.stringify(canonicalFlows(a), replacer) === JSON.stringify(canonicalFlows(b), replacer);
        expect(same).toBe(flowsEqual(a, b));
      }),
      { numRuns: 300 },
    );
  });

  it("is the set itself, in disjoint boxes, and its own canonical form", () => {
    fc.assert(
      fc.property(flowSet, (set) => {
        const form = canonicalFlows(set);
        expect(flowsEqual(form, set)).toBe(true);
        form.forEach((box, at) => form.slice(at + 1).forEach((other) => expect(flowBoxesOverlap(box, other)).toBe(false)));
        expect(canonicalFlows(form)).toEqual(form);
      }),
      { numRuns: 150 },
    );
  });
});

function replacer(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? `${value}n` : value instanceof Map ? [...value] : value;
}
