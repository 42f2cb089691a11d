import { describe, expect, it } from "@jest/globals";
import { check } from "../../compiler/compile.js";
import { carryOver, findingsAboutFlows } from "../../lsp/workspace/carry.js";

const checked = (text: string): ReturnType<typeof check> => check({ entries: ["main.ctv"], read: () => ({ text }) });

const before = "tenant t {\n  group a { match k = a }\n  policy p {\n    allow a -> a\n    deny a -> a\n  }\n}\n";
const found = findingsAboutFlows(checked(before).findings);

const carried = (after: string): readonly string[] =>
  [...carryOver(found, checked(before).files, checked(after).files).values()].flat().map(({ span }) => after.slice(span.start, span.end));

describe("findings of an earlier text", () => {
  it("move with their own text", () => {
    const [shown] = carried(before);
    expect(shown).toMatch(/deny/);
    expect(carried(`// note\n${before}`)).toEqual([shown]);
    expect(carried(`${before}// note\n`)).toEqual([shown]);
  });

  it("go when their text is changed", () => {
    expect(carried(before.replace("deny a -> a", "deny a -> world"))).toEqual([]);
    expect(carried(before.replace("deny a", "den a"))).toEqual([]);
  });
});
