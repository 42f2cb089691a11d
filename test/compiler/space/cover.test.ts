import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { findUncovered, uncoveredParts } from "../../../compiler/space/cover.js";
import { flowBoxesOverlap, flowInBox, flowInSet, intersectFlowBoxes, someFlow, subtractFlowBox } from "../../../compiler/space/flows.js";
import type { FlowBox, FlowSet } from "../../../compiler/space/flows.js";
import { anyFlow, flowSet } from "../../support/arbitrary.js";

/** The plain way: take the covers away one by one. */
function subtractOneByOne(box: FlowBox, covers: FlowSet): FlowSet {
  return covers.reduce<FlowSet>((rest, cover) => rest.flatMap((piece) => subtractFlowBox(piece, cover)), [box]);
}

const boxes = flowSet.filter((set) => set.length > 0);
const manyCovers = fc.array(flowSet, { maxLength: 4 }).map((sets) => sets.flat());

describe("the cover search", () => {
  it("finds a part exactly where taking the covers away leaves one", () => {
    fc.assert(
      fc.property(boxes, manyCovers, ([box], covers) => {
        expect(findUncovered(box, covers) === undefined).toBe(subtractOneByOne(box, covers).length === 0);
      }),
      { numRuns: 800 },
    );
  });

  it("answers with a part of the box that no cover meets and that holds a flow", () => {
    fc.assert(
      fc.property(boxes, manyCovers, ([box], covers) => {
        for (const part of uncoveredParts(box, covers)) {
          const flow = someFlow(part);
          if (flow === undefined) throw new Error("an empty part");
          expect(flowInBox(box, flow)).toBe(true);
          expect(flowInSet(covers, flow)).toBe(false);
          expect(covers.some((cover) => flowBoxesOverlap(part, cover))).toBe(false);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("makes disjoint parts that hold just the flows of the box outside the covers", () => {
    fc.assert(
      fc.property(boxes, manyCovers, fc.array(anyFlow, { minLength: 20, maxLength: 40 }), ([box], covers, flows) => {
        const parts = uncoveredParts(box, covers);
        expect(flows.map((flow) => flowInSet(parts, flow))).toEqual(flows.map((flow) => flowInBox(box, flow) && !flowInSet(covers, flow)));
        parts.forEach((part, at) => parts.slice(at + 1).forEach((other) => expect(intersectFlowBoxes(part, other)).toBeUndefined()));
      }),
      { numRuns: 500 },
    );
  });
});
