/** Long work in short turns, between which the client is heard: it may have typed on, or want the answer no more. */
import type { Steps } from "../compiler/steps.js";

/** A turn is over soon after this: an answer that waits for it is late by no more than anybody feels. */
const turnMilliseconds = 5;

export interface Work {
  /** Leaves what is not done. */
  readonly stop: () => void;
}

/** Takes the steps, turn by turn. `failed` gets what they throw. */
export function runInBackground(steps: Steps<void>, failed: (error: unknown) => void): Work {
  let stopped = false;
  const turn = (): void => {
    if (stopped) return;
    try {
      if (takeTurn(steps).done !== true) setImmediate(turn);
    } catch (error) {
      failed(error);
    }
  };
  turn();
  return {
    stop: () => {
      stopped = true;
    },
  };
}

/** The result of the steps; nothing once `cancelled` says so between two turns. */
export async function finishInTurns<Result>(steps: Steps<Result>, cancelled: () => boolean): Promise<Result | undefined> {
  for (;;) {
    if (cancelled()) return undefined;
    const { done, value } = takeTurn(steps);
    if (done === true) return value;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function takeTurn<Result>(steps: Steps<Result>): IteratorResult<undefined, Result> {
  const end = performance.now() + turnMilliseconds;
  for (;;) {
    const taken = steps.next();
    if (taken.done === true || performance.now() >= end) return taken;
  }
}
