/** Round trips over a few policies; many more are in `test/long/import.test.ts`. */
import { describe, it } from "@jest/globals";
import fc from "fast-check";
import { policySketch } from "../../support/arbitrary.js";
import { makePolicy, universeOf } from "../../support/policy.js";
import { sampleWorld, smallAlphabet, smallWorld } from "../../support/worlds.js";
import { cases, filesOf } from "../manifests/fixtures.js";
import { manifestTexts } from "../manifests/random.js";
import { backAndThere, flavours, importedExactly, thereAndBack } from "./roundtrips.js";

describe.each(flavours)("source to Kubernetes (%s) to import decides as the source", (flavour) => {
  it.each([
    [1, 5],
    [2, 3],
  ])("on policies with %d rules of the small world", (rules, count) => {
    for (const sketch of sampleWorld(smallWorld(smallAlphabet, rules), count)) thereAndBack(universeOf(makePolicy(sketch), undefined), flavour);
  });

  it("on random policies of two tenants", () => {
    fc.assert(
      fc.property(policySketch({ groups: 2, policies: 1, rules: 3 }), fc.constantFrom(undefined, "10.0.0.0/16"), (sketch, pods) =>
        thereAndBack(universeOf(makePolicy(sketch), pods), flavour),
      ),
      { numRuns: 3 },
    );
  });
});

describe("import to Kubernetes decides as the objects that were imported", () => {
  it.each(cases.filter((name) => name !== "mistakes"))("%s", (name) => backAndThere(filesOf(name)));
});

it("random objects are imported exactly", () => {
  fc.assert(fc.property(manifestTexts, importedExactly), { numRuns: 25 });
});
