/** Round trips over a few policies; many more are in `test/long/import.test.ts`. */
import { describe, it } from "@jest/globals";
import fc from "fast-check";
import { policySketch } from "../../support/arbitrary.js";
import { makePolicy, universeOf } from "../../support/policy.js";
import { sampleWorld, smallAlphabet, smallWorld } from "../../support/worlds.js";
import { cases, filesOf } from "../manifests/fixtures.js";
import { manifestTexts, networkPolicyText } from "../manifests/random.js";
import { returnsToContiv, returnsToKubernetes, settlesOnKubernetes } from "./normalform.js";
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

describe("objects imported and sent back are equal in their normal form", () => {
  const sketch = policySketch({ tenants: 2, groups: 2, policies: 1, rules: 3 });
  it("as ctv writes them for Kubernetes", () => {
    fc.assert(
      fc.property(sketch, (one) => returnsToKubernetes(universeOf(makePolicy(one), undefined))),
      { numRuns: 8 },
    );
  });

  it("as anybody writes them for Kubernetes, from the second time on", () => {
    fc.assert(
      fc.property(manifestTexts, ({ network }) => {
        const namespaces = ["x", "y"].map((name) => `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${name}}\n`);
        const texts = network.map(networkPolicyText);
        settlesOnKubernetes([{ path: "policies.yaml", text: texts.join("---\n") }], { path: "namespaces.yaml", text: namespaces.join("---\n") });
      }),
      { numRuns: 8 },
    );
  });

  it("as ctv writes them for Contiv", () => {
    fc.assert(
      fc.property(sketch, (one) => returnsToContiv(universeOf(makePolicy(one), undefined))),
      { numRuns: 12 },
    );
  });
});
