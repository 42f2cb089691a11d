/** Connections of whole folders of manifests, held against what somebody has read and found right. */
import { describe, expect, it } from "@jest/globals";
import { join } from "node:path";
import { inOrder } from "../../../compiler/diagnostics/order.js";
import { adviceOn } from "../../../compiler/manifests/connectivity/advice.js";
import type { AddressFacts } from "../../../compiler/manifests/connectivity/blocks.js";
import { connections } from "../../../compiler/manifests/connectivity/connections.js";
import { connectionExplanations } from "../../../compiler/manifests/connectivity/explain.js";
import { connectionCsv, connectionDot, connectionList, connectionMarkdown } from "../../../compiler/manifests/connectivity/text.js";
import { readManifests } from "../../../compiler/manifests/read.js";
import { parsePrefix, prefixSet } from "../../../compiler/space/address.js";
import { lineMap, positionAt } from "../../../grammar/span.js";
import { renderDiagnostics } from "../../support/diagnose.js";
import { expectGolden } from "../../support/golden.js";
import { cases, filesOf, nothingKnown, root } from "./fixtures.js";

describe("each folder of manifests", () => {
  it.each(cases)("%s", (name) => {
    const files = filesOf(name);
    const texts = Object.fromEntries(files.map(({ file, text }) => [file, text]));
    const { manifests, diagnostics } = readManifests(files);
    const findings = renderDiagnostics(inOrder([...diagnostics, ...adviceOn(manifests, nothingKnown)]), texts);
    expectGolden(join(root, name, "connectivity.txt"), `${connectionList(connections(manifests, { facts: nothingKnown }))}\n${findings}`);
  });
});

const pods = (...named: readonly string[]): string =>
  named
    .map((name) => {
      const [namespace, short] = name.split("/");
      return `apiVersion: v1\nkind: Pod\nmetadata: {name: ${short}, namespace: ${namespace}, labels: {app: ${short}}}\nspec: {containers: []}\n`;
    })
    .join("---\n");

const policy = (namespace: string, name: string, spec: string): string =>
  `---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: ${name}, namespace: ${namespace}}\nspec: ${spec}\n`;

const cluster = (name: string, tier: string, priority: number, spec: string): string =>
  `---\napiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\nmetadata: {name: ${name}}\nspec: {tier: ${tier}, priority: ${priority}, subject: {namespaces: {}}, ${spec}}\n`;

function linesOf(text: string, facts: AddressFacts = nothingKnown): readonly string[] {
  const { manifests, diagnostics } = readManifests([{ file: "all.yaml", text }]);
  expect(diagnostics).toEqual([]);
  return connectionList(connections(manifests, { facts }))
    .trim()
    .split("\n")
    .filter((line) => !line.includes("[External]"));
}

describe("what a pair of pods may exchange", () => {
  it("is everything where no policy selects either", () => {
    expect(linesOf(pods("x/a", "x/b"))).toEqual(["x/a[Pod] => x/b[Pod] : All Connections", "x/b[Pod] => x/a[Pod] : All Connections"]);
  });

  it("is what both ends allow", () => {
    const text =
      pods("x/a", "x/b") +
      policy(
        "x",
        "out",
        "{podSelector: {matchLabels: {app: a}}, policyTypes: [Egress], egress: [{ports: [{port: 80, endPort: 90}, {port: 53, protocol: UDP}]}]}",
      ) +
      policy("x", "in", "{podSelector: {matchLabels: {app: b}}, ingress: [{ports: [{port: 85, endPort: 99}]}]}");
    expect(linesOf(text)).toEqual(["x/a[Pod] => x/b[Pod] : TCP 85-90", "x/b[Pod] => x/a[Pod] : All Connections"]);
  });

  it("leaves a section that isolates without rules with nothing", () => {
    expect(linesOf(pods("x/a", "x/b") + policy("x", "in", "{podSelector: {}, ingress: []}"))).toEqual([]);
  });

  it("opens no TCP by a rule for SCTP", () => {
    const text = pods("x/a", "x/b") + policy("x", "in", "{podSelector: {matchLabels: {app: b}}, ingress: [{ports: [{protocol: SCTP, port: 80}]}]}");
    expect(linesOf(text)).toContain("x/a[Pod] => x/b[Pod] : SCTP 80");
  });

  it("joins what several policies allow", () => {
    const one = (name: string, port: number) => policy("x", name, `{podSelector: {matchLabels: {app: b}}, ingress: [{ports: [{port: ${port}}]}]}`);
    expect(linesOf(pods("x/a", "x/b") + one("p", 80) + one("q", 81))).toContain("x/a[Pod] => x/b[Pod] : TCP 80-81");
  });

  it("takes a missing namespaceSelector for the policy's own namespace, and an empty one for all", () => {
    const own = policy("x", "in", "{podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}");
    const all = policy("x", "in", "{podSelector: {}, ingress: [{from: [{namespaceSelector: {}}]}]}");
    expect(linesOf(pods("x/a", "y/c") + own)).toEqual(["x/a[Pod] => y/c[Pod] : All Connections"]);
    expect(linesOf(pods("x/a", "y/c") + all)).toEqual(["x/a[Pod] => y/c[Pod] : All Connections", "y/c[Pod] => x/a[Pod] : All Connections"]);
  });

  it("asks the Admin tier first, then policies, then the Baseline tier", () => {
    const deny = (name: string, tier: string, priority: number) =>
      cluster(name, tier, priority, "ingress: [{action: Deny, from: [{namespaces: {}}], protocols: [{tcp: {destinationPort: {number: 80}}}]}]");
    const accept = cluster(
      "a",
      "Admin",
      5,
      "ingress: [{action: Accept, from: [{namespaces: {}}], protocols: [{tcp: {destinationPort: {number: 80}}}]}]",
    );
    const pass = cluster("a", "Admin", 5, "ingress: [{action: Pass, from: [{namespaces: {}}]}]");
    const only = policy("x", "in", "{podSelector: {}, ingress: [{ports: [{port: 80}, {port: 81}]}]}");
    const to = (text: string) => linesOf(pods("x/a", "x/b") + text)[0];
    expect(to(deny("d", "Admin", 10) + only)).toBe("x/a[Pod] => x/b[Pod] : TCP 81");
    expect(to(accept + deny("d", "Admin", 10) + only)).toBe("x/a[Pod] => x/b[Pod] : TCP 80-81");
    expect(to(pass + deny("d", "Admin", 10) + only)).toBe("x/a[Pod] => x/b[Pod] : TCP 80-81");
    expect(to(deny("d", "Baseline", 10) + only)).toBe("x/a[Pod] => x/b[Pod] : TCP 80-81");
    expect(to(deny("d", "Baseline", 10))).toBe("x/a[Pod] => x/b[Pod] : SCTP 1-65535, TCP 1-79,81-65535, UDP 1-65535, other protocols");
  });

  it("asks the Baseline tier in a direction in which no policy isolates", () => {
    const ingressOnly = policy("x", "in", "{podSelector: {}, ingress: [{}]}");
    const noEgress = cluster("d", "Baseline", 1, "egress: [{action: Deny, to: [{namespaces: {}}]}]");
    expect(linesOf(pods("x/a", "x/b") + ingressOnly + noEgress)).toEqual([]);
  });
});

describe("blocks of addresses", () => {
  const block =
    pods("x/a", "x/b") +
    policy("x", "out", "{podSelector: {matchLabels: {app: a}}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}");
  const cidr = (text: string) => {
    const prefix = parsePrefix(text);
    return prefix === undefined ? nothingKnown.podAddresses : prefixSet(prefix);
  };

  it.each([
    ["outside", "10.1.0.0/16", []],
    ["pods", "10.1.0.0/16", ["x/a[Pod] => x/b[Pod] : All Connections"]],
    ["pods", "192.168.0.0/16", []],
  ] as const)("match %s, pods in %s", (ipBlocks, where, expected) => {
    const found = linesOf(block, { ipBlocks, podAddresses: cidr(where) });
    expect(found.filter((line) => line.startsWith("x/a"))).toEqual(expected);
  });

  it("of a cluster policy match pods", () => {
    const text = pods("x/a", "x/b") + cluster("d", "Admin", 1, "egress: [{action: Deny, to: [{networks: [0.0.0.0/0]}]}]");
    expect(linesOf(text)).toEqual([]);
  });

  it("part the outside where they begin and end, and nowhere else", () => {
    const text = pods("x/a") + policy("x", "in", "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 192.0.2.0/24, except: [192.0.2.8/30]}}]}]}");
    const { manifests } = readManifests([{ file: "all.yaml", text }]);
    expect(connectionList(connections(manifests, { facts: nothingKnown }))).toBe(
      [
        "192.0.2.0-192.0.2.7[External] => x/a[Pod] : All Connections",
        "192.0.2.12-192.0.2.255[External] => x/a[Pod] : All Connections",
        "x/a[Pod] => 0.0.0.0-255.255.255.255[External] : All Connections",
        "",
      ].join("\n"),
    );
  });
});

describe("workloads", () => {
  const replicas = (more: string) =>
    [1, 2]
      .map(
        (index) =>
          `apiVersion: v1\nkind: Pod\nmetadata: {name: web-${index}, namespace: x, labels: {app: web, n: "${index}"}, ownerReferences: [{kind: StatefulSet, name: web, controller: true}]}\n`,
      )
      .join("---\n") + more;

  it("stand for all pods of their owner", () => {
    expect(linesOf(`${replicas("---\n")}${pods("x/b")}`)).toContain("x/b[Pod] => x/web[StatefulSet] : All Connections");
  });

  it("are pods for themselves where a policy tells them apart", () => {
    const first = policy("x", "in", '{podSelector: {matchLabels: {n: "1"}}}');
    expect(linesOf(`${replicas("---\n")}${pods("x/b")}${first}`)).toEqual([
      "x/b[Pod] => x/web-2[Pod] : All Connections",
      "x/web-1[Pod] => x/b[Pod] : All Connections",
      "x/web-1[Pod] => x/web-2[Pod] : All Connections",
      "x/web-2[Pod] => x/b[Pod] : All Connections",
    ]);
  });
});

describe("the forms", () => {
  const text =
    pods("x/a", "x/b") + policy("x", "in", "{podSelector: {matchLabels: {app: b}}, ingress: [{ports: [{port: 80}, {port: 8080, endPort: 8090}]}]}");
  const { manifests } = readManifests([{ file: "all.yaml", text }]);
  const found = connections(manifests, { facts: nothingKnown }).filter(({ source }) => source.title === "x/a[Pod]" && source.kind === "workload");
  const between = found.filter(({ destination }) => destination.kind === "workload");

  it("are a list, CSV, Markdown and a graph", () => {
    expect(connectionList(between)).toBe("x/a[Pod] => x/b[Pod] : TCP 80,8080-8090\n");
    expect(connectionCsv(between)).toBe('src,dst,conn\nx/a[Pod],x/b[Pod],"TCP 80,8080-8090"\n');
    expect(connectionMarkdown(between)).toBe("| src | dst | conn |\n| --- | --- | --- |\n| x/a[Pod] | x/b[Pod] | TCP 80,8080-8090 |\n");
    expect(connectionDot(between)).toContain('"x/a[Pod]" -> "x/b[Pod]" [label="TCP 80,8080-8090"]');
  });

  it("explain what decides", () => {
    const lines = lineMap(text);
    const place = (span: { readonly start: number }) => `all.yaml:${positionAt(lines, span.start).line}`;
    expect(connectionExplanations(between, place)).toBe(
      [
        "x/a[Pod] => x/b[Pod] : TCP 80,8080-8090",
        "  egress of x/a[Pod]",
        "    All Connections allowed: no policy decides about it",
        "  ingress of x/b[Pod]",
        "    TCP 80,8080-8090 allowed by NetworkPolicy x/in ingress[0] (all.yaml:14)",
        "    everything else denied: isolated in ingress by NetworkPolicy x/in (all.yaml:13)",
        "",
      ].join("\n"),
    );
  });
});
