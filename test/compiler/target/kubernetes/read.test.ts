import { describe, expect, it, jest } from "@jest/globals";
import { readKubernetes } from "../../../../compiler/target/kubernetes/kubernetes.js";
import { parseAddress } from "../../../../compiler/space/address.js";
import type { End } from "../../../../compiler/space/ends.js";
import type { Reading } from "../../../../compiler/target/target.js";
import { permits } from "./agreement.js";

const read = (text: string, ipBlockMatchesPods = true): Reading => readKubernetes([{ path: "all.yaml", text }], { ipBlockMatchesPods });

function end(namespace: string | undefined, labels: Record<string, string>, at = "10.0.0.1"): End {
  const address = parseAddress(at);
  if (address === undefined) throw new Error(at);
  return namespace === undefined ? { labels: {}, address } : { namespace, labels, address };
}

const a = end("shop", { app: "a" });
const b = end("shop", { app: "b" }, "10.0.0.2");
const elsewhere = end("other", {}, "10.9.0.1");
const outside = end(undefined, {}, "192.0.2.1");

const permitted = (reading: Reading, source: End, destination: End, port = 80, protocol = 6): boolean => {
  expect(reading.problems).toEqual([]);
  return permits(reading, { source, destination, protocol, detail: port });
};

const policy = (spec: string, name = "p", namespace = "shop"): string =>
  `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: ${name}\n  namespace: ${namespace}\nspec:\n${spec.replace(/^/gm, "  ")}\n`;

describe("NetworkPolicy, as Kubernetes reads it", () => {
  it("isolates in a direction only the pods that a policy selects in it", () => {
    const reading = read(policy("podSelector: {matchLabels: {app: b}}"));
    expect(permitted(reading, a, b)).toBe(false);
    expect(permitted(reading, b, a)).toBe(true);
    expect(permitted(reading, a, elsewhere)).toBe(true);
  });

  it("takes ingress for the type of a policy without types, and egress too when it has egress rules", () => {
    expect(permitted(read(policy("podSelector: {}\negress: [{}]")), a, outside)).toBe(true);
    expect(permitted(read(policy("podSelector: {}\negress: [{}]")), outside, a)).toBe(false);
    expect(permitted(read(policy("podSelector: {}\negress: []")), a, outside)).toBe(true);
    expect(permitted(read(policy("podSelector: {}\npolicyTypes: [Egress]")), outside, a)).toBe(true);
    expect(permitted(read(policy("podSelector: {}\npolicyTypes: [Egress]")), a, outside)).toBe(false);
  });

  it("unites what all policies allow, and asks both ends", () => {
    const text = [
      policy("podSelector: {}\npolicyTypes: [Ingress, Egress]", "deny"),
      policy("podSelector: {matchLabels: {app: b}}\ningress: [{from: [{podSelector: {matchLabels: {app: a}}}]}]", "in"),
    ].join("---\n");
    expect(permitted(read(text), a, b)).toBe(false);
    const both = `${text}---\n${policy("podSelector: {matchLabels: {app: a}}\npolicyTypes: [Egress]\negress: [{to: [{podSelector: {}}]}]", "out")}`;
    expect(permitted(read(both), a, b)).toBe(true);
    expect(permitted(read(both), b, a)).toBe(false);
  });

  it("tells a missing selector from an empty one", () => {
    const from = (peer: string): Reading => read(policy(`podSelector: {}\ningress: [{from: [${peer}]}]`));
    expect(permitted(from("{podSelector: {}}"), elsewhere, a)).toBe(false);
    expect(permitted(from("{namespaceSelector: {}}"), elsewhere, a)).toBe(true);
    expect(permitted(from("{namespaceSelector: {}}"), outside, a)).toBe(false);
    expect(
      permitted(from("{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: other}}, podSelector: {matchLabels: {app: a}}}"), elsewhere, a),
    ).toBe(false);
    expect(permitted(from("{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: other}}}, {podSelector: {}}"), b, a)).toBe(true);
  });

  it("lets NotIn and DoesNotExist hold without the key", () => {
    const from = (expression: string): Reading =>
      read(policy(`podSelector: {}\ningress: [{from: [{podSelector: {matchExpressions: [${expression}]}}]}]`));
    const bare = end("shop", {});
    expect(permitted(from("{key: app, operator: NotIn, values: [a]}"), bare, a)).toBe(true);
    expect(permitted(from("{key: app, operator: NotIn, values: [a]}"), a, b)).toBe(false);
    expect(permitted(from("{key: app, operator: DoesNotExist}"), bare, a)).toBe(true);
    expect(permitted(from("{key: app, operator: Exists}"), bare, a)).toBe(false);
  });

  it("reads ports: default TCP, ranges, a protocol without port, none for every service", () => {
    const ports = (text: string): Reading => read(policy(`podSelector: {}\ningress: [{ports: [${text}]}]`));
    expect(permitted(ports("{port: 80}"), outside, a, 80, 6)).toBe(true);
    expect(permitted(ports("{port: 80}"), outside, a, 80, 17)).toBe(false);
    expect(permitted(ports("{port: 80, endPort: 90}"), outside, a, 90)).toBe(true);
    expect(permitted(ports("{port: 80, endPort: 90}"), outside, a, 91)).toBe(false);
    expect(permitted(ports("{protocol: SCTP}"), outside, a, 9, 132)).toBe(true);
    expect(permitted(ports("{protocol: SCTP}"), outside, a, 9, 6)).toBe(false);
    expect(permitted(ports(""), outside, a, 0, 47)).toBe(true);
  });

  it("lets an ipBlock match pods, or not, as it is told", () => {
    const text = policy("podSelector: {}\ningress: [{from: [{ipBlock: {cidr: 10.9.0.0/16, except: [10.9.1.0/24]}}]}]");
    expect(permitted(read(text, true), elsewhere, a)).toBe(true);
    expect(permitted(read(text, false), elsewhere, a)).toBe(false);
    expect(permitted(read(text), end(undefined, {}, "10.9.1.1"), a)).toBe(false);
    expect(permitted(read(text, false), end(undefined, {}, "10.9.2.1"), a)).toBe(true);
  });

  it("reads lists of objects, and leaves other kinds alone", () => {
    const text = `apiVersion: v1\nkind: List\nitems:\n  - ${policy("podSelector: {}").trim().replace(/\n/g, "\n    ")}\n  - {apiVersion: v1, kind: Service, metadata: {name: s}}\n`;
    expect(permitted(read(text), outside, a)).toBe(false);
  });
});

const cluster = (spec: string, name: string): string =>
  `apiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\nmetadata:\n  name: ${name}\nspec:\n${spec.replace(/^/gm, "  ")}\n`;

const shop = "subject: {namespaces: {matchLabels: {kubernetes.io/metadata.name: shop}}}";
const all = "[{namespaces: {}}, {networks: [0.0.0.0/0]}]";

describe("ClusterNetworkPolicy, as its API says", () => {
  it("decides by priority, lowest first, and by order in a policy; nothing is isolated", () => {
    const first = cluster(
      `tier: Admin\npriority: 1\n${shop}\negress:\n  - {action: Deny, to: ${all}, protocols: [{tcp: {destinationPort: {number: 22}}}]}\n  - {action: Accept, to: ${all}}`,
      "b",
    );
    const second = cluster(`tier: Admin\npriority: 2\n${shop}\negress: [{action: Deny, to: ${all}}]`, "a");
    const reading = read(`${second}---\n${first}`);
    expect(permitted(reading, a, outside, 22)).toBe(false);
    expect(permitted(reading, a, outside, 80)).toBe(true);
    expect(permitted(reading, outside, a, 22)).toBe(true);
  });

  it("comes before NetworkPolicy in the Admin tier and after it in the Baseline tier", () => {
    const allowed = policy("podSelector: {}\npolicyTypes: [Egress]\negress: [{to: [{ipBlock: {cidr: 192.0.2.0/24}}]}]");
    const denying = (tier: string): string => cluster(`tier: ${tier}\npriority: 0\n${shop}\negress: [{action: Deny, to: ${all}}]`, "c");
    expect(permitted(read(`${allowed}---\n${denying("Admin")}`), a, outside)).toBe(false);
    expect(permitted(read(`${allowed}---\n${denying("Baseline")}`), a, outside)).toBe(true);
    expect(permitted(read(denying("Baseline")), a, outside)).toBe(false);
  });

  it("passes on to the next tier, past the rest of its own", () => {
    const passing = cluster(`tier: Admin\npriority: 0\n${shop}\negress: [{action: Pass, to: [{networks: [192.0.2.0/24]}]}]`, "pass");
    const denying = cluster(`tier: Admin\npriority: 1\n${shop}\negress: [{action: Deny, to: ${all}}]`, "deny");
    const baseline = cluster(
      `tier: Baseline\npriority: 0\n${shop}\negress: [{action: Deny, to: ${all}, protocols: [{tcp: {destinationPort: {range: {start: 1, end: 79}}}}]}]`,
      "base",
    );
    const reading = read([passing, denying, baseline].join("---\n"));
    expect(permitted(reading, a, outside, 80)).toBe(true);
    expect(permitted(reading, a, outside, 79)).toBe(false);
    expect(permitted(reading, a, end(undefined, {}, "198.51.100.1"))).toBe(false);
  });

  it("matches pods by networks, whatever an ipBlock does", () => {
    const text = cluster(`tier: Admin\npriority: 0\n${shop}\negress: [{action: Deny, to: [{networks: [10.9.0.0/16]}]}]`, "n");
    expect(permitted(read(text, false), a, elsewhere)).toBe(false);
    expect(permitted(read(text, false), a, b)).toBe(true);
  });

  it("fails closed on a peer that it does not know", () => {
    const rule = (action: string): Reading =>
      read(cluster(`tier: Admin\npriority: 0\n${shop}\negress:\n  - {action: ${action}, to: [{domainNames: ["a.example"]}]}`, "d"));
    expect(rule("Accept").problems).toHaveLength(2);
    expect(rule("Accept").checkpoints[0].entries).toEqual([]);
    expect(rule("Deny").checkpoints[0].entries.map((entry) => entry.action)).toEqual(["deny"]);
  });

  it("reports two policies of one priority that disagree, since either may decide", () => {
    const one = cluster(`tier: Admin\npriority: 5\n${shop}\negress: [{action: Accept, to: ${all}}]`, "one");
    const two = cluster(`tier: Admin\npriority: 5\n${shop}\negress: [{action: Deny, to: [{networks: [192.0.2.0/24]}]}]`, "two");
    expect(read(`${one}---\n${two}`).problems).toEqual([
      {
        path: "all.yaml",
        line: 17,
        message: "spec.priority: disagrees in egress with ClusterNetworkPolicy one of the same tier and priority 5, where either may decide",
      },
    ]);
  });
});

describe("what does not read", () => {
  it("is told, and not to the process", () => {
    const warned = jest.spyOn(process, "emitWarning");
    expect(read("{{ .Values.policy }}: 1\n").problems).toHaveLength(1);
    expect(warned).not.toHaveBeenCalled();
  });

  const problems = (spec: string): readonly string[] => read(policy(spec)).problems.map(({ line, message }) => `${line ?? "?"} ${message}`);

  it.each([
    ["podSelector: {}\ningress: [{from: [{}]}]", "8 spec.ingress.0.from.0: a peer needs a podSelector, a namespaceSelector or an ipBlock"],
    [
      "podSelector: {}\ningress:\n  - from:\n      - ipBlock: {cidr: 10.0.0.1/8}",
      '10 spec.ingress.0.from.0.ipBlock.cidr: "10.0.0.1/8" has host bits set, which newer API servers refuse',
    ],
    [
      "podSelector: {}\ningress:\n  - from:\n      - ipBlock: {cidr: 10.0.0.0/8, except: [11.0.0.0/16]}",
      "10 spec.ingress.0.from.0.ipBlock.except.0: 11.0.0.0/16 is not inside 10.0.0.0/8",
    ],
    [
      "podSelector: {}\ningress:\n  - ports:\n      - port: http",
      '10 spec.ingress.0.ports.0.port: the port named "http" is resolved on each pod, so nothing can be proved about it; use its number',
    ],
    [
      "podSelector: {}\ningress:\n  - ports:\n      - {port: 90, endPort: 80}",
      "10 spec.ingress.0.ports.0.endPort: a whole number from 90 to 65535 is needed, not the value 80",
    ],
    [
      "podSelector: {}\ningress:\n  - ports:\n      - {port: 0}",
      "10 spec.ingress.0.ports.0.port: a whole number from 1 to 65535 is needed, not the value 0",
    ],
    ["podSelector: {}\ningress:\n  - form: []", '9 spec.ingress.0.form: there is no field "form" here (possible: from, ports)'],
    ["podSelector: {matchExpressions: [{key: a, operator: In}]}", "7 spec.podSelector.matchExpressions.0: In needs values"],
    [
      "podSelector: {}\ningress:\n  - from:\n      - namespaceSelector: {matchLabels: {team: a}}",
      '10 spec.ingress.0.from.0.namespaceSelector: the label "team" of namespaces is not known; only kubernetes.io/metadata.name is',
    ],
    ["podSelector: []", "7 spec.podSelector: a map is needed, not a list"],
  ])("%j is told with its line", (spec, message) => {
    expect(problems(spec)).toEqual([message]);
  });

  it("is told for text that is no YAML, and for kinds of policies that are not read", () => {
    expect(read("a: [1\n").problems).toHaveLength(1);
    expect(read("apiVersion: policy.networking.k8s.io/v1alpha1\nkind: AdminNetworkPolicy\n").problems.map(({ message }) => message)).toEqual([
      "objects of kind AdminNetworkPolicy in policy.networking.k8s.io/v1alpha1 are not read",
    ]);
    expect(read("x: 1\n").problems.map(({ message }) => message)).toEqual(["an object needs apiVersion and kind"]);
  });
});
