/**
 * Questions to a switch that wait for their answers, by message id.
 */
import { FIRST_CHANGE } from "./bundle.js";
import { readError } from "./errors.js";
import { messageTypes } from "./message.js";
import type { Message } from "./message.js";

/** The switch said no to a question. The connection goes on. */
export class SwitchRefusal extends Error {}

export interface Questions {
  /** The first of `count` message ids that nothing under way has. */
  readonly ids: (count: number) => number;
  /**
   * Waits for the answers to a message. `take` reads one and says whether it was the last; an error in place of an answer rejects with
   * `SwitchRefusal`.
   */
  readonly expect: (id: number, take: (answer: Message) => boolean) => Promise<void>;
  /** Gives a message to the question that it answers; says whether there is one. */
  readonly answer: (message: Message) => boolean;
  readonly waiting: () => boolean;
  /** Rejects all that wait, and whatever is asked from now on. */
  readonly end: (reason: Error) => void;
}

interface Question {
  readonly take: (answer: Message) => void;
  readonly fail: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** Above are the ids of changes (`bundle.ts`). */
const LAST_ID = FIRST_CHANGE - 1;

/** `onImpatience` is called when an answer takes longer than `patience` milliseconds. */
export function makeQuestions(patience: number, onImpatience: (error: Error) => void): Questions {
  const open = new Map<number, Question>();
  let next = 1;
  let ended = false;
  return {
    ids: (count) => {
      if (next + count > LAST_ID) next = 1;
      const first = next;
      next += count;
      return first;
    },
    expect: (id, take) =>
      new Promise((resolve, reject) => {
        if (ended) return reject(new Error("the connection to the switch is closed"));
        const timer = setTimeout(() => onImpatience(new Error(`the switch did not answer for ${patience / 1000} s`)), patience);
        const finish = (): void => {
          clearTimeout(timer);
          open.delete(id);
        };
        open.set(id, {
          timer,
          fail: reject,
          take: (answer) => {
            if (answer.type === messageTypes.error) {
              finish();
              reject(new SwitchRefusal(readError(answer.body).text));
            } else if (take(answer)) {
              finish();
              resolve();
            }
          },
        });
      }),
    answer: (message) => {
      const question = open.get(message.xid);
      question?.take(message);
      return question !== undefined;
    },
    waiting: () => open.size > 0,
    end: (reason) => {
      ended = true;
      for (const { timer, fail } of open.values()) {
        clearTimeout(timer);
        fail(reason);
      }
      open.clear();
    },
  };
}
