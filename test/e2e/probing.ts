/** Connections that are tried from a namespace over and over, by `prober.mjs`, and counted. */
import { resolve } from "node:path";
import type { Machine } from "./machine.js";

export interface Counts {
  readonly good: number;
  readonly bad: number;
  /** When it last went well, in milliseconds since 1970. */
  readonly last: number;
}

export interface Probe {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly mode: "try" | "hold";
  /** Milliseconds between attempts. */
  readonly every?: number;
  /** Attempts that are under way at a time: what is refused takes long to show, and a hole may be short. */
  readonly parallel?: number;
  /** Milliseconds after which an attempt has failed; 900 without. */
  readonly patience?: number;
}

export interface Prober {
  readonly counts: (name: string) => Counts;
  readonly stop: () => Promise<void>;
}

/** Paths start at the project's folder, where tests and scripts run. */
const program = resolve("test/e2e/prober.mjs");

export function startProber({ daemon }: Machine, space: string, probes: readonly Probe[]): Prober {
  let counts: Readonly<Record<string, Counts>> = {};
  const running = daemon(`prober-${space}`, [process.execPath, program, JSON.stringify(probes)], {
    space,
    onLine: (line) => (counts = JSON.parse(line)),
  });
  return { counts: (name) => counts[name] ?? { good: 0, bad: 0, last: 0 }, stop: () => running.end("SIGKILL") };
}
