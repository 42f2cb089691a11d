/**
 * How long a change took, apart: making its modifications, and the switch's part. The two overlap where the first are sent while the
 * others are made.
 */
import type { Modification, Pieces } from "../openflow/bundle.js";

export interface Stopwatch {
  /** The same pieces, with the time noted that it takes to make each. */
  readonly measure: (pieces: Pieces) => Pieces;
  /** In milliseconds; `switch` from the first modification on, until now. */
  readonly times: () => { readonly changes: number; readonly making: number; readonly switch: number };
}

export function stopwatch(): Stopwatch {
  let changes = 0;
  let making = 0;
  let first: number | undefined;

  function* measure(pieces: Pieces): Generator<readonly Modification[]> {
    let from = performance.now();
    for (const piece of pieces) {
      const now = performance.now();
      making += now - from;
      if (piece.length > 0) first ??= now;
      changes += piece.length;
      yield piece;
      from = performance.now();
    }
    making += performance.now() - from;
  }

  return { measure, times: () => ({ changes, making, switch: first === undefined ? 0 : performance.now() - first }) };
}
