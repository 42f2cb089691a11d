import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { allAddresses, parsePrefix, prefixSet } from "../../../compiler/space/address.js";
import { trimmer } from "../../../compiler/policy/possible.js";
import { isPossibleEnd, makeUniverse } from "../../../compiler/policy/universe.js";
import { endBox, endBoxWithin, endInBox, everyEnd } from "../../../compiler/space/ends.js";
import type { EndBox } from "../../../compiler/space/ends.js";
import { noneOf, oneOf, onlyAbsent } from "../../../compiler/space/values.js";
import { anyEnd, endSet, podCidrs, policySketch } from "../../support/arbitrary.js";
import { labels, makePolicy, universeOf } from "../../support/policy.js";
import { interestingEnds } from "../../support/worlds.js";

describe("a box cut down to what can exist", () => {
  it("keeps every end that can, and gets none that it had not", () => {
    const gone = { some: 0, all: 0 };
    fc.assert(
      fc.property(policySketch({ tenants: 2 }), podCidrs, endSet, fc.array(anyEnd, { maxLength: 30 }), (sketch, pods, boxes, more) => {
        const policy = makePolicy(sketch);
        const universe = universeOf(policy, pods);
        const trim = trimmer(universe);
        const ends = [...interestingEnds(universe), ...more].filter((end) => isPossibleEnd(universe, end));
        const groups = policy.tenants.flatMap((tenant) =>
          tenant.groups.flatMap(({ selector }) =>
            selector === undefined ? [] : (endBox({ namespace: oneOf(selector.namespaces), labels: selector.labels }) ?? []),
          ),
        );
        const spoken = policy.tenants.flatMap((tenant) => tenant.rules.flatMap((rule) => [rule.source, rule.destination].flatMap(universe.endsOf)));
        for (const box of [everyEnd, ...boxes, ...groups, ...spoken]) {
          const trimmed = trim(box);
          expect(ends.map((end) => trimmed !== undefined && endInBox(trimmed, end))).toEqual(ends.map((end) => endInBox(box, end)));
          if (trimmed === undefined) gone.all++;
          else {
            expect(endBoxWithin(trimmed, box)).toBe(true);
            if (!endBoxWithin(box, trimmed)) gone.some++;
          }
        }
      }),
      { numRuns: 100 },
    );
    expect(Math.min(gone.some, gone.all)).toBeGreaterThan(20);
  });

  const policy = makePolicy({
    externals: { office: "198.51.100.0/24" },
    tenants: [
      { name: "shop", networks: { front: "10.1.0.0/24", back: "10.2.0.0/24" }, groups: { web: { match: "app=web", in: "front" } } },
      { name: "bare" },
    ],
  });
  const universe = universeOf(policy);
  const trim = trimmer(universe);
  const addresses = (text: string) => {
    const prefix = parsePrefix(text);
    return prefix === undefined ? allAddresses : prefixSet(prefix);
  };
  const same = (a: EndBox | undefined, b: EndBox | undefined): boolean =>
    a !== undefined && b !== undefined && endBoxWithin(a, b) && endBoxWithin(b, a);

  it("is the group's own box where a text only says its labels", () => {
    const [own] = universe.endsOf({ include: [{ kind: "group", tenant: "shop", group: "web" }], except: [] });
    expect(same(trim({ ...everyEnd, namespace: oneOf(["shop"]), labels: labels("app=web") }), own)).toBe(true);
  });

  it("has no namespaces without anybody at its addresses", () => {
    expect(
      same(
        trim({ ...everyEnd, addresses: addresses("192.0.2.0/24") }),
        endBox({ namespace: noneOf(["shop"]), addresses: addresses("192.0.2.0/24") }),
      ),
    ).toBe(true);
    expect(
      same(
        trim({ ...everyEnd, addresses: addresses("198.51.100.0/28") }),
        endBox({ namespace: onlyAbsent, addresses: addresses("198.51.100.0/28") }),
      ),
    ).toBe(true);
    expect(trim({ ...everyEnd, namespace: oneOf(["shop"]), addresses: addresses("192.0.2.0/24") })).toBeUndefined();
  });

  it("has of the pod networks no machines but hosts", () => {
    const vm = makePolicy({ tenants: [{ name: "shop", groups: { vm: { hosts: "10.244.0.9" } } }] });
    const trimPods = trimmer(universeOf(vm, "10.244.0.0/16"));
    const machines = (text: string): EndBox | undefined => endBox({ namespace: onlyAbsent, addresses: addresses(text) });
    expect(same(trimPods({ ...everyEnd, namespace: onlyAbsent, addresses: addresses("10.244.0.0/24") }), machines("10.244.0.9/32"))).toBe(true);
    expect(trimPods({ ...everyEnd, namespace: onlyAbsent, addresses: addresses("10.244.1.0/24") })).toBeUndefined();
  });

  it("is itself where nothing goes", () => {
    expect(trim(everyEnd)).toBe(everyEnd);
    const literal = trimmer(makeUniverse(policy, universe.surroundings, "literal"));
    const box = { ...everyEnd, namespace: oneOf(["shop"]) };
    expect(literal(box)).toBe(box);
  });
});
