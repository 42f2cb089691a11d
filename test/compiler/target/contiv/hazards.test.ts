/** Everything that contiv.md §3.6 and §12 warn of, avoided. */
import { describe, expect, it } from "@jest/globals";
import { readContiv } from "../../../../compiler/target/contiv/read/read.js";
import type { Document } from "../../../../compiler/target/contiv/read/documents.js";
import { allow, deny } from "../../../support/policy.js";
import { emittedFolder, emittedRules } from "./emitted.js";
import type { Emitted } from "./emitted.js";

const problems = ({ artefacts, universe }: Emitted): readonly string[] => readContiv(artefacts, universe).problems.map(({ message }) => message);
const rulesOf = ({ documents }: Emitted): readonly Document[] => documents.filter(({ kind }) => kind === "rule");
const fields = (emitted: Emitted, field: string): readonly unknown[] => [...new Set(rulesOf(emitted).map(({ body }) => body[field]))];

interface PlanStep {
  readonly method: string;
  readonly url: string;
  readonly without?: readonly string[];
}

function planOf({ artefacts }: Emitted): readonly PlanStep[] {
  const parsed: { readonly steps: readonly PlanStep[] } = JSON.parse(artefacts.find(({ path }) => path === "plan.json")?.text ?? "{}");
  return parsed.steps;
}

describe("hazard 1: one flow for two rules", () => {
  it.each([
    ["the same rule in two policies", [allow("a", "b", "tcp/80"), allow("a", "b", "tcp/80")]],
    ["a rule seen from either side", [allow("a", "b", "icmp"), allow("b", "a", "icmp")]],
    ["one wide, one narrow", [allow("any", "b", "udp/53"), allow("a, any", "b", "udp/53")]],
    ["addresses with a mask in common", [allow("198.51.100.0/24", "b", "tcp/80"), allow("198.51.100.0/25, 198.51.100.128/25", "b", "tcp/80")]],
    ["a service listed twice", [allow("a", "b", "udp/53, udp/53-54")]],
    ["every group, and one of them", [allow("any", "198.51.100.7", "tcp/443"), allow("a", "198.51.100.7", "tcp/443")]],
  ])("%s", (_name, rules) => {
    expect(problems(emittedRules(rules))).toEqual([]);
  });

  it("leaves out ports that the agent ignores", () => {
    for (const { body } of rulesOf(emittedRules([allow("a", "b", "icmp, ip/47"), allow("b", "c")]))) expect(body.port).toBeUndefined();
  });
});

describe("hazard 2: what the agent cannot parse", () => {
  it("writes networks as CIDRs, never by name", () => {
    const emitted = emittedRules([allow("net", "b", "tcp/80"), allow("b", "10.0.0.10-10.0.0.20", "tcp/80")]);
    expect(fields(emitted, "fromNetwork")).toEqual([undefined]);
    expect(fields(emitted, "toNetwork")).toEqual([undefined]);
    expect(fields(emitted, "toIpAddress")).toEqual(expect.arrayContaining(["10.0.0.10/31", "10.0.0.12/30", "10.0.0.16/30", "10.0.0.20"]));
    expect(problems(emitted)).toEqual([]);
  });

  it("writes one address without /32, and everything as no selector", () => {
    const emitted = emittedRules([allow("198.51.100.7", "a", "tcp/80"), allow("0.0.0.0/0", "b", "tcp/80")]);
    expect(fields(emitted, "fromIpAddress")).toContain("198.51.100.7");
    expect(fields(emitted, "fromIpAddress").filter((value) => String(value).endsWith("/0") || String(value).endsWith("/32"))).toEqual([]);
  });

  it("clears host bits", () => {
    const texts = fields(emittedRules([allow("198.51.100.0/24, 198.51.100.9", "a", "tcp/80")]), "fromIpAddress");
    expect(texts).toEqual(expect.arrayContaining(["198.51.100.0/24"]));
    expect(texts).not.toContain("198.51.100.9/24");
  });
});

describe("hazard 3: a group that is gone turns an allow from it into an allow from all", () => {
  it("emits every group that a rule names, before the rule", () => {
    const emitted = emittedFolder("test/fixtures/contiv/guestbook");
    const groups = new Set(emitted.documents.filter(({ kind }) => kind === "endpointGroup").map(({ body }) => body.groupName));
    for (const { body } of rulesOf(emitted))
      for (const name of [body.fromEndpointGroup, body.toEndpointGroup]) expect(name === undefined || groups.has(name)).toBe(true);
    const urls = planOf(emitted).map(({ url }) => url);
    const lastBare = planOf(emitted).findLastIndex(({ without }) => without !== undefined);
    const firstRule = urls.findIndex((url) => url.includes("/rules/"));
    expect(lastBare).toBeGreaterThan(0);
    expect(lastBare).toBeLessThan(firstRule);
  });
});

describe("priorities", () => {
  it("gives no two overlapping rules of different action the same", () => {
    const emitted = emittedRules([
      deny("a", "any"),
      allow("any", "b", "tcp/80"),
      deny("198.51.100.0/24", "b"),
      allow("any", "world", "udp/53"),
      allow("world", "c"),
    ]);
    expect(problems(emitted)).toEqual([]);
  });

  it("stay within 1 to 100, and are few", () => {
    const rules = Array.from({ length: 120 }, (_, index) =>
      index % 2 === 0 ? allow("a", "b", `tcp/${1000 + index}`) : deny("b", "a", `tcp/${1000 + index}`),
    );
    const numbers = fields(emittedRules([...rules, allow("b", "a", "tcp/22")]), "priority").map(Number);
    expect(Math.min(...numbers)).toBe(1);
    expect(Math.max(...numbers)).toBeLessThan(10);
  });

  it("names the chain that does not fit, and emits no rules then", () => {
    const chain = Array.from({ length: 99 }, (_, index) => (index % 2 === 0 ? deny : allow)("a", "b", `tcp/7001-${7001 + index}`));
    const emitted = emittedRules(chain);
    expect(rulesOf(emitted)).toEqual([]);
    const finding = emitted.diagnostics.find(({ code }) => code === "CTV5215");
    expect(finding?.message).toContain('"deny a -> b : tcp/7001-7001" (line 7) > "allow a -> b : tcp/7001-7002" (line 8)');
    expect(finding?.related.length).toBeGreaterThan(95);
  });
});

describe("what cannot be written", () => {
  it("is no rule for IP protocol 0, which netmaster reads as every protocol", () => {
    const emitted = emittedRules([allow("a", "b", "ip/0")]);
    expect(fields(emitted, "protocol")).toEqual([""]);
    expect(emitted.codes).toContain("CTV5213");
  });

  it("is no address on the own side: `in` has only from, `out` has only to", () => {
    const emitted = emittedRules([allow("10.0.0.0/28", "b", "tcp/80"), allow("a", "10.0.0.0/28", "tcp/80"), allow("10.0.0.0/28", "10.0.0.16/28")]);
    for (const { body } of rulesOf(emitted)) {
      const [legal, other] = body.direction === "in" ? ["from", "to"] : ["to", "from"];
      expect(Object.keys(body).filter((field) => field.startsWith(other))).toEqual([]);
      expect(
        Object.keys(body).filter((field) => field.startsWith(legal) && field !== `${legal}EndpointGroup` && field !== `${legal}IpAddress`),
      ).toEqual([]);
    }
    expect(emitted.codes.filter((code) => code === "CTV5213")).toHaveLength(1);
  });

  it("is no port range: single ports up to the limit, an error above it", () => {
    expect(fields(emittedRules([allow("a", "b", "tcp/8000-8003")]), "port")).toEqual(expect.arrayContaining([8000, 8001, 8002, 8003]));
    const over = emittedRules([allow("a", "b", "tcp/8000-8200")]);
    expect(over.diagnostics.find(({ code }) => code === "CTV5214")?.message).toContain("201 single ports");
    expect(fields(over, "port")).toEqual([undefined]);
  });

  it("is no port range of every port either", () => {
    expect(fields(emittedRules([allow("a", "b", "tcp/0-65535")]), "port")).toEqual([undefined]);
  });
});

describe("the rest of the checklist", () => {
  const project = emittedFolder("examples/shop");

  it("writes URLs with the words of the API and a slash at the end", () => {
    for (const { url, method } of planOf(project))
      expect([
        method,
        /^\/api\/v1\/(globals|Bgps|tenants|networks|netprofiles|extContractsGroups|policys|endpointGroups|rules|appProfiles|serviceLBs)\/[^/]+\/$/.test(
          url,
        ),
      ]).toEqual(["POST", true]);
  });

  it("sends all fields of global, and whole texts where netmaster splits them", () => {
    const body = (kind: string): Document["body"] => project.documents.find((document) => document.kind === kind)?.body ?? {};
    expect(Object.keys(body("global")).sort()).toEqual(["arpMode", "fwdMode", "name", "networkInfraType", "pvtSubnet", "vlans", "vxlans"]);
    expect(body("serviceLB")).toMatchObject({ selectors: ["app=edge"], ports: ["443:8443:TCP"] });
    expect(body("netprofile")).toMatchObject({ bandwidth: "100Mbps", burst: 1500, DSCP: 46 });
  });

  it("attaches policies by posting the whole group again, last", () => {
    const steps = planOf(project);
    const lastRule = steps.findLastIndex(({ url }) => url.includes("/rules/front:"));
    const again = steps.findIndex(({ url, without }) => url.includes("/endpointGroups/front:web/") && without === undefined);
    expect(again).toBeGreaterThan(lastRule);
    expect(steps.findIndex(({ url }) => url.includes("/appProfiles/"))).toBeGreaterThan(again);
  });

  it("emits neither deny nor addresses in ACI mode", () => {
    const aci = emittedFolder("test/fixtures/contiv/aci");
    expect(fields(aci, "action")).toEqual(["allow"]);
    expect([...fields(aci, "fromIpAddress"), ...fields(aci, "toIpAddress")]).toEqual([undefined, undefined]);
    expect(fields(aci, "port")).toEqual([undefined, 6379, 6381]);
  });
});

describe("names", () => {
  it("do not change when an unrelated rule comes first", () => {
    const keys = (emitted: Emitted): readonly string[] => rulesOf(emitted).map(({ key }) => key);
    const named = allow("a", "b", "tcp/80", { name: "web" });
    const before = keys(emittedRules([named]));
    const after = keys(emittedRules([deny("c", "a", "tcp/22", { name: "no-ssh" }), named]));
    expect(before.filter((key) => key.includes("web")).length).toBeGreaterThan(0);
    expect(before.filter((key) => !after.includes(key))).toEqual([]);
  });

  it("fit netmaster's model, whatever the source's names are", () => {
    const long = "l".repeat(64);
    const emitted = emittedRules([allow("a.b", long, "tcp/80", { name: `${long}` })], {
      groups: { "a.b": { match: "app=a", in: "net" }, [long]: { match: "app=b", in: "net" } },
      policies: [
        { name: "p.q", rules: [allow("a.b", long, "tcp/80", { name: long })] },
        { name: long, rules: [allow(long, "a.b", "udp/53")] },
      ],
    });
    expect(problems(emitted)).toEqual([]);
    expect(emitted.diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(rulesOf(emitted).length).toBeGreaterThan(4);
  });
});
