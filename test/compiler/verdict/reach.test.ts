import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { allEnds, endInSet } from "../../../compiler/space/ends.js";
import { flowProduct } from "../../../compiler/space/flows.js";
import { containsService, everyService, formatServices, servicePoint } from "../../../compiler/space/service.js";
import { evaluate } from "../../../compiler/verdict/evaluate.js";
import { namingOf } from "../../../compiler/verdict/names.js";
import { connectivity } from "../../../compiler/verdict/connectivity.js";
import { reachWithin } from "../../../compiler/verdict/reach.js";
import type { Reach } from "../../../compiler/verdict/reach.js";
import { policySketch } from "../../support/arbitrary.js";
import { allFlows } from "../../support/oracle.js";
import { allow, deny, makePolicy, universeOf } from "../../support/policy.js";

const universe = universeOf(
  makePolicy({
    externals: { office: "198.51.100.0/24" },
    tenants: [
      {
        name: "shop",
        networks: { net: "10.1.0.0/24" },
        groups: { web: { match: "app=web", in: "net" }, db: { match: "app=db", in: "net" } },
        policies: [
          {
            name: "p",
            rules: [
              deny("198.51.100.9", "web", "tcp/22"),
              allow("office", "web", "tcp/22"),
              allow("any", "web", "tcp/443"),
              allow("web", "db", "tcp/5432"),
            ],
          },
        ],
      },
    ],
  }),
);

const web = universe.endsOf({ include: [{ kind: "group", tenant: "shop", group: "web" }], except: [] });
const text = (reach: readonly Reach[]): readonly string[] =>
  reach.map(
    ({ peer, always, sometimes }) =>
      `${peer.name}: ${formatServices(always)}${sometimes.length === 0 ? "" : `; sometimes ${formatServices(sometimes)}`}`,
  );

describe("who may reach a group", () => {
  it("is told by name, with what is allowed always and what only to some", () => {
    expect(text(reachWithin(universe, flowProduct(allEnds, web, everyService), "source"))).toEqual([
      "web: tcp/443",
      "db: tcp/443",
      "other endpoints: tcp/443",
      "198.51.100.9: tcp/443",
      "office: tcp/443; sometimes tcp/22",
      "rest of the world: tcp/443",
    ]);
  });

  it("and whom it may reach", () => {
    expect(text(reachWithin(universe, flowProduct(web, allEnds, everyService), "destination"))).toEqual(["web: tcp/443", "db: tcp/5432"]);
  });

  it("agrees with the evaluator on every flow", () => {
    fc.assert(
      fc.property(policySketch({ groups: 2, rules: 3 }), (sketch) => {
        const made = universeOf(makePolicy(sketch));
        const flows = allFlows(made).filter((_, index) => index % 5 === 0);
        const rows = new Map(connectivity(made).rows.map((row) => [row.source, new Map(row.to.map((reach) => [reach.peer, reach]))]));
        for (const flow of flows) {
          const { outcome } = evaluate(made.policy, flow);
          if (outcome === "untouched") continue;
          const point = servicePoint(flow.protocol, flow.detail);
          const sources = namingOf(made).all.filter((named) => endInSet(named.ends, flow.source));
          const destinations = namingOf(made).all.filter((named) => endInSet(named.ends, flow.destination));
          for (const source of sources) {
            for (const destination of destinations) {
              const reach = rows.get(source)?.get(destination);
              const always = reach !== undefined && containsService(reach.always, point);
              const sometimes = reach !== undefined && containsService(reach.sometimes, point);
              if (outcome === "allow" ? !always && !sometimes : always) expect({ flow, outcome, reach }).toBe("decided alike");
            }
          }
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe("the matrix", () => {
  it("has a row for every name that can be, and in it whom it may reach", () => {
    const { names, rows } = connectivity(universe);
    expect(names.map((named) => named.name)).toEqual(
      ["web", "db", "other endpoints", "office", "198.51.100.9", "rest of the world"].toSorted((a, b) => order(a) - order(b)),
    );
    expect(rows.map((row) => `${row.source.name} -> ${row.to.map((reach) => reach.peer.name).join(", ")}`)).toContain("db -> web");
  });
});

function order(name: string): number {
  return namingOf(universe).all.findIndex((named) => named.name === name);
}
