/**
 * Whether a leased file is still touched by its holder. Its time is the holder's time of day, which somebody may set on either side; so
 * whoever looks more than once goes by a clock of its own: how long the file has had the time that it has.
 */

export interface Clocks {
  /** The time of day, in milliseconds since 1970. */
  readonly now: () => number;
  /** Milliseconds of a clock that nobody sets. */
  readonly elapsed: () => number;
}

export const systemClocks: Clocks = { now: () => Date.now(), elapsed: () => performance.now() };

/** Of a file and its time of modification; `lease` is how long it holds. All in milliseconds. */
export type LeaseJudge = (file: string, modified: number, lease: number) => boolean;

/** Files that are remembered; beyond that all are forgotten, and seen for the first time again. */
const REMEMBERED = 100_000;

export function leaseJudge({ now, elapsed }: Clocks): LeaseJudge {
  const seen = new Map<string, { readonly modified: number; readonly since: number }>();
  return (file, modified, lease) => {
    const known = seen.get(file);
    if (known !== undefined && known.modified === modified) return elapsed() - known.since <= lease;
    // At first sight there is nothing but the time of day. A file that has changed since was touched by somebody alive.
    const age = known === undefined ? now() - modified : 0;
    if (seen.size >= REMEMBERED) seen.clear();
    seen.set(file, { modified, since: elapsed() - Math.abs(age) });
    return Math.abs(age) <= lease;
  };
}
