/** A second thread of the command, for the work of large projects. */
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { Refusal } from "../exit.js";
import type { Answer, HelperFiles, HelperOutput, Job, Order } from "./messages.js";

/**
 * Characters of source from which a second thread pays: it takes a tenth of a second to start and to read the project again, which about a
 * thousand rules cost to compile.
 */
export const worthwhile = 100_000;

/** A thread has a heap of its own. Most of what is made here stays, and a large young generation (megabytes) is copied less often. */
const youngGeneration = 192;

export interface Helper {
  /** Has the helper parse a file before it gets the job that the file belongs to. */
  readonly read: (id: string, text: string) => void;
  /** Starts on a job; `compiled` says when it is done. */
  readonly compile: (job: Job) => void;
  /** What the helper made of it; nothing when it has failed. */
  readonly compiled: () => Promise<readonly HelperOutput[] | undefined>;
  /** Writes its files beside their places. @throws Refusal when one cannot be written; then none is left. */
  readonly stage: (folder: string, shown: string) => Promise<readonly HelperFiles[]>;
  readonly place: () => Promise<void>;
  readonly abandon: () => Promise<void>;
  /** Ends the thread, whatever it is doing. */
  readonly stop: () => void;
}

/** How many threads may work at once: `CTV_THREADS`, or as many as there are processors, and never more than two. */
function threads(env: Readonly<Record<string, string | undefined>>): number {
  const { CTV_THREADS: given } = env;
  if (given === undefined || given === "") return Math.min(2, availableParallelism());
  if (given !== "1" && given !== "2") throw new Refusal(`CTV_THREADS=${given}: a compile takes 1 or 2 threads`);
  return Number(given);
}

/** The command's own script; nothing where it runs from its sources. */
function script(): string | undefined {
  if (typeof __dirname === "undefined") return undefined;
  const path = join(__dirname, "ctv.cjs");
  return existsSync(path) ? path : undefined;
}

/** Whether a second thread may help with sources of this many characters. @throws Refusal for a number of threads that is none. */
export function mayHelp(env: Readonly<Record<string, string | undefined>>, characters: number): boolean {
  const limit = env.CTV_THREADS === "2" ? 0 : worthwhile;
  return threads(env) > 1 && characters >= limit && script() !== undefined;
}

/** Starts the command's script as a second thread; nothing where there is none. */
export function startHelper(path: string | undefined = script()): Helper | undefined {
  return path === undefined ? undefined : helperOf(new Worker(path, { resourceLimits: { maxYoungGenerationSizeMb: youngGeneration } }));
}

function helperOf(worker: Worker): Helper {
  const answers: Answer[] = [];
  let waiting: ((answer: Answer | undefined) => void) | undefined;
  let failed = false;
  const deliver = (answer: Answer | undefined): void => {
    const ask = waiting;
    waiting = undefined;
    if (ask !== undefined) ask(answer);
    else if (answer !== undefined) answers.push(answer);
  };
  const fail = (): void => {
    failed = true;
    deliver(undefined);
  };
  worker.on("message", deliver);
  worker.on("error", fail);
  worker.on("messageerror", fail);
  worker.on("exit", fail);
  const send = (order: Order): void => {
    worker.postMessage(order);
  };
  const answer = (): Promise<Answer | undefined> => {
    const known = answers.shift();
    if (known !== undefined || failed) return Promise.resolve(known);
    return new Promise((resolve) => {
      waiting = resolve;
    });
  };
  const ask = async (order: Order): Promise<Answer> => {
    send(order);
    const given = await answer();
    if (given === undefined) throw new Error("the second thread has ended");
    if (given.kind === "refused") throw new Refusal(given.message, given.help);
    return given;
  };
  return {
    read: (id, text) => {
      send({ kind: "read", id, text });
    },
    compile: (job) => {
      send({ kind: "compile", job });
    },
    compiled: async () => {
      const given = await answer();
      return given?.kind === "compiled" ? given.outputs : undefined;
    },
    stage: async (folder, shown) => {
      const given = await ask({ kind: "stage", folder, shown });
      return given.kind === "staged" ? given.files : [];
    },
    place: async () => {
      await ask({ kind: "place" });
    },
    abandon: async () => {
      await ask({ kind: "abandon" });
    },
    stop: () => {
      void worker.terminate();
    },
  };
}
