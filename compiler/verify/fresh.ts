/**
 * Files that decide no flow, held against those that a compile makes of the source now: nothing else tells whether a gateway, a bandwidth or
 * a table of ports was edited, or is of an earlier source.
 */
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { decidesOtherwise, doesNotRead } from "../diagnostics/verification.js";
import type { Artefact, AsideProblem } from "../target/target.js";
import { asideDiagnostic, fewOfEach } from "./asides.js";

/**
 * How a file is compared. `fields`: a JSON object, but for the fields that are proved to be right. `lines`: a text whose comments alone may
 * be outdated. `notes`: a text that was held against everything else already, so that only its wording is left.
 */
export type Comparison = { readonly by: "fields"; readonly proved: readonly string[] } | { readonly by: "lines" } | { readonly by: "notes" };

export interface FreshQuestion {
  readonly target: string;
  readonly artefacts: readonly Artefact[];
  /** What a compile makes now. */
  readonly fresh: readonly Artefact[];
  /** Nothing for files that are proved. */
  readonly comparison: (path: string) => Comparison | undefined;
  /** What has been found in the artefacts already. */
  readonly told: readonly Diagnostic[];
}

/** Nothing is compared where a file does not read, and no file of which something was told. */
export function compareWithFresh({ target, artefacts, fresh, comparison, told }: FreshQuestion): readonly Diagnostic[] {
  if (told.some(({ code }) => code === doesNotRead.code)) return [];
  const toldOf = new Set(told.flatMap(({ code, span }) => (code === decidesOtherwise.code ? [] : [span.file])));
  const open = (path: string): Comparison | undefined => (toldOf.has(`${target}/${path}`) ? undefined : comparison(path));
  const made = new Map(fresh.map(({ path, text }) => [path, text]));
  const here = new Set(artefacts.map(({ path }) => path));
  const problems = [
    ...artefacts.flatMap(({ path, text }): readonly AsideProblem[] => {
      const how = open(path);
      const now = made.get(path);
      if (how === undefined || now === text) return [];
      return now === undefined ? [{ path, message: "the source makes no such file" }] : differences(path, how, text, now);
    }),
    ...fresh.flatMap(({ path }) => (open(path) === undefined || here.has(path) ? [] : [{ path, message: "the file is missing" }])),
  ];
  return fewOfEach(problems).map((problem) => asideDiagnostic(target, problem, artefacts));
}

function differences(path: string, how: Comparison, text: string, now: string): readonly AsideProblem[] {
  switch (how.by) {
    case "fields":
      return fieldDifferences(path, text, now, how.proved);
    case "lines":
      return lineDifferences(path, text, now);
    case "notes":
      return [{ ...firstDifference(path, text.split("\n"), now.split("\n")), outdated: true }];
  }
}

function fieldDifferences(path: string, text: string, now: string, proved: readonly string[]): readonly AsideProblem[] {
  const [given, made] = [text, now].map(fieldsOf);
  const names = [...new Set([...given.keys(), ...made.keys()])].filter((name) => !proved.includes(name));
  const lines = text.split("\n");
  return names.flatMap((name) => {
    const [mine, other] = [given.get(name), made.get(name)];
    if (mine === other) return [];
    const line = lines.findIndex((full) => full.trim().startsWith(`"${name}":`)) + 1;
    return [{ path, ...(line === 0 ? {} : { line }), message: `${name} is ${mine ?? "not there"}, and the source makes it ${other ?? "absent"}` }];
  });
}

/** Each field's value as text. The object was read before, so it is one. */
function fieldsOf(text: string): ReadonlyMap<string, string> {
  const object: unknown = JSON.parse(text);
  return new Map(Object.entries(typeof object === "object" && object !== null ? object : {}).map(([name, value]) => [name, JSON.stringify(value)]));
}

const meaningful = (text: string): readonly string[] => text.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("#"));

function lineDifferences(path: string, text: string, now: string): readonly AsideProblem[] {
  const [mine, made] = [text, now].map(meaningful);
  const [here, there] = [new Set(mine), new Set(made)];
  const lines = text.split("\n");
  const extra = mine.filter((line) => !there.has(line));
  const missing = made.filter((line) => !here.has(line));
  if (extra.length === 0 && missing.length === 0) return [{ ...firstDifference(path, lines, now.split("\n")), outdated: true }];
  return [
    ...extra.map((line) => ({ path, line: lines.indexOf(line) + 1, message: "the source and the inventory make no such line" })),
    ...missing.map((line) => ({ path, message: `there is no line \`${line}\`` })),
  ];
}

function firstDifference(path: string, mine: readonly string[], made: readonly string[]): AsideProblem {
  const at = mine.findIndex((line, index) => line !== made[index]);
  const index = at < 0 ? mine.length : at;
  const now = made[index];
  return {
    path,
    line: Math.min(index + 1, mine.length),
    message: now === undefined ? "a compile would write nothing here" : `a compile would write \`${now.trim()}\` here`,
  };
}
