/**
 * Everything that a command sees of the process it runs in, as a value, so that tests can stand in for it.
 */
import { readSync } from "node:fs";
import { systemCode } from "./exit.js";

export interface Output {
  readonly write: (text: string) => void;
  readonly isTerminal: boolean;
}

export interface Terminal {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** All of standard input, but at most `limit` bytes and one more. */
  readonly readInput: (limit: number) => Uint8Array;
  /** Results. */
  readonly out: Output;
  /** Findings, progress and everything else that is not the result. */
  readonly err: Output;
}

/** The terminal of this process. A reader that goes away (`| head`) is not an error: what it does not want is dropped. */
export function processTerminal(): Terminal {
  return { cwd: process.cwd(), env: process.env, readInput, out: output(process.stdout), err: output(process.stderr) };
}

function output(stream: NodeJS.WriteStream): Output {
  let open = true;
  stream.on("error", (error: NodeJS.ErrnoException) => {
    open = false;
    if (error.code !== "EPIPE") process.exitCode = 2;
  });
  return {
    isTerminal: stream.isTTY === true,
    write: (text) => {
      if (open) stream.write(text);
    },
  };
}

function readInput(limit: number): Uint8Array {
  const chunks: Buffer[] = [];
  let length = 0;
  while (length <= limit) {
    const chunk = Buffer.alloc(Math.min(65536, limit + 1 - length));
    const read = readChunk(chunk);
    if (read === 0) break;
    chunks.push(chunk.subarray(0, read));
    length += read;
  }
  return Buffer.concat(chunks);
}

/** A terminal or a pipe in non-blocking mode has nothing yet (EAGAIN): wait a little and ask again. */
function readChunk(into: Buffer): number {
  for (;;) {
    try {
      return readSync(0, into);
    } catch (error) {
      const code = systemCode(error);
      if (code === "EOF") return 0;
      if (code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}

/**
 * Whether to colour what goes to `stream`: only on a terminal, and never with NO_COLOR (https://no-color.org: any value that
 * is not empty).
 */
export function wantsColour(terminal: Terminal, stream: Output): boolean {
  const { NO_COLOR, TERM } = terminal.env;
  return stream.isTerminal && (NO_COLOR === undefined || NO_COLOR === "") && TERM !== "dumb";
}
