import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { PeerExpression } from "../../../compiler/policy/model.js";
import { everyService } from "../../../compiler/space/service.js";
import { universeNear } from "../../../compiler/verdict/near.js";
import { answer } from "../../../compiler/verdict/query.js";
import { podCidrs, policySketch } from "../../support/arbitrary.js";
import { makePolicy, universeOf } from "../../support/policy.js";

const every: PeerExpression = { include: [{ kind: "any" }], except: [] };

describe("the policy near a group", () => {
  it("answers every question about it as the whole policy does, with fewer rules", () => {
    let left = 0;
    fc.assert(
      fc.property(policySketch(), podCidrs, (sketch, pods) => {
        const policy = makePolicy(sketch);
        const universe = universeOf(policy, pods);
        for (const tenant of policy.tenants) {
          for (const { name } of tenant.groups) {
            const group: PeerExpression = { include: [{ kind: "group", tenant: tenant.name, group: name }], except: [] };
            for (const [source, destination] of [
              [group, every],
              [every, group],
            ] as const) {
              const near = universeNear(universe, universe.endsOf(source), universe.endsOf(destination));
              const question = { source, destination, service: { services: everyService, terms: [] } };
              left += near.policy.tenants.reduce(
                (sum, { name: its, rules }) => sum + (universe.tenantByName.get(its)?.rules.length ?? 0) - rules.length,
                0,
              );
              expect(answer(near, question)).toEqual(answer(universe, question));
            }
          }
        }
      }),
      { numRuns: 60 },
    );
    expect(left).toBeGreaterThan(0);
  });
});
