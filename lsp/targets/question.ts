/** What is asked of the thread that answers for large projects, and what it answers: data, as threads send it to each other. */
import { check, checkInSteps } from "../../compiler/compile.js";
import type { GivenParam } from "../../compiler/check/params.js";
import { checkMemory, copyOf } from "../../compiler/memory.js";
import type { CheckMemory } from "../../compiler/memory.js";
import type { Surroundings } from "../../compiler/policy/model.js";
import type { SourceText } from "../../compiler/source/files.js";
import { paramsOf } from "../../compiler/source/project.js";
import type { FindingSettings } from "../../compiler/source/settings.js";
import type { Steps } from "../../compiler/steps.js";
import { parseFile } from "../../grammar/parse.js";
import { reparseFile } from "../../grammar/reparse/reparse.js";
import type { ReadText } from "../../grammar/reparse/reparse.js";
import { answerPolicy } from "../features/policy.js";
import type { PolicyAnswer, PolicyQuestion, Subject } from "../features/policy.js";
import type { ProjectState } from "../workspace/project.js";
import { makingOf, outcomesIn } from "./outcomes.js";
import type { Making, Outcome } from "./outcomes.js";

/** What is wanted: what the targets make of a project, or an answer about its policy, asked in a file. */
export type Wanted = { readonly kind: "outcomes" } | { readonly kind: "policy"; readonly file: string; readonly question: PolicyQuestion };

export type Made = { readonly kind: "outcomes"; readonly outcomes: readonly Outcome[] } | { readonly kind: "policy"; readonly answer: PolicyAnswer };

/** A project as it is, and what is wanted of it. */
export interface Question {
  readonly project: string;
  readonly files: readonly { readonly id: string; readonly text: string; readonly entry: boolean }[];
  /** Texts of the files beside the sources. */
  readonly beside: ReadonlyMap<string, string>;
  readonly params: ReadonlyMap<string, GivenParam>;
  readonly surroundings: Surroundings;
  readonly settings: FindingSettings;
  readonly making: Making;
  readonly wanted: Wanted;
}

/** Asks about a project as it is now. */
export function questionAbout(project: ProjectState, wanted: Wanted): Question {
  const settings = project.settings();
  return {
    project: `${project.root}\n${project.single ?? ""}`,
    files: [...project.checked().files.values()].map(({ id, text, entry }) => ({ id, text, entry })),
    beside: new Map(project.settingsFiles().flatMap((id) => [[id, project.textOf(id) ?? ""] as const])),
    params: paramsOf(settings, project.environment(), new Map()),
    surroundings: settings.surroundings,
    settings: settings.settings,
    making: makingOf(project),
    wanted,
  };
}

/** What is known of a project from the question before. */
interface KnownProject {
  readonly memory: CheckMemory;
  files: ReadonlyMap<string, ReadText>;
}

/** Answers questions one after the other, each from what the one before left. */
export function makeAnswerer(): (question: Question) => Steps<Made> {
  const projects = new Map<string, KnownProject>();
  return function* ({ project, files, beside, params, surroundings, settings, making, wanted }) {
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
    const input = { entries, params, surroundings, withoutLogic: true };
    const checked = yield* checkInSteps({ ...input, read: (id) => read.get(id), memory: known.memory });
    yield;
    if (wanted.kind === "outcomes") {
      const { universe } = checked;
      return { kind: "outcomes", outcomes: universe === undefined ? [] : yield* outcomesIn(universe, making) };
    }
    const textOf = (id: string): string | undefined => read.get(id)?.text ?? beside.get(id);
    const recheck: Subject["recheck"] = (texts) => {
      const other = (id: string): SourceText | undefined => {
        const text = texts.get(id);
        return text === undefined ? read.get(id) : { text };
      };
      return check({ ...input, read: other, memory: copyOf(known.memory) });
    };
    return { kind: "policy", answer: answerPolicy({ checked, file: wanted.file, making, settings, textOf, recheck }, wanted.question) };
  };
}
