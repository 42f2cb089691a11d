/** Reads what has no size of its own to look at first: pipes, terminals, devices. */
import { readSync } from "node:fs";
import { systemCode } from "../exit.js";

/** All that comes from an open file, but at most `limit` bytes and one more. */
export function readUpTo(file: number, limit: number): Uint8Array {
  const chunks: Buffer[] = [];
  let length = 0;
  while (length <= limit) {
    const chunk = Buffer.alloc(Math.min(65536, limit + 1 - length));
    const read = readChunk(file, chunk);
    if (read === 0) break;
    chunks.push(chunk.subarray(0, read));
    length += read;
  }
  return Buffer.concat(chunks);
}

/** A terminal or a pipe in non-blocking mode has nothing yet (EAGAIN): wait a little and ask again. */
function readChunk(file: number, into: Buffer): number {
  for (;;) {
    try {
      return readSync(file, into);
    } catch (error) {
      const code = systemCode(error);
      if (code === "EOF") return 0;
      if (code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}
