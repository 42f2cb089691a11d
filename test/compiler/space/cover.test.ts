import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { findUncovered, uncoveredParts } from "../../../compiler/space/cover.js";
import { allEnds, endBox, everyEnd } from "../../../compiler/space/ends.js";
import {
  flowBox,
  flowBoxesOverlap,
  flowInBox,
  flowInSet,
  flowProduct,
  intersectFlowBoxes,
  someFlow,
  subtractFlowBox,
} from "../../../compiler/space/flows.js";
import type { End, EndBox } from "../../../compiler/space/ends.js";
import type { Flow, FlowBox, FlowSet } from "../../../compiler/space/flows.js";
import { everyService, portService, protocolNumber } from "../../../compiler/space/service.js";
import type { ServiceSet } from "../../../compiler/space/service.js";
import { anyPresent, oneOf } from "../../../compiler/space/values.js";
import { anyFlow, flowSet, someAddresses } from "../../support/arbitrary.js";

const everything = flowProduct(allEnds, allEnds, everyService);

/** The plain way: take the covers away one by one. */
function subtractOneByOne(box: FlowBox, covers: FlowSet): FlowSet {
  return covers.reduce<FlowSet>((rest, cover) => rest.flatMap((piece) => subtractFlowBox(piece, cover)), [box]);
}

const boxes = flowSet.filter((set) => set.length > 0);
const manyCovers = fc.array(flowSet, { maxLength: 4 }).map((sets) => sets.flat());

/** So many that each value is left some: where all is covered, nothing can be told apart. */
const fewPorts = [1, 22, 53, 80, 443, 5432, 6379, 8080, 8443, 65535];

const fewNames = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d", "e", "f"), { minLength: 1, maxLength: 3 });

/**
 * Dozens of covers that list values of one label, or of the namespace, absence too, and ask for a port; and a few that ask for something else. Many
 * groups, as the search sees them.
 */
const manyGroups = fc
  .record({
    of: fc.constantFrom("label" as const, "namespace" as const),
    side: fc.constantFrom("source" as const, "destination" as const),
    groups: fc.array(fc.record({ listed: fewNames, absent: fc.boolean(), port: fc.constantFrom(...fewPorts) }), { minLength: 40, maxLength: 60 }),
    others: fc.array(fc.record({ listed: fewNames, namespace: fc.constantFrom("a", "b") }), { maxLength: 3 }),
  })
  .map(({ of, side, groups, others }): FlowSet => {
    const between = (end: EndBox | undefined, other: EndBox | undefined, service: ServiceSet): FlowSet => {
      const box = side === "source" ? flowBox(end, other, service) : flowBox(other, end, service);
      return box === undefined ? [] : [box];
    };
    return [
      ...groups.flatMap(({ listed, absent, port }) => {
        const set = { ...oneOf(listed), absent };
        const end = endBox(of === "namespace" ? { namespace: set } : { labels: new Map([["app", set]]) });
        return between(end, everyEnd, portService(protocolNumber.tcp, port, port));
      }),
      ...others.flatMap(({ listed, namespace }) => {
        const other = endBox({ namespace: oneOf([namespace]), labels: new Map([["app", oneOf(listed)]]) });
        return between(everyEnd, other, everyService);
      }),
    ];
  });

const ofGroups: fc.Arbitrary<Flow> = fc
  .record({
    from: fc.constantFrom("a", "c", "f", "other", undefined),
    to: fc.constantFrom("b", "e", undefined),
    namespace: fc.constantFrom("a", "b", "x"),
    port: fc.constantFrom(...fewPorts),
  })
  .map(({ from, to, namespace, port }) => {
    const end = (app: string | undefined): End => ({ namespace, labels: app === undefined ? {} : { app }, address: someAddresses[0] });
    return { source: end(from), destination: end(to), protocol: protocolNumber.tcp, detail: port };
  });

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

  it("tells covers apart that ask for different labels", () => {
    const covers = ["app", "tier"].flatMap((key) =>
      flowProduct(
        [endBox({ labels: new Map([[key, oneOf(["a"])]]) })].flatMap((box) => box ?? []),
        allEnds,
        everyService,
      ),
    );
    const [workloads] = [endBox({ namespace: anyPresent })].flatMap((box) => box ?? []);
    const parts = uncoveredParts({ ...everything[0], source: workloads }, covers);
    expect(parts.map(({ source }) => [...source.labels.keys()])).toEqual([["app", "tier"]]);
  });

  it("makes no mistake among many covers of which each lists some values", () => {
    fc.assert(
      fc.property(manyGroups, fc.array(ofGroups, { minLength: 30, maxLength: 60 }), (covers, flows) => {
        const [box] = everything;
        const parts = uncoveredParts(box, covers);
        expect(flows.map((flow) => flowInSet(parts, flow))).toEqual(flows.map((flow) => !flowInSet(covers, flow)));
        expect(parts.some((part) => covers.some((cover) => flowBoxesOverlap(part, cover)))).toBe(false);
        parts.forEach((part, at) => parts.slice(at + 1).forEach((other) => expect(intersectFlowBoxes(part, other)).toBeUndefined()));
        expect(findUncovered(box, covers) === undefined).toBe(parts.length === 0);
      }),
      { numRuns: 30 },
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
