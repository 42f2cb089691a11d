/** What is asked of the thread that makes targets' output, and what it answers: data, as threads send it to each other. */
import { checkInSteps } from "../../compiler/compile.js";
import type { GivenParam } from "../../compiler/check/params.js";
import { checkMemory } from "../../compiler/memory.js";
import type { CheckMemory } from "../../compiler/memory.js";
import type { Surroundings } from "../../compiler/policy/model.js";
import { paramsOf } from "../../compiler/source/project.js";
import type { Steps } from "../../compiler/steps.js";
import { parseFile } from "../../grammar/parse.js";
import { reparseFile } from "../../grammar/reparse/reparse.js";
import type { ReadText } from "../../grammar/reparse/reparse.js";
import type { ProjectState } from "../workspace/project.js";
import { makingOf, outcomesIn } from "./outcomes.js";
import type { Making, Outcome } from "./outcomes.js";

export interface Question {
  readonly number: number;
  /** Of questions about one project the last one counts. */
  readonly project: string;
  readonly files: readonly { readonly id: string; readonly text: string; readonly entry: boolean }[];
  readonly params: ReadonlyMap<string, GivenParam>;
  readonly surroundings: Surroundings;
  readonly making: Making;
}

export type Answer =
  | { readonly number: number; readonly kind: "made"; readonly outcomes: readonly Outcome[] }
  /** Another question about the same project came meanwhile. */
  | { readonly number: number; readonly kind: "left" }
  | { readonly number: number; readonly kind: "failed"; readonly reason: string };

/** Asks about a project as it is now. */
export function questionAbout(project: ProjectState, number: number): Question {
  const settings = project.settings();
  return {
    number,
    project: `${project.root}\n${project.single ?? ""}`,
    files: [...project.checked().files.values()].map(({ id, text, entry }) => ({ id, text, entry })),
    params: paramsOf(settings, project.environment(), new Map()),
    surroundings: settings.surroundings,
    making: makingOf(project),
  };
}

/** What is known of a project from the question before. */
interface KnownProject {
  readonly memory: CheckMemory;
  files: ReadonlyMap<string, ReadText>;
}

/** Answers questions one after the other, each from what the one before left. */
export function makeAnswerer(): (question: Question) => Steps<readonly Outcome[]> {
  const projects = new Map<string, KnownProject>();
  return function* ({ project, files, params, surroundings, making }) {
    const known = projects.get(project) ?? { memory: checkMemory(), files: new Map() };
    projects.set(project, known);
    const read = new Map(
      files.map(({ id, text }) => {
        const before = known.files.get(id);
        return [id, { text, parsed: before === undefined ? parseFile(id, text) : reparseFile(before, text) }] as const;
      }),
    );
    known.files = read;
    const entries = files.flatMap(({ id, entry }) => (entry ? [id] : []));
    const { memory } = known;
    const { universe } = yield* checkInSteps({ entries, read: (id) => read.get(id), params, surroundings, memory, withoutLogic: true });
    return universe === undefined ? [] : yield* outcomesIn(universe, making);
  };
}
