/** Files and steps that are read by their likeness to the one before, against what JSON says of each by itself. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { readDocuments } from "../../../../compiler/target/contiv/read/documents.js";
import { planProblems } from "../../../../compiler/target/contiv/read/plan.js";
import { documentAt, readObjects } from "../../../../compiler/target/contiv/read/series.js";
import type { Document } from "../../../../compiler/target/contiv/read/documents.js";
import type { Artefact, ReadingProblem } from "../../../../compiler/target/target.js";
import { allow, deny } from "../../../support/policy.js";
import { emittedRules } from "./emitted.js";

const { artefacts } = emittedRules([
  allow("a", "b", "tcp/80-89"),
  deny("a", "c", "tcp/9999"),
  allow("a", "c", "tcp/9997-10003"),
  allow("b", "c", "udp/53-56"),
]);
const isRule = ({ path }: Artefact): boolean => path.includes("/rules/");
const rules = artefacts.flatMap((artefact, at) => (isRule(artefact) ? [at] : []));
const plan = artefacts.find(({ path }) => path === "plan.json")?.text ?? "";

/** A text with some of it taken out and something else put there. */
interface Edit {
  readonly at: number;
  readonly gone: number;
  readonly put: string;
}

const edited = (text: string, { at, gone, put }: Edit): string => `${text.slice(0, at % text.length)}${put}${text.slice((at % text.length) + gone)}`;

const edit = (puts: readonly string[], width: number): fc.Arbitrary<Edit> =>
  fc.record({
    at: fc.nat(width),
    gone: fc.nat(3),
    put: fc.constantFrom("", " ", "\n", '"', ",", "\\", "\\u0031", "0", "1", "-", ".0", "e1", "[]", ...puts),
  });

describe("objects of a folder", () => {
  const lines = (documents: readonly Document[], problems: readonly ReadingProblem[]): readonly string[] =>
    [
      ...documents.map(({ kind, path, key, body }) => `${path} is ${kind} ${key} ${JSON.stringify(Object.entries(body).sort())}`),
      ...problems.map(({ path, message }) => `${path}: ${message}`),
    ].sort();
  const told = (folder: readonly Artefact[]): readonly string[] => {
    const { documents, series, problems } = readObjects(folder);
    return lines([...documents, ...series.flatMap((one) => one.files.map((_, at) => documentAt(one, at)))], problems);
  };
  /** What only one of two ways of reading has: each file by itself, and each by its likeness to the one before. */
  const differences = (folder: readonly Artefact[]): readonly string[] => {
    const { documents, problems } = readDocuments(folder);
    const one = new Set(told(folder));
    const other = new Set(lines(documents, problems));
    return [...[...one].filter((line) => !other.has(line)), ...[...other].filter((line) => !one.has(line))];
  };

  it("are those together that differ in port and id alone", () => {
    expect(readObjects(artefacts).series.map(({ files }) => files.length)).toContain(10);
    expect(differences(artefacts)).toEqual([]);
  });

  it("are what JSON has, whatever is edited", () => {
    const change = fc.record({ rule: fc.nat(), text: edit(['"port": 81,\n  ', '"ruleId": "x",\n  ', '"protocol": "7",\n  '], 260) });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const folder = [...artefacts];
        for (const { rule, text } of changes) {
          const at = rules[rule % rules.length];
          folder[at] = { ...folder[at], text: edited(folder[at].text, text) };
        }
        expect(differences(folder)).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  it("are what they are wherever they lie and in whichever order", () => {
    const move = fc.record({ rule: fc.nat(), to: fc.nat(), how: fc.constantFrom("swap places", "swap paths", "copy", "repeat", "rename") });
    fc.assert(
      fc.property(fc.array(move, { minLength: 1, maxLength: 4 }), (moves) => {
        const folder = [...artefacts];
        for (const { rule, to, how } of moves) {
          const [from, into] = [rules[rule % rules.length], rules[to % rules.length]];
          const [one, other] = [folder[from], folder[into]];
          if (how === "swap places") [folder[from], folder[into]] = [other, one];
          else if (how === "swap paths")
            [folder[from], folder[into]] = [
              { ...one, path: other.path },
              { ...other, path: one.path },
            ];
          else if (how === "copy") folder[into] = { ...other, text: one.text };
          else if (how === "repeat") folder.splice(into, 0, one);
          else folder[from] = { ...one, path: one.path.replace(/[^/]*$/, "0.json") };
        }
        expect(differences(folder)).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});

describe("steps of a plan", () => {
  const objects = readObjects(artefacts);
  const messages = (text: string): readonly string[] => planProblems(text, objects).map(({ message }) => message);
  /** The same plan in one line: every step is parsed. */
  const inOneLine = (text: string): string => JSON.stringify(JSON.parse(text));
  const isJson = (text: string): boolean => {
    try {
      return JSON.parse(text) !== undefined;
    } catch {
      return false;
    }
  };

  it("send everything", () => {
    expect(messages(plan)).toEqual([]);
    expect(messages(inOneLine(plan))).toEqual([]);
  });

  it("are told of in the same words however they are laid out", () => {
    const lines = plan.split("\n");
    const isStep = (line: string): boolean => line.startsWith("    {");
    const steps = lines.flatMap((line, at) => (isStep(line) ? [at] : []));
    const change = fc.record({
      step: fc.nat(),
      to: fc.nat(),
      how: fc.constantFrom("swap", "drop", "repeat", "edit"),
      text: edit(['"without":["port"],', '"url":"/x/",', '"object":"x",'], 330),
    });
    let read = 0;
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        // Without commas, which stand between what is left in the end.
        const left = steps.map((at) => lines[at].replace(/,$/, ""));
        for (const { step, to, how, text } of changes) {
          const [from, into] = [step % left.length, to % left.length];
          if (how === "swap") [left[from], left[into]] = [left[into], left[from]];
          else if (how === "drop") left.splice(from, 1);
          else if (how === "repeat") left.splice(into, 0, left[from]);
          else left[from] = edited(left[from], text);
        }
        const changed = [...lines.slice(0, steps[0]), left.join(",\n"), ...lines.slice((steps.at(-1) ?? 0) + 1)].join("\n");
        if (!isJson(changed)) return;
        read++;
        expect(messages(changed)).toEqual(messages(inOneLine(changed)));
      }),
      { numRuns: 400 },
    );
    expect(read).toBeGreaterThan(150);
  });
});
