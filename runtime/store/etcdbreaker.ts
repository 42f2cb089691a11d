/**
 * Leaves a member of the cluster alone for a while after it failed a few times in a row, so that another one is asked. The library
 * has a breaker of its own, which goes by the time of day: set back by an hour while a member was away, it would not ask it for that hour.
 */
import type { IOptions } from "etcd3";

type HostPolicy = ReturnType<NonNullable<NonNullable<IOptions["faultHandling"]>["host"]>>;

const FAILURES = 3;
/** Milliseconds. */
const PAUSE = 5000;

/** The library tells by the property, and prefers to report what the member said before. */
class BreakerOpen extends Error {
  readonly isBrokenCircuitError = true;
}

const noEvents = (): { readonly dispose: () => void } => ({ dispose: () => undefined });

/**
 * `counts` tells failures of the member from answers that are refusals. `now` is in milliseconds of a clock that nobody sets, as
 * `performance.now` is.
 */
export function memberBreaker(counts: (error: Error) => boolean, now: () => number): HostPolicy {
  let failures = 0;
  let last = -Infinity;
  return {
    onSuccess: noEvents,
    onFailure: noEvents,
    execute: async (run, signal = new AbortController().signal) => {
      if (failures >= FAILURES && now() - last < PAUSE) throw new BreakerOpen("its breaker is open");
      try {
        const result = await run({ signal });
        failures = 0;
        return result;
      } catch (error) {
        if (error instanceof Error && counts(error)) {
          failures++;
          last = now();
        }
        throw error;
      }
    },
    // Declared for the compiler's sake alone; there is never a value.
    get _altReturn(): never {
      throw new Error("there is no such property");
    },
  };
}
