/**
 * Which of two threads makes what: each takes the next thing that nobody has taken, so that neither waits while there is something to do.
 * The board is memory that both see; a cell is set once and never again.
 */

export function makeClaims(count: number): SharedArrayBuffer {
  return new SharedArrayBuffer(count * Int32Array.BYTES_PER_ELEMENT);
}

/** Takes the thing at `position`. False when it has been taken. */
export function claim(board: SharedArrayBuffer, position: number): boolean {
  return Atomics.compareExchange(new Int32Array(board), position, 0, 1) === 0;
}
