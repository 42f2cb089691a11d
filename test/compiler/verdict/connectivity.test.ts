import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { endInSet } from "../../../compiler/space/ends.js";
import type { End } from "../../../compiler/space/ends.js";
import { containsService, formatServices, servicePoint } from "../../../compiler/space/service.js";
import { connectivity } from "../../../compiler/verdict/connectivity.js";
import { evaluate } from "../../../compiler/verdict/evaluate.js";
import { podCidrs, policySketch } from "../../support/arbitrary.js";

import { allow, deny, makePolicy, universeOf } from "../../support/policy.js";
import type { PolicySketch } from "../../support/policy.js";
import { distinctEnds, interestingEnds, interestingFlows, seenByPolicy } from "../../support/worlds.js";

function cellsOf(sketch: PolicySketch): readonly string[] {
  return connectivity(universeOf(makePolicy(sketch))).rows.flatMap(({ source, to }) =>
    to.map(({ peer, always, sometimes }) => {
      const parts = [...(always.length === 0 ? [] : [formatServices(always)]), ...(sometimes.length === 0 ? [] : [`~ ${formatServices(sometimes)}`])];
      return `${source.name} -> ${peer.name} : ${parts.join(" ")}`;
    }),
  );
}

function shop(rules: readonly ReturnType<typeof allow>[], more: Partial<PolicySketch["tenants"][number]> = {}): PolicySketch {
  const groups = { web: { match: "app=web", in: "net" }, db: { match: "app=db", in: "net" } };
  return { tenants: [{ name: "shop", networks: { net: "10.1.0.0/24" }, groups, policies: [{ name: "p", rules }], ...more }] };
}

describe("connectivity", () => {
  it("reads rules in order, service by service", () => {
    expect(cellsOf(shop([deny("web", "db", "tcp/22"), allow("web", "db", "tcp/1-100"), allow("any", "db", "tcp/443")]))).toEqual([
      "web -> db : tcp/{1-21, 23-100, 443}",
      "db -> db : tcp/443",
      "other endpoints -> db : tcp/443",
      "world -> db : tcp/443",
    ]);
  });

  it("looks closer where a rule cuts a group, on the services that are left", () => {
    expect(cellsOf(shop([allow("web", "db", "tcp/1"), allow("10.1.0.0/28", "db", "tcp/1-2")]))).toEqual([
      "web -> db : tcp/1 ~ tcp/2",
      "db -> db : ~ tcp/1-2",
      "other endpoints -> db : ~ tcp/1-2",
    ]);
  });

  it("says any service for all that can be between the ends there are", () => {
    expect(cellsOf(shop([allow("web", "db")]))).toEqual(["web -> db : any service"]);
    expect(cellsOf(shop([allow("web", "db", "icmp6")]))).toEqual([]);
  });

  it("asks every tenant that has a say", () => {
    const groups = { api: { match: "app=api", in: "net" } };
    const back = {
      name: "back",
      networks: { net: "10.2.0.0/24" },
      groups,
      exports: ["api"],
      policies: [{ name: "p", rules: [allow("shop/web", "api", "tcp/1-2")] }],
    };
    const sketch = shop([allow("web", "back/api", "tcp/2-3")], { exports: ["web"] });
    expect(cellsOf({ tenants: [back, ...sketch.tenants] })).toEqual(["shop/web -> back/api : tcp/2"]);
  });

  it("is what the evaluator says of every flow, no more and no less", () => {
    fc.assert(
      fc.property(policySketch({ groups: 2, rules: 3 }), podCidrs, (sketch, pods) => {
        const universe = universeOf(makePolicy(sketch), pods);
        const { names, rows } = connectivity(universe);
        const cells = new Map(rows.map((row) => [row.source, new Map(row.to.map((reach) => [reach.peer, reach]))]));
        const seen = new Map<string, Set<string>>();
        const tell = seenByPolicy(universe.policy);
        // Rules may see two ends alike that names tell apart: 10.0.0.0/28 where a rule says "10.0.0.0/28, 10.0.0.0/8".
        const named = (end: End): string => names.map(({ ends: own }) => (endInSet(own, end) ? "1" : "0")).join("");
        const ends = distinctEnds(interestingEnds(universe), (end) => `${tell(end)} ${end.namespace ?? ""} ${named(end)}`);
        for (const flow of interestingFlows(universe, ends)) {
          const { outcome } = evaluate(universe.policy, flow);
          if (outcome === "untouched") continue;
          names.forEach((source, row) => {
            if (!endInSet(source.ends, flow.source)) return;
            names.forEach((destination, column) => {
              if (!endInSet(destination.ends, flow.destination)) return;
              const key = `${row} ${column} ${servicePoint(flow.protocol, flow.detail)}`;
              seen.set(key, (seen.get(key) ?? new Set()).add(outcome));
            });
          });
        }
        for (const [key, outcomes] of seen) {
          const [row, column, point] = key.split(" ").map(Number);
          const reach = cells.get(names[row])?.get(names[column]);
          const told = [reach !== undefined && containsService(reach.always, point), reach !== undefined && containsService(reach.sometimes, point)];
          const right = [outcomes.has("allow") && !outcomes.has("deny"), outcomes.size === 2];
          if (told.join() !== right.join()) expect({ from: names[row].name, to: names[column].name, point, told }).toEqual({ right });
        }
      }),
      { numRuns: 25 },
    );
  });
});
