/** Findings about files that decide nothing themselves, each at its line of the file. */
import type { Details, Diagnostic } from "../diagnostics/diagnostic.js";
import { asideOutdated, asideWrong } from "../diagnostics/verification.js";
import type { Artefact, AsideProblem, ReadingProblem } from "../target/target.js";

/** One cause can show in every line of a file: so many of them are told of each. */
const MOST = 5;

export function asideDiagnostic(target: string, problem: AsideProblem, artefacts: readonly Artefact[]): Diagnostic {
  const kind = problem.outdated === true ? asideOutdated : asideWrong;
  return kind.make(wordsOf(target, problem), placeOf(target, problem, artefacts));
}

/** The first problems of each file, with a word on how many more there are; what is wrong comes before what is outdated. */
export function fewOfEach(problems: readonly AsideProblem[]): readonly AsideProblem[] {
  const files = new Map<string, AsideProblem[]>();
  for (const problem of problems) {
    const known = files.get(problem.path);
    if (known === undefined) files.set(problem.path, [problem]);
    else known.push(problem);
  }
  return [...files].flatMap(([, all]): readonly AsideProblem[] => {
    const sorted = [...all.filter(({ outdated }) => outdated !== true), ...all.filter(({ outdated }) => outdated === true)];
    const shown = sorted.slice(0, MOST);
    const last = sorted[MOST - 1];
    return sorted.length <= MOST ? sorted : shown.with(-1, { ...last, message: `${last.message} (and ${sorted.length - MOST} more in this file)` });
  });
}

export function wordsOf(target: string, { path, line, message }: ReadingProblem) {
  return { target, path, problem: message, ...(line === undefined ? {} : { line }) };
}

/** The line of the artefact, without its ends; the file's beginning where none is known. */
export function placeOf(target: string, { path, line }: ReadingProblem, artefacts: readonly Artefact[]): Details {
  const text = artefacts.find((artefact) => artefact.path === path)?.text ?? "";
  const start = line === undefined ? 0 : startOfLine(text, line);
  const stop = text.indexOf("\n", start);
  return { span: { file: `${target}/${path}`, start, end: line === undefined ? 0 : stop < 0 ? text.length : stop }, target };
}

function startOfLine(text: string, line: number): number {
  let at = 0;
  for (let left = line; left > 1; left -= 1) {
    const next = text.indexOf("\n", at);
    if (next < 0) return at;
    at = next + 1;
  }
  return at;
}
