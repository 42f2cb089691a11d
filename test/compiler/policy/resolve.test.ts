/** From text to the resolved policy: what each declaration becomes, and what keeps a rule's id. */
import { describe, expect, it } from "@jest/globals";
import { formatAddresses } from "../../../compiler/check/literals.js";
import type { Peer, PeerExpression, Policy } from "../../../compiler/policy/model.js";
import { formatServices } from "../../../compiler/space/service.js";
import { checkTexts, codesOf } from "../../support/diagnose.js";
import type { Texts } from "../../support/diagnose.js";

const guestbook = `/// The guestbook of the lab: a web frontend and Redis with one master and slaves.
import "shared/offices.ctv"

param jump-hosts: cidrs = 198.51.100.7

tenant guestbook {
  namespaces guestbook
  default deny                            // the default, spelled out

  network app-net {
    subnet  10.1.1.0/24
    gateway 10.1.1.254
    encap   vxlan
  }

  group frontend     in app-net { match app = guestbook, tier = frontend }
  group redis-master in app-net { match app = redis, role = master }
  group redis-slave  in app-net { match app = redis, role = slave }
  group quarantined  in app-net { match security in (suspect, infected) }
  group legacy-db               { hosts 192.0.2.10, 192.0.2.16/28 }   // virtual machines

  service redis = tcp/6379
  service web   = tcp/{80, 443, 8000-8100}, udp/443

  set backend = redis-master, redis-slave

  policy quarantine priority 100 {
    deny  quarantined -> any                  log
  }

  policy tiers {
    allow world       -> frontend     : web
    allow frontend    -> backend      : redis         as web-to-redis
    allow redis-slave -> redis-master : redis
    allow any         -> world        : dns
    allow frontend    -> legacy-db    : tcp/5432
    allow jump-hosts  -> backend      : ssh
    deny  office except jump-hosts -> any             log
  }

  test "redis answers to the frontend, and outside only to the jump hosts" {
    expect allow frontend except quarantined -> redis-master : redis
    expect deny  world except jump-hosts     -> backend
  }
}
`;
const offices = "external office = 198.51.100.0/24, 2001:db8:ff::/48\n";

function resolve(text: string, others: Texts = {}): Policy {
  return resolveTexts({ "main.ctv": text, ...others });
}

function resolveTexts(texts: Texts, entries?: readonly string[]): Policy {
  const checked = checkTexts(texts, entries === undefined ? {} : { entries });
  expect(codesOf(checked).filter((code) => /^CTV[123]/.test(code))).toEqual([]);
  if (checked.policy === undefined) throw new Error("no policy");
  return checked.policy;
}

function peerText(peer: Peer): string {
  switch (peer.kind) {
    case "any":
    case "world":
      return peer.kind;
    case "group":
      return `${peer.tenant}/${peer.group}`;
    case "network":
      return `${peer.tenant}/${peer.network}`;
    case "addresses":
      return `${peer.name ?? ""}(${peer.text})`;
    case "set":
      return `${peer.name}(${sideText(peer.expression)})`;
  }
}

function sideText({ include, except }: PeerExpression): string {
  return [include.map(peerText).join(", "), ...(except.length === 0 ? [] : [`except ${except.map(peerText).join(", ")}`])].join(" ");
}

const rulesOf = (policy: Policy): readonly string[] =>
  policy.tenants.flatMap((tenant) =>
    tenant.rules.map(
      (rule) =>
        `${rule.priority} ${rule.action} ${sideText(rule.source)} -> ${sideText(rule.destination)} : ${formatServices(rule.service.services)}`,
    ),
  );

describe("the guestbook", () => {
  const policy = resolve(guestbook, { "shared/offices.ctv": offices });
  const [tenant] = policy.tenants;

  it("has its rules in order of evaluation, with every name filled in", () => {
    expect(rulesOf(policy)).toEqual([
      "100 deny guestbook/quarantined -> any : any service",
      "0 allow world -> guestbook/frontend : tcp/{80, 443, 8000-8100}, udp/443",
      "0 allow guestbook/frontend -> backend(guestbook/redis-master, guestbook/redis-slave) : tcp/6379",
      "0 allow guestbook/redis-slave -> guestbook/redis-master : tcp/6379",
      "0 allow any -> world : tcp/53, udp/53",
      "0 allow guestbook/frontend -> guestbook/legacy-db : tcp/5432",
      "0 allow jump-hosts(198.51.100.7) -> backend(guestbook/redis-master, guestbook/redis-slave) : tcp/22",
      "0 deny office(198.51.100.0/24, 2001:db8:ff::/48) except jump-hosts(198.51.100.7) -> any : any service",
    ]);
  });

  it("has its tenant, networks and groups", () => {
    expect([tenant.name, tenant.namespaces, tenant.defaultAction, tenant.defaultOrigin?.line]).toEqual(["guestbook", ["guestbook"], "deny", 8]);
    expect(tenant.networks.map((network) => [network.name, network.encap, network.type, formatAddresses(network.addresses)])).toEqual([
      ["app-net", "vxlan", "data", "10.1.1.0/24"],
    ]);
    expect(tenant.groups.map((group) => [group.name, group.network, group.selector?.labels.size, formatAddresses(group.hosts)])).toEqual([
      ["frontend", "app-net", 2, ""],
      ["redis-master", "app-net", 2, ""],
      ["redis-slave", "app-net", 2, ""],
      ["quarantined", "app-net", 1, ""],
      ["legacy-db", undefined, undefined, "192.0.2.10, 192.0.2.16/28"],
    ]);
    expect(formatAddresses(policy.externals)).toBe("198.51.100.0/24, 2001:db8:ff::/48");
  });

  it("says where each rule stands, and how it reads", () => {
    expect(tenant.rules.map((rule) => `${rule.origin.line}:${rule.origin.column} ${rule.text}${rule.log ? " (logs)" : ""}`)).toEqual([
      "28:5 deny quarantined -> any log (logs)",
      "32:5 allow world -> frontend : web",
      "33:5 allow frontend -> backend : redis as web-to-redis",
      "34:5 allow redis-slave -> redis-master : redis",
      "35:5 allow any -> world : dns",
      "36:5 allow frontend -> legacy-db : tcp/5432",
      "37:5 allow jump-hosts -> backend : ssh",
      "38:5 deny office except jump-hosts -> any log (logs)",
    ]);
    expect(policy.tests.map((test) => [test.tenant, test.expectations.map((expectation) => expectation.text)])).toEqual([
      ["guestbook", ["expect allow frontend except quarantined -> redis-master : redis", "expect deny world except jump-hosts -> backend"]],
    ]);
  });

  it("is the same from two files, in whichever order they come", () => {
    const at = guestbook.indexOf("  policy quarantine");
    const head = `${guestbook.slice(0, at)}}\n`;
    const rest = `import "shared/offices.ctv"\nimport "head.ctv"\ntenant guestbook {\n${guestbook.slice(at)}`;
    const texts = { "head.ctv": head, "rest.ctv": rest, "shared/offices.ctv": offices };
    for (const entries of [
      ["head.ctv", "rest.ctv"],
      ["rest.ctv", "head.ctv"],
    ]) {
      expect(rulesOf(resolveTexts(texts, entries))).toEqual(rulesOf(policy));
    }
  });
});

describe("ids of rules", () => {
  const policyWith = (rules: string, more = ""): readonly string[] =>
    resolve(`tenant t {\n  group a { match app = a }\n  group b { match app = b }\n${more}  policy p {\n${rules}\n  }\n}\n`).tenants[0].rules.map(
      (rule) => rule.id,
    );

  it("come from the name, else from the text", () => {
    const [named, plain] = policyWith("allow a -> b : http as entry\nallow b -> a : http");
    expect(named).toBe("t/p/entry");
    expect(plain).toMatch(/^t\/p\/[0-9a-f]{10}$/);
  });

  it("do not change with other rules, spacing, quotes or comments", () => {
    const [, plain] = policyWith("allow a -> b : http as entry\nallow b -> a : http, tcp/8443");
    expect(policyWith("allow b->a:http,tcp/8443 // why")).toEqual([plain]);
    expect(policyWith('/// doc\nallow "b" -> a : http,\n  tcp/8443\ndeny any -> b')[0]).toBe(plain);
    expect(policyWith("allow b -> a : http, tcp/8443", "  service other = tcp/1\n")).toEqual([plain]);
  });

  it("are unique where a rule stands twice", () => {
    const [first, second, third] = policyWith("allow a -> b : http\nallow a -> b : http\nallow a -> b : https");
    expect(second).toBe(`${first}#2`);
    expect(third).not.toBe(first);
  });
});

describe("declarations", () => {
  it("become the objects of the model", () => {
    const { fabric, bgp, aci, tenants } = resolve(`
      fabric { mode aci; forwarding bridge; arp flood; vlans 100-199; vxlans 5000-5999; private-subnet 172.20.0.0/16 }
      bgp node-1 { router-ip 65.1.1.1/24; as 65001; neighbor 65.1.1.254; neighbor-as 65000 }
      aci { physical-domain lab; enforce-policies no; include-common-tenant yes; node-bindings "topology/pod-1/node-101" }
      qos gold { bandwidth 10Mbps; burst 1500; dscp 46 }
      tenant t {
        default allow
        network n { subnet 10.1.1.10-10.1.1.100/24; gateway 10.1.1.1; encap vlan; tag 150; type infra }
        contracts erp provided = "uni/tn-common/brc-erp", "uni/tn-common/brc-x"
        group g in n { match app = g; qos gold; contracts erp; pool 10.1.1.10-10.1.1.20 }
        app shop = g
        export g to u
        export g
        loadbalancer front in n { address 10.1.1.50; match app = g; port tcp/80 -> 8080; port udp/53 -> 53 }
        policy p priority 7 { allow n -> g : icmp/8, ip/47, sctp }
      }
      tenant u { namespaces a, b; group h { match app = h; namespaces b }; policy p { allow t/g -> h } }
    `);
    expect(fabric).toMatchObject({
      mode: "aci",
      forwarding: "bridge",
      arp: "flood",
      vlans: [100, 199],
      vxlans: [5000, 5999],
      privateSubnet: { length: 16 },
    });
    expect(bgp).toMatchObject([{ name: "node-1", as: 65001, neighborAs: 65000, routerIp: { length: 24, address: { value: 65 * 2 ** 24 + 65793 } } }]);
    expect(aci).toMatchObject({
      physicalDomain: "lab",
      enforcePolicies: false,
      includeCommonTenant: true,
      pathBindings: [],
      nodeBindings: ["topology/pod-1/node-101"],
    });
    const [t, u] = tenants;
    expect(t).toMatchObject({
      name: "t",
      namespaces: ["t"],
      defaultAction: "allow",
      networks: [{ name: "n", encap: "vlan", tag: 150, type: "infra", range: { first: { value: 167837962 }, last: { value: 167838052 } } }],
      groups: [{ name: "g", network: "n", qos: { name: "gold", bandwidth: 10_000_000, burst: 1500, dscp: 46 }, contracts: ["erp"], byName: false }],
      apps: [{ name: "shop", groups: ["g"] }],
      contracts: [{ name: "erp", type: "provided", names: ["uni/tn-common/brc-erp", "uni/tn-common/brc-x"] }],
      exports: [{ group: "g", to: ["u"] }, { group: "g" }],
      loadBalancers: [
        {
          name: "front",
          network: "n",
          ports: [
            { protocol: "tcp", port: 80, target: 8080 },
            { protocol: "udp", port: 53, target: 53 },
          ],
        },
      ],
    });
    expect(t.rules.map((rule) => formatServices(rule.service.services))).toEqual(["ip/47, sctp, icmp/8"]);
    expect(u.groups[0].selector?.namespaces).toEqual(["b"]);
  });

  it("order policies by priority, then by name", () => {
    const { tenants } = resolve(
      "tenant t {\n  group a { match app = a }\n  policy z { allow a -> a : tcp/1 }\n  policy b { allow a -> a : tcp/2 }\n  policy c priority 5 { allow a -> a : tcp/3 }\n  policy d priority 50 { allow a -> a : tcp/4 }\n}\n",
    );
    expect(tenants[0].policies.map((policy) => policy.name)).toEqual(["d", "c", "b", "z"]);
  });

  it("tell one port of two protocols apart, and names that two files of a tenant see differently", () => {
    const part = (name: string): string =>
      `import "${name}.ctv"\ntenant t {\n  group ${name}-group { match app = ${name} }\n` +
      `  policy ${name} { allow office -> ${name}-group : web\n    allow office -> ${name}-group : tcp/53\n    allow office -> ${name}-group : udp/53 }\n}\n`;
    const names = (address: string, port: number): string => `external office = ${address}\nservice web = tcp/${port}\n`;
    const texts = { "one.ctv": names("192.0.2.1", 80), "two.ctv": names("192.0.2.2", 81), "a.ctv": part("one"), "b.ctv": part("two") };
    expect(rulesOf(resolveTexts(texts, ["a.ctv", "b.ctv"]))).toEqual([
      "0 allow office(192.0.2.1) -> t/one-group : tcp/80",
      "0 allow office(192.0.2.1) -> t/one-group : tcp/53",
      "0 allow office(192.0.2.1) -> t/one-group : udp/53",
      "0 allow office(192.0.2.2) -> t/two-group : tcp/81",
      "0 allow office(192.0.2.2) -> t/two-group : tcp/53",
      "0 allow office(192.0.2.2) -> t/two-group : udp/53",
    ]);
  });

  it("take params wherever their literals stand", () => {
    const text = (params: string): string =>
      `${params}tenant t {\n  network n { subnet net; gateway router; tag number }\n  group a in n { match app = a; qos q; hosts machines }\n  qos q { bandwidth speed }\n` +
      "  loadbalancer l in n { match app = a; port tcp/door -> door }\n  policy p priority number { allow net, router, machines -> a : tcp/door, udp/{1, number} }\n}\naci { physical-domain domain; enforce-policies strict }\n";
    const params =
      'param net: cidr = 10.1.1.0/24\nparam router: address = 10.1.1.1\nparam number: int = 5\nparam door: port = 8443\nparam speed: bandwidth = 5Mbps\nparam machines: cidrs = 192.0.2.1, 192.0.2.8/30\nparam domain: string = "lab"\nparam strict: bool = no\n';
    const literal = text("")
      .replaceAll("gateway router", "gateway 10.1.1.1")
      .replaceAll("subnet net", "subnet 10.1.1.0/24")
      .replace("net, router, machines", "10.1.1.0/24, 10.1.1.1, 192.0.2.1, 192.0.2.8/30")
      .replace("hosts machines", "hosts 192.0.2.1, 192.0.2.8/30")
      .replaceAll("number", "5")
      .replaceAll("door", "8443")
      .replace("speed", "5Mbps")
      .replace("domain domain", "domain lab")
      .replace("strict", "no");
    const shape = (policy: Policy): unknown => [
      policy.tenants[0].networks.map(({ addresses, gateway, tag }) => [formatAddresses(addresses), gateway, tag]),
      policy.tenants[0].groups.map(({ hosts, qos }) => [formatAddresses(hosts), qos?.bandwidth]),
      policy.tenants[0].loadBalancers.map(({ ports }) => ports),
      policy.tenants[0].rules.map((rule) => [rule.priority, formatServices(rule.service.services)]),
      [policy.aci?.physicalDomain, policy.aci?.enforcePolicies],
    ];
    expect(shape(resolve(text(params)))).toEqual(shape(resolve(literal)));
  });
});
