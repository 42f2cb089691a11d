/** The small worlds and random policies of both flavours; the whole worlds are in `test/long/kubernetes.test.ts`. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { podCidrs, policySketch } from "../../../support/arbitrary.js";
import { allow, deny } from "../../../support/policy.js";
import { sampleWorld, smallAlphabet, smallWorld } from "../../../support/worlds.js";
import { holdAgainstSource, holdTampered } from "./agreement.js";

describe.each(["network-policy", "cluster-policy"] as const)("flavour %s decides as the source does, or says where it does not", (flavour) => {
  it.each([
    [1, undefined, 40],
    [2, undefined, 20],
    [2, "10.244.0.0/16", 20],
    [3, undefined, 8],
  ])("on policies with %d rules of the small world, pods in %s", (rules, pods, count) => {
    for (const sketch of sampleWorld(smallWorld(smallAlphabet, rules), count)) {
      expect({ sketch, faults: holdAgainstSource(sketch, pods, { flavour }).faults.slice(0, 5) }).toEqual({ sketch, faults: [] });
    }
  });

  it("on random policies of two tenants", () => {
    fc.assert(
      fc.property(policySketch(), podCidrs, (sketch, pods) => {
        expect(holdAgainstSource(sketch, pods, { flavour }).faults.slice(0, 5)).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });
});

describe("the comparison itself", () => {
  const sketch = {
    tenants: [
      {
        name: "t",
        networks: { net: "10.0.0.0/24" },
        groups: { a: { match: "app=a", in: "net" }, b: { match: "app=b", in: "net" } },
        policies: [{ name: "p", rules: [deny("a", "b", "tcp/22"), allow("a", "b", "tcp/20-80"), allow("world", "a", "tcp/443")] }],
      },
    ],
  };

  it.each([
    ["a lost exception", /\n +except:\n +- 10\.0\.0\.0\/24/, ""],
    ["a port range that ends early", "endPort: 80", "endPort: 79"],
    ["a port range that begins early", "port: 23", "port: 22"],
    ["a direction that does not isolate", /- Ingress\n/, ""],
    ["another pod", "app: b", "app: c"],
    ["another namespace", "operator: NotIn", "operator: In"],
  ])("finds %s", (_, from, to) => {
    expect(holdTampered(sketch, undefined, { flavour: "network-policy" }, (text) => text.replace(from, to)).length).toBeGreaterThan(0);
  });

  it("finds nothing where nothing is changed", () => {
    expect(holdTampered(sketch, undefined, { flavour: "network-policy" }, (text) => text)).toEqual([]);
  });
});
