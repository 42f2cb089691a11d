/** Every line of the tables of docs/language.md, held against what the compiler makes of it. A line without a test is a failure, too. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { formatPrefix } from "../../../compiler/space/address.js";
import { formatServices } from "../../../compiler/space/service.js";
import { codesFor, outcomeOf, policyOf, tenantOf } from "./read.js";

/** The first cells of the tables, as they are written. */
const rows = [...readFileSync("docs/language.md", "utf8").matchAll(/^\| (.+?) (?<!\\)\| .*\|$/gm)]
  .map(([, cell]) => cell)
  .filter((cell) => !["literal", "declaration", "requirement"].includes(cell));

/** A rule to a group `a` in a tenant that may be asked about. */
const to = (rule: string, outside = "") =>
  `${outside}\ntenant t {\n  network n { subnet 10.0.0.0/24; subnet6 fd00::/64 }\n  group a in n { match app = a }\n  policy p { ${rule} }\n}\n`;
const at = (source: string, service = "tcp/80", family = "10.0.0.9") => `@${source} -> t[app=a]@${family} : ${service}`;
const services = (text: string): string =>
  formatServices(tenantOf(`group a { match x = y }\n service s = ${text}\n policy p { allow world -> a : s }`).rules[0].service.services);

/** A workload with these labels is in a group with this requirement. */
function holds(requirement: string, labels: string): boolean {
  const text = `tenant t {\n  group a { match ${requirement} }\n  policy p { allow world -> a }\n}\n`;
  return outcomeOf(text, `@192.0.2.1 -> t[${labels}]@10.0.0.1 : tcp/1`) === "allow";
}

const tests: Readonly<Record<string, () => void>> = {
  address: () => {
    expect([at("192.0.2.1"), at("192.0.2.2")].map((flow) => outcomeOf(to("allow 192.0.2.1, 2001:db8::1 -> a"), flow))).toEqual(["allow", "deny"]);
    expect(outcomeOf(to("allow 192.0.2.1, 2001:db8::1 -> a"), at("2001:db8::1", "tcp/1", "fd00::2"))).toBe("allow");
    expect(codesFor(to("allow 192.0.2.256 -> a"))).toContain("CTV3002");
  },
  CIDR: () => {
    const text = to("allow 192.0.2.0/25, 2001:db8::/32 -> a");
    expect(["192.0.2.0", "192.0.2.127", "192.0.2.128"].map((source) => outcomeOf(text, at(source)))).toEqual(["allow", "allow", "deny"]);
    expect(outcomeOf(text, at("2001:db8:ffff::1", "tcp/1", "fd00::2"))).toBe("allow");
    expect(codesFor(to("allow 192.0.2.1/25 -> a"))).toContain("CTV3003");
    expect(codesFor(`bgp n1 { router-ip 10.1.1.1/24; as 1; neighbor 10.1.1.2; neighbor-as 2 }\n${to("allow world -> a : http")}`)).toEqual([]);
  },
  "address range": () => {
    const text = to("allow 192.0.2.10-192.0.2.20 -> a");
    expect(["192.0.2.9", "192.0.2.10", "192.0.2.20", "192.0.2.21"].map((source) => outcomeOf(text, at(source)))).toEqual([
      "deny",
      "allow",
      "allow",
      "deny",
    ]);
    expect(codesFor(to("allow 192.0.2.20-192.0.2.10 -> a"))).toContain("CTV3004");
  },
  "number, range of numbers": () => {
    expect(services("tcp/8080, udp/8000-8100")).toBe("tcp/8080, udp/8000-8100");
    expect(codesFor(to("allow world -> a : tcp/65536"))).not.toEqual([]);
    expect(codesFor(to("allow world -> a : tcp/90-80"))).not.toEqual([]);
  },
  "protocol and port": () => {
    expect(services("tcp/80, tcp/{80, 443, 8000-8100}, icmp/8, ip/47")).toBe("ip/47, icmp/8, tcp/{80, 443, 8000-8100}");
  },
  bandwidth: () => {
    const profile = (value: string) =>
      policyOf(`qos q { bandwidth ${value} }\ntenant t {\n  group a { match x = y; qos q }\n  policy p { allow world -> a }\n}\n`).tenants[0]
        .groups[0].qos?.bandwidth;
    expect(["500kbps", "10Mbps", "1Gbps"].map(profile)).toEqual([500_000, 10_000_000, 1_000_000_000]);
  },
  string: () => {
    expect(tenantOf('contracts c provided = "uni/tn-common/brc-default"').contracts).toMatchObject([{ names: ["uni/tn-common/brc-default"] }]);
  },
  "`tenant N { … }`": () => {
    const opened = policyOf({ "main.ctv": "tenant t { group a { match x = y } }\ntenant t { policy p { allow world -> a } }\n" });
    expect(opened.tenants.map(({ name, groups, rules }) => [name, groups.length, rules.length])).toEqual([["t", 1, 1]]);
    const split = policyOf({
      "main.ctv": 'import "b.ctv"\ntenant t { policy p { allow world -> a } }\n',
      "b.ctv": "tenant t { group a { match x = y } }\n",
    });
    expect(split.tenants[0].rules).toHaveLength(1);
  },
  "`namespaces a, b`": () => {
    expect(tenantOf("namespaces x, y").namespaces).toEqual(["x", "y"]);
    expect(tenantOf("").namespaces).toEqual(["t"]);
    expect(codesFor("tenant a { namespaces x }\ntenant b { namespaces x }\n")).toContain("CTV3016");
  },
  "`default deny`": () => {
    const text = (words: string) => `tenant t {\n  ${words}\n  group a { match app = a }\n}\n`;
    expect(["", "default deny", "default allow"].map((words) => outcomeOf(text(words), at("192.0.2.1")))).toEqual(["deny", "deny", "allow"]);
  },
  "`network N { … }`": () => {
    const [network] = tenantOf(
      "network n { subnet 10.0.0.0/24; gateway 10.0.0.1; subnet6 fd00::/64; gateway6 fd00::1; encap vlan; tag 7; type infra }",
    ).networks;
    expect(network).toMatchObject({ name: "n", encap: "vlan", tag: 7, type: "infra", gateway: { value: 0x0a000001 }, gateway6: { family: 6 } });
    expect([network.subnet, network.subnet6].map((prefix) => (prefix === undefined ? "" : formatPrefix(prefix)))).toEqual([
      "10.0.0.0/24",
      "fd00::/64",
    ]);
    expect(tenantOf("network n { subnet 10.0.0.0/24 }").networks[0]).toMatchObject({ encap: "vxlan", type: "data" });
    const both = to("allow n -> a");
    expect([at("10.0.0.7"), at("10.0.1.7")].map((flow) => outcomeOf(both, flow))).toEqual(["allow", "deny"]);
    expect([at("fd00::7", "tcp/1", "fd00::2"), at("fd01::7", "tcp/1", "fd00::2")].map((flow) => outcomeOf(both, flow))).toEqual(["allow", "deny"]);
  },
  "`group N [in NETWORK] { … }`": () => {
    const { groups } = tenantOf(
      'namespaces x, y\nnetwork n { subnet 10.0.0.0/24 }\nqos q { dscp 46 }\ncontracts c consumed = "dn"\ngroup a in n { match app = a; namespaces y; hosts 10.0.0.9; pool 10.0.0.20-10.0.0.30; qos q; contracts c }\ngroup b {}',
    );
    expect(groups[0]).toMatchObject({
      network: "n",
      selector: { namespaces: ["y"] },
      hosts: { v4: [0x0a000009, 0x0a000009] },
      qos: { dscp: 46 },
      contracts: ["c"],
    });
    expect(groups[0].pool).toMatchObject({ first: { value: 0x0a000014 }, last: { value: 0x0a00001e } });
    expect(groups[1]).toMatchObject({ byName: true });
    expect([...(groups[1].selector?.labels ?? [])].map(([key, set]) => [key, set.values])).toEqual([
      ["io.contiv.tenant", ["t"]],
      ["io.contiv.net-group", ["b"]],
    ]);
  },
  "`external N = …`": () => {
    expect(outcomeOf(to("allow office -> a", "external office = 198.51.100.0/24, 192.0.2.1"), at("198.51.100.7"))).toBe("allow");
    expect(codesFor(to("allow office -> a", "external office = 10.0.0.0/28"))).toContain("CTV3017");
  },
  "`set N = …`": () => {
    const text = to("allow s -> a", "set s = 192.0.2.0/24, 198.51.100.1 except 192.0.2.7");
    expect(["192.0.2.6", "192.0.2.7", "198.51.100.1"].map((source) => outcomeOf(text, at(source)))).toEqual(["allow", "deny", "allow"]);
  },
  "`service N = …`": () => {
    expect(services("tcp/1, udp/2, sctp/3, icmp/4, icmp6/5, ip/6, ssh")).toBe("tcp, icmp/4, udp/2, icmp6/5, sctp/3");
    expect(outcomeOf(to("allow world -> a : http", "service http = tcp/8080"), at("192.0.2.1", "tcp/80"))).toBe("deny");
  },
  "`policy N [priority P] { … }`": () => {
    const text = (first: string, second: string) =>
      `tenant t {\n  group a { match app = a }\n  policy x ${first} { deny world -> a : tcp/80 }\n  policy y ${second} { allow world -> a : tcp/80; deny world -> a }\n}\n`;
    expect([outcomeOf(text("priority 1", ""), at("192.0.2.1")), outcomeOf(text("", "priority 1"), at("192.0.2.1"))]).toEqual(["deny", "allow"]);
  },
  "`export G, H [to tenant, …]`": () => {
    const text = (words: string) =>
      `tenant b {\n  group g { match x = y }\n  group h { match x = z }\n  ${words}\n}\ntenant t {\n  group a { match app = a }\n  policy p { allow a -> b/g, b/h }\n}\ntenant other {}\n`;
    expect(codesFor(text("export g, h"))).toEqual([]);
    expect(codesFor(text("export g, h to t"))).toEqual([]);
    expect(codesFor(text("export g, h to other"))).not.toEqual([]);
    expect(codesFor(text("export g"))).not.toEqual([]);
  },
  "`qos N { … }`": () => {
    expect(tenantOf("qos q { bandwidth 10Mbps; burst 1500; dscp 46 }").qosProfiles).toMatchObject([
      { name: "q", bandwidth: 10_000_000, burst: 1500, dscp: 46 },
    ]);
  },
  "`app N = group, …`": () => {
    expect(tenantOf("group a { match x = y }\ngroup b { match x = z }\napp shop = a, b").apps).toMatchObject([{ name: "shop", groups: ["a", "b"] }]);
  },
  '`contracts N provided\\|consumed = "dn", …`': () => {
    expect(tenantOf('contracts p provided = "x", "y"\ncontracts c consumed = "z"').contracts).toMatchObject([
      { name: "p", type: "provided", names: ["x", "y"] },
      { name: "c", type: "consumed", names: ["z"] },
    ]);
  },
  "`loadbalancer N in NETWORK { … }`": () => {
    const [balancer] = tenantOf(
      "network n { subnet 10.0.0.0/24 }\nloadbalancer l in n { address 10.0.0.5; match app = web; port tcp/80 -> 8080 }",
    ).loadBalancers;
    expect(balancer).toMatchObject({ name: "l", network: "n", address: { value: 0x0a000005 }, ports: [{ protocol: "tcp", port: 80, target: 8080 }] });
    expect(balancer.labels.get("app")?.values).toEqual(["web"]);
  },
  "`fabric { … }`": () => {
    const block = "fabric { mode aci; forwarding bridge; arp flood; vlans 100-200; vxlans 5000-6000; private-subnet 172.20.0.0/16 }\n";
    expect(policyOf(block).fabric).toMatchObject({
      mode: "aci",
      forwarding: "bridge",
      arp: "flood",
      vlans: [100, 200],
      vxlans: [5000, 6000],
      privateSubnet: { address: { value: 0xac140000 }, length: 16 },
    });
    expect(policyOf("fabric {}\n").fabric).toMatchObject({
      mode: "default",
      forwarding: "routing",
      arp: "proxy",
      vlans: [1, 4094],
      vxlans: [1, 10_000],
      privateSubnet: { address: { value: 0xac130000 }, length: 16 },
    });
    expect(codesFor(block + block)).not.toEqual([]);
  },
  "`bgp NODE { … }`": () => {
    expect(policyOf("bgp n1 { router-ip 10.1.1.1/24; as 65001; neighbor 10.1.1.2; neighbor-as 65002 }\n").bgp).toMatchObject([
      { name: "n1", routerIp: { length: 24 }, as: 65001, neighbor: { value: 0x0a010102 }, neighborAs: 65002 },
    ]);
  },
  "`aci { … }`": () => {
    const block = 'aci { physical-domain d; enforce-policies no; include-common-tenant yes; path-bindings "p1", "p2"; node-bindings "n1" }\n';
    expect(policyOf(block).aci).toMatchObject({
      physicalDomain: "d",
      enforcePolicies: false,
      includeCommonTenant: true,
      pathBindings: ["p1", "p2"],
      nodeBindings: ["n1"],
    });
    expect(policyOf("aci { physical-domain d }\n").aci).toMatchObject({ enforcePolicies: true, includeCommonTenant: false, pathBindings: [] });
  },
  "`param N: TYPE = default`": () => {
    const text = to(
      "allow who, one -> a : tcp/gate",
      "param who: cidrs = 192.0.2.1, 198.51.100.0/24\nparam one: address = 203.0.113.1\nparam gate: port = 8080",
    );
    expect(outcomeOf(text, at("198.51.100.9", "tcp/8080"))).toBe("allow");
    expect(outcomeOf(text, at("203.0.113.1", "tcp/8080"))).toBe("allow");
    expect(outcomeOf(text, at("198.51.100.9", "tcp/80"))).toBe("deny");
    const types = ["cidr = 10.0.0.0/8", "int = 5", 'string = "x"', "bool = true", "bandwidth = 1Mbps"];
    for (const type of types) expect(codesFor(`param x: ${type}\n`)).toEqual(["CTV4106"]);
    expect(codesFor("param x: colour = red\n")).not.toEqual(["CTV4106"]);
  },
  '`import "path"`': () => {
    const files = { "main.ctv": `import "sub/b.ctv"\n${to("allow office -> a")}`, "sub/b.ctv": "external office = 192.0.2.1\n" };
    expect(outcomeOf(files, at("192.0.2.1"))).toBe("allow");
    const inFolder = { "sub/main.ctv": `import "b.ctv"\nimport "../c.ctv"\n${to("allow office, home -> a")}`, "sub/b.ctv": files["sub/b.ctv"] };
    const above = { ...inFolder, "c.ctv": "external home = 192.0.2.2\n" };
    expect(["192.0.2.1", "192.0.2.2", "192.0.2.3"].map((source) => outcomeOf(above, at(source)))).toEqual(["allow", "allow", "deny"]);
    expect(codesFor({ "main.ctv": 'import "b.ctv"\n', "b.ctv": 'import "main.ctv"\n' })).toContain("CTV2006");
  },
  '`test "…" { expect … }`': () => {
    const policy = policyOf(`${to("allow world -> a : http")}test "one" { expect allow world -> t/a : http; expect deny world -> t/a : ssh }\n`);
    expect(policy.tests).toMatchObject([{ name: "one", expectations: [{ action: "allow" }, { action: "deny" }] }]);
  },
  "`k = v`": () => {
    expect(["k=v", "k=w", "x=v"].map((labels) => holds("k = v", labels))).toEqual([true, false, false]);
  },
  "`k in (a, b)`": () => {
    expect(["k=a", "k=b", "k=c", "x=a"].map((labels) => holds("k in (a, b)", labels))).toEqual([true, true, false, false]);
  },
  "`k not in (a, b)`": () => {
    expect(["k=a", "k=b", "k=c", "x=a"].map((labels) => holds("k not in (a, b)", labels))).toEqual([false, false, true, true]);
  },
  "`has k`": () => {
    expect(["k=a", "x=a"].map((labels) => holds("has k", labels))).toEqual([true, false]);
  },
  "`not k`": () => {
    expect(["k=a", "x=a"].map((labels) => holds("not k", labels))).toEqual([false, true]);
  },
};

describe("the tables of the language", () => {
  it("have a test for each of their lines", () => {
    expect(Object.keys(tests).sort()).toEqual([...rows].sort());
  });

  it.each(rows)("%s", (row) => {
    tests[row]?.();
    expect(tests).toHaveProperty([row]);
  });
});
