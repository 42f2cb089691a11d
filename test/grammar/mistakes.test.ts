/** One mistake gives one message, at the place where a person would point, and what follows is still read. */
import { describe, expect, it } from "@jest/globals";
import { parseFile } from "../../grammar/parse.js";
import type { Item } from "../../grammar/syntax.js";
import { marked, mended, problemsOf } from "./parsed.js";

/** `‹` and `›` mark where the message points. */
function unmarked(text: string): string {
  return text.replace(/[‹›]/g, "");
}

/** The kinds and names of everything declared in a text, in order. */
function declared(items: readonly Item[]): readonly string[] {
  return items.flatMap((item) => [
    `${item.kind} ${"name" in item ? (item.name?.text ?? "") : ""}`.trim(),
    ...(item.kind === "tenant" ? declared(item.items) : []),
    ...(item.kind === "policy"
      ? item.rules.map(({ action, source }) => `${action} ${source.include.map((peer) => ("text" in peer ? peer.text : "")).join("+")}`)
      : []),
  ]);
}

const after = "\nservice after = tcp/80\n";

/** Checks that a text has the marked problem alone, and that the declaration behind it is read. */
function expectOne(text: string, code: string, fixed?: string): void {
  const plain = unmarked(text) + after;
  const { file, problems } = parseFile("test.ctv", plain);
  expect(problems.map((problem) => `${problem.code} ${marked(plain, problem)}`)).toEqual([`${code} ${text}${after}`]);
  expect(file.items.at(-1)).toMatchObject({ kind: "service", name: { text: "after" } });
  if (fixed === undefined) return;
  const better = mended(plain, problems[0]);
  expect(better).toBe(fixed + after);
  expect(problemsOf(better)).toEqual([]);
}

/** The same inside a policy, with a rule before and behind. */
function expectOneInRule(rule: string, code: string, fixed?: string): void {
  const around = (inner: string): string => `policy p {\n  allow first -> b\n  ${inner}\n  deny last -> b\n}`;
  expectOne(around(rule), code, fixed === undefined ? undefined : around(fixed));
  const { file } = parseFile("test.ctv", around(unmarked(rule)));
  expect(declared(file.items)).toEqual(expect.arrayContaining(["policy p", "allow first", "deny last"]));
}

describe("in a rule", () => {
  it.each([
    ["‹alow› a -> b", "CTV1010", "allow a -> b"],
    ["‹permit› a -> b", "CTV1010", "allow a -> b"],
    ["‹reject› a -> b", "CTV1010", "deny a -> b"],
    ["‹Allow› a -> b", "CTV1010", "allow a -> b"],
    ["‹a› -> b : web", "CTV1010"],
    ["‹10.1.1.1› -> b", "CTV1010"],
    ["‹->› b", "CTV1016"],
    ["‹:› b", "CTV1016"],
    ["allow a‹› b", "CTV1018", "allow a -> b"],
    ["allow a‹›", "CTV1018"],
    ["allow a‹› : web", "CTV1018"],
    ["allow a ->‹›", "CTV1019"],
    ["allow a ->‹› : web", "CTV1019"],
    ["allow‹› -> b", "CTV1019"],
    ["allow‹›", "CTV1019"],
    ["allow a except ‹->› b", "CTV1019"],
    ["allow a -> b‹,›", "CTV1021", "allow a -> b"],
    ["allow a -> b :‹›", "CTV1020"],
    ["allow a -> b : ‹80›", "CTV1020", "allow a -> b : tcp/80"],
    ["allow a -> b : tcp/‹›", "CTV1020"],
    ["allow a -> b : tcp/{80, 443‹›", "CTV1015", "allow a -> b : tcp/{80, 443}"],
    ["allow a -> b ‹tcp›/80", "CTV1024", "allow a -> b : tcp/80"],
    ["allow a -> b ‹web›", "CTV1024"],
    ["allow ‹from› a to b", "CTV1024"],
    ["allow a ‹to› b", "CTV1018", "allow a -> b"],
    ["allow a -> b ‹on› 443", "CTV1024", "allow a -> b : tcp/443"],
    ["allow a -> b ‹port› https", "CTV1024"],
    ["allow a -> b : tcp ‹80›", "CTV1024", "allow a -> b : tcp/80"],
    ["allow a -> b : tcp‹:›80", "CTV1024", "allow a -> b : tcp/80"],
    ["allow a ‹c› -> b", "CTV1024", "allow a, c -> b"],
    ["allow a except b ‹except› c -> d", "CTV1024"],
    ["allow a -> b except c ‹except› d", "CTV1024"],
    ["allow a -> b : tcp ‹except› ssh", "CTV1024"],
    ["allow a ‹exept› c -> b", "CTV1024", "allow a except c -> b"],
    ["allow a -> b ‹exept› c", "CTV1024", "allow a -> b except c"],
    ["allow a -> b : web ‹lgo›", "CTV1024", "allow a -> b : web log"],
    ["allow a -> b as‹›", "CTV1017"],
    ["allow a -> b log ‹log›", "CTV1024"],
    ["allow a -> b ‹deny› a -> c", "CTV1024", "allow a -> b ; deny a -> c"],
    ["allow a ‹=>› b", "CTV1003", "allow a -> b"],
    ["allow a ‹→› b", "CTV1003", "allow a -> b"],
    ["allow a ‹- >› b", "CTV1003", "allow a -> b"],
    ["allow a ‹<-› b", "CTV1002"],
    ["allow ‹*› -> b", "CTV1002", "allow any -> b"],
    ["allow a -> b ‹#› all", "CTV1003", "allow a -> b // all"],
    ["allow a -> b\n    ‹log›", "CTV1016"],
    ["allow a\n    ‹->› b", "CTV1016"],
    ["allow ‹a_b› -> c", "CTV1007", "allow a-b -> c"],
    ["allow ‹default› -> c", "CTV1008", 'allow "default" -> c'],
    ["allow ‹10.1.1› -> c", "CTV1009"],
    ["allow ‹(›a, b) -> c", "CTV1024"],
    ["allow ‹{›a, b} -> c", "CTV1024"],
    ["allow a/b‹/›c -> d", "CTV1019"],
    ["‹expect› allow a -> b", "CTV1011"],
    ['allow a -> ‹"›b : web', "CTV1004"],
  ])("%s", (...[rule, code, fixed]) => expectOneInRule(rule, code, fixed));

  it("joins the lines of a broken statement", () => {
    const [problem] = problemsOf("policy p {\n  allow a\n    -> b\n}");
    expect(mended("policy p {\n  allow a\n    -> b\n}", problem)).toBe("policy p {\n  allow a -> b\n}");
  });
});

describe("in a declaration", () => {
  it.each([
    ["‹tenat› t { }", "CTV1010", "tenant t { }"],
    ["‹polciy› p { allow a -> b }", "CTV1010", "policy p { allow a -> b }"],
    ["‹namespace› a", "CTV1010", "namespaces a"],
    ["‹foo› bar { x { y } }", "CTV1010"],
    ["group‹›", "CTV1017"],
    ["group‹› { }", "CTV1017"],
    ["group ‹in› net { }", "CTV1017"],
    ["group g in‹› { }", "CTV1017"],
    ["group g ‹im› net { }", "CTV1024", "group g in net { }"],
    ["policy p ‹prio› 5 { }", "CTV1024"],
    ["policy p priority‹› { }", "CTV1021"],
    ["fabric ‹main› { }", "CTV1024"],
    ["group g‹›", "CTV1013", "group g {}"],
    ["network n‹› subnet 10.0.0.0/24", "CTV1013", "network n { subnet 10.0.0.0/24 }"],
    ["group g in n‹› match a = b, c in (d,\n e)", "CTV1013", "group g in n { match a = b, c in (d,\n e) }"],
    ["fabric‹› mode aci", "CTV1013", "fabric { mode aci }"],
    ["qos q‹› bandwidth 10Mbps; dscp 46", "CTV1013"],
    ["set s‹›", "CTV1021"],
    ["set s =‹›", "CTV1019"],
    ["set s‹› a, b", "CTV1021", "set s = a, b"],
    ["set s‹:› a", "CTV1021"],
    ["set s = a ‹b›", "CTV1024", "set s = a, b"],
    ["service s =‹›", "CTV1020"],
    ["external e =‹›", "CTV1021"],
    ["external e = 10.0.0.1 ‹10.0.0.2›", "CTV1024", "external e = 10.0.0.1, 10.0.0.2"],
    ["app a =‹›", "CTV1017"],
    ["param p‹›", "CTV1022"],
    ["param p ‹=› 5", "CTV1022"],
    ["param p‹› int = 5", "CTV1022", "param p: int = 5"],
    ["param p: int ‹5›", "CTV1024", "param p: int = 5"],
    ["default‹›", "CTV1022"],
    ["default ‹maybe›", "CTV1022"],
    ['contracts c ‹provide› = "x"', "CTV1024", 'contracts c provided = "x"'],
    ['contracts c ‹=› "x"', "CTV1022"],
    ['contracts c provided‹› "x"', "CTV1021", 'contracts c provided = "x"'],
    ["loadbalancer l‹› { address 10.0.0.1 }", "CTV1022"],
    ["export‹›", "CTV1017"],
    ["export g to‹›", "CTV1017"],
    ["import ‹a/b.ctv›", "CTV1008", 'import "a/b.ctv"'],
    ["import‹›", "CTV1017"],
    ["import ‹'a.ctv'›", "CTV1003", 'import "a.ctv"'],
    ["test ‹it works› { expect allow a -> b }", "CTV1008", 'test "it works" { expect allow a -> b }'],
    ['test "t" { expect ‹a› -> b }', "CTV1022"],
    ['test "t" { ‹allow› a -> b }', "CTV1011", 'test "t" { expect allow a -> b }'],
    ['test "t" { expect allow a -> b ‹log› }', "CTV1024"],
    ["network ‹a_b› { }", "CTV1007", "network a-b { }"],
    ["service s = tcp/80 ‹}›", "CTV1014", "service s = tcp/80 "],
    ["set s = ‹{›a, b}", "CTV1024"],
  ])("%s", (...[text, code, fixed]) => expectOne(text, code, fixed));

  it("keeps the name of what could not be read to its end", () => {
    const text = "set s =\nservice v = tcp/\nexternal e\nparam p\napp a\ncontracts c provided\nnetwork n ! { }\ngroup g im n { match a = b }";
    const { items } = parseFile("test.ctv", text).file;
    expect(items.map((item) => ("incomplete" in item ? declared([item])[0] : `whole ${item.kind}`))).toEqual([
      "set s",
      "service v",
      "external e",
      "param p",
      "app a",
      "contracts c",
      "whole network",
      "group g",
    ]);
  });
});

describe("in a block of properties", () => {
  it.each([
    ["‹macth› app = web", "CTV1010", "match app = web"],
    ["match app‹›", "CTV1023"],
    ["match app =‹›", "CTV1023"],
    ["match app in ‹web›", "CTV1023", "match app in (web)"],
    ["match app in (web, db‹›", "CTV1015", "match app in (web, db)"],
    ["match app = web ‹db›", "CTV1024"],
    ["match app = web ‹and› tier = front", "CTV1024", "match app = web, tier = front"],
    ["match app = web ‹or› app = db", "CTV1024"],
    ["match app‹:› web", "CTV1023", "match app = web"],
    ["match app ‹==› web", "CTV1003", "match app = web"],
    ["match app = ‹v_1›", "CTV1008", 'match app = "v_1"'],
    ["match app = ‹1.2›", "CTV1008", 'match app = "1.2"'],
    ["match app = ‹10.1.1.1›", "CTV1023", 'match app = "10.1.1.1"'],
    ["match app = web‹,›", "CTV1021", "match app = web"],
    ["match has‹›", "CTV1023"],
    ["match‹›", "CTV1023"],
    ["match ‹=› web", "CTV1023"],
    ["hosts‹›", "CTV1021"],
    ["hosts ‹=› 10.0.0.1", "CTV1024"],
    ["hosts‹:› 10.0.0.1", "CTV1024"],
    ["hosts 10.0.0.1‹,›", "CTV1021", "hosts 10.0.0.1"],
    ["hosts 10.0.0.1 ‹10.0.0.2›", "CTV1024", "hosts 10.0.0.1, 10.0.0.2"],
    ["hosts 10.0.0.1 ‹pool› 10.0.0.2-10.0.0.3", "CTV1024", "hosts 10.0.0.1 ; pool 10.0.0.2-10.0.0.3"],
    ["hosts ‹10.0.0›", "CTV1009"],
    ["hosts ‹2001:db8:1›", "CTV1009"],
    ["bandwidth 10 ‹Mbps›", "CTV1024", "bandwidth 10Mbps"],
    ["bandwidth ‹10M›", "CTV1009", "bandwidth 10Mbps"],
    ["bandwidth ‹1.5g›", "CTV1009", "bandwidth 1.5gbps"],
    ["‹10.0.0.1›", "CTV1010"],
    ['‹"hosts"› 10.0.0.1', "CTV1010"],
    ["‹allow› a -> b", "CTV1011"],
    ["‹set› a = b", "CTV1011"],
  ])("%s", (...[property, code, fixed]) => {
    const around = (inner: string): string => `group g {\n  namespaces first\n  ${inner}\n  qos last\n}`;
    expectOne(around(property), code, fixed === undefined ? undefined : around(fixed));
    const { items } = parseFile("test.ctv", around(unmarked(property))).file;
    expect(items.find(({ kind }) => kind === "group")).toMatchObject({ name: { text: "g" } });
    expect(JSON.stringify(items)).toContain('"last"');
  });
});

describe("braces", () => {
  const whole =
    'tenant t {\n  group a { match x = y }\n  group b {\n    match x = z\n  }\n  policy p {\n    allow a -> b\n  }\n  test "c" {\n    expect allow a -> b\n  }\n}\n';
  const everything = declared(parseFile("test.ctv", whole).file.items);

  it.each([...whole.matchAll(/\}/g)].map(({ index }) => index))("one that is missing at %d costs one message and nothing else", (index) => {
    const text = whole.slice(0, index) + whole.slice(index + 1);
    const { file, problems } = parseFile("test.ctv", text);
    expect(problems.map(({ code }) => code)).toEqual(["CTV1012"]);
    expect(problems[0].related).toHaveLength(1);
    expect(declared(file.items)).toEqual(everything);
  });

  it.each([...whole.matchAll(/\{/g)].map(({ index }) => index))(
    "an opening one that is missing at %d costs one message and nothing else",
    (index) => {
      const text = whole.slice(0, index) + whole.slice(index + 1);
      const { file, problems } = parseFile("test.ctv", text);
      expect([problems.length, declared(file.items)]).toEqual([1, everything]);
    },
  );

  it.each([...whole.matchAll(/\n/g)].map(({ index }) => index))("a closing one too many at the line's end at %d costs one message", (index) => {
    const text = `${whole.slice(0, index)} }${whole.slice(index)}`;
    expect(problemsOf(text).map(({ code }) => code)).toEqual(["CTV1014"]);
  });

  it("are told where their block ends by the looks of it: at a brace that stands under an outer block", () => {
    const text = "tenant t {\n  policy p {\n    allow a -> b\n}\nservice s = tcp/80\n";
    const { file, problems } = parseFile("test.ctv", text);
    expect(problems.map((problem) => marked(text, problem))).toEqual([text.replace("\n}", "\n‹}›")]);
    expect(problems[0].message).toContain('policy "p"');
    expect(declared(file.items)).toEqual(["tenant t", "policy p", "allow a", "service s"]);
  });

  it("are told at the file's end for several blocks at once", () => {
    const text = "tenant t {\n  policy p {\n    allow a -> b\n";
    const [problem, ...more] = problemsOf(text);
    expect([problem.code, problem.span.start, problem.related.length, more]).toEqual(["CTV1012", text.length, 2, []]);
    expect(problemsOf(mended(text, problem))).toEqual([]);
  });

  it("nested beyond reason end the reading with one message", () => {
    for (const text of [
      "{".repeat(5000),
      `set s = ${"{".repeat(5000)}`,
      "tenant t {".repeat(5000) + "}".repeat(5000),
      "group g { x { ".repeat(5000),
    ]) {
      const codes = problemsOf(text).map(({ code }) => code);
      expect(codes.filter((code) => code === "CTV1025")).toHaveLength(1);
      expect(codes.length).toBeLessThan(4);
    }
  });
});

describe("statements in the wrong place", () => {
  it("keeps declarations, and tells a run of rules once", () => {
    const { file, problems } = parseFile(
      "test.ctv",
      "tenant t {\n  allow a -> b\n  deny a -> b\n  policy p {\n    group g { }\n    allow g -> b\n  }\n  allow c -> d\n}",
    );
    expect(problems.map(({ code, span }) => [code, span.start])).toEqual([
      ["CTV1011", 13],
      ["CTV1011", 57],
      ["CTV1011", 92],
    ]);
    expect(declared(file.items)).toEqual(["tenant t", "policy p", "allow g", "group g"]);
  });
});

describe("many mistakes", () => {
  it("are told up to a hundred, and then counted", () => {
    const problems = problemsOf("foo\n".repeat(250));
    expect(problems).toHaveLength(100);
    expect(problems[99].message).toMatch(/; 150 more syntax errors follow in this file$/);
  });

  it("come in order of position", () => {
    const starts = problemsOf("policy p {\n alow a => b\n allow a_b -> # x\n}\n}\nfoo").map(({ span }) => span.start);
    expect(starts).toEqual([...starts].sort((left, right) => left - right));
  });
});
