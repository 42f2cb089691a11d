/**
 * Work that is started again whenever it fails, after pauses that grow and differ by chance, so that the agents of a cluster do not come
 * back all at once.
 */

export interface Retrying {
  /** Ends the work, and settles when it has ended. */
  readonly stop: () => Promise<void>;
}

export interface Pauses {
  /** Milliseconds before the first new attempt. */
  readonly first: number;
  readonly longest: number;
  /** Work that lasted so many milliseconds was well: the next pause is the first again. */
  readonly settled: number;
}

const usual: Pauses = { first: 50, longest: 3000, settled: 5000 };

/** Runs `work` until `stop`. The signal tells the work that it is to end. */
export function retrying(work: (signal: AbortSignal) => Promise<void>, onError: (error: Error) => void, pauses: Pauses = usual): Retrying {
  const control = new AbortController();
  const { signal } = control;
  const run = async (): Promise<void> => {
    let pause = pauses.first;
    while (!signal.aborted) {
      const started = performance.now();
      try {
        await work(signal);
      } catch (error) {
        if (!signal.aborted) onError(error instanceof Error ? error : new Error(String(error)));
      }
      if (performance.now() - started > pauses.settled) pause = pauses.first;
      if (!isAborted(signal)) await pauseFor(pause * (0.75 + Math.random() / 2), signal);
      pause = Math.min(pause * 2, pauses.longest);
    }
  };
  const running = run();
  return {
    stop: async () => {
      control.abort();
      await running;
    },
  };
}

/** Asked anew: the compiler takes the loop's condition for granted. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted;

/** Settles after so many milliseconds, or when the signal says stop. */
function pauseFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done, { once: true });
  });
}
