/** How many flows a policy takes on a node. */
import { describe, expect, it } from "@jest/globals";
import { bindNode } from "../../../../compiler/target/openflow/bind/bind.js";
import type { Endpoint } from "../../../../compiler/target/openflow/bind/inventory.js";
import { buildProgram } from "../../../../compiler/target/openflow/build.js";
import { allow, makePolicy, universeOf } from "../../../support/policy.js";
import type { RuleSketch } from "../../../support/policy.js";

const SIZE = 1000;

/** Two groups, half of their endpoints on another node. */
function flowsWith(rules: readonly RuleSketch[], size = SIZE): number {
  const groups = { web: { match: "app=web", in: "net" }, db: { match: "app=db", in: "net" } };
  const tenants = [{ name: "shop", networks: { net: "10.0.0.0/8, fd00::/64" }, groups, policies: [{ name: "p", rules }] }];
  const { program } = buildProgram(universeOf(makePolicy({ tenants })));
  if (program === undefined) throw new Error("no program");
  const endpoints = Array.from({ length: 2 * size }, (_, number): Endpoint => ({
    name: `e${number}`,
    node: number % 4 < 2 ? "a" : "b",
    port: number + 1,
    mac: `02:00:00:00:${(number >> 8).toString(16).padStart(2, "0")}:${(number & 255).toString(16).padStart(2, "0")}`,
    addresses: [`10.0.${number >> 8}.${number & 255}`, `fd00::${number.toString(16)}`],
    namespace: "shop",
    labels: { app: number % 2 === 0 ? "web" : "db" },
  }));
  const nodes = ["a", "b"].map((name, index) => ({ name, address: `192.0.2.${index + 1}`, tunnel: 9000 }));
  return bindNode(program, { nodes, endpoints }, "a").flows.length;
}

describe("a node's flows", () => {
  const rule = allow("web", "db", "tcp/5432");
  const without = flowsWith([]);
  const joined = flowsWith([rule]);

  it("grow by a handful for a rule between two groups of a thousand endpoints each", () => {
    expect(joined).toBeGreaterThan(without);
    expect(joined - without).toBeLessThanOrEqual(5);
  });

  it("grow by the same handful however many endpoints there are, and with these by some for each", () => {
    expect(flowsWith([rule], 10) - flowsWith([], 10)).toBe(joined - without);
    expect(joined / (2 * SIZE)).toBeLessThan(20);
  });
});
