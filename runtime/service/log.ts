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
  return {
    info: (message, more = {}) => logger.info(more, message),
    warn: (message, more = {}) => {
      problems++;
      logger.warn(more, message);
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
