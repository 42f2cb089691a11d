/** The helper's thread: compiles the targets that it can claim, keeps their files, and writes them when it is told to. */
import { parentPort } from "node:worker_threads";
import { check } from "../../compiler/compile.js";
import { targets } from "../../compiler/target/index.js";
import { emitTarget } from "../emission.js";
import type { TargetOutput } from "../emission.js";
import { Refusal } from "../exit.js";
import { stageFiles } from "../io/stage.js";
import type { StagedFiles } from "../io/stage.js";
import { claim } from "./claims.js";
import type { Answer, HelperFiles, Job, Order } from "./messages.js";

/** Answers every order that this thread is sent. */
export function serve(): void {
  let outputs: readonly TargetOutput[] = [];
  let staged: readonly (StagedFiles & HelperFiles)[] = [];
  const obey = (order: Order): Answer => {
    switch (order.kind) {
      case "compile":
        outputs = compileClaimed(order.job);
        return {
          kind: "compiled",
          outputs: outputs.map(({ name, diagnostics, leftOut, artefacts }) => ({
            name,
            diagnostics,
            files: artefacts.length,
            ...(leftOut === undefined ? {} : { leftOut }),
          })),
        };
      case "stage":
        staged = stageAll(order.folder, order.shown, outputs);
        return { kind: "staged", files: staged.map(({ name, digests, changed }) => ({ name, digests, changed })) };
      case "place":
        for (const part of staged) part.place();
        return { kind: "done" };
      case "abandon":
        for (const part of staged) part.abandon();
        return { kind: "done" };
    }
  };
  parentPort?.on("message", (order: Order) => {
    parentPort?.postMessage(attempt(() => obey(order)));
  });
}

/** What cannot be written is an answer; anything else ends the thread, and the command does its work. */
function attempt(work: () => Answer): Answer {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { kind: "refused", message: error.message, ...(error.help === undefined ? {} : { help: error.help }) };
  }
}

/** Findings about the project itself are the other thread's to make and to tell. */
function compileClaimed({ project, options, targets: wanted, verify, claims }: Job): readonly TargetOutput[] {
  const { entries, texts, params, surroundings } = project;
  const read = (id: string) => {
    const text = texts.get(id);
    return text === undefined ? undefined : { text };
  };
  const { universe } = check({ entries, read, params, surroundings, withoutLogic: true });
  if (universe === undefined) return [];
  const outputs: TargetOutput[] = [];
  for (const [position, { name, optional }] of wanted.entries()) {
    const row = targets.find((target) => target.name === name);
    if (row === undefined || !claim(claims, position)) continue;
    outputs.push(emitTarget(universe, options, optional ? { ...row, optional } : row, { verify, before: () => undefined }));
  }
  return outputs;
}

function stageAll(folder: string, shown: string, outputs: readonly TargetOutput[]): readonly (StagedFiles & HelperFiles)[] {
  const staged: (StagedFiles & HelperFiles)[] = [];
  try {
    for (const { name, artefacts } of outputs) {
      const files = artefacts.map(({ path, text }) => ({ path: `${name}/${path}`, text }));
      staged.push({ name, ...stageFiles(folder, shown, files) });
    }
    return staged;
  } catch (error) {
    for (const part of staged) part.abandon();
    throw error;
  }
}
