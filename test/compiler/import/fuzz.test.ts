/** Broken files never break the command: whatever stands in them, there are findings and a result, and what is made of the rest is proved. */
import { expect, it } from "@jest/globals";
import fc from "fast-check";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { importContiv } from "../../../compiler/import/contiv/import.js";
import { importKubernetes } from "../../../compiler/import/kubernetes/import.js";
import { proofBy, proveImport } from "../../../compiler/import/proof.js";
import { adviceOn } from "../../../compiler/manifests/connectivity/advice.js";
import { connections } from "../../../compiler/manifests/connectivity/connections.js";
import { readManifests } from "../../../compiler/manifests/read.js";
import { readTexts } from "../../support/diagnose.js";
import { cases, filesOf, nothingKnown } from "../manifests/fixtures.js";

interface Edit {
  readonly kind: "delete" | "insert" | "double" | "indent" | "value";
  /** Share of the text's lines. */
  readonly at: number;
  readonly word: string;
}

const words = ["{}", "[]", "null", "-1", "70000", '""', "*a", "&a", "<<: *a", "true", "~", ": ", "- ", "\t", "0.0.0.0/0", "__proto__", "In", "🦊"];
const edit: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom("delete", "insert", "double", "indent", "value"),
  at: fc.double({ min: 0, max: 0.999, noNaN: true }),
  word: fc.constantFrom(...words),
});

function edited(text: string, edits: readonly Edit[]): string {
  return edits.reduce((before, { kind, at, word }) => {
    const lines = before.split("\n");
    const index = Math.floor(at * lines.length);
    const line = lines[index];
    const changed: Readonly<Record<Edit["kind"], readonly string[]>> = {
      delete: [],
      insert: [line, word],
      double: [line, line],
      indent: [`  ${line}`],
      value: [line.replace(/:.*$/, `: ${word}`)],
    };
    return [...lines.slice(0, index), ...changed[kind], ...lines.slice(index + 1)].join("\n");
  }, text);
}

it("manifests with mistakes in them are read as far as they go", () => {
  fc.assert(
    fc.property(fc.constantFrom(...cases), fc.array(edit, { minLength: 1, maxLength: 4 }), (name, edits) => {
      const files = filesOf(name).map(({ file, text }) => ({ file, text: edited(text, edits) }));
      const { manifests, diagnostics } = readManifests(files);
      for (const { span } of [...diagnostics, ...adviceOn(manifests, nothingKnown)]) {
        const length = files.find(({ file }) => file === span.file)?.text.length ?? -1;
        expect(span.start >= 0 && span.start <= span.end && span.end <= length).toBe(true);
      }
      connections(manifests, { facts: nothingKnown, explain: true });
      const { text, reading } = importKubernetes(manifests, nothingKnown, () => "here");
      expect(proveImport(text, proofBy(reading)).slice(0, 2)).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

const contivRoot = "test/fixtures/contiv-import";

it("objects of Contiv with mistakes in them are read as far as they go", () => {
  fc.assert(
    fc.property(fc.constantFrom(...readdirSync(contivRoot)), fc.array(edit, { minLength: 1, maxLength: 3 }), (name, edits) => {
      const files = Object.entries(readTexts(join(contivRoot, name, "in"))).map(([file, text]) => ({ file, text: edited(text, edits) }));
      const { text, proof, diagnostics } = importContiv(files);
      const doubtful = diagnostics.some(({ severity }) => severity === "error");
      const found = proveImport(text, proof);
      if (!doubtful) expect(found.slice(0, 2)).toEqual([]);
    }),
    { numRuns: 40 },
  );
});
