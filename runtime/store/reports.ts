/**
 * What nodes say about themselves: `reports/NODE` stays when a node goes, so that one that is gone is seen to be; `alive/NODE` is under a lease
 * and says that the node's agent is there now.
 */
import type { AgentReport, ReportSink } from "../agent/sources.js";
import { decodeJson, integer, list, object, optional, text, truth } from "./decode.js";
import type { Decoder } from "./decode.js";
import { keyPart } from "./keyvalue.js";
import type { KeyValues, Lease } from "./keyvalue.js";

const REPORTS = "reports/";
const ALIVE = "alive/";
/** Bytes. */
const REPORT_LIMIT = 64 << 10;
const ERRORS = 20;
const ERROR_LENGTH = 500;

/** A report, and when the node sent it by its own clock, in milliseconds since 1970. */
export interface SentReport extends AgentReport {
  readonly sent: number;
}

export interface NodeStatus {
  readonly node: string;
  /** Whether the node's agent is there; a node with a report only is one that went away. */
  readonly alive: boolean;
  readonly report?: SentReport;
  /** Why its report cannot be read. */
  readonly problem?: string;
}

const time = integer(0, 8.64e15);
const reportDecoder: Decoder<SentReport> = object({
  node: text(400),
  generation: integer(0, Number.MAX_SAFE_INTEGER),
  flows: integer(0, Number.MAX_SAFE_INTEGER),
  endpoints: integer(0, Number.MAX_SAFE_INTEGER),
  errors: list(text(ERROR_LENGTH), ERRORS),
  connected: truth,
  lastChange: optional(time),
  sent: time,
});

/** A report that says the same as the last is written again after so many milliseconds: the store may have been made anew. */
const REPEAT = 60_000;

/**
 * Writes a node's reports, and keeps it known as alive by `lease`. Reports may be given as often as one likes. `now` is the time of day, which
 * somebody may set; `elapsed` is of a clock that only goes on. Both in milliseconds.
 */
export function reportSink(store: KeyValues, lease: Lease, now: () => number, elapsed: () => number = () => performance.now()): ReportSink {
  let announced = false;
  let last = { text: "", at: -Infinity };
  let next: AgentReport | undefined;
  let writing: Promise<void> | undefined;
  const write = async (report: AgentReport): Promise<void> => {
    const errors = report.errors.slice(0, ERRORS).map((error) => error.slice(0, ERROR_LENGTH));
    const text = JSON.stringify({ ...report, errors });
    const at = elapsed();
    if (text === last.text && at - last.at < REPEAT) return;
    const stored: SentReport = { ...report, errors, sent: now() };
    await store.put(`${REPORTS}${keyPart(report.node)}`, Buffer.from(JSON.stringify(stored)));
    last = { text, at };
    if (announced) return;
    announced = true;
    await lease.put(`${ALIVE}${keyPart(report.node)}`, Buffer.from("{}"));
  };
  const writeAll = async (): Promise<void> => {
    while (next !== undefined) {
      const report = next;
      next = undefined;
      await write(report);
    }
  };
  return {
    // One at a time: of two that are under way a server may take the later one first, and then the earlier would stay.
    report: (report) => {
      next = report;
      writing ??= writeAll().finally(() => {
        writing = undefined;
      });
      return writing;
    },
  };
}

/** All nodes that ever reported, by name. Reports are not signed: they show, and decide nothing. */
export async function nodeStatuses(store: KeyValues): Promise<readonly NodeStatus[]> {
  const alive = new Set((await store.keys(ALIVE)).map((key) => key.slice(ALIVE.length)));
  return (await store.list(REPORTS)).map(({ key, value }): NodeStatus => {
    const part = key.slice(REPORTS.length);
    const known = { alive: alive.has(part) };
    try {
      const report = decodeJson(value, reportDecoder, "its report", REPORT_LIMIT);
      return keyPart(report.node) === part
        ? { ...known, node: report.node, report }
        : { ...known, node: part, problem: "its report is that of another node" };
    } catch (error) {
      return { ...known, node: part, problem: error instanceof Error ? error.message : String(error) };
    }
  });
}

/** Takes the report of a node that is gone for good out of the store. */
export async function forgetNode(store: KeyValues, node: string): Promise<void> {
  await store.remove(`${REPORTS}${keyPart(node)}`);
}
