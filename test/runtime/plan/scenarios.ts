/** Two versions of a policy each, such that going from one to the other has something hard in it. */

export interface Scenario {
  readonly name: string;
  readonly before: string;
  readonly after: string;
  readonly prune?: boolean;
  readonly replace?: boolean;
}

const tenant = (body: string, groups = "abc", first = "", subnet = "10.0.0.0/24"): string => `tenant t {
  ${first}
  network net { subnet ${subnet} }
${[...groups].map((name) => `  group ${name} in net { match app = ${name} }`).join("\n")}
  policy p {
${body}
  }
}
`;

const rules = `    deny  a -> b : tcp/22 as no-ssh
    allow a -> b : tcp/20-24 as some
    allow b -> c : udp/53 as names
    allow world -> a : http as web`;

export const scenarios: readonly Scenario[] = [
  {
    name: "a deny over an allow",
    before: tenant(rules),
    after: tenant(`    deny  a -> b : tcp/21 as no-ftp\n${rules}`),
  },
  {
    name: "a chain of rules grows, so that every priority moves",
    before: tenant(rules),
    after: tenant(`    allow a -> b : tcp/22 as yet\n    deny  a -> b : tcp/20-30 as none\n${rules}`),
  },
  {
    name: "a chain of rules shrinks",
    before: tenant(`    allow a -> b : tcp/22 as yet\n    deny  a -> b : tcp/20-30 as none\n${rules}`),
    after: tenant(rules),
  },
  {
    name: "a rule is renamed and keeps its place",
    before: tenant(rules),
    after: tenant(rules.replace("no-ssh", "never-ssh").replace("as some", "as range")),
  },
  {
    name: "a policy is renamed",
    before: tenant(rules),
    after: tenant(rules).replace("policy p", "policy q"),
  },
  {
    name: "a policy is renamed, and the old one pruned",
    before: tenant(rules),
    after: tenant(rules).replace("policy p", "policy q"),
    prune: true,
  },
  { name: "an allow becomes a deny", before: tenant(rules), after: tenant(rules.replace("allow b -> c", "deny  b -> c")) },
  {
    name: "a group more",
    before: tenant(rules),
    after: tenant(`${rules}\n    deny d -> a : http as not-d\n    allow any -> d : tcp/80 as all`, "abcd"),
  },
  { name: "a group less", before: tenant(`${rules}\n    allow d -> a : http as d`, "abcd"), after: tenant(rules), prune: true },
  { name: "a group less, without pruning", before: tenant(`${rules}\n    allow d -> a : http as d`, "abcd"), after: tenant(rules) },
  { name: "the default turns", before: tenant(rules), after: tenant(rules, "abc", "default allow") },
  { name: "the default turns back", before: tenant(rules, "abc", "default allow"), after: tenant(rules) },
  {
    name: "default allow, with another order of rules",
    before: tenant(`    deny a -> b : tcp/22 as x\n    allow a -> b as y\n    deny any -> b : udp/53 as z`, "abc", "default allow"),
    after: tenant(
      `    deny any -> b : udp/53 as z\n    deny a -> c as w\n    allow a -> b : tcp/80 as y\n    deny any -> b : tcp as x`,
      "abc",
      "default allow",
    ),
  },
  {
    name: "a new group without a policy, in a tenant that allows by default",
    before: tenant("    allow world -> a : http", "abc", "default allow"),
    after: tenant("    deny any -> b : tcp/22\n    allow any -> any : tcp/20-25", "abcd", "default allow"),
  },
  { name: "a network moves", before: tenant(rules), after: tenant(rules, "abc", "", "10.9.0.0/24"), replace: true },
  {
    name: "rules for every group, and a new group",
    before: tenant(`    deny  any -> any : tcp/23 as no-telnet\n    allow any -> any : tcp/20-25 as low\n    allow any -> world as out`),
    after: tenant(
      `    deny  any -> any : tcp/23 as no-telnet\n    deny d -> a as apart\n    allow any -> any : tcp/20-25 as low\n    allow any -> world as out`,
      "abcd",
    ),
  },
];
