/** The order in which Kubernetes' objects are written: on the way, nothing passes that the old or the new policy does not allow. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { differences } from "../../../runtime/plan/kubernetes/manifest.js";
import { anyWay } from "./clusterprojects.js";
import { faultBetween } from "./clusterway.js";
import { scenarios } from "./scenarios.js";

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

const elsewhere = "tenant elsewhere {\n  network net { subnet 10.2.0.0/24 }\n  group g in net { match app = g }\n}\n";
const mixed = `tenant t {
  network net { subnet 10.0.0.0/24 }
  group a in net { match app = a }
  group b in net { match app = b }
  policy p {
    deny a -> b : tcp/22
    allow a -> b : tcp/20-24
    allow world -> a : http
    allow b -> world : https
  }
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
  { name: "the first tenant of all", before: elsewhere, after: `${elsewhere}${mixed}` },
  { name: "a tenant less", before: `${elsewhere}${mixed}`, after: elsewhere },
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

describe.each(["network-policy", "cluster-policy"] as const)("the guestbook in a cluster, %s", (flavour) => {
  const book = `${elsewhere}${readFileSync("examples/guestbook/main.ctv", "utf8")}`;
  const turned = book.replace("world       -> frontend     : http ", "world       -> frontend     : https ");
  it.each([
    ["comes", elsewhere, book],
    ["changes", book, turned],
  ])("%s, and goes on after a crash behind each request", async (_what, before, after) => {
    expect(turned).not.toBe(book);
    expect(await faultBetween(before, after, [flavour, flavour], { cut: "each", keeps: true })).toBeUndefined();
  });
});

describe("from any policy to any other in a cluster", () => {
  const runs = Number(process.env.CTV_RUNS ?? 5);
  it(
    "allows nothing that one of them does not, with others' objects beside them, and cut short",
    () =>
      fc.assert(
        fc.asyncProperty(...anyWay, async (before, after, both, others, cut, prune) => {
          expect(await faultBetween(before, after, both, { others, cut, prune })).toBeUndefined();
        }),
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
