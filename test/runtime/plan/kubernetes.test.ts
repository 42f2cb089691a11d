/** The order in which Kubernetes' objects are written: on the way, nothing passes that the old or the new policy does not allow. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { differences } from "../../../runtime/plan/kubernetes/manifest.js";
import type { Manifest } from "../../../runtime/plan/kubernetes/manifest.js";
import { faultBetween } from "./clusterway.js";
import type { Flavour } from "./clusterway.js";
import { scenarios } from "./scenarios.js";

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
const project = fc
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
const foreign: readonly Manifest[] = [
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

const flavours: fc.Arbitrary<readonly [Flavour, Flavour]> = fc.constantFrom<readonly [Flavour, Flavour]>(
  ["network-policy", "network-policy"],
  ["network-policy", "network-policy"],
  ["cluster-policy", "cluster-policy"],
  ["cluster-policy", "cluster-policy"],
  ["network-policy", "cluster-policy"],
  ["cluster-policy", "network-policy"],
);

const twoTenants = (first: string, second: string): string => `tenant t {
  network net { subnet 10.0.0.0/24 }
  group a in net { match app = a }
  export a
  policy p { ${first} }
}
tenant other {
  network net { subnet 10.1.0.0/24 }
  group x in net { match app = x }
  export x
  policy p { ${second} }
}
`;

const ways: readonly { readonly name: string; readonly before: string; readonly after: string }[] = [
  ...scenarios,
  {
    name: "one tenant closes what the other opens",
    before: twoTenants("allow a -> other/x : tcp/80", "deny t/a -> x : tcp/80"),
    after: twoTenants("deny a -> other/x : tcp/80", "allow t/a -> x : tcp/80"),
  },
  {
    name: "one tenant opens what the other closes",
    before: twoTenants("deny a -> other/x : tcp/80", "allow t/a -> x : tcp/80-90"),
    after: twoTenants("allow a -> other/x : tcp/80", "allow t/a -> x : tcp/81-90"),
  },
];

/** Where a ClusterNetworkPolicy cannot say all of what both policies let pass, and the plan says so. */
const losing: ReadonlySet<string> = new Set([
  "default allow, with another order of rules",
  "a new group without a policy, in a tenant that allows by default",
  "rules for every group, and a new group",
]);

describe.each(["network-policy", "cluster-policy"] as const)("from one policy to another in a cluster, %s", (flavour) => {
  it.each(ways)("allows nothing that one of them does not, and keeps up what both do: $name", async ({ name, before, after }) => {
    const keeps = flavour === "network-policy" || !losing.has(name);
    expect(await faultBetween(before, after, [flavour, flavour], { keeps })).toBeUndefined();
  });
});

describe("from any policy to any other in a cluster", () => {
  const runs = Number(process.env.CTV_RUNS ?? 5);
  it(
    "allows nothing that one of them does not, with others' objects beside them, and cut short",
    () =>
      fc.assert(
        fc.asyncProperty(
          project,
          project,
          flavours,
          fc.subarray([...foreign]),
          fc.nat(40),
          fc.boolean(),
          async (before, after, both, others, cut, prune) => {
            expect(await faultBetween(before, after, both, { others, cut, prune })).toBeUndefined();
          },
        ),
        { numRuns: runs },
      ),
    120_000,
  );
});

describe("the comparison of objects", () => {
  it("goes as deep as the shapes agree, and names the field", () => {
    const live = { spec: { ingress: [{ ports: [{ port: 80 }] }], podSelector: {} } };
    const desired = { spec: { ingress: [{ ports: [{ port: 81 }] }], podSelector: {}, policyTypes: ["Ingress"] } };
    expect(differences(live, desired)).toEqual([
      { field: "spec.ingress[0].ports[0].port", live: 80, desired: 81 },
      { field: "spec.policyTypes", desired: ["Ingress"] },
    ]);
    expect(differences({ a: [1, 2] }, { a: [1] })).toEqual([{ field: "a", live: [1, 2], desired: [1] }]);
  });
});
