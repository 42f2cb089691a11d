/** The proof over sets: what is emitted is read back and compared for every flow, under both readings of `ipBlock`. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { kubernetes, readKubernetes } from "../../../../compiler/target/kubernetes/kubernetes.js";
import { compare } from "../../../../compiler/verify/compare.js";
import type { Difference } from "../../../../compiler/verify/compare.js";
import { podCidrs, policySketch } from "../../../support/arbitrary.js";
import { makePolicy, universeOf } from "../../../support/policy.js";
import type { PolicySketch } from "../../../support/policy.js";
import { cases } from "./cases.js";

const flavours = ["network-policy", "cluster-policy"] as const;

function differences(sketch: PolicySketch, pods: string | undefined, flavour: (typeof flavours)[number]): readonly Difference[] {
  const universe = universeOf(makePolicy(sketch), pods);
  const emission = kubernetes.emit(universe, { flavour });
  return [true, false].flatMap((ipBlockMatchesPods) =>
    compare(universe, readKubernetes(emission.artefacts, { ipBlockMatchesPods }), emission.losses),
  );
}

describe.each(flavours)("flavour %s", (flavour) => {
  it.each(cases)("is proved for $name", ({ sketch, pods }) => {
    expect(differences(sketch, pods, flavour)).toEqual([]);
  });

  it("is proved for random policies", () => {
    fc.assert(
      fc.property(policySketch(), podCidrs, (sketch, pods) => {
        expect(differences(sketch, pods, flavour)).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });
});
