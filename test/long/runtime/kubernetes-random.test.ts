/** Random policies in a cluster, one after the other: every state between two of them is safe, also when the way is cut short. */
import { expect, it } from "@jest/globals";
import fc from "fast-check";
import { anyWay } from "../../runtime/plan/clusterprojects.js";
import { faultBetween } from "../../runtime/plan/clusterway.js";

it("goes from any policy to any other, with others' objects beside them, and allows nothing that one of them does not", () =>
  fc.assert(
    fc.asyncProperty(...anyWay, async (before, after, flavours, others, cut, prune) => {
      expect(await faultBetween(before, after, flavours, { others, cut, prune })).toBeUndefined();
    }),
    { numRuns: Number(process.env.CTV_RUNS ?? 60) },
  ));
