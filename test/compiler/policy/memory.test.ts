import { describe, expect, it } from "@jest/globals";
import { check } from "../../../compiler/compile.js";
import type { Checked } from "../../../compiler/compile.js";
import type { Rule } from "../../../compiler/policy/model.js";
import { checkMemory } from "../../../compiler/memory.js";
import { generateProject } from "../../bench/generate.js";
import { checkWith, firstDifference, said } from "../../support/incremental.js";
import { randomFrom } from "../../support/mutate.js";

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

/** Edits that change what a name stands for, hide it, take it away or give it back. */
const meanings: readonly (readonly [file: string, from: string, to: string])[] = [
  ["shared.ctv", "tcp/9100", "tcp/9101"],
  ["shared.ctv", "203.0.113.0/24", "203.0.113.0/25"],
  ["shared.ctv", "port: port = 8080", "port: port = 8081"],
  ["shared.ctv", "port: port = 8080", "port: string = eight"],
  ["shared.ctv", "service metrics", "service meters"],
  ["shared.ctv", "service meters", "service metrics"],
  ["shared.ctv", "  export front\n", ""],
  ["shared.ctv", "export front", "export front to three"],
  ["shared.ctv", "group front", "network front"],
  ["shared.ctv", "tenant two", "tenant second"],
  ["shared.ctv", "external office", "set office"],
  ["shared.ctv", "external office", "service https = tcp/8443\nexternal office"],
  ["main.ctv", 'import "shared.ctv"', ""],
  ["main.ctv", "set all = web, db", "set all = web"],
  ["main.ctv", "set all = web, db", "set all = web, all"],
  ["main.ctv", "set all", "external office = 192.0.2.0/24\n  set all"],
  ["main.ctv", "set all", "service metrics = udp/1\n  set all"],
  ["main.ctv", "set all", "param port: port = 1\n  set all"],
  ["main.ctv", "group web in net { match app = web }", "group web in net { hosts office }"],
  ["main.ctv", "group web in net", "group web in other"],
  ["main.ctv", "group web in net { match app = web }", "group web in net {\n    match app = web\n    hosts 192.0.2.7\n    namespaces one\n  }"],
  ["main.ctv", "network net {", "namespaces one, more\n  network net {"],
  ["main.ctv", "network net {", "qos gold { bandwidth 10Mbps }\n  group fast { match app = f\n qos gold }\n  network net {"],
  ["main.ctv", "bandwidth 10Mbps", "bandwidth 20Mbps"],
  ["main.ctv", "10.1.0.0/16", "10.2.0.0/16"],
  ["main.ctv", "tenant one", "// moved\ntenant one"],
  ["main.ctv", "policy inside", "policy doors"],
];

describe("a check that remembers the one before", () => {
  it("says what one says that does not, whatever was typed in between", () => {
    expect(firstDifference(project, "main.ctv", 1, 150)).toBeUndefined();
    expect(firstDifference({ "main.ctv": generateProject(60) }, "main.ctv", 2, 30)).toBeUndefined();
  });

  it("says so too when what changed is a declaration elsewhere", () => {
    expect(firstDifference(project, "shared.ctv", 3, 100)).toBeUndefined();
  });

  it("says so after changes of what names mean, and of what they find", () => {
    const random = randomFrom(4);
    for (let round = 0; round < 12; round++) {
      const memory = checkMemory();
      let texts = project;
      for (let made = 0; made < 12; made++) {
        const [file, from, to] = meanings[random(meanings.length)];
        texts = random(6) === 0 ? project : { ...texts, [file]: texts[file].replace(from, to) };
        expect({ texts, found: said(checkWith(texts, { memory })) }).toEqual({ texts, found: said(checkWith(texts)) });
      }
    }
  });

  it("resolves anew the policies that name what changed, and no others", () => {
    const memory = checkMemory();
    const rulesOf = ({ draft }: Checked): readonly Rule[] => draft.tenants.flatMap(({ rules }) => rules);
    const takenOver = (texts: Readonly<Record<string, string>>): readonly boolean[] => {
      const before = rulesOf(checkWith(project, { memory }));
      return rulesOf(checkWith(texts, { memory })).map((rule, index) => rule.source === before[index].source);
    };
    expect(takenOver({ ...project, "shared.ctv": shared.replace("tcp/9100", "tcp/9101") })).toEqual([false, false, true, true]);
    expect(takenOver({ ...project, "main.ctv": main.replace("set all = web, db", "set all = web") })).toEqual([true, true, false, false]);
    expect(takenOver({ ...project, "main.ctv": main.replace("{ match app = db }", "{ match app = store }") })).toEqual([true, true, true, true]);
    expect(takenOver({ ...project, "shared.ctv": `service other = tcp/1\n${shared}` })).toEqual([true, true, true, true]);
  });

  it("takes the policies over that nobody changed, and moves them", () => {
    const memory = checkMemory();
    const rulesOf = ({ draft }: Checked): readonly Rule[] => draft.tenants.flatMap(({ rules }) => rules);
    const before = rulesOf(checkWith(project, { memory }));
    const after = rulesOf(checkWith({ ...project, "main.ctv": main.replace("web : https, metrics", "web : https") }, { memory }));
    expect(after.map((rule, index) => rule.source === before[index].source)).toEqual([false, false, true, true]);
    expect(after.map((rule) => rule.origin.line)).toEqual(before.map((rule) => rule.origin.line));
    expect(after[2].origin.span.start).toBe(before[2].origin.span.start - ", metrics".length);
  });

  it("resolves anew where a param has another value", () => {
    const memory = checkMemory();
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
    const memory = checkMemory();
    const texts = { ...project, "main.ctv": main.replace(from, to) };
    const told = (): readonly string[] => checkWith(texts, { memory }).diagnostics.map(({ code, message }) => `${code} ${message}`);
    const first = told();
    expect(first.length).toBeGreaterThan(checkWith(project).diagnostics.length);
    expect(told()).toEqual(first);
    expect(told()).toEqual(first);
  });
});
