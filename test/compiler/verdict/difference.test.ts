import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { containsService, formatServices, servicePoint } from "../../../compiler/space/service.js";
import { difference } from "../../../compiler/verdict/difference.js";
import type { Change } from "../../../compiler/verdict/difference.js";
import { evaluate } from "../../../compiler/verdict/evaluate.js";
import { unchangedRules } from "../../../compiler/verdict/unchanged.js";
import { policySketch } from "../../support/arbitrary.js";
import { allFlows } from "../../support/oracle.js";
import { allow, deny, makePolicy, universeOf } from "../../support/policy.js";
import type { PolicySketch, RuleSketch, TenantSketch } from "../../support/policy.js";

function shop(rules: readonly RuleSketch[], more: Partial<TenantSketch> = {}): PolicySketch {
  const groups: TenantSketch["groups"] = { web: { match: "app=web", in: "net" }, db: { match: "app=db", in: "net" } };
  return { tenants: [{ name: "shop", networks: { net: "10.1.0.0/24" }, groups, policies: [{ name: "p", rules }], ...more }] };
}

function changes(before: PolicySketch, after: PolicySketch): readonly Change[] {
  return difference(universeOf(makePolicy(before)), universeOf(makePolicy(after)));
}

const text = ({ becomes, from, to, services }: Change): string => `${becomes} ${from} -> ${to} : ${formatServices(services)}`;

describe("a difference", () => {
  it("is told by names and services, with a flow and the rules", () => {
    const found = changes(shop([allow("web", "db", "tcp/5432")]), shop([allow("web", "db", "tcp/5432-5433"), deny("any", "db", "tcp/80")]));
    expect(found.map(text)).toEqual(["allow web -> db : tcp/5433"]);
    expect(found[0].before).toEqual([{ tenant: "shop", action: "deny" }]);
    expect(found[0].after.map((verdict) => verdict.rule?.text)).toEqual(["allow web -> db : tcp/5432-5433"]);
    expect(found[0].witness).toMatchObject({ protocol: 6, detail: 5433 });
  });

  it("is nothing when only wording changed", () => {
    const before = shop([allow("web", "db", "tcp/80"), allow("web", "db", "tcp/81"), deny("any", "any")]);
    expect(changes(before, shop([allow("web", "db", "tcp/80-81", { name: "database" })]))).toEqual([]);
    expect(changes(before, shop([allow("web", "backend", "tcp/80-81")], { sets: { backend: "db" } }))).toEqual([]);
  });

  it("follows a group that selects otherwise, and one that is gone", () => {
    const before = shop([allow("web", "db")]);
    const wider: TenantSketch["groups"] = { web: { match: "app in (web|api)", in: "net" }, db: { match: "app=db", in: "net" } };
    expect(changes(before, shop([allow("web", "db")], { groups: wider })).map(text)).toEqual(["allow web -> db : any service"]);
    expect(changes(before, shop([], { groups: { db: { match: "app=db", in: "net" } } })).map(text)).toEqual(["deny web -> db : any service"]);
  });

  it("sees another default and a tenant that is new", () => {
    const open = changes(shop([allow("web", "db")]), shop([allow("web", "db")], { default: "allow" })).map(text);
    expect(open).toContain("allow db -> web : any service");
    expect(open).not.toContain("allow web -> db : any service");
    expect(changes({ tenants: [] }, shop([])).every((change) => change.becomes === "deny")).toBe(true);
  });

  it("agrees with the evaluator on every flow", () => {
    fc.assert(
      fc.property(policySketch({ tenants: 1, groups: 2, rules: 3 }), policySketch({ tenants: 1, groups: 2, rules: 3 }), (first, second) => {
        const [before, after] = [first, second].map((sketch) => universeOf(makePolicy(sketch)));
        const found = difference(before, after);
        const passes = (universe: typeof before, flow: Change["witness"]): boolean => evaluate(universe.policy, flow).outcome !== "deny";
        for (const { witness, becomes } of found) {
          expect([passes(before, witness), passes(after, witness)]).toEqual(becomes === "allow" ? [false, true] : [true, false]);
        }
        const flows = allFlows(after).filter((_, index) => index % 3 === 0);
        const differing = flows.filter((flow) => passes(before, flow) !== passes(after, flow));
        const told = (flow: Change["witness"]): boolean =>
          found.some(
            ({ becomes, services }) =>
              (becomes === "allow") === passes(after, flow) && containsService(services, servicePoint(flow.protocol, flow.detail)),
          );
        expect(differing.filter((flow) => !told(flow))).toEqual([]);
        expect(difference(after, after)).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });
});

describe("entries that stayed in order", () => {
  it("are a longest common run of the paired keys", () => {
    expect(unchangedRules(["a", "b", "c", "d"], ["a", "x", "c", "b", "d"])).toEqual({ left: new Set([0, 2, 3]), right: new Set([0, 2, 4]) });
    expect(unchangedRules(["a", "a"], ["a"])).toEqual({ left: new Set([0]), right: new Set([0]) });
    expect(unchangedRules([], ["a"])).toEqual({ left: new Set(), right: new Set() });
  });
});
