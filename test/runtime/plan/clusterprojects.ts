/** Random projects of two tenants that exchange traffic, what stands beside them in a cluster, and how it is there and sent there. */
import fc from "fast-check";
import type { Manifest } from "../../../runtime/plan/kubernetes/manifest.js";
import type { Flavour } from "./clusterway.js";

const rules = [
  "allow a -> b : tcp/20-24",
  "deny  a -> b : tcp/22",
  "deny  any -> b : tcp/22",
  "allow b -> c : udp/53",
  "allow any -> c : tcp/80",
  "allow a, b -> c : icmp",
  "allow world -> a : http",
  "allow c -> world",
  "allow c -> 192.0.2.0/24 : https",
  "allow a -> other/x : tcp/20-30",
  "deny  a -> other/x : tcp/22",
  "allow other/x -> b",
  "allow any -> any : tcp/20-25",
];

/** The first tenant, and one that it exchanges traffic with. */
export const project = fc
  .record({
    some: fc.shuffledSubarray(rules, { minLength: 1, maxLength: 4 }),
    theirs: fc.shuffledSubarray(["allow t/a -> x : tcp/20-24", "deny t/a -> x : tcp/22", "allow any -> x : tcp/22", "allow x -> t/b"], {
      maxLength: 2,
    }),
    defaults: fc.tuple(fc.boolean(), fc.boolean()),
    policy: fc.constantFrom("p", "p", "q"),
  })
  .map(({ some, theirs, defaults, policy }) => {
    const byDefault = (open: boolean): string => (open ? "  default allow\n" : "");
    const groups = ["a", "b", "c"].map((name) => `  group ${name} in net { match app = ${name} }`).join("\n");
    const own = theirs.length === 0 ? "" : `  policy p {\n    ${theirs.join("\n    ")}\n  }\n`;
    return `tenant t {\n${byDefault(defaults[0])}  network net { subnet 10.0.0.0/24 }\n${groups}\n  export a, b\n  policy ${policy} {\n    ${some.join("\n    ")}\n  }\n}
tenant other {\n${byDefault(defaults[1])}  network net { subnet 10.1.0.0/24 }\n  group x in net { match app = x }\n  export x\n${own}}\n`;
  });

/** Objects of somebody else, which decide too. */
export const foreign: readonly Manifest[] = [
  {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "theirs", namespace: "t" },
    spec: { podSelector: { matchLabels: { app: "b" } }, policyTypes: ["Ingress"], ingress: [{ ports: [{ protocol: "TCP", port: 443 }] }] },
  },
  {
    apiVersion: "policy.networking.k8s.io/v1alpha2",
    kind: "ClusterNetworkPolicy",
    metadata: { name: "theirs" },
    spec: {
      tier: "Admin",
      priority: 3,
      subject: { namespaces: {} },
      ingress: [{ action: "Deny", protocols: [{ tcp: { destinationPort: { number: 23 } } }], from: [{ namespaces: {} }] }],
    },
  },
];

export const flavours: fc.Arbitrary<readonly [Flavour, Flavour]> = fc.constantFrom<readonly [Flavour, Flavour]>(
  ["network-policy", "network-policy"],
  ["network-policy", "network-policy"],
  ["cluster-policy", "cluster-policy"],
  ["cluster-policy", "cluster-policy"],
  ["network-policy", "cluster-policy"],
  ["cluster-policy", "network-policy"],
);

/** From one project to another, and how: the arguments of a property. */
export const anyWay = [project, project, flavours, fc.subarray([...foreign]), fc.nat(40), fc.boolean()] as const;
