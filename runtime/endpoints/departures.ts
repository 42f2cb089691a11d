/** What has gone, and is believed to come back for a while. */

export interface Departures {
  readonly note: (key: string) => void;
  readonly forget: (key: string) => void;
  readonly stop: () => void;
}

/** Keys that are noted and not forgotten for `grace` milliseconds are gone; those noted in one turn go together. */
export function departures(grace: number, onGone: (keys: readonly string[]) => void): Departures {
  const batches = new Map<string, NodeJS.Timeout>();
  let batch: NodeJS.Timeout | undefined;
  const begin = (): NodeJS.Timeout => {
    const timer = setTimeout(() => {
      const keys = [...batches].filter(([, own]) => own === timer).map(([key]) => key);
      for (const key of keys) batches.delete(key);
      if (keys.length > 0) onGone(keys);
    }, grace);
    timer.unref();
    queueMicrotask(() => (batch = undefined));
    return timer;
  };
  return {
    note: (key) => {
      batch ??= begin();
      batches.set(key, batch);
    },
    forget: (key) => batches.delete(key),
    stop: () => {
      for (const timer of batches.values()) clearTimeout(timer);
      batches.clear();
    },
  };
}
