import { describe, expect, it } from "@jest/globals";
import { check } from "../../../compiler/compile.js";
import type { Checked } from "../../../compiler/compile.js";
import type { Rule } from "../../../compiler/policy/model.js";
import { policyMemory } from "../../../compiler/policy/memory.js";
import { generateProject } from "../../bench/generate.js";
import { checkWith, firstDifference } from "../../support/incremental.js";

const shared = `external office = 203.0.113.0/24
service metrics = tcp/9100
param port: port = 8080
tenant two {
  group front { match app = front }
  export front
}
`;
const main = `import "shared.ctv"

/// The shop.
tenant one {
  network net {
    subnet 10.1.0.0/16
  }
  group web in net { match app = web }
  group db in net { match app = db }
  set all = web, db

  policy doors priority 20 {
    // who may come in
    allow office -> web : https, metrics
    allow two/front -> web except db : tcp/port as front log
  }

  policy inside priority 10 {
    allow web -> db : postgres
    deny all -> any
  }

  test "doors" {
    expect allow office -> web : https
  }
}
`;
const project: Readonly<Record<string, string>> = { "main.ctv": main, "shared.ctv": shared };

describe("a check that remembers the one before", () => {
  it("says what one says that does not, whatever was typed in between", () => {
    expect(firstDifference(project, "main.ctv", 1, 150)).toBeUndefined();
    expect(firstDifference({ "main.ctv": generateProject(60) }, "main.ctv", 2, 30)).toBeUndefined();
  });

  it("says so too when what changed is a declaration elsewhere", () => {
    expect(firstDifference(project, "shared.ctv", 3, 100)).toBeUndefined();
  });

  it("takes the policies over that nobody changed, and moves them", () => {
    const memory = policyMemory();
    const rulesOf = ({ draft }: Checked): readonly Rule[] => draft.tenants.flatMap(({ rules }) => rules);
    const before = rulesOf(checkWith(project, { memory }));
    const after = rulesOf(checkWith({ ...project, "main.ctv": main.replace("web : https, metrics", "web : https") }, { memory }));
    expect(after.map((rule, index) => rule.source === before[index].source)).toEqual([false, false, true, true]);
    expect(after.map((rule) => rule.origin.line)).toEqual(before.map((rule) => rule.origin.line));
    expect(after[2].origin.span.start).toBe(before[2].origin.span.start - ", metrics".length);
  });

  it("resolves anew where a param has another value", () => {
    const memory = policyMemory();
    const portsWith = (port: string): unknown => {
      const { draft } = check({
        entries: Object.keys(project),
        read: (id) => ({ text: project[id] }),
        params: new Map([["port", { value: port, from: "a test" }]]),
        memory,
      });
      return draft.tenants[0].rules[1].service.services;
    };
    expect(portsWith("81")).not.toEqual(portsWith("82"));
  });
});

describe("what is told about a policy", () => {
  it.each([
    ["a name in its priority that nothing declares", "priority 20 {", "priority nowhere {"],
    ["a name that nothing declares", "allow office ->", "allow ofice ->"],
    ["a rule that is broken", "allow office ->", "allow office"],
    ["two rules of one name", "deny all -> any", "deny all -> any as front\n    deny web -> any as front"],
  ])("is told again at the next check: %s", (_what, from, to) => {
    const memory = policyMemory();
    const texts = { ...project, "main.ctv": main.replace(from, to) };
    const told = (): readonly string[] => checkWith(texts, { memory }).diagnostics.map(({ code, message }) => `${code} ${message}`);
    const first = told();
    expect(first.length).toBeGreaterThan(checkWith(project).diagnostics.length);
    expect(told()).toEqual(first);
    expect(told()).toEqual(first);
  });
});
