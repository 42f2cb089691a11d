/** Policies made from netmaster's objects: held against what somebody has read, and proved against the reader of verification. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { check } from "../../../compiler/compile.js";
import { inOrder } from "../../../compiler/diagnostics/order.js";
import { importContiv } from "../../../compiler/import/contiv/import.js";
import { proveImport } from "../../../compiler/import/proof.js";
import { formatText } from "../../../grammar/format/format.js";
import { policySketch } from "../../support/arbitrary.js";
import { readTexts, renderDiagnostics } from "../../support/diagnose.js";
import { expectGolden } from "../../support/golden.js";
import { makePolicy, universeOf } from "../../support/policy.js";
import { sampleWorld, smallAlphabet, smallWorld } from "../../support/worlds.js";
import { throughContiv } from "./contivtrip.js";

const root = "test/fixtures/contiv-import";
const cases = existsSync(root) ? readdirSync(root).sort() : [];

async function formatted(text: string): Promise<string> {
  const result = await formatText(text);
  return result.kind === "formatted" ? result.text : `unreadable: ${result.problems.map(({ message }) => message).join()}`;
}

function filesOf(name: string) {
  return Object.entries(readTexts(join(root, name, "in"))).map(([file, text]) => ({ file, text }));
}

describe("each set of objects", () => {
  it.each(cases)("%s", async (name) => {
    const files = filesOf(name);
    const { text, diagnostics, proof } = importContiv(files);
    const policy = await formatted(text);
    expect(proveImport(policy, proof)).toEqual([]);
    const { diagnostics: found } = check({ entries: ["a.ctv"], read: () => ({ text: policy }) });
    expect(found.filter(({ severity }) => severity === "error")).toEqual([]);
    expectGolden(join(root, name, "import.ctv"), policy);
    expectGolden(
      join(root, name, "import.txt"),
      renderDiagnostics(inOrder(diagnostics), Object.fromEntries(files.map(({ file, text: content }) => [file, content]))),
    );
  });
});

describe("the proof", () => {
  const { text, proof } = importContiv(filesOf("whitelist"));
  const lines = text.split("\n");

  it.each(lines.flatMap((line, index) => (/^(allow|deny) /.test(line) ? [[line, index] as const] : [])))("fails without `%s`", (_, index) => {
    expect(proveImport(lines.filter((_line, at) => at !== index).join("\n"), proof).length).toBeGreaterThan(0);
  });

  it("fails where the default is another", () => {
    expect(proveImport(text.replace("default allow", "default deny"), proof).length).toBeGreaterThan(0);
  });
});

describe("what the compiler makes for Contiv is imported exactly", () => {
  it.each([
    [1, 12],
    [2, 8],
  ])("on policies with %d rules of the small world", (rules, count) => {
    for (const sketch of sampleWorld(smallWorld(smallAlphabet, rules), count)) throughContiv(universeOf(makePolicy(sketch), undefined));
  });

  it("on random policies", () => {
    fc.assert(
      fc.property(policySketch({ tenants: 2, groups: 2, policies: 1, rules: 3 }), (sketch) =>
        throughContiv(universeOf(makePolicy(sketch), undefined)),
      ),
      { numRuns: 10 },
    );
  });
});
