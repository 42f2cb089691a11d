/** Every line of the table of declarations. */
import { describe, expect, it } from "@jest/globals";
import type { Block } from "../../grammar/syntax.js";
import { only, onlyOf, policyOf, problemsOf, read, ruleOf, written } from "./parsed.js";

function propertiesOf({ statements }: Block): readonly string[] {
  return statements.map((statement) =>
    statement.kind === "match" ? `match ${statement.requirements.length}` : [statement.name.text, ...statement.values.map(written)].join(" "),
  );
}

function codes(text: string): readonly string[] {
  return problemsOf(text).map(({ code }) => code);
}

describe("tenant", () => {
  it("holds declarations, and may be opened again", () => {
    const { items } = read("tenant a {\n group g { }\n}\ntenant a { service s = tcp/80; group h { } }\ntenant b { }");
    expect(items).toMatchObject([
      { kind: "tenant", name: { text: "a" }, items: [{ kind: "group" }] },
      { name: { text: "a" }, items: [{ kind: "service" }, { kind: "group" }] },
      { items: [] },
    ]);
  });
});

describe("namespaces", () => {
  it("are a list", () => {
    expect(onlyOf("namespaces", "namespaces a, b").names.map(({ text }) => text)).toEqual(["a", "b"]);
    expect(codes("namespaces")).toEqual(["CTV1017"]);
  });
});

describe("default", () => {
  it.each(["allow", "deny"])("%s", (action) => {
    expect(only(`default ${action}`)).toMatchObject({ kind: "default", action });
  });
});

describe("network", () => {
  it("has properties", () => {
    const text = `network n {
      subnet 10.1.1.0/24; gateway 10.1.1.254
      subnet6 fd00::/64
      gateway6 fd00::1
      encap vxlan
      tag 100
      type data
    }`;
    const block = onlyOf("network", text);
    expect(block.name?.text).toBe("n");
    expect(propertiesOf(block)).toEqual([
      "subnet prefix 10.1.1.0/24",
      "gateway address 10.1.1.254",
      "subnet6 prefix fd00::/64",
      "gateway6 address fd00::1",
      "encap vxlan",
      "tag 100",
      "type data",
    ]);
  });
});

describe("group", () => {
  it("may say its network", () => {
    expect(onlyOf("group", "group g in net { }").network?.text).toBe("net");
    expect(onlyOf("group", "group g { }").network).toBeUndefined();
  });

  it("has properties, some of which share a word with declarations", () => {
    const text = "group g { match a = b; namespaces n, m; hosts 192.0.2.10, 192.0.2.16/28; pool 10.1.1.1-10.1.1.9; qos gold; contracts c, d }";
    expect(propertiesOf(onlyOf("group", text))).toEqual([
      "match 1",
      "namespaces n m",
      "hosts address 192.0.2.10 prefix 192.0.2.16/28",
      "pool range 10.1.1.1-10.1.1.9",
      "qos gold",
      "contracts c d",
    ]);
  });
});

describe("match", () => {
  it.each([
    ["k = v", "equals", ["v"]],
    ["k in (a, b)", "in", ["a", "b"]],
    ["k not in (c)", "notIn", ["c"]],
    ["has k", "has", []],
    ["not k", "hasNot", []],
  ])("%s", (requirement, operator, values) => {
    const { statements } = onlyOf("group", `group g { match ${requirement}, other = x }`);
    const [match] = statements;
    if (match.kind !== "match") throw new Error("no match");
    const [{ key, values: found, ...rest }] = match.requirements;
    expect([rest.operator, key.text, found.map(({ text }) => text), match.requirements.length]).toEqual([operator, "k", values, 2]);
  });

  it("takes has and not for labels where an equals sign follows", () => {
    const { statements } = onlyOf("group", "group g { match has = a, not = b, has has, not not }");
    expect(statements).toMatchObject([
      {
        requirements: [
          { operator: "equals", key: { text: "has" } },
          { operator: "equals", key: { text: "not" } },
          { operator: "has" },
          { operator: "hasNot" },
        ],
      },
    ]);
  });
});

describe("external", () => {
  it("is a list of addresses, or names of params", () => {
    expect(onlyOf("external", "external e = 10.0.0.0/8, 192.0.2.1, 192.0.2.7-192.0.2.9, fd00::/8, offices").values.map(written)).toEqual([
      "prefix 10.0.0.0/8",
      "address 192.0.2.1",
      "range 192.0.2.7-192.0.2.9",
      "prefix fd00::/8",
      "offices",
    ]);
  });
});

describe("set", () => {
  it("is a union of peers, with exceptions", () => {
    const { peers } = onlyOf("set", "set s = a, other/b, 10.0.0.1 except c, 10.0.0.0/24");
    expect([peers.include.map(written), peers.except.map(written)]).toEqual([
      ["a", "other/b", "address 10.0.0.1"],
      ["c", "prefix 10.0.0.0/24"],
    ]);
  });
});

describe("service", () => {
  it("is a list of protocols with ports, or of other services", () => {
    const { terms } = onlyOf("service", "service s = tcp/{80, 443, 8000-8100}, udp/443, sctp/1, icmp/8, icmp6/128, ip/47, other, tcp");
    expect(terms.map(written)).toEqual(["tcp/{80, 443, 8000-8100}", "udp/443", "sctp/1", "icmp/8", "icmp6/128", "ip/47", "other", "tcp"]);
  });
});

describe("policy", () => {
  it("may have a priority", () => {
    expect(onlyOf("policy", "policy p priority 100 { }").priority).toMatchObject({ kind: "integer", value: 100 });
    expect(onlyOf("policy", "policy p priority level { }").priority).toMatchObject({ kind: "name", text: "level" });
    expect(policyOf("").priority).toBeUndefined();
  });

  it("is an ordered list of rules", () => {
    expect(policyOf("allow a -> b\ndeny any -> any\nallow c -> d").rules.map(({ action }) => action)).toEqual(["allow", "deny", "allow"]);
  });
});

describe("a rule", () => {
  it("has sources, destinations, services, a name and log", () => {
    const rule = ruleOf("deny a, other/b except c -> 10.0.0.0/8, world : web, tcp/80 as why log");
    expect([rule.source.include.map(written), rule.source.except.map(written)]).toEqual([["a", "other/b"], ["c"]]);
    expect([rule.destination.include.map(written), rule.destination.except.map(written)]).toEqual([["prefix 10.0.0.0/8", "world"], []]);
    expect([rule.action, rule.services?.map(written), rule.name?.text, rule.log]).toEqual(["deny", ["web", "tcp/80"], "why", true]);
  });

  it("has no services where it names none, and takes log and name in either order", () => {
    expect(Object.keys(ruleOf("allow a -> b"))).toEqual(["kind", "span", "action", "source", "destination", "log"]);
    expect(ruleOf("allow a -> b log as x")).toMatchObject({ name: { text: "x" }, log: true });
  });

  it("has spans that hold its text", () => {
    const text = "policy p {\n  allow a, b except c -> d : tcp/{80, 443}, web as x log // end\n}";
    const [item] = read(text).items;
    if (item.kind !== "policy") throw new Error("no policy");
    const [rule] = item.rules;
    const slice = ({ start, end }: { readonly start: number; readonly end: number }): string => text.slice(start, end);
    expect(slice(item.span)).toBe(text);
    expect(slice(rule.span)).toBe("allow a, b except c -> d : tcp/{80, 443}, web as x log");
    expect([slice(rule.source.span), slice(rule.destination.span)]).toEqual(["a, b except c", "d"]);
    expect(rule.services?.map(({ span }) => slice(span))).toEqual(["tcp/{80, 443}", "web"]);
  });
});

describe("export", () => {
  it("names groups, and the tenants they are for", () => {
    expect(onlyOf("export", "export a, b to t, u")).toMatchObject({ groups: [{ text: "a" }, { text: "b" }], to: [{ text: "t" }, { text: "u" }] });
    expect(onlyOf("export", "export a").to).toBeUndefined();
  });
});

describe("qos", () => {
  it("has properties", () => {
    expect(propertiesOf(onlyOf("qos", "qos gold { bandwidth 10Mbps; burst 500kbps; dscp 46 }"))).toEqual([
      "bandwidth bandwidth 10Mbps",
      "burst bandwidth 500kbps",
      "dscp 46",
    ]);
  });
});

describe("app", () => {
  it("is a list of groups", () => {
    expect(onlyOf("app", "app a = g, h").groups.map(({ text }) => text)).toEqual(["g", "h"]);
  });
});

describe("contracts", () => {
  it.each(["provided", "consumed"])("%s", (type) => {
    expect(onlyOf("contracts", `contracts c ${type} = "uni/tn-a/brc-b", "x"`)).toMatchObject({
      type,
      names: [{ text: "uni/tn-a/brc-b", quoted: true }, { text: "x" }],
    });
  });
});

describe("loadbalancer", () => {
  it("has a network and properties", () => {
    const block = onlyOf("loadbalancer", "loadbalancer lb in net { address 10.1.1.1; match app = web; port tcp/80 -> 8080, tcp/https -> web-port }");
    expect([block.name?.text, block.network?.text, propertiesOf(block)]).toEqual([
      "lb",
      "net",
      ["address address 10.1.1.1", "match 1", "port tcp/80 -> 8080 tcp/https -> web-port"],
    ]);
    expect(codes("loadbalancer lb { }")).toEqual(["CTV1022"]);
  });
});

describe("fabric, bgp and aci", () => {
  it("fabric has properties, one of them a reserved word", () => {
    const block = onlyOf(
      "fabric",
      "fabric { mode default; forwarding bridge; arp proxy; vlans 1-10, 20; vxlans 1-10; private-subnet 172.19.0.0/16 }",
    );
    expect([block.name, propertiesOf(block)]).toEqual([
      undefined,
      ["mode default", "forwarding bridge", "arp proxy", "vlans 1-10 20", "vxlans 1-10", "private-subnet prefix 172.19.0.0/16"],
    ]);
    expect(propertiesOf(onlyOf("fabric", "fabric { mode aci-opflex }"))).toEqual(["mode aci-opflex"]);
    expect(propertiesOf(onlyOf("fabric", "fabric { mode aci }"))).toEqual(["mode aci"]);
  });

  it("bgp names a node, and has a property called as", () => {
    const block = onlyOf("bgp", "bgp node-1 { router-ip 10.0.0.1/24; as 65000; neighbor 10.0.0.2; neighbor-as 65001 }");
    expect([block.name?.text, propertiesOf(block)]).toEqual([
      "node-1",
      ["router-ip prefix 10.0.0.1/24", "as 65000", "neighbor address 10.0.0.2", "neighbor-as 65001"],
    ]);
  });

  it("aci has properties", () => {
    const text = 'aci { physical-domain "d"; enforce-policies true; include-common-tenant false; path-bindings "a/b", "c"; node-bindings "n" }';
    expect(propertiesOf(onlyOf("aci", text))).toEqual([
      'physical-domain "d"',
      "enforce-policies true",
      "include-common-tenant false",
      'path-bindings "a/b" "c"',
      'node-bindings "n"',
    ]);
  });
});

describe("param", () => {
  it.each(["cidrs", "port", "int", "string", "bool", "bandwidth", "cidr", "address", "group", "service", "network", "external"])(
    "may be of type %s",
    (type) => {
      expect(onlyOf("param", `param p: ${type}`)).toMatchObject({ name: { text: "p" }, type: { text: type } });
    },
  );

  it("may have a default, of several values", () => {
    expect(onlyOf("param", "param p: cidrs = 10.0.0.0/8, 192.0.2.1").value?.map(written)).toEqual(["prefix 10.0.0.0/8", "address 192.0.2.1"]);
    expect(onlyOf("param", "param p: port").value).toBeUndefined();
    expect(onlyOf("param", 'param p:string = "a b"').value?.map(written)).toEqual(['"a b"']);
  });
});

describe("import", () => {
  it("has a quoted path", () => {
    expect(onlyOf("import", 'import "shared/offices.ctv"').path).toMatchObject({ text: "shared/offices.ctv", quoted: true });
  });
});

describe("test", () => {
  it("has a quoted name and expectations", () => {
    const test = onlyOf("test", 'test "what, it shows" {\n expect allow a except b -> c : web\n expect deny any -> world\n}');
    expect(test.name.text).toBe("what, it shows");
    expect(test.expectations).toMatchObject([{ action: "allow", services: [{ text: "web" }] }, { action: "deny" }]);
  });
});
