/** What is printed of a policy has to mean the same when it is read again. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { check } from "../../compiler/compile.js";
import type { Policy } from "../../compiler/policy/model.js";
import { difference } from "../../compiler/verdict/difference.js";
import { evaluate } from "../../compiler/verdict/evaluate.js";
import { policySketch } from "./arbitrary.js";
import { allFlows } from "./oracle.js";
import { allow, deny, makePolicy, universeOf } from "./policy.js";
import { printPolicy } from "./print.js";

/** The policy of a text in which every statement reads and every name is known. */
function read(text: string): Policy {
  const { draft, diagnostics } = check({ entries: ["main.ctv"], read: () => ({ text }), withoutLogic: true });
  expect({ text, wrong: diagnostics.filter(({ code }) => /^CTV[12]/.test(code)).map(({ message }) => message) }).toEqual({ text, wrong: [] });
  return draft;
}

describe("a printed policy", () => {
  it("reads as its author would write it", () => {
    const policy = makePolicy({
      tenants: [
        {
          name: "shop",
          namespaces: ["shop", "shop-jobs"],
          default: "allow",
          networks: { net: "10.1.0.0/24, fd00::/64" },
          groups: {
            web: { match: "app=web, tier!=test, has zone", in: "net" },
            policy: { match: "app in (a|b), not old", namespaces: ["shop"] },
            vm: { hosts: "192.0.2.16/28, 192.0.2.1" },
            named: {},
          },
          sets: { back: "policy, vm" },
          exports: ["web"],
          policies: [
            {
              name: "main",
              priority: 10,
              rules: [
                deny("any except web", "back", "tcp/80, tcp/8000-8100, icmp/8, udp", { log: true }),
                allow("office", "net, 10.0.0.0/8", undefined, { name: "in" }),
              ],
            },
          ],
        },
      ],
      externals: { office: "198.51.100.0/24, 203.0.113.7" },
      tests: [{ name: 'no "world" inside', expect: [deny("world", "shop/web", "ip/47")] }],
    });
    expect(printPolicy(read(printPolicy(policy)))).toBe(printPolicy(policy));
    expect(printPolicy(policy)).toBe(`external office = 198.51.100.0/24, 203.0.113.7

tenant shop {
  namespaces shop, shop-jobs
  default allow
  network net {
    subnet 10.1.0.0/24
    subnet6 fd00::/64
  }
  group web in net {
    match app = web, tier not in (test), has zone
  }
  group "policy" {
    match app in (a, b), not old
    namespaces shop
  }
  group vm {
    hosts 192.0.2.1, 192.0.2.16/28
  }
  group named {}
  set back = "policy", vm
  export web
  policy main priority 10 {
    deny any except web -> back : icmp/8, tcp/{80, 8000-8100}, ip/17 log
    allow office -> net, 10.0.0.0/8 as "in"
  }
}

test "no \\"world\\" inside" {
  expect deny world -> shop/web : ip/47
}
`);
  });

  it("means the same when it is read again", () => {
    fc.assert(
      fc.property(policySketch({ tests: 2 }), (sketch) => {
        const policy = makePolicy(sketch);
        const text = printPolicy(policy);
        const again = read(text);
        expect(printPolicy(again)).toBe(text);
        expect(again.tests.length).toBe(policy.tests.length);
        const universe = universeOf(policy);
        expect(difference(universe, universeOf(again))).toEqual([]);
        const flows = allFlows(universe);
        const step = Math.ceil(flows.length / 300);
        for (const flow of flows.filter((_, at) => at % step === 0)) expect(evaluate(again, flow).outcome).toBe(evaluate(policy, flow).outcome);
      }),
      { numRuns: 25 },
    );
  });
});
