/** Structured logs: one JSON object a line. */
import type { AgentLog } from "../agent/agent.js";

export interface ServiceLog extends AgentLog {
  readonly error: AgentLog["warn"];
  /** How many warnings and errors there were. */
  readonly problems: () => number;
  /** A connection that a rule says to log. */
  readonly connection: (line: object) => void;
}

/** Logs to a stream; without one to standard output. */
export async function makeLog(level: string, node: string, stream?: { readonly write: (line: string) => void }): Promise<ServiceLog> {
  const { pino } = await import("pino");
  const options = { level, base: { node }, timestamp: pino.stdTimeFunctions.isoTime };
  const logger = stream === undefined ? pino(options) : pino(options, stream);
  const asked = logger.child({}, { level: "info" });
  let problems = 0;
  const repeats = repeatFilter(() => performance.now());
  return {
    info: (message, more = {}) => logger.info(more, message),
    warn: (message, more = {}) => {
      problems++;
      const left = repeats(message);
      if (left !== undefined) logger.warn(left === 0 ? more : { ...more, before: left }, message);
    },
    error: (message, more = {}) => {
      problems++;
      logger.error(more, message);
    },
    problems: () => problems,
    // `log` rules are asked for in the policy, so no level of the agent's own silences them.
    connection: (line) => asked.info(line, "connection"),
  };
}

/** What is tried again and again fails with the same words again and again: these are logged once in so many milliseconds. */
const REPEAT = 60_000;
const REMEMBERED = 200;

/** For a message: how often it was left out since it was last let through; nothing where it is to be left out now. */
export function repeatFilter(now: () => number): (message: string) => number | undefined {
  const known = new Map<string, { readonly at: number; left: number }>();
  return (message) => {
    const at = now();
    const last = known.get(message);
    if (last !== undefined && at - last.at < REPEAT) {
      last.left++;
      return undefined;
    }
    known.delete(message);
    known.set(message, { at, left: 0 });
    const [oldest] = known.keys();
    if (known.size > REMEMBERED && oldest !== undefined) known.delete(oldest);
    return last?.left ?? 0;
  };
}
