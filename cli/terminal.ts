/**
 * Everything that a command sees of the process it runs in, as a value, so that tests can stand in for it.
 */
import { exitCodes, systemReason } from "./exit.js";
import { readUpTo } from "./io/stream.js";

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
  return { cwd: process.cwd(), env: process.env, readInput: (limit) => readUpTo(0, limit), out: output(process.stdout), err: output(process.stderr) };
}

function output(stream: NodeJS.WriteStream): Output {
  let open = true;
  stream.on("error", (error: NodeJS.ErrnoException) => {
    open = false;
    if (error.code === "EPIPE") return;
    process.exitCode = exitCodes.usage;
    if (stream === process.stdout) process.stderr.write(`ctv: cannot write to standard output: ${systemReason(error)}\n`);
  });
  return {
    isTerminal: stream.isTTY === true,
    write: (text) => {
      if (open) stream.write(text);
    },
  };
}

/**
 * Whether to colour what goes to `stream`: only on a terminal, and never with NO_COLOR (https://no-color.org: any value that
 * is not empty).
 */
export function wantsColour(terminal: Terminal, stream: Output): boolean {
  const { NO_COLOR, TERM } = terminal.env;
  return stream.isTerminal && (NO_COLOR === undefined || NO_COLOR === "") && TERM !== "dumb";
}
