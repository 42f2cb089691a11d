/**
 * A thread for what targets make of large projects: that takes a second or two at thousands of rules, and nobody who types can wait for it.
 * The thread runs the program that the server was started with, whatever that is: the command has other threads too, and tells this one by its argument.
 */
import { realpathSync } from "node:fs";
import { Worker, isMainThread, parentPort } from "node:worker_threads";
import { finishInTurns } from "../background.js";
import { makeAnswerer } from "./question.js";
import type { Answer, Question } from "./question.js";

/** Answers the questions of the server where this is its thread. */
export function answersInThread(): boolean {
  const port = parentPort;
  if (isMainThread || port === null) return false;
  const answer = makeAnswerer();
  const last = new Map<string, number>();
  let before: Promise<unknown> = Promise.resolve();
  const answered = async (question: Question): Promise<Answer> => {
    const { number, project } = question;
    try {
      const outcomes = await finishInTurns(answer(question), () => last.get(project) !== number);
      return outcomes === undefined ? { number, kind: "left" } : { number, kind: "made", outcomes };
    } catch (error) {
      return { number, kind: "failed", reason: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
  };
  port.on("message", (question: Question) => {
    last.set(question.project, question.number);
    before = before.then(async () => {
      port.postMessage(await answered(question));
    });
  });
  return true;
}

export interface TargetThread {
  /** `take` gets the answer, unless the thread ends before. */
  readonly ask: (question: Question, take: (answer: Answer) => void) => void;
  readonly stop: () => void;
}

/** Starts the thread with the first question, and again after it has ended. `failed` gets what ends it. */
export function targetThread(failed: (error: Error) => void): TargetThread {
  let worker: Worker | undefined;
  const waiting = new Map<number, (answer: Answer) => void>();
  const started = (): Worker => {
    const made = new Worker(realpathSync(process.argv[1]), { argv: ["lsp"], stdout: true });
    made.unref();
    made.on("message", (answer: Answer) => {
      waiting.get(answer.number)?.(answer);
      waiting.delete(answer.number);
    });
    made.on("error", failed);
    made.on("exit", () => {
      waiting.clear();
      if (worker === made) worker = undefined;
    });
    return made;
  };
  return {
    ask: (question, take) => {
      worker ??= started();
      waiting.set(question.number, take);
      worker.postMessage(question);
    },
    stop: () => {
      void worker?.terminate();
    },
  };
}
