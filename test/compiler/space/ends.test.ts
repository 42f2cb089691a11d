import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import * as ends from "../../../compiler/space/ends.js";
import { anyPresent, anyValue, isAnyValue, isNoValue, oneOf, onlyAbsent } from "../../../compiler/space/values.js";
import { allAddresses, isEmptyAddresses, parseAddress, prefixSet } from "../../../compiler/space/address.js";
import * as flows from "../../../compiler/space/flows.js";
import { anyEnd, anyFlow, endSet, flowSet, maybeEndBox } from "../../support/arbitrary.js";

const manyEnds = fc.array(anyEnd, { minLength: 20, maxLength: 30 });
const manyFlows = fc.array(anyFlow, { minLength: 20, maxLength: 30 });

const addressSet = (value: number) => prefixSet({ address: { family: 4, value }, length: 32 });

describe("boxes of ends", () => {
  it("keep their invariant", () => {
    fc.assert(
      fc.property(maybeEndBox, (box) => {
        if (box === undefined) return;
        expect(isNoValue(box.namespace) || isEmptyAddresses(box.addresses)).toBe(false);
        for (const set of box.labels.values()) expect(isNoValue(set) || isAnyValue(set)).toBe(false);
        if (box.namespace.absent) for (const set of box.labels.values()) expect(set.absent).toBe(true);
        if (ends.isBare(box)) expect([box.namespace, box.labels.size]).toEqual([onlyAbsent, 0]);
      }),
      { numRuns: 500 },
    );
  });

  it("have a member of either family that their addresses have", () => {
    fc.assert(
      fc.property(maybeEndBox, (box) => {
        if (box === undefined) return;
        const members = [ends.someEnd(box), ends.someEnd(box, 4), ends.someEnd(box, 6)];
        for (const end of members) if (end !== undefined) expect(ends.endInBox(box, end)).toBe(true);
        expect(members.map((end) => end !== undefined)).toEqual([true, box.addresses.v4.length > 0, box.addresses.v6.length > 0]);
      }),
      { numRuns: 500 },
    );
  });
});

describe("sets of ends", () => {
  it("obey the laws of sets, end by end", () => {
    fc.assert(
      fc.property(endSet, endSet, manyEnds, (a, b, samples) => {
        const union = ends.unionEnds(a, b);
        const common = ends.intersectEnds(a, b);
        const rest = ends.subtractEnds(a, b);
        const complement = ends.complementEnds(a);
        const found = samples.map((end) => [a, b, union, common, rest, complement].map((set) => ends.endInSet(set, end)));
        expect(found).toEqual(found.map(([inA, inB]) => [inA, inB, inA || inB, inA && inB, inA && !inB, !inA]));
        expect(ends.endsOverlap(a, b)).toBe(common.length > 0);
        expect(ends.endsWithin(a, b)).toBe(rest.length === 0);
        expect(ends.endsEqual(ends.complementEnds(complement), a)).toBe(true);
        expect(ends.endsEqual(ends.complementEnds(union), ends.intersectEnds(complement, ends.complementEnds(b)))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it("unite long lists of addresses in one box, and keep what else there is", () => {
    const listed = Array.from({ length: 200 }, (_, at) => ({ namespace: anyValue, labels: new Map(), addresses: addressSet(0x0a000000 + 2 * at) }));
    const labelled = { namespace: anyPresent, labels: new Map([["app", oneOf(["web"])]]), addresses: allAddresses };
    const bare = { namespace: onlyAbsent, labels: new Map(), addresses: addressSet(0x0b000000) };
    const united = ends.unionAllEnds([...listed.map((box) => [box]), [labelled], [bare]]);
    expect(united).toHaveLength(3);
    expect(ends.endsEqual(united, [...listed, labelled, bare])).toBe(true);
  });

  it("distribute", () => {
    fc.assert(
      fc.property(endSet, endSet, endSet, (a, b, c) => {
        expect(ends.endsEqual(ends.intersectEnds(a, ends.unionEnds(b, c)), ends.unionEnds(ends.intersectEnds(a, b), ends.intersectEnds(a, c)))).toBe(
          true,
        );
      }),
      { numRuns: 200 },
    );
  });

  it("lose a box in disjoint pieces, which with what both hold make up the whole", () => {
    fc.assert(
      fc.property(maybeEndBox, maybeEndBox, (a, b) => {
        if (a === undefined || b === undefined) return;
        const pieces = ends.subtractEndBox(a, b);
        const common = ends.intersectEndBoxes(a, b);
        pieces.forEach((piece, at) => pieces.slice(at + 1).forEach((other) => expect(ends.endBoxesOverlap(piece, other)).toBe(false)));
        for (const piece of pieces) expect(ends.endBoxesOverlap(piece, b)).toBe(false);
        expect(ends.endsEqual([...pieces, ...(common === undefined ? [] : [common])], [a])).toBe(true);
        expect(ends.endBoxesOverlap(a, b)).toBe(common !== undefined);
        expect(ends.endBoxWithin(a, b)).toBe(pieces.length === 0);
      }),
      { numRuns: 500 },
    );
  });

  it("keep machines apart from workloads that have no label", () => {
    const address = parseAddress("10.0.0.1") ?? { family: 4, value: 0 };
    const unlabelled = ends.endBox({ labels: new Map([["app", onlyAbsent]]) });
    if (unlabelled === undefined) throw new Error("not empty");
    expect(ends.endInBox(unlabelled, { labels: {}, address })).toBe(true);
    expect(ends.endInBox(unlabelled, { namespace: "n", labels: {}, address })).toBe(true);
    expect(ends.complementEnds([unlabelled]).map((box) => box.namespace.absent)).toEqual([false]);
  });
});

describe("sets of flows", () => {
  it("obey the laws of sets, flow by flow", () => {
    fc.assert(
      fc.property(flowSet, flowSet, manyFlows, (a, b, samples) => {
        const common = flows.intersectFlows(a, b);
        const rest = flows.subtractFlows(a, b);
        const found = samples.map((flow) => [a, b, common, rest].map((set) => flows.flowInSet(set, flow)));
        expect(found).toEqual(found.map(([inA, inB]) => [inA, inB, inA && inB, inA && !inB]));
        expect(flows.flowsWithin(a, b)).toBe(rest.length === 0);
        expect(flows.flowsEqual([...rest, ...common], a)).toBe(true);
        expect(flows.flowsWithin(common, b)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it("lose a box in disjoint pieces, which with what both hold make up the whole", () => {
    fc.assert(
      fc.property(flowSet, flowSet, ([a], [b]) => {
        if (a === undefined || b === undefined) return;
        const pieces = flows.subtractFlowBox(a, b);
        const common = flows.intersectFlowBoxes(a, b);
        pieces.forEach((piece, at) => pieces.slice(at + 1).forEach((other) => expect(flows.flowBoxesOverlap(piece, other)).toBe(false)));
        expect(flows.flowsEqual([...pieces, ...(common === undefined ? [] : [common])], [a])).toBe(true);
        expect(flows.flowBoxesOverlap(a, b)).toBe(common !== undefined);
      }),
      { numRuns: 500 },
    );
  });

  it("have a flow of one family with a service that goes with it", () => {
    fc.assert(
      fc.property(flowSet, ([box]) => {
        if (box === undefined) return;
        const flow = flows.someFlow(box);
        if (flow === undefined) throw new Error("a box that is not empty has a flow");
        expect(flows.flowInBox(box, flow)).toBe(true);
        expect(flow.source.address.family).toBe(flow.destination.address.family);
        expect(flow.source.address.family === 4 ? flow.protocol === 58 : flow.protocol === 1).toBe(false);
      }),
      { numRuns: 500 },
    );
  });
});
