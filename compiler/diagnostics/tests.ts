/** CTV6xxx: what the language's tests found. */
import { defineDiagnostic } from "./diagnostic.js";
import type { Definition } from "./diagnostic.js";

export const failedExpectation = defineDiagnostic<{ expected: string; outcome: string; flow: string; by: string }>({
  code: "CTV6001",
  severity: "error",
  title: "Expectation does not hold",
  message: ({ expected, outcome, flow, by }) => `expected ${expected}, but ${flow} is ${outcome} by ${by}`,
  explanation:
    "An expectation is a claim about every flow that it covers. `ctv test` looked at all of them and found one that is decided otherwise. " +
    "The message shows that flow and what decides it.",
  example: `tenant shop {
  group web { match app = web }
  group db  { match app = db }

  policy access {
    allow web -> db : tcp/5432
  }

  test "the database is closed" {
    expect deny any -> db
  }
}
`,
  fix: "Change the rule that is named, or say in the expectation what is meant, such as `expect deny any except web -> db`.",
});

export const emptyExpectation = defineDiagnostic<Record<never, never>>({
  code: "CTV6002",
  severity: "warning",
  title: "Expectation covers nothing",
  message: () => "this expectation covers no flow that can exist, so it proves nothing",
  explanation:
    "Nothing is left of its source or destination, or they have no address family in common. An expectation like this holds whatever the " +
    "policy says.",
  example: `tenant shop {
  group web { match app = web }

  policy access {
    allow world -> web : https
  }

  test "web" {
    expect allow web except web -> web : https
  }
}
`,
  fix: "Name ends that exist, or delete the expectation.",
});

export const undecidedExpectation = defineDiagnostic<Record<never, never>>({
  code: "CTV6003",
  severity: "warning",
  title: "Expectation is about no tenant's traffic",
  message: () => "no flow of this expectation has an end in a tenant, so no policy decides it",
  explanation: "A flow that touches no tenant is neither allowed nor denied by the policy. An expectation about such flows proves nothing.",
  example: `tenant shop {
  group web { match app = web }

  policy access {
    allow world -> web : https
  }

  test "outside" {
    expect deny world -> world
  }
}
`,
  fix: "Name a group, a network or a host of a tenant on one side.",
});

export const emptyTest = defineDiagnostic<{ name: string }>({
  code: "CTV6004",
  severity: "warning",
  title: "Test without an expectation",
  message: ({ name }) => `test "${name}" expects nothing`,
  explanation: "A test without `expect` always passes.",
  example: `tenant shop {
  test "later" {
  }
}
`,
  fix: "Add an `expect`, or delete the test.",
});

export const uncoveredRule = defineDiagnostic<{ rule: string }>({
  code: "CTV6005",
  severity: "note",
  title: "No expectation depends on a rule",
  message: ({ rule }) => `no test would notice if "${rule}" had the other action`,
  explanation:
    "A rule is covered when some expectation speaks of a flow that the rule decides. This one could be turned round and every test would " +
    "still pass. Asked for with `ctv test --coverage` and by `ctv lint`.",
  example: `tenant shop {
  group web { match app = web }
  group db  { match app = db }

  policy access {
    allow web -> db : tcp/5432
    allow world -> web : https
  }

  test "the database" {
    expect allow web -> db : tcp/5432
  }
}
`,
  fix: "Add an expectation about the traffic that the rule is for.",
});

export const testsDiagnostics: readonly Definition[] = [failedExpectation, emptyExpectation, undecidedExpectation, emptyTest, uncoveredRule];
