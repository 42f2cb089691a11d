/** Timing for benchmarks: medians over several runs, after a warm-up. Benchmarks print; they never pass or fail. */

export interface Measured {
  readonly name: string;
  /** Milliseconds. */
  readonly median: number;
  readonly best: number;
  readonly runs: number;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Runs `work` `runs` times after `warm` runs that do not count. */
export function measure(name: string, work: () => unknown, { runs = 7, warm = 2 } = {}): Measured {
  for (let run = 0; run < warm; run++) work();
  const times = Array.from({ length: runs }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  return { name, median: median(times), best: Math.min(...times), runs };
}

/** The same for work that is awaited. */
export async function measureAsync(name: string, work: () => Promise<unknown>, { runs = 7, warm = 2 } = {}): Promise<Measured> {
  for (let run = 0; run < warm; run++) await work();
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  return { name, median: median(times), best: Math.min(...times), runs };
}

export function formatMilliseconds(value: number): string {
  return value < 10 ? `${value.toFixed(2)} ms` : `${Math.round(value)} ms`;
}
