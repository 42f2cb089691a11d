/** Files that decide nothing themselves: right as they are made, and each edit of them noticed where it is. */
import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { readInventory } from "../../../compiler/source/inventory.js";
import { targets } from "../../../compiler/target/index.js";
import type { TargetRow } from "../../../compiler/target/index.js";
import type { Artefact, Emission } from "../../../compiler/target/target.js";
import { compareWithFresh } from "../../../compiler/verify/fresh.js";
import { verify } from "../../../compiler/verify/verify.js";
import { policySketch } from "../../support/arbitrary.js";
import { checkTexts } from "../../support/diagnose.js";
import { makePolicy, universeOf } from "../../support/policy.js";

const shop = new URL("../../../examples/shop/", import.meta.url);
const texts = Object.fromEntries(
  readdirSync(shop)
    .filter((name) => name.endsWith(".ctv"))
    .map((name) => [name, readFileSync(new URL(name, shop), "utf8")]),
);

const endpoints = `nodes:
  - { name: node-a, address: 192.0.2.201, tunnel: 100, uplink: 101, nextHop: "02:00:00:00:aa:01" }
  - { name: node-b, address: 192.0.2.202, tunnel: 100 }
endpoints:
  - { name: edge-1, node: node-a, port: 1, mac: "02:00:00:00:00:01", addresses: [10.20.0.11], namespace: shop-edge, labels: { app: edge } }
  - { name: cache-1, node: node-b, port: 1, mac: "02:00:00:00:00:02", addresses: [10.20.0.12], namespace: shop-web, labels: { app: cache } }
`;

const { universe } = checkTexts(texts);
const { inventory } = readInventory("nodes.yaml", endpoints);
if (universe === undefined || inventory === undefined) throw new Error("the example does not compile");
const shopUniverse = universe;

/** What each target makes of the example. */
const made = new Map<string, Emission>();

function rowOf(name: string): TargetRow {
  const row = targets.find((target) => target.name === name);
  if (row === undefined) throw new Error(`there is no target ${name}`);
  return row;
}

/** What is found in a target's files after `edit`, as `CODE path:line: message`. */
function findings(name: string, edit: (artefacts: readonly Artefact[]) => readonly Artefact[]): readonly string[] {
  const row = rowOf(name);
  const settings = name === "openflow" ? { inventory } : {};
  const { artefacts: fresh, losses = [] } = made.get(name) ?? row.emit(shopUniverse, { ...settings, options: {} });
  made.set(name, { artefacts: fresh, losses, diagnostics: [] });
  const artefacts = edit(fresh);
  const told = verify(name, shopUniverse, row.readings(artefacts, shopUniverse), losses, artefacts);
  const compared = compareWithFresh({ target: name, artefacts, fresh, comparison: (path) => row.comparison(path, settings), told });
  return [...told, ...compared].map(({ code, message, span }) => {
    const text = artefacts.find(({ path }) => `${name}/${path}` === span.file)?.text ?? "";
    const line = /^[^ ]*?:(\d+): /.exec(message)?.[1];
    // The place is the very line that the message names.
    if (line !== undefined) expect(text.slice(span.start, span.end)).toBe(text.split("\n")[Number(line) - 1]);
    return `${code} ${message}`;
  });
}

/** Replaces the text of one file. The edit must change it. */
function edited(path: string, change: (text: string) => string): (artefacts: readonly Artefact[]) => readonly Artefact[] {
  return (artefacts) => {
    expect(artefacts.map((artefact) => artefact.path)).toContain(path);
    return artefacts.map((artefact) => {
      if (artefact.path !== path) return artefact;
      const text = change(artefact.text);
      expect(text).not.toBe(artefact.text);
      return { path, text };
    });
  };
}

const without = (path: string) => (artefacts: readonly Artefact[]) => {
  const left = artefacts.filter((artefact) => artefact.path !== path);
  expect(left).toHaveLength(artefacts.length - 1);
  return left;
};
const added = (path: string, text: string) => (artefacts: readonly Artefact[]) => [...artefacts, { path, text }];
const replaced = (path: string, from: string | RegExp, to: string) => edited(path, (text) => text.replace(from, to));
const lineOf = (text: string, part: string) => text.split("\n").findIndex((line) => line.includes(part));

/** Moves the first line with `part` to just before the first with `before`. */
const moved = (path: string, part: string, before: string) =>
  edited(path, (text) => {
    const lines = text.split("\n");
    const [line] = lines.splice(lineOf(text, part), 1);
    lines.splice(lineOf(lines.join("\n"), before), 0, line);
    return lines.join("\n");
  });

describe("files beside those that decide", () => {
  it.each(["kubernetes", "contiv", "openflow"])("%s: are right as they are made", (name) => {
    expect(findings(name, (artefacts) => artefacts)).toEqual([]);
  });

  it("are right for any policy", () => {
    fc.assert(
      fc.property(policySketch({ tenants: 3 }), (sketch) => {
        const policy = universeOf(makePolicy(sketch));
        for (const name of ["contiv", "openflow"]) {
          const row = rowOf(name);
          const { artefacts } = row.emit(policy, { options: {} });
          const reading = row.readings(artefacts, policy)[0]?.reading;
          if (artefacts.length > 0) expect(reading?.asides).toEqual([]);
        }
      }),
      { numRuns: 30 },
    );
  });
});

const plan = "plan.json";
const kustomization = "labels/kustomization.yaml";
const commands = "labels/kubectl-label.txt";
const edge = "tenants/front/endpointGroups/edge.json";

describe("an edit of Contiv's files is noticed", () => {
  it.each([
    ["the plan is missing", without(plan), /^CTV5004 contiv\/plan\.json: there is no plan for the objects/],
    ["the plan is none", edited(plan, () => "[]\n"), /^CTV5004 contiv\/plan\.json: this is not a plan/],
    [
      "a step is gone",
      replaced(plan, /.*"tenants\/back\/networks\/order-net\.json".*\n/, ""),
      /plan\.json: no step sends tenants\/back\/networks\/order-net\.json/,
    ],
    [
      "a step is of another verb",
      replaced(plan, '"POST","url":"/api/v1/tenants/back/"', '"PUT","url":"/api/v1/tenants/back/"'),
      /plan\.json:7: this is not a step/,
    ],
    [
      "a step names no object",
      replaced(plan, "networks/order-net.json", "networks/order.json"),
      /plan\.json:8: there is no object tenants\/back\/networks\/order\.json/,
    ],
    [
      "a step goes to another object's address",
      replaced(plan, "/networks/back:order-net/", "/networks/back:other/"),
      /belongs to \/api\/v1\/networks\/back:order-net\//,
    ],
    [
      "a network comes before its tenant",
      moved(plan, "networks/order-net.json", '"/api/v1/tenants/back/"'),
      /order-net\.json is sent before tenants\/back\/tenant\.json, which it needs/,
    ],
    [
      "a network comes before the installation's mode",
      moved(plan, '"object":"global.json"', "endpointGroups/orders.json"),
      /is sent before global\.json/,
    ],
    [
      "a group takes its policies before their rules",
      replaced(plan, /(endpointGroups\/web\.json"),"without":\["policies"\]/, "$1"),
      /web\.json takes policy \S+ before \d+ of its rules/,
    ],
    [
      "a rule comes after its group took the policy",
      edited(plan, (text) => {
        const lines = text.split("\n");
        const [line] = lines.splice(lineOf(text, "rules/storefront.web/"), 1);
        lines.splice(lines.length - 4, 0, line);
        return lines.join("\n");
      }),
      /takes policy storefront\.web before 1 of its rules is there/,
    ],
    [
      "a group never gets its policies",
      replaced(plan, /.*"object":"tenants\/front\/endpointGroups\/web\.json","source".*\n/, ""),
      /no step sends \S+web\.json as a whole/,
    ],
    [
      "a step leaves out what is needed",
      replaced(plan, '"without":["policies"]', '"without":["networkName"]'),
      /without networkName netmaster refuses/,
    ],
    ["a step leaves out what is not there", replaced(plan, '"without":["policies"]', '"without":["policys"]'), /has no field "policys" to leave out/],
    [
      "a step comes twice",
      edited(plan, (text) => text.replace(/(.*"\/api\/v1\/tenants\/back\/".*\n)/, "$1$1")),
      /tenants\/back\/tenant\.json is sent again/,
    ],
    ["the plan's words are others", replaced(plan, '"why":"the tenant"', '"why":"a tenant"'), /^CTV5005 contiv\/plan\.json:7: a compile would write/],
    ["an object that others need is gone", without("tenants/back/networks/order-net.json"), /^CTV5002 .*: its network is not there/],
    ["an object lies where none is looked for", added("tenants/front/rulez/x.json", "{}\n"), /rulez\/x\.json: no kind of object lies here/],
    [
      "a group's labels select others",
      replaced(kustomization, '"app=web"', '"app=webs"'),
      /kustomization\.yaml:\d+: these are not the workloads that group web of tenant front matches/,
    ],
    [
      "a requirement on labels is gone",
      replaced(commands, "app=stock,tier in (primary,standby)", "app=stock"),
      /kubectl-label\.txt:\d+: these are not the workloads that group stock/,
    ],
    [
      "a requirement is one value of two",
      replaced(commands, "tier in (primary,standby)", "tier=primary"),
      /these are not the workloads that group stock/,
    ],
    [
      "labels of another network",
      replaced(commands, /(app=web.*io\.contiv\.network=)\S+/, "$1order-net"),
      /group web is in network web-net, and not in order-net/,
    ],
    ["labels of no group", replaced(commands, "net-group=web", "net-group=wbe"), /no group of the source needs these labels/],
    [
      "a group without labels",
      replaced(commands, /^kubectl.*net-group=web\n/m, ""),
      /group web of tenant front gets no labels in namespace shop-web/,
    ],
    ["another namespace", replaced(kustomization, 'namespace: "shop-web"', 'namespace: "shop-edge"'), /gets no labels in namespace shop-web/],
    [
      "a kind of workload is left out",
      replaced(kustomization, "Deployment|StatefulSet|", "Deployment|"),
      /it leaves out the workloads of kind StatefulSet/,
    ],
    [
      "an operation that adds no label",
      replaced(kustomization, /(value: "orders"\n)/, "$1      - op: remove\n        path: /spec/template/metadata/labels/x\n"),
      /one of its operations does not add a label/,
    ],
    [
      "one label more",
      replaced(commands, "net-group=web", "net-group=web io.contiv.other=x"),
      /label io\.contiv\.other is not one that Contiv reads/,
    ],
    ["a command that is none", replaced(commands, "kubectl label pods", "kubectl delete pods"), /line 2 is not a command that labels pods/],
    ["the labels are gone", without(kustomization), /kustomization\.yaml: the file is missing, and group/],
    [
      "a network's gateway",
      replaced("tenants/front/networks/web-net.json", /"gateway": "[^"]*"/, '"gateway": "10.10.0.9"'),
      /^CTV5004 .*web-net\.json:\d+: gateway is "10\.10\.0\.9", and the source makes it/,
    ],
    [
      "a profile's bandwidth",
      replaced("tenants/front/netprofiles/interactive.json", /"bandwidth": "[^"]*"/, '"bandwidth": "1Mbps"'),
      /interactive\.json:\d+: bandwidth is "1Mbps"/,
    ],
    ["a group's profile", replaced(edge, /,\s*"netProfile": "[^"]*"/, ""), /edge\.json: netProfile is not there, and the source makes it/],
    ["a load balancer", replaced("tenants/front/serviceLBs/storefront.json", /:TCP"/, ':UDP"'), /storefront\.json:\d+: ports is/],
    ["a route", without("bgp/node-1.json"), /there is no object bgp\/node-1\.json|bgp\/node-1\.json: the file is missing/],
    [
      "the whole installation",
      replaced("global.json", '"arpMode": "proxy"', '"arpMode": "flood"'),
      /global\.json:\d+: arpMode is "flood", and the source makes it "proxy"/,
    ],
  ])("%s", (_, edit, message) => {
    expect(findings("contiv", edit).join("\n")).toMatch(message);
  });

  it("and a layout of other lines alone is not", () => {
    const other = (path: string) => edited(path, (text) => JSON.stringify(JSON.parse(text)));
    expect(findings("contiv", other("tenants/front/networks/web-net.json"))).toEqual([]);
  });
});

const map = "sourcemap.json";
const node = "nodes/node-a.flows";

describe("an edit of OpenFlow's files is noticed", () => {
  it.each([
    ["the map is missing", without(map), /^CTV5004 openflow\/sourcemap\.json: there is no source map/],
    ["the map is none", edited(map, () => "{}\n"), /this is not a source map/],
    ["a mask that keeps too little", replaced(map, "0xffff0000ffffffff", "0xffff0000ffff0000"), /sourcemap\.json/],
    ["a mask that keeps the generation", replaced(map, '"0xffff0000ffffffff"', '"0xffff0000fffffff"'), /sourcemap\.json/],
    ["a row is gone", replaced(map, /.*"rule":.*\n/, ""), /rule \S+ has no row[^]*flows have the cookie 0x\w+, and no row tells of it/],
    ["a row is no row", replaced(map, /"column":5/, '"column":"5"'), /sourcemap\.json:5: this row is not one of a source map/],
    ["two rows of one cookie", edited(map, (text) => text.replace(/(.*"rule":.*\n)/, "$1$1")), /sourcemap\.json:6: cookie 0x\w+ has two rows/],
    [
      "another cookie",
      replaced(map, /"cookie":"0xc701/, '"cookie":"0xc702'),
      /sourcemap\.json:5: cookie 0xc702\w+ is not that of decision \d+, rule back\/orders/,
    ],
    ["another decision", replaced(map, /"decision":\d+/, '"decision":1'), /the program has no decision 1/],
    ["another rule", replaced(map, /"rule":"[^"]*"/, '"rule":"back/orders/x"'), /rule "back\/orders\/x" is "back\/orders\/\w+" in the program/],
    ["another action", replaced(map, '"action":"allow"', '"action":"deny"'), /action "deny" is "allow" in the program/],
    ["another line", replaced(map, /"line":(\d+)/, '"line":9$1'), /place "back\.ctv:9\d+:5" is "back\.ctv:\d+:5" in the program/],
    ["another text", replaced(map, "tcp/8080", "tcp/8081"), /text "allow .* tcp\/8081" is/],
    ["a flow of a node is gone", replaced(node, /^table=80.*\n/m, ""), /node-a\.flows: the flow of line \d+ of policy\.flows is not here/],
    [
      "a flow too many in the policy's table",
      replaced(node, /^(table=80,priority=)\d+(.*)$/m, "$&\n$19999,cookie=0,ip actions=drop"),
      /node-a\.flows:\d+: table 80 is the policy's, and policy\.flows has no such flow/,
    ],
    ["a node of another program", replaced(node, /program (\S+)/, "program x"), /node-a\.flows:1: this was not made from the program that lies here/],
    ["a node's port", replaced(node, "in_port=1,", "in_port=7,"), /node-a\.flows:\d+: the source and the inventory make no such line/],
    [
      "a node's remark",
      replaced(node, "# table 0: input", "# table 0: in"),
      /^CTV5005 openflow\/nodes\/node-a\.flows:\d+: a compile would write `# table 0: input` here/,
    ],
    ["a group is gone", without("nodes/node-a.groups"), /node-a\.flows:\d+: group \d+ is not in nodes\/node-a\.groups/],
    [
      "a group that nothing uses",
      edited("nodes/node-a.groups", (text) => `${text}group_id=9,type=select\n`),
      /node-a\.groups:\d+: no flow sends packets to group 9/,
    ],
    [
      "a limit on a port",
      replaced("nodes/node-a.policing", /rate=\d+/, "rate=1"),
      /node-a\.policing:1: the source and the inventory make no such line/,
    ],
    ["a node's flows are gone", without(node), /node-a\.groups: there are no flows of this node/],
    [
      "a stranger among the tables",
      added("mine.flows", "priority=9,actions=drop\n"),
      /^CTV5004 openflow\/mine\.flows: this is no file of the target/,
    ],
    ["something that no node has", added("nodes/node-a.txt", "x\n"), /node-a\.txt: nothing of a node lies in such a file/],
    [
      "a node that nobody knows",
      (artefacts: readonly Artefact[]) => [
        ...artefacts,
        { path: "nodes/node-c.flows", text: (artefacts.find(({ path }) => path === node)?.text ?? "").replace(/.*group:.*\n/g, "") },
      ],
      /node-c\.flows: the source makes no such file/,
    ],
  ])("%s", (_, edit, message) => {
    expect(findings("openflow", edit).join("\n")).toMatch(message);
  });

  it("when the source has moved on since", () => {
    const row = rowOf("openflow");
    const { artefacts } = row.emit(shopUniverse, { options: {} });
    const now = checkTexts({ ...texts, "back.ctv": `// one more line\n${texts["back.ctv"]}` }).universe;
    if (now === undefined) throw new Error("does not compile");
    const [first, ...others] = verify("openflow", now, row.readings(artefacts, now), [], artefacts);
    expect(first).toMatchObject({
      code: "CTV5005",
      severity: "warning",
      message: expect.stringMatching(/sourcemap\.json:5: rule \S+ is at back\.ctv:31:5 by now, and not at back\.ctv:30:5/),
    });
    expect(others.map(({ code }) => code)).not.toContain("CTV5001");
    expect(others).toHaveLength(4);
  });
});
