/** Work for later. None of it begins once the timers are stopped. */
export interface Timers {
  readonly later: (milliseconds: number, work: () => void) => void;
  /** A call of the result has the work done so much later; calls until then are that one. */
  readonly soon: (milliseconds: number, work: () => void) => () => void;
  readonly stop: () => void;
}

export function makeTimers(): Timers {
  const pending = new Set<NodeJS.Timeout>();
  let stopped = false;
  const later: Timers["later"] = (milliseconds, work) => {
    if (stopped) return;
    const timer = setTimeout(() => {
      pending.delete(timer);
      work();
    }, milliseconds);
    pending.add(timer);
  };
  return {
    later,
    soon: (milliseconds, work) => {
      let asked = false;
      return () => {
        if (asked) return;
        asked = true;
        later(milliseconds, () => {
          asked = false;
          work();
        });
      };
    },
    stop: () => {
      stopped = true;
      for (const timer of pending) clearTimeout(timer);
    },
  };
}
