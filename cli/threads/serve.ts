/** The helper's thread: compiles the targets that it can claim, keeps their files, and writes them when it is told to. */
import { parentPort } from "node:worker_threads";
import { check } from "../../compiler/compile.js";
import type { SourceText } from "../../compiler/source/files.js";
import { targets } from "../../compiler/target/index.js";
import { parseFile } from "../../grammar/parse.js";
import { emitTarget } from "../emission.js";
import type { TargetOutput } from "../emission.js";
import { Refusal } from "../exit.js";
import { stageFiles } from "../io/stage.js";
import type { StagedFiles } from "../io/stage.js";
import { claim } from "./claims.js";
import type { Answer, HelperFiles, Job, Order } from "./messages.js";

/** Answers every order that this thread is sent. */
export function serve(): void {
  let trees = new Map<string, SourceText>();
  let outputs: readonly TargetOutput[] = [];
  let staged: readonly (StagedFiles & HelperFiles)[] = [];
  const obey = (order: Order): Answer | undefined => {
    switch (order.kind) {
      case "read":
        trees.set(order.id, { text: order.text, parsed: parseFile(order.id, order.text) });
        return undefined;
      case "compile":
        // What was made before is not kept while this is made.
        outputs = [];
        outputs = compileClaimed(order.job, trees);
        trees = new Map();
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
    const answer = attempt(() => obey(order));
    if (answer !== undefined) parentPort?.postMessage(answer);
  });
}

/** What cannot be written is an answer; anything else ends the thread, and the command does its work. */
function attempt(work: () => Answer | undefined): Answer | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { kind: "refused", message: error.message, ...(error.help === undefined ? {} : { help: error.help }) };
  }
}

/** Findings about the project itself are the other thread's to make and to tell. */
function compileClaimed({ project, options, targets: wanted, verify, claims }: Job, trees: ReadonlyMap<string, SourceText>): readonly TargetOutput[] {
  const { entries, texts, params, surroundings } = project;
  const read = (id: string): SourceText | undefined => {
    const text = texts.get(id);
    if (text === undefined) return undefined;
    const known = trees.get(id);
    return known?.text === text ? known : { text };
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
