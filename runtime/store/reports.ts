/**
 * What nodes say about themselves: `reports/NODE` stays when a node goes, so that one that is gone is seen to be; `alive/NODE` is under a lease
 * and says that the node's agent is there now.
 */
import type { AgentReport, ReportSink } from "../agent/sources.js";
import type { SigningKey, TrustedKey } from "../signing/keys.js";
import { boundedErrors, openReport, sealReport } from "../signing/report.js";
import type { SentReport } from "../signing/report.js";
import { keyPart } from "./keyvalue.js";
import type { KeyValues, Lease } from "./keyvalue.js";

const REPORTS = "reports/";
const ALIVE = "alive/";

export interface NodeStatus {
  readonly node: string;
  /** Whether the node's agent is there; a node with a report only is one that went away. */
  readonly alive: boolean;
  readonly report?: SentReport;
  /** Why its report cannot be read. */
  readonly problem?: string;
}

/** A report that says the same as the last is written again after so many milliseconds: the store may have been made anew. */
const REPEAT = 60_000;

export interface ReportOptions {
  /** Milliseconds of a clock that only goes on. */
  readonly elapsed?: () => number;
  /** The node's own, which signs what it reports. */
  readonly key?: SigningKey;
}

/**
 * Writes a node's reports, and keeps it known as alive by `lease`. Reports may be given as often as one likes. `now` is the time of day in
 * milliseconds, which somebody may set.
 */
export function reportSink(store: KeyValues, lease: Lease, now: () => number, options: ReportOptions = {}): ReportSink {
  const { elapsed = () => performance.now(), key } = options;
  let announced = false;
  let last = { text: "", at: -Infinity };
  let next: AgentReport | undefined;
  let writing: Promise<void> | undefined;
  const write = async (report: AgentReport): Promise<void> => {
    const errors = boundedErrors(report.errors);
    const text = JSON.stringify({ ...report, errors });
    const at = elapsed();
    if (text === last.text && at - last.at < REPEAT) return;
    await store.put(`${REPORTS}${keyPart(report.node)}`, sealReport({ ...report, errors, sent: now() }, key));
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

/** Whose reports are believed. */
export interface ReportTrust {
  /** The nodes' keys, by their names. */
  readonly keys: ReadonlyMap<string, TrustedKey>;
  /** The time of day, in milliseconds since 1970. */
  readonly now: () => number;
}

/** An agent repeats its report each minute. One that is this much older or newer than now, in milliseconds, was put back, or a clock is wrong. */
const TOO_OLD = 5 * 60_000;

/** All nodes that ever reported, by name. With `trust` only what a node has signed counts as its report; without, what lies in the store does. */
export async function nodeStatuses(store: KeyValues, trust?: ReportTrust): Promise<readonly NodeStatus[]> {
  const alive = new Set((await store.keys(ALIVE)).map((key) => key.slice(ALIVE.length)));
  const keys = new Map([...(trust?.keys ?? [])].map(([name, key]) => [keyPart(name), { name, key }]));
  return (await store.list(REPORTS)).map(({ key, value }): NodeStatus => {
    const part = key.slice(REPORTS.length);
    const known = { alive: alive.has(part) };
    const own = keys.get(part);
    if (trust !== undefined && own === undefined) return { ...known, node: part, problem: "no key of this node is trusted here" };
    const report = openReport(value, own?.key);
    const node = own?.name ?? part;
    if ("refused" in report) return { ...known, node, problem: report.refused };
    if (keyPart(report.node) !== part) return { ...known, node, problem: "its report is that of another node" };
    if (trust !== undefined && known.alive && Math.abs(trust.now() - report.sent) > TOO_OLD) {
      return { ...known, node, problem: `its report is from ${new Date(report.sent).toISOString()}: somebody put it back, or a clock is wrong` };
    }
    return { ...known, node: report.node, report };
  });
}

/** Takes the report of a node that is gone for good out of the store. */
export async function forgetNode(store: KeyValues, node: string): Promise<void> {
  await store.remove(`${REPORTS}${keyPart(node)}`);
}
