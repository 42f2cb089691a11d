import { describe, expect, it } from "@jest/globals";
import { didYouMean, suggest } from "../../../compiler/bind/suggest.js";
import { checkTexts } from "../../support/diagnose.js";

describe("suggestions", () => {
  const names = ["frontend", "backend", "redis-master", "redis-slave", "db", "office"];

  it.each([
    ["fronted", ["frontend"]],
    ["Frontend", ["frontend"]],
    ["forntend", ["frontend"]],
    ["redis-mastre", ["redis-master"]],
    ["redis-slaves", ["redis-slave"]],
    ["dB", ["db"]],
    ["warehouse", []],
    ["x", []],
    ["frontend", []],
  ])("for %s are %j", (name, expected) => {
    expect(suggest(name, names)).toEqual(expected);
  });

  it("come nearest first, and not more than asked for", () => {
    expect(suggest("abcdef", ["abcxyf", "abcdeg", "abcdxx", "abcdef1"], 2)).toEqual(["abcdef1", "abcdeg"]);
  });

  it("read as a question", () => {
    expect([didYouMean([]), didYouMean(["a"]), didYouMean(["a", "b", "c"])]).toEqual([
      undefined,
      'did you mean "a"?',
      'did you mean "a", "b" or "c"?',
    ]);
  });
});

describe("names of other languages", () => {
  const helpFor = (peer: string, more = ""): readonly (string | undefined)[] =>
    checkTexts({ "main.ctv": `tenant t {\n  group web { match app = web }\n${more}  policy p { allow ${peer} -> web : http }\n}\n` }).diagnostics.map(
      ({ help }) => help,
    );

  it.each([
    ["all", "any"],
    ["Everyone", "any"],
    ["internet", "world"],
  ])("%s is %s", (peer, meant) => {
    expect(helpFor(peer)).toContain(`did you mean "${meant}"?`);
  });

  it("count less than a name that comes close", () => {
    expect(helpFor("outside", "  group outsider { match app = other }\n")).toContain('did you mean "outsider"?');
  });
});
