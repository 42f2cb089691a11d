import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { isPossibleEnd } from "../../../compiler/policy/universe.js";
import { describeFlow } from "../../../compiler/verdict/describe.js";
import { evaluate, matches } from "../../../compiler/verdict/evaluate.js";
import type { Decision } from "../../../compiler/verdict/evaluate.js";
import { answer } from "../../../compiler/verdict/query.js";
import type { Question } from "../../../compiler/verdict/query.js";
import { podCidrs, policySketch } from "../../support/arbitrary.js";
import { allow, deny, makePolicy, peers, universeOf } from "../../support/policy.js";
import type { PolicySketch } from "../../support/policy.js";
import { distinctEnds, interestingEnds, interestingFlows, seenByPolicy } from "../../support/worlds.js";

/** What decides, as a text: two decisions with the same one have the same reason. */
function reason({ verdicts }: Pick<Decision, "verdicts">): string {
  return verdicts.map(({ tenant, action, rule }) => `${tenant}: ${action} by ${rule === undefined ? "default" : rule.id}`).join("; ");
}

const guestbook: PolicySketch = {
  tenants: [
    {
      name: "guestbook",
      networks: { net: "10.1.1.0/24" },
      groups: { web: { match: "tier=web", in: "net" }, db: { match: "tier=db", in: "net" } },
      policies: [{ name: "tiers", rules: [deny("web", "db", "tcp/22"), allow("web", "db"), allow("world", "web", "tcp/80")] }],
    },
  ],
};

function ask(from: string, to: string, services?: string) {
  const sketch = { ...guestbook, tests: [{ name: "q", tenant: "guestbook", expect: [allow(from, to, services)] }] };
  const policy = makePolicy(sketch);
  const found = answer(universeOf(policy), policy.tests[0].expectations[0]);
  return {
    outcome: found.outcome,
    parts: found.parts.map((part) => `${part.outcome}: ${part.verdicts.map((verdict) => verdict.rule?.text ?? "default").join()}`),
  };
}

describe("an answer", () => {
  it("names the rule that decides, or the default", () => {
    expect(ask("web", "db", "tcp/5432")).toEqual({ outcome: "allow", parts: ["allow: allow web -> db"] });
    expect(ask("web", "db", "tcp/22")).toEqual({ outcome: "deny", parts: ["deny: deny web -> db : tcp/22"] });
    expect(ask("db", "web")).toEqual({ outcome: "deny", parts: ["deny: default"] });
  });

  it("is mixed where rules differ, allowed parts first", () => {
    expect(ask("web", "db")).toEqual({ outcome: "mixed", parts: ["allow: allow web -> db", "deny: deny web -> db : tcp/22"] });
  });

  it("says so where no tenant is touched, and where no such flow exists", () => {
    expect(ask("world", "world")).toEqual({ outcome: "untouched", parts: ["untouched: "] });
    expect(ask("web except web", "db")).toEqual({ outcome: "nothing", parts: [] });
  });

  it("gives an example in the reader's words", () => {
    const policy = makePolicy(guestbook);
    const question: Question = {
      source: peers(guestbook, "web", "guestbook"),
      destination: peers(guestbook, "db", "guestbook"),
      service: makePolicy({ ...guestbook, tests: [{ name: "q", expect: [allow("any", "any", "tcp/22")] }] }).tests[0].expectations[0].service,
    };
    const [part] = answer(universeOf(policy), question).parts;
    expect(describeFlow(policy, part.example)).toBe("web (10.1.1.1) -> db (10.1.1.3) : tcp/22");
  });

  it("agrees with the evaluator on every flow of the question", () => {
    fc.assert(
      fc.property(policySketch({ tests: 1, rules: 3 }), podCidrs, (sketch, pods) => {
        const policy = makePolicy(sketch);
        const universe = universeOf(policy, pods);
        const ends = distinctEnds(interestingEnds(universe), seenByPolicy(policy)).slice(0, 14);
        const flows = [...interestingFlows(universe, ends)];
        for (const question of policy.tests.flatMap((test) => test.expectations)) {
          const found = answer(universe, question);
          const reasons = new Set(found.parts.map(reason));
          for (const part of found.parts) {
            const decision = evaluate(policy, part.example);
            expect([decision.outcome, reason(decision)]).toEqual([part.outcome, reason(part)]);
            expect(matches(policy, question, part.example)).toBe(true);
            expect(isPossibleEnd(universe, part.example.source) && isPossibleEnd(universe, part.example.destination)).toBe(true);
          }
          for (const flow of flows) {
            if (matches(policy, question, flow)) expect(reasons).toContain(reason(evaluate(policy, flow)));
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});
