/** `ctv status`: what every node has in force, and whether a generation has arrived everywhere. */
import { newestGeneration } from "../../runtime/store/generations.js";
import type { KeyValues } from "../../runtime/store/keyvalue.js";
import { forgetNode, nodeStatuses } from "../../runtime/store/reports.js";
import type { NodeStatus, ReportTrust } from "../../runtime/store/reports.js";
import { exitCodes, Refusal } from "../exit.js";
import type { ExitCode } from "../exit.js";
import { list, text } from "../options.js";
import type { Options } from "../options.js";
import { duration, table } from "../report/table.js";
import { reportTrust, storeOption, storePlace, withStore } from "../store.js";
import type { Terminal } from "../terminal.js";
import type { Verb } from "../verb.js";
import { jsonOption } from "./history.js";

/** Milliseconds between two looks at the store while waiting. */
const LOOK_EVERY = 250;

export const status: Verb = {
  options: [
    storeOption,
    { flags: "--wait [generation]", description: "wait until every node has this generation or a later one; default: the newest" },
    { flags: "--timeout <seconds>", description: "how long to wait (default: 60)" },
    { flags: "--node <names>", description: "only these nodes", many: true },
    { flags: "--forget <names>", description: "take the reports of nodes that are gone for good out of the store", many: true },
    jsonOption,
  ],
  examples: ["ctv status --store ctv-agent.yaml", "ctv publish && ctv status --wait --timeout 30", "ctv status --forget node-7"],
  run: async ({ options, terminal }) => {
    const patience = secondsOf(text(options, "timeout"));
    const wanted = wantedOf(options.wait);
    const place = storePlace(options, terminal);
    return withStore(place, async (store) => {
      for (const node of list(options, "forget")) await forget(store, node, terminal);
      const newest = await newestGeneration(store);
      const goal = wanted === "newest" ? newest : wanted;
      if (goal !== undefined && goal > newest) throw new Refusal(`${store.name} has no generation ${goal}; the newest is ${newest}`);
      const look = looker(store, options, reportTrust(place));
      const seen = goal === undefined ? await look() : await waitFor(look, goal, patience, terminal);
      show(seen, newest, goal, options, terminal);
      return codeOf(seen, goal);
    });
  },
};

type Look = () => Promise<readonly NodeStatus[]>;

function looker(store: KeyValues, options: Options, trust: ReportTrust | undefined): Look {
  const asked = list(options, "node");
  return async () => {
    const all = await nodeStatuses(store, trust);
    const missing = asked.filter((name) => !all.some(({ node }) => node === name));
    return asked.length === 0 ? all : [...all.filter(({ node }) => asked.includes(node)), ...missing.map((node) => ({ node, alive: false }))];
  };
}

async function waitFor(look: Look, goal: number, patience: number, terminal: Terminal): Promise<readonly NodeStatus[]> {
  const end = performance.now() + patience * 1000;
  const { err } = terminal;
  try {
    for (;;) {
      const seen = await look();
      const late = seen.filter((node) => !has(node, goal));
      if (err.isTerminal) err.write(`\r\u001b[2K${bar(seen.length - late.length, seen.length)} generation ${goal}${waitingFor(late)}`);
      if ((late.length === 0 && seen.length > 0) || performance.now() > end) return seen;
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
    }
  } finally {
    if (err.isTerminal) err.write("\r\u001b[2K");
  }
}

function has({ report, alive }: NodeStatus, goal: number): boolean {
  return alive && report !== undefined && report.generation >= goal;
}

const BAR = 24;

function bar(done: number, all: number): string {
  const full = all === 0 ? 0 : Math.round((BAR * done) / all);
  return `[${"█".repeat(full)}${"░".repeat(BAR - full)}] ${done} of ${all} nodes have`;
}

function waitingFor(late: readonly NodeStatus[]): string {
  if (late.length === 0) return "";
  return `; waiting for ${late[0]?.node ?? ""}${late.length === 1 ? "" : ` and ${late.length - 1} more`}`;
}

function show(seen: readonly NodeStatus[], newest: number, goal: number | undefined, options: Options, terminal: Terminal): void {
  if (options.format === "json") {
    const reached = goal === undefined ? {} : { waitedFor: goal, reached: codeOf(seen, goal) === exitCodes.fine };
    terminal.out.write(`${JSON.stringify({ version: 1, command: "status", newest, ...reached, nodes: seen }, null, 2)}\n`);
    return;
  }
  const now = Date.now();
  const rows = seen.map((status): readonly string[] => {
    const { node, report } = status;
    if (report === undefined) return [node, "", "", "", "", stateOf(status, newest, now)];
    const changed = report.lastChange === undefined ? "" : `${duration(now - report.lastChange)} ago`;
    return [node, String(report.generation), String(report.flows), String(report.endpoints), changed, stateOf(status, newest, now)];
  });
  if (seen.length === 0) terminal.err.write(`no node has reported yet; the newest generation is ${newest === 0 ? "none" : newest}\n`);
  else terminal.out.write(table(["NODE", ">GENERATION", ">FLOWS", ">ENDPOINTS", "LAST CHANGE", "STATE"], rows));
  const late = goal === undefined ? [] : seen.filter((node) => !has(node, goal));
  if (late.length > 0)
    terminal.err.write(
      `ctv: not everywhere: ${late.map(({ node }) => node).join(", ")} ${late.length === 1 ? "has" : "have"} no generation ${goal}\n`,
    );
}

function stateOf({ alive, report, problem }: NodeStatus, newest: number, now: number): string {
  if (problem !== undefined) return problem;
  if (report === undefined) return "has never reported";
  if (!alive) return `agent gone, last report ${duration(now - report.sent)} ago`;
  if (!report.connected) return ["no connection to the switch", ...report.errors].join("; ");
  if (report.errors.length > 0) return report.errors.join("; ");
  return report.generation < newest ? `behind: the newest is ${newest}` : "in force";
}

/** Nodes that are late are findings only where they were waited for. */
function codeOf(seen: readonly NodeStatus[], goal: number | undefined): ExitCode {
  return goal === undefined || (seen.length > 0 && seen.every((node) => has(node, goal))) ? exitCodes.fine : exitCodes.findings;
}

async function forget(store: KeyValues, node: string, terminal: Terminal): Promise<void> {
  const known = (await nodeStatuses(store)).find((status) => status.node === node);
  if (known === undefined) throw new Refusal(`no node "${node}" has reported`, "`ctv status` lists the nodes");
  if (known.alive) throw new Refusal(`the agent of ${node} is running, and would report again`, "stop it first");
  await forgetNode(store, node);
  terminal.err.write(`forgot ${node}\n`);
}

function wantedOf(given: unknown): number | "newest" | undefined {
  if (given === undefined) return undefined;
  if (given === true) return "newest";
  if (typeof given === "string" && /^[1-9]\d{0,11}$/.test(given)) return Number(given);
  throw new Refusal(`--wait takes a generation, not "${String(given)}"`, "`ctv history` lists them");
}

function secondsOf(given: string | undefined): number {
  if (given === undefined) return 60;
  const seconds = Number(given);
  if (!(seconds >= 0 && seconds <= 86_400)) throw new Refusal(`--timeout takes seconds, not "${given}"`);
  return seconds;
}
