/**
 * A thread for what takes long in large projects, such as what targets make of them: a second or two at thousands of rules, and nobody who types
 * can wait for it. The thread runs the program that the server was started with, whatever that is: the command has other threads too, and tells this
 * one by its argument.
 */
import { realpathSync } from "node:fs";
import { Worker, isMainThread, parentPort } from "node:worker_threads";
import { finishInTurns } from "../background.js";
import { makeAnswerer } from "./question.js";
import type { Made, Question } from "./question.js";

/** To the thread: a question with a number, or one that nobody wants answered any more. */
type Message = { readonly number: number; readonly question: Question } | { readonly number: number; readonly leave: true };

/** From the thread. */
type Reply = { readonly number: number } & Answer;

export type Answer =
  | { readonly kind: "made"; readonly made: Made }
  /** It was taken back before it was answered. */
  | { readonly kind: "left" }
  | { readonly kind: "failed"; readonly reason: string };

/** Answers the questions of the server where this is its thread. */
export function answersInThread(): boolean {
  const port = parentPort;
  if (isMainThread || port === null) return false;
  const answer = makeAnswerer();
  const left = new Set<number>();
  let before: Promise<unknown> = Promise.resolve();
  const answered = async (number: number, question: Question): Promise<Answer> => {
    try {
      const made = await finishInTurns(answer(question), () => left.has(number));
      return made === undefined ? { kind: "left" } : { kind: "made", made };
    } catch (error) {
      return { kind: "failed", reason: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    } finally {
      left.delete(number);
    }
  };
  port.on("message", (message: Message) => {
    const { number } = message;
    if ("leave" in message) left.add(number);
    else {
      before = before.then(async () => {
        const reply: Reply = { number, ...(await answered(number, message.question)) };
        port.postMessage(reply);
      });
    }
  });
  return true;
}

export interface TargetThread {
  /** `take` gets the answer, unless the thread ends before. The question can be taken back. */
  readonly ask: (question: Question, take: (answer: Answer) => void) => { readonly leave: () => void };
  readonly stop: () => void;
}

/** Starts the thread with the first question, and again after it has ended. `failed` gets what ends it. */
export function targetThread(failed: (error: Error) => void): TargetThread {
  let worker: Worker | undefined;
  let asked = 0;
  const waiting = new Map<number, (answer: Answer) => void>();
  const started = (): Worker => {
    const made = new Worker(realpathSync(process.argv[1]), { argv: ["lsp"], stdout: true });
    made.unref();
    made.on("message", ({ number, ...answer }: Reply) => {
      const take = waiting.get(number);
      waiting.delete(number);
      take?.(answer);
    });
    made.on("error", failed);
    made.on("exit", () => {
      const lost = [...waiting.values()];
      waiting.clear();
      if (worker === made) worker = undefined;
      for (const take of lost) take({ kind: "left" });
    });
    return made;
  };
  return {
    ask: (question, take) => {
      worker ??= started();
      const to = worker;
      asked += 1;
      const number = asked;
      waiting.set(number, take);
      to.postMessage({ number, question } satisfies Message);
      return {
        leave: () => {
          if (waiting.has(number)) to.postMessage({ number, leave: true } satisfies Message);
        },
      };
    },
    stop: () => {
      void worker?.terminate();
    },
  };
}
