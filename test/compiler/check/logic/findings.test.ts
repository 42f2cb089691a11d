import { describe, expect, it } from "@jest/globals";
import { checkLogic } from "../../../support/logic.js";
import { evaluate } from "../../../../compiler/verdict/evaluate.js";
import { parseFlow } from "../../../../compiler/verdict/format.js";
import { largePolicy } from "../../../support/large.js";
import { allow, deny, makePolicy, universeOf } from "../../../support/policy.js";
import type { PolicySketch, RuleSketch, TenantSketch } from "../../../support/policy.js";

const groups: TenantSketch["groups"] = { web: { match: "app=web", in: "net" }, db: { match: "app=db", in: "net" }, vm: { hosts: "192.0.2.9" } };

function shop(rules: readonly RuleSketch[], more: Partial<TenantSketch> = {}): PolicySketch {
  return { tenants: [{ name: "shop", networks: { net: "10.1.0.0/24" }, groups, policies: [{ name: "main", rules }], ...more }] };
}

function findings(sketch: PolicySketch, pods?: string): readonly string[] {
  return checkLogic(universeOf(makePolicy(sketch), pods)).map(({ code, message }) => `${code} ${message}`);
}

function codes(sketch: PolicySketch, pods?: string): readonly string[] {
  return findings(sketch, pods).map((text) => text.slice(0, 7));
}

describe("a shadowed rule", () => {
  it("is told with the one rule that takes all its flows", () => {
    expect(findings(shop([allow("any", "db", "tcp/5432"), deny("web", "db", "tcp/5432")]))).toEqual([
      'CTV4002 this rule never matches first: "allow any -> db : tcp/5432" (line 7) already allows all of it',
    ]);
  });

  it("is told with the several rules that cover it together, and no others", () => {
    const sketch = shop([
      allow("vm", "db", "tcp/1-90"),
      allow("web", "db", "tcp/1-50"),
      allow("web", "db", "tcp/40-60"),
      allow("web, vm", "db", "tcp/51-99"),
      allow("web", "db", "tcp/10-90"),
    ]);
    expect(findings(sketch)).toContain(
      'CTV4002 this rule never matches first: together, "allow web -> db : tcp/1-50" (line 8) and "allow web, vm -> db : tcp/51-99" (line 10) already allow all of it',
    );
  });

  it("is not told when only a part is taken, nor when only flows that cannot exist are left", () => {
    expect(codes(shop([deny("any except vm", "db"), allow("any", "db", "tcp/80")]))).toEqual([]);
    // Every endpoint of web has its address in the network: what is left of the second rule cannot exist.
    expect(codes(shop([allow("10.1.0.0/24", "db", "tcp/80"), allow("web", "db", "tcp/80")]))).toEqual(["CTV4002"]);
  });
});

describe("a redundant rule", () => {
  it("is told with what would do the same", () => {
    expect(findings(shop([allow("web", "db", "tcp/80"), allow("web", "db", "tcp/1-99")]))).toEqual([
      'CTV4003 this rule changes nothing: without it, "allow web -> db : tcp/1-99" (line 8) would allow the same flows',
    ]);
    expect(findings(shop([deny("web", "db")]))).toEqual([
      "CTV4003 this rule changes nothing: without it, the tenant's default would deny the same flows",
    ]);
  });

  it("is not told of a rule that logs, or that keeps a later one from logging", () => {
    expect(codes(shop([deny("web", "db", undefined, { log: true })]))).toEqual([]);
    expect(codes(shop([allow("web", "db", "tcp/80"), allow("web", "db", "tcp/1-99", { log: true })]))).toEqual([]);
  });

  it("is not told of a deny that a wider allow comes after", () => {
    expect(codes(shop([deny("web", "db", "tcp/22"), allow("any", "db", "tcp/1-99")]))).toEqual([]);
  });
});

describe("policies of equal priority", () => {
  const disagreeing = (priority: number): PolicySketch =>
    shop([], {
      policies: [
        { name: "access", rules: [allow("web", "db", "tcp/80"), allow("web", "db", "tcp/81")] },
        { name: "lockdown", priority, rules: [deny("any", "db", "tcp/80-90", { log: true })] },
      ],
    });

  it("are told once, with both rules and a flow that a query takes back", () => {
    const universe = universeOf(makePolicy(disagreeing(0)));
    const [finding, ...others] = checkLogic(universe);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ code: "CTV4001", severity: "error", flow: "shop[app=web]@10.1.0.1 -> shop[app=db]@10.1.0.3 : tcp/80" });
    expect(finding.message).toBe(
      'policies "access" and "lockdown" both have priority 0 and disagree: "allow web -> db : tcp/80" and "deny any -> db : tcp/80-90 log" ' +
        "both match web (10.1.0.1) -> db (10.1.0.3) : tcp/80, and 1 more pair of their rules disagrees",
    );
    const flow = parseFlow(finding.flow ?? "");
    expect(flow === undefined ? undefined : evaluate(universe.policy, flow).verdicts.map((verdict) => verdict.rule?.policy)).toEqual(["access"]);
  });

  it("may disagree when one has the higher priority", () => {
    expect(codes(disagreeing(1))).not.toContain("CTV4001");
  });
});

describe("a rule that matches nothing", () => {
  it.each<[string, RuleSketch, string]>([
    ["neither side is of the tenant", allow("192.0.2.77", "world", "tcp/443"), "CTV4004"],
    ["one family against the other", allow("2001:db8::/32", "web", "tcp/443"), "CTV4007"],
    ["ICMPv6 between IPv4 addresses", allow("web", "db", "icmp6"), "CTV4007"],
    ["nothing left after except", allow("web except web", "db"), "CTV4010"],
    ["nothing left of the destination", allow("web", "vm except 192.0.2.0/24"), "CTV4010"],
  ])("says so: %s", (_, rule, code) => {
    expect(codes(shop([rule]))).toEqual([code]);
  });
});

describe("openings that are too wide", () => {
  it.each<[string, readonly RuleSketch[], readonly string[]]>([
    ["everything to everything", [allow("any", "any")], ["CTV4005"]],
    ["every TCP port, any to any", [allow("any", "any", "tcp/1-65535")], ["CTV4005"]],
    ["any to any on one port", [allow("any", "any", "tcp/80")], []],
    ["world on every port", [allow("world", "web")], ["CTV4006"]],
    ["every UDP port", [allow("world", "web", "udp/0-65535")], ["CTV4006"]],
    ["any, which holds the world", [allow("any", "web")], ["CTV4006"]],
    ["all of IPv4", [allow("0.0.0.0/0", "web")], ["CTV4006"]],
    ["world on some ports", [allow("world", "web", "tcp/80-443")], []],
    ["outgoing only", [allow("any", "world")], []],
    ["the world denied before", [deny("world", "any"), allow("any", "web")], []],
  ])("%s", (_, rules, wanted) => {
    expect(codes(shop(rules))).toEqual(wanted);
  });
});

describe("groups", () => {
  it("that can share a workload are told once, at the one with most partners", () => {
    const sketch = shop([], { groups: { web: { match: "app=web" }, db: { match: "app=db" }, odd: { match: "security in (suspect|infected)" } } });
    expect(findings(sketch)).toEqual(['CTV4009 an endpoint of "odd" can be in "web" and "db" as well']);
  });

  it("share none when labels, networks or namespaces keep them apart", () => {
    const apart: TenantSketch["groups"] = {
      a: { match: "app=a", in: "net" },
      b: { match: "tier=b", in: "other" },
      c: { match: "app!=a, not tier", in: "net" },
    };
    expect(codes(shop([], { networks: { net: "10.1.0.0/24", other: "10.2.0.0/24" }, groups: apart }))).toEqual([]);
    // With pod networks, workloads of both networks may have one address.
    expect(codes(shop([], { networks: { net: "10.1.0.0/24", other: "10.2.0.0/24" }, groups: apart }), "10.244.0.0/16")).toEqual(["CTV4009"]);
  });

  it("share none where each has a part of what both match, and nobody can be there", () => {
    const owned: TenantSketch["groups"] = {
      a: { match: "app=a" },
      b: { match: "tier=b" },
      inNet: { match: "app=a", in: "net" },
      inOther: { match: "tier=b", in: "other" },
    };
    expect(findings(shop([], { networks: { net: "10.1.0.0/24", other: "10.2.0.0/24" }, groups: owned }))).toEqual([
      'CTV4009 an endpoint of "a" can be in "inNet" as well',
      'CTV4009 an endpoint of "b" can be in "inOther" as well',
    ]);
  });

  it("are split by a part of their network, and not by all of it or by what lies outside", () => {
    const use = (peer: string): PolicySketch => shop([allow(peer, "vm", "tcp/80"), allow("web", "db", "tcp/80")]);
    expect(findings(use("10.1.0.0/28"))).toEqual([
      'CTV4008 10.1.0.0/28 takes a part of network "net" and so splits "web" and "db": some endpoints match, others do not',
    ]);
    for (const peer of ["web, 10.1.0.0/28", "web except 10.1.0.0/28"]) expect(codes(use(peer))).toContain("CTV4008");
    expect(codes(use("10.1.0.0/24"))).toEqual([]);
    expect(codes(use("10.0.0.0/8"))).toEqual([]);
    expect(codes(use("198.51.100.0/24"))).toEqual([]);
  });
});

describe("a policy of a thousand rules", () => {
  it("is checked without comparing all pairs", () => {
    const universe = universeOf(makePolicy(largePolicy({ rules: 1000, groups: 100, cidrs: 200, rulesPerPolicy: 10 })));
    const started = performance.now();
    checkLogic(universe);
    // Warm and alone it takes 15 ms; the bound is for a busy machine.
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
