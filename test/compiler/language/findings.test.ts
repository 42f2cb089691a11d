/** The rules of the language that stand in sentences: how text is read, and what the checker finds beyond types. */
import { describe, expect, it } from "@jest/globals";
import { codesFor, outcomeOf, policyOf, tenantOf } from "./read.js";

const shop = (rules: string, more = "", network = "subnet 10.0.0.0/24") =>
  `tenant t {\n  network n { ${network} }\n  group a in n { match app = a }\n  group b in n { match app = b }\n${more}\n  policy p {\n${rules}\n  }\n}\n`;
const used = "allow a -> b : http; allow b -> a : http";

describe("text", () => {
  it("has names of letters, digits and inner hyphens and dots, at most 64 characters", () => {
    const named = (name: string) => codesFor(shop(`allow ${name} -> a : http; ${used}`, `  group ${name} in n { match app = x }`));
    expect(["c-d", "c.d", "C", "c9", `c${"d".repeat(63)}`].map(named)).toEqual([[], [], [], [], []]);
    for (const name of ["c_d", "é", "-c", "c-", ".c", `c${"d".repeat(64)}`]) expect(named(name).some((code) => code.startsWith("CTV1"))).toBe(true);
  });

  it("takes quotes where a name is reserved or starts with a digit, and wherever else", () => {
    const named = (name: string) => codesFor(shop(`allow ${name} -> a : http; ${used}`, `  group ${name} in n { match app = x }`));
    expect(['"policy"', '"9c"', '"c"'].map(named)).toEqual([[], [], []]);
    expect(["policy", "9c"].every((name) => named(name).length > 0)).toBe(true);
  });

  it("reads an arrow between names as an arrow, and ends statements at line ends, `;` and braces", () => {
    expect(tenantOf("group a { match x = y }; group b { match x = z }\npolicy p { allow a->b:http }").rules).toHaveLength(1);
    expect(tenantOf("group a { match x = y }\npolicy p {\nallow a -> a : http\ndeny a -> a\n}").rules).toHaveLength(2);
  });

  it("lets lists go on after a comma, and end in one inside brackets", () => {
    const rule = tenantOf("group a { match x in (y, z,) }\nset s = a,\n  192.0.2.1\npolicy p { allow s -> a : tcp/{80, 443,} }").rules[0];
    expect(rule.service.services).toHaveLength(4);
  });

  it("keeps doc comments with what they stand above, and takes all other comments for nothing", () => {
    const text =
      "/// The shop.\ntenant t { // here\n  /* and\n here */ group a { match x = y }\n  policy p {\n    /// Why.\n    allow world -> a : http\n  }\n}\n";
    expect(policyOf(text).tenants).toMatchObject([{ doc: "The shop.", rules: [{ doc: "Why." }] }]);
  });
});

describe("scope", () => {
  it("lets a file see its own names and those of the files it imports itself, and no others", () => {
    const files = (imports: string) => ({
      "main.ctv": `${imports}\n${shop(`allow office -> a : http; ${used}`)}`,
      "b.ctv": 'import "c.ctv"\nexternal partners = 192.0.2.1\n',
      "c.ctv": "external office = 198.51.100.1\n",
    });
    expect(codesFor(files('import "c.ctv"'))).toEqual([]);
    expect(codesFor(files('import "b.ctv"'))).toContain("CTV2001");
  });

  it("lets a tenant's declaration shadow an outer one, with a note", () => {
    const text = `external office = 192.0.2.1\n${shop(`allow office -> a : http; ${used}`, "  external office = 198.51.100.1")}`;
    expect(codesFor(text)).toContain("CTV2004");
    expect(outcomeOf(text, "@198.51.100.1 -> t[app=a]@10.0.0.1 : tcp/80")).toBe("allow");
  });

  it.each([
    ["an unknown property", "subnet 10.0.0.0/24; subnett 10.1.0.0/24"],
    ["a property twice", "subnet 10.0.0.0/24; subnet 10.1.0.0/24"],
    ["a required one that is missing", "gateway 10.0.0.1"],
  ])("has an error for %s", (_what, network) => {
    expect(codesFor(shop(used, "", network)).some((code) => code.startsWith("CTV2") || code.startsWith("CTV3"))).toBe(true);
  });
});

describe("meaning", () => {
  it("asks every tenant that has an end, and none about what touches no tenant", () => {
    const text = (back: string) =>
      `tenant back {\n  network n { subnet 10.2.0.0/24 }\n  group api in n { match app = api }\n  export api\n  policy p { ${back} }\n}\n` +
      `tenant front {\n  network n { subnet 10.1.0.0/24 }\n  group web in n { match app = web }\n  export web\n  policy p { allow web -> back/api : http }\n}\n`;
    const flow = "front[app=web]@10.1.0.1 -> back[app=api]@10.2.0.1 : tcp/80";
    expect(outcomeOf(text("allow front/web -> api : http"), flow)).toBe("allow");
    expect(outcomeOf(text("deny front/web -> api"), flow)).toBe("deny");
    expect(outcomeOf(text("deny any -> any"), "@192.0.2.1 -> @192.0.2.2 : tcp/1")).toBe("untouched");
  });

  it("has endpoints in a tenant by namespace, network or hosts, also those in no group", () => {
    const text = shop(used, "  group vm { hosts 192.0.2.9 }\n  policy q { allow vm -> a : http }");
    for (const end of ["t@10.9.9.9", "@10.0.0.77", "@192.0.2.9"]) expect(outcomeOf(text, `@198.51.100.1 -> ${end} : tcp/1`)).toBe("deny");
  });

  it("has workloads of no tenant's namespace in the world, and those of a tenant in no other", () => {
    const text = "tenant t {\n  group a { match app = a }\n  policy p { allow world -> a }\n}\ntenant u { network n { subnet 10.9.0.0/24 } }\n";
    const from = (end: string) => outcomeOf(text, `${end} -> t[app=a]@10.0.0.1 : tcp/1`);
    expect(["@192.0.2.1", "other@192.0.2.1", "u@192.0.2.1", "t@192.0.2.1", "@10.9.0.1", "other@10.9.0.1"].map(from)).toEqual([
      "allow",
      "allow",
      "deny",
      "deny",
      "deny",
      "deny",
    ]);
  });

  it("takes workloads into a group by namespace and labels, and machines by address", () => {
    const text = shop(`allow c -> a : http; ${used}`, "  namespaces t, s\n  group c { match app = c; namespaces s; hosts 192.0.2.9 }");
    const from = (end: string) => outcomeOf(text, `${end} -> t[app=a]@10.0.0.1 : tcp/80`);
    expect(["s[app=c]@10.0.0.2", "t[app=c]@10.0.0.2", "@192.0.2.9", "t@192.0.2.9", "s@192.0.2.9"].map(from)).toEqual([
      "allow",
      "deny",
      "allow",
      "deny",
      "deny",
    ]);
  });

  it("has in a network those of its tenant alone, where two tenants have the same addresses", () => {
    const text = `${shop(`allow n -> a : http; ${used}`)}tenant u {\n  network n { subnet 10.0.0.0/24 }\n  default allow\n}\n`;
    const from = (end: string) => outcomeOf(text, `${end} -> t[app=a]@10.0.0.1 : tcp/80`);
    expect(["t@10.0.0.7", "u@10.0.0.7", "@10.0.0.7"].map(from)).toEqual(["allow", "deny", "allow"]);
  });

  it("matches an address in a rule with every endpoint that has it", () => {
    expect(outcomeOf(shop(`deny 10.0.0.5 -> b; ${used}`), "t[app=a]@10.0.0.5 -> t[app=b]@10.0.0.6 : tcp/80")).toBe("deny");
    expect(outcomeOf(shop(`deny 10.0.0.5 -> b; ${used}`), "t[app=a]@10.0.0.4 -> t[app=b]@10.0.0.6 : tcp/80")).toBe("allow");
  });
});

describe("the checker finds", () => {
  it.each([
    [
      "a rule that earlier rules together cover",
      shop(`allow a -> b : tcp/1-50\nallow a -> b : tcp/51-100\ndeny a -> b : tcp/40-60\n${used}`),
      "CTV4002",
    ],
    ["a rule whose removal would change nothing", shop(`allow a -> b : tcp/80\nallow a -> b : tcp/1-100\n${used}`), "CTV4003"],
    ["policies of equal priority that disagree", shop("allow a -> b : http", "  policy q { deny a -> b : http }"), "CTV4001"],
    ["a rule that concerns no endpoint of its tenant", shop(`allow world -> 198.51.100.1 : http\n${used}`), "CTV4004"],
    ["a group nobody uses", shop("allow a -> a : http"), "CTV4101"],
    ["a service nobody uses", shop(used, "  service s = tcp/1"), "CTV4102"],
    ["a policy without rules", shop(used, "  policy q {}"), "CTV4104"],
    ["an allow from anybody to anybody", shop(`allow any -> any\n${used}`), "CTV4005"],
    ["an allow from the world to every port", shop(`allow world -> a\n${used}`), "CTV4006"],
    ["overlapping subnets in one tenant", shop(used, "  network m { subnet 10.0.0.128/25 }"), "CTV3010"],
    ["a gateway outside its subnet", shop(used, "", "subnet 10.0.0.0/24; gateway 10.1.0.1"), "CTV3007"],
    ["a pool outside its network", shop(`allow c -> a : http; ${used}`, "  group c in n { match app = c; pool 10.9.0.1-10.9.0.9 }"), "CTV3011"],
    [
      "a tag outside the fabric's range",
      `fabric { vlans 1-10; vxlans 1-10 }\n${shop(used, "", "subnet 10.0.0.0/24; encap vlan; tag 99")}`,
      "CTV3014",
    ],
    ["a tag twice", shop(used, "  network m { subnet 10.5.0.0/24; tag 7 }", "subnet 10.0.0.0/24; tag 7"), "CTV3015"],
    ["host bits in a CIDR", shop(`allow 192.0.2.1/24 -> a : http; ${used}`), "CTV3003"],
    ["a selector that matches nothing", shop(`allow c -> a : http; ${used}`, "  group c in n { match app = x, not app }"), "CTV3022"],
    ["two groups that can match the same workload", shop(`allow c -> a : http; ${used}`, "  group c in n { match tier = x }"), "CTV4009"],
    ["IPv4 and IPv6 mixed so that a rule matches nothing", shop(`allow a -> 2001:db8::1 : http; ${used}`), "CTV4007"],
    ["a CIDR inside a network", shop(`allow 10.0.0.0/28 -> a : http; ${used}`), "CTV4008"],
    ["a comment that silences nothing", shop(`${used} // ctv-ignore CTV4002: no`), "CTV4108"],
    ["a comment without a reason", shop(`${used} // ctv-ignore CTV4002`), "CTV2021"],
  ])("%s", (_what, text, code) => {
    expect(codesFor(text)).toContain(code);
    expect(codesFor(shop(used))).not.toContain(code);
  });

  it("nothing about a rule that only logs", () => {
    expect(codesFor(shop(`deny a -> b : tcp/1 log\n${used}`))).not.toContain("CTV4003");
    expect(codesFor(shop(`allow a -> b : tcp/1 log\nallow a -> b : tcp/1-9\n${used}`))).not.toContain("CTV4003");
    expect(codesFor(shop(`allow a -> b : tcp/1\nallow a -> b : tcp/1-9\n${used}`))).toContain("CTV4003");
  });
});
