/** What of a store is still open, to be ended with it. */
export interface Endings {
  /** The same end, kept until it is called; later calls do nothing. */
  readonly kept: (end: () => Promise<void>) => () => Promise<void>;
  readonly endAll: () => Promise<void>;
}

export function endings(): Endings {
  const open = new Set<() => Promise<void>>();
  return {
    kept: (end) => {
      const once = (): Promise<void> => (open.delete(once) ? end() : Promise.resolve());
      open.add(once);
      return once;
    },
    endAll: async () => {
      await Promise.allSettled([...open].map((end) => end()));
    },
  };
}
