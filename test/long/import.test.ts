/** Round trips between the language and Kubernetes, over many policies. */
import { describe, it } from "@jest/globals";
import fc from "fast-check";
import { backAndThere, flavours, importedExactly, thereAndBack } from "../compiler/import/roundtrips.js";
import { randomCluster } from "../compiler/manifests/oracle.js";
import { holdPackets } from "../compiler/manifests/packets.js";
import { throughContiv } from "../compiler/import/contivtrip.js";
import { returnsToContiv, returnsToKubernetes } from "../compiler/import/normalform.js";
import { clusterPolicyText, manifestTexts, networkPolicyText } from "../compiler/manifests/random.js";
import { policySketch } from "../support/arbitrary.js";
import { makePolicy, universeOf } from "../support/policy.js";
import { sampleWorld, smallAlphabet, smallWorld } from "../support/worlds.js";

describe.each(flavours)("source to Kubernetes (%s) to import", (flavour) => {
  it.each([1, 2, 3])("on policies with %d rules of the small world", (rules) => {
    for (const sketch of sampleWorld(smallWorld(smallAlphabet, rules), 60)) thereAndBack(universeOf(makePolicy(sketch), undefined), flavour);
  });

  it("on random policies of two tenants", () => {
    fc.assert(
      fc.property(policySketch(), fc.constantFrom(undefined, "10.0.0.0/16"), (sketch, pods) =>
        thereAndBack(universeOf(makePolicy(sketch), pods), flavour),
      ),
      { numRuns: 100 },
    );
  });
});

describe("source to Contiv to import", () => {
  it.each([1, 2, 3])("on policies with %d rules of the small world", (rules) => {
    for (const sketch of sampleWorld(smallWorld(smallAlphabet, rules), 60)) throughContiv(universeOf(makePolicy(sketch), undefined));
  });

  it("on random policies", () => {
    fc.assert(
      fc.property(policySketch(), (sketch) => throughContiv(universeOf(makePolicy(sketch), undefined))),
      { numRuns: 100 },
    );
  });
});

describe("random objects", () => {
  it("are imported exactly", () => {
    fc.assert(fc.property(manifestTexts, importedExactly), { numRuns: 800 });
  });

  it("decide every packet as Kubernetes does", () => {
    fc.assert(fc.property(randomCluster, holdPackets), { numRuns: 300 });
  });

  it("are the same when they are imported and sent back", () => {
    fc.assert(
      fc.property(manifestTexts, ({ network, cluster }) => {
        const texts = [...network.map(networkPolicyText), ...cluster.map(clusterPolicyText)];
        backAndThere([{ file: "policies.yaml", text: texts.join("---\n") }]);
      }),
      { numRuns: 100 },
    );
  });
});

describe("objects that ctv has written", () => {
  it.each([
    ["Kubernetes", returnsToKubernetes],
    ["Contiv", returnsToContiv],
  ])("are equal in their normal form when they are imported and sent back: %s", (_plane, returns) => {
    fc.assert(
      fc.property(policySketch(), (sketch) => {
        returns(universeOf(makePolicy(sketch), undefined));
      }),
      { numRuns: 100 },
    );
  });
});
