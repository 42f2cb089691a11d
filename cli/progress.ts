/** What a long run is doing, on one line of a terminal that goes away again. Nothing is shown elsewhere, nor for a short run. */
import type { Terminal } from "./terminal.js";

export interface Progress {
  /** Says what comes next. */
  readonly step: (text: string) => void;
  /** Takes the line away. */
  readonly done: () => void;
}

/** A command that is done sooner than this (milliseconds) would only make the line flicker. */
const patience = 400;

export function progress(terminal: Terminal, now: () => number = () => performance.now()): Progress {
  const start = now();
  let shown = false;
  return {
    step: (text) => {
      if (!terminal.err.isTerminal || now() - start < patience) return;
      terminal.err.write(`\r\u001b[2K${text} …`);
      shown = true;
    },
    done: () => {
      if (shown) terminal.err.write("\r\u001b[2K");
      shown = false;
    },
  };
}
