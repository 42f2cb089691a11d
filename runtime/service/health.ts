/** Whether an agent does what it is there for. */
import type { AgentReport } from "../agent/sources.js";

export interface Readiness {
  readonly ready: boolean;
  /** Why it is not ready; empty when it is. */
  readonly reasons: readonly string[];
}

/** Ready: the switch is connected and holds a policy. Other trouble is told in reports and metrics, and is no reason to send nobody here. */
export function readiness({ connected, generation }: AgentReport): Readiness {
  const reasons = [...(connected ? [] : ["no connection to the switch"]), ...(generation === 0 ? ["the switch holds no policy yet"] : [])];
  return { ready: reasons.length === 0, reasons };
}
