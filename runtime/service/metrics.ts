/** What Prometheus is told of an agent. Values are read when they are asked for. */
import type { AgentReport } from "../agent/sources.js";

export interface MetricsSource {
  readonly report: () => AgentReport;
  readonly newestSeen: () => number;
  readonly droppedLines: () => number;
  readonly problems: () => number;
}

/** Gives the text of all metrics, in the form of Prometheus. */
export interface Metrics {
  readonly type: string;
  readonly text: () => Promise<string>;
}

export async function makeMetrics(source: MetricsSource): Promise<Metrics> {
  const { collectDefaultMetrics, Counter, Gauge, Registry } = await import("prom-client");
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const gauge = (name: string, help: string, value: () => number): void => {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(value());
      },
    });
  };
  const counter = (name: string, help: string, value: () => number): void => {
    new Counter({
      name,
      help,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(value());
      },
    });
  };
  gauge("ctv_agent_generation", "Generation of the policy that the switch holds; 0: none.", () => source.report().generation);
  gauge("ctv_agent_newest_generation", "Newest generation that the agent has taken from its store.", source.newestSeen);
  gauge("ctv_agent_flows", "Flows of ctv in the switch.", () => source.report().flows);
  gauge("ctv_agent_endpoints", "Endpoints that the agent knows.", () => source.report().endpoints);
  gauge("ctv_agent_connected", "1 while the agent has a connection to its switch.", () => (source.report().connected ? 1 : 0));
  gauge("ctv_agent_errors", "Things that are wrong at present.", () => source.report().errors.length);
  gauge(
    "ctv_agent_last_change_seconds",
    "When the switch's flows last changed, as seconds since 1970.",
    () => (source.report().lastChange ?? 0) / 1000,
  );
  counter("ctv_agent_problems_total", "Warnings that were logged.", source.problems);
  counter("ctv_agent_log_lines_dropped_total", "Lines of logged connections that were left out because there were too many.", source.droppedLines);
  return { type: registry.contentType, text: () => registry.metrics() };
}
