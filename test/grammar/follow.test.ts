/** What may come next: `|` is the cursor. */
import { describe, expect, it } from "@jest/globals";
import { followAt } from "../../grammar/follow/follow.js";
import type { Following } from "../../grammar/follow/follow.js";
import { reservedWords } from "../../grammar/tokens.js";

function at(marked: string): Following {
  const offset = marked.indexOf("|");
  return followAt("test.ctv", marked.replace("|", ""), offset);
}

/** Words, then what else is expected, in alphabetical order. */
function next(marked: string): string {
  const { words, expected, of } = at(marked);
  return [...[...words].sort(), ...[...expected].sort().map((what) => `<${what}${of === undefined ? "" : ` ${of}`}>`)].join(" ");
}

describe("at the beginning of a statement", () => {
  const declarations = [...reservedWords.keys()].filter((word) => !["allow", "deny", "expect"].includes(word)).sort();

  it.each(["|", "tenant t {\n  |\n}", "tenant t { }\nten|", "tenant t { group g { }; | }", "service s = tcp/80\n|\nset s = a"])(
    "declarations: %j",
    (text) => {
      expect(next(text)).toBe(`${declarations.join(" ")} <declaration>`);
    },
  );

  it.each([
    ["policy p { | }", "allow deny"],
    ["policy p {\n  allow a -> b\n  |\n  allow c -> d\n}", "allow deny"],
    ["policy p {\n  allow a -> b\n  lo|\n}", "allow deny"],
    ['test "t" {\n  |', "expect"],
    ["group g {\n  |", "match <property>"],
    ["network n { subnet 10.0.0.0/8; gat| }", "match <property>"],
    ["group g {\n  match a = b\n  |\n", "match <property>"],
  ])("in blocks: %j", (text, expected) => {
    expect(next(text)).toBe(expected);
  });
});

describe("inside a statement", () => {
  it.each([
    ["tenant |", "<newName>"],
    ["group g | ", "in {"],
    ["group g in |", "<network>"],
    ["policy p |", "priority {"],
    ["policy p priority |", "<number> <param>"],
    ["set s = |", "<address> <peer>"],
    ["set s = a|", "<address> <peer>"],
    ["set s = a, b |", ", / except"],
    ["set s = a except |", "<address> <peer>"],
    ["external e = |", "<address> <param>"],
    ["service s = |", "<service>"],
    ["service s = tcp/|", "{ <port>"],
    ["service s = tcp/{80, |", "<port>"],
    ["app a = |", "<group>"],
    ["export |", "<group>"],
    ["export g |", ", to"],
    ["export g to |", "<tenant>"],
    ["namespaces |", "<namespace>"],
    ["default |", "allow deny"],
    ["param p|", "<newName>"],
    ["param p: |", "<paramType>"],
    ["param p: port |", "="],
    ["param p: port = |", "<address> <bandwidth> <number> <value>"],
    ["contracts c |", "consumed provided"],
    ["contracts c provided = |", "<text>"],
    ["loadbalancer l |", "in"],
    ["loadbalancer l in |", "<network>"],
    ["loadbalancer l in n { port tcp/80 -> |", "<number> <port>"],
    ["network n { subnet |", "<address> <bandwidth> <number> <value>"],
    ["import |", "<importPath>"],
    ['import "sha|', "<importPath>"],
    ["test |", "<text>"],
    ['test "t" { expect |', "allow deny"],
    ['test "t" { expect allow |', "<address> <peer>"],
    ["policy p { allow |", "<address> <peer>"],
    ["policy p { allow a |", ", -> / except"],
    ["policy p { allow a| -> b", "<address> <peer>"],
    ["policy p { allow shop/|", "<member shop>"],
    ["policy p { allow a -> |", "<address> <peer>"],
    ["policy p { allow a -> b |", ", / : as except log"],
    ["policy p { allow a -> b : |", "<service>"],
    ["policy p { allow a -> b : web |", ", / as log"],
    ["policy p { allow a -> b : web, |", "<service>"],
    ["policy p { allow a -> b as |", "<newName>"],
    ["policy p { allow a,\n  |\n  allow b -> c }", "<address> <peer>"],
    ["policy p { allow a ->\n  | }", "<address> <peer>"],
    ["group g { match |", "has not <labelKey>"],
    ["group g { match app |", "/ = in not"],
    ["group g { match app = |", "<labelValue app>"],
    ["group g { match a.b/c not in (x, |", "<labelValue a.b/c>"],
    ["group g { match app = web, |", "has not <labelKey>"],
    ["group g { match app in |", "("],
    ["group g { match app not |", "in"],
  ])("%j", (text, expected) => {
    expect(next(text)).toBe(expected);
  });

  it("offers nothing inside a comment, and nothing after a mistake", () => {
    expect(next("// allow |")).toBe("");
    expect(next("policy p { /* | */ }")).toBe("");
    expect(next("set s = = |")).toBe("");
  });
});

describe("where it is", () => {
  it("names the block, the statement and the word being written", () => {
    expect(at("tenant t {\n  group web in net {\n    hos|\n")).toMatchObject({
      block: { kind: "properties", keyword: "group", name: "web" },
      written: { file: "test.ctv", start: 36, end: 39 },
    });
    expect(at("policy p { allow a -> |")).toMatchObject({
      block: { kind: "policy", name: "p" },
      statement: "allow",
      written: { start: 22, end: 22 },
    });
    expect(at('import "sha|')).toMatchObject({ statement: "import", written: { start: 7, end: 11 } });
  });

  it("does not mind what is broken behind the cursor", () => {
    expect(next("tenant t {\n  policy p {\n    allow a -> |\n    allow = }\n  }\n  group x {")).toBe("<address> <peer>");
  });
});
