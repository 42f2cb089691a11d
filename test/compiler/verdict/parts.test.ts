import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { allEnds } from "../../../compiler/space/ends.js";
import { flowInBox, flowProduct } from "../../../compiler/space/flows.js";
import { everyService } from "../../../compiler/space/service.js";
import { evaluate } from "../../../compiler/verdict/evaluate.js";
import { namingOf } from "../../../compiler/verdict/names.js";
import { decidedParts } from "../../../compiler/verdict/parts.js";
import { podCidrs, policySketch } from "../../support/arbitrary.js";
import { allFlows } from "../../support/oracle.js";
import { allow, makePolicy, universeOf } from "../../support/policy.js";
import { interestingEnds } from "../../support/worlds.js";
import { endInBox } from "../../../compiler/space/ends.js";

describe("the parts of a set of flows", () => {
  it("hold each flow once, with the evaluator's verdicts", () => {
    fc.assert(
      fc.property(policySketch({ groups: 2, rules: 3 }), podCidrs, (sketch, pods) => {
        const policy = makePolicy(sketch);
        const universe = universeOf(policy, pods);
        const parts = decidedParts(universe, flowProduct(allEnds, allEnds, everyService));
        for (const flow of allFlows(universe).filter((_, index) => index % 7 === 0)) {
          const holding = parts.filter((part) => flowInBox(part.flows, flow));
          const { outcome, verdicts } = evaluate(policy, flow);
          if (holding.length !== 1 || holding[0].outcome !== outcome) expect({ flow, holding }).toEqual({ flow, outcome });
          expect(holding[0].verdicts).toEqual(verdicts);
        }
      }),
      { numRuns: 25 },
    );
  });
});

describe("names of ends", () => {
  it("cover every end that can exist", () => {
    fc.assert(
      fc.property(policySketch(), podCidrs, (sketch, pods) => {
        const universe = universeOf(makePolicy(sketch), pods);
        const pieces = namingOf(universe).piecesOf(allEnds[0]);
        const nameless = interestingEnds(universe).filter((end) => !pieces.some((piece) => endInBox(piece.box, end)));
        expect(nameless).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it("are those that a reader of the policy knows", () => {
    const policy = makePolicy({
      externals: { office: "198.51.100.0/24" },
      tenants: [
        {
          name: "shop",
          groups: { web: { match: "app=web" } },
          policies: [{ name: "p", rules: [allow("office", "web"), allow("203.0.113.7", "web")] }],
        },
      ],
    });
    expect(namingOf(universeOf(policy)).all.map((named) => named.name)).toEqual([
      "web",
      "other endpoints",
      "office",
      "203.0.113.7",
      "rest of the world",
    ]);
  });
});
