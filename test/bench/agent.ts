/**
 * How fast a node's agent is, against a real Open vSwitch (datapath `dummy`, so that nothing but the tables counts), side by side with
 * `ovs-ofctl` loading the same flows: `npm run bench:agent`. A number after the name is how many flows to aim at; 100,000 without.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { bindNode } from "../../compiler/target/openflow/bind/bind.js";
import type { Endpoint, InventoryNode } from "../../compiler/target/openflow/bind/inventory.js";
import { buildProgram } from "../../compiler/target/openflow/build.js";
import type { Program } from "../../compiler/target/openflow/program.js";
import type { Flow } from "../../compiler/target/openflow/flow.js";
import { flowText } from "../../compiler/target/openflow/text.js";
import { startAgent } from "../../runtime/agent/agent.js";
import type { Agent, AgentLog } from "../../runtime/agent/agent.js";
import type { Modification } from "../../runtime/openflow/bundle.js";
import { greetSwitch } from "../../runtime/openflow/connection.js";
import type { SwitchConnection } from "../../runtime/openflow/connection.js";
import { encodeFlow } from "../../runtime/openflow/flows.js";
import { openStream } from "../../runtime/openflow/transport.js";
import { manualEndpoints, manualPrograms } from "../support/agent.js";
import type { ManualEndpoints, ManualPrograms } from "../support/agent.js";
import { startSwitch } from "../support/ovs.js";
import { allow, makePolicy, universeOf } from "../support/policy.js";
import { formatMilliseconds, median } from "./measure.js";

const aim = Number(process.argv[2] ?? 100_000);
const GROUPS = 100;
const RUNS = 5;
const SINGLE = 300;
const NODE = "a";
/** Milliseconds. */
const REST = 700;

function programOf(rules = GROUPS): Program {
  const groups = Object.fromEntries(Array.from({ length: GROUPS }, (_, index) => [`g${index}`, { match: `app=a${index}`, in: "net" }]));
  const chain = Array.from({ length: rules }, (_, index) => allow(`g${index}`, `g${(index + 1) % GROUPS}`, `tcp/${1000 + index}`));
  const policy = makePolicy({
    tenants: [{ name: "shop", networks: { net: "10.0.0.0/8, fd00::/64" }, groups, policies: [{ name: "p", rules: chain }] }],
  });
  const { program } = buildProgram(universeOf(policy));
  if (program === undefined) throw new Error("no program");
  return { ...program, networks: program.networks.map((network) => ({ ...network, encap: "vxlan" as const, tag: 77 })) };
}

/** How many flows two groups of a thousand endpoints each take, with and without a rule between them. */
function flowsOfTwoGroups(rules: number): number {
  const program = programOf(rules);
  const endpoints = Array.from({ length: 2000 }, (_, index) => endpoint(index + 1, index % 2));
  return bindNode(program, { nodes, endpoints }, NODE).flows.length;
}

const hex = (number: number): string => number.toString(16).padStart(2, "0");

/** Every hundredth is on this node. */
function endpoint(number: number, group = number % GROUPS): Endpoint {
  const [high, middle, low] = [number >> 16, (number >> 8) & 255, number & 255];
  return {
    name: `shop/pod-${number}`,
    node: number % 100 === 0 ? NODE : "b",
    port: 100 + (number % 60_000),
    mac: `02:00:00:${hex(high)}:${hex(middle)}:${hex(low)}`,
    addresses: [`10.${high}.${middle}.${low}`, `fd00::${number.toString(16)}`],
    namespace: "shop",
    labels: { app: `a${group}` },
  };
}

/** A change that is nobody's business: of a table that no packet comes to, with a cookie that is not ours. */
function strange(number: number): Modification {
  const flow: Flow = { table: 250, priority: 1 + (number % 5000), match: [], actions: [], cookie: { kind: "pipeline", id: 0 } };
  return { kind: "flow", command: "add", flow: { ...encodeFlow(flow, 0), cookie: { high: 1, low: number } } };
}

const others: readonly InventoryNode[] = [{ name: "b", address: "192.0.2.2" }];
const nodes: readonly InventoryNode[] = [{ name: NODE, address: "192.0.2.1" }, ...others];

const percentile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.ceil(share * values.length) - 1)];

/** Collects garbage, so that what is left is in use. */
function collect(): void {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
}

/** Writes a node's flows for `ovs-ofctl`, and says how many there are. */
function writeFlows(file: string, endpoints: readonly Endpoint[]): number {
  const { flows } = bindNode(program, { nodes, endpoints }, NODE);
  writeFileSync(file, flows.map((flow) => `${flowText(flow)}\n`).join(""));
  return flows.length;
}

interface Change {
  readonly at: number;
  readonly changes: number;
  readonly bind: number;
  readonly send: number;
  /** Of `send`, what `ovs-vswitchd` had of a processor. */
  readonly ran: number;
}

/** Milliseconds that the main thread of `ovs-vswitchd` has run, from Linux's scheduler. */
const switchRan = (): number => Number(readFileSync(`/proc/${ovs.process}/schedstat`, "utf8").split(" ")[0]) / 1e6;

const folder = mkdtempSync(join(tmpdir(), "ctv-bench-agent-"));
const ovs = await startSwitch({ asService: true });
ovs.addBridge("br", 1);
const program = programOf();

let onChange: (change: Omit<Change, "ran">) => void = () => undefined;
const log: AgentLog = {
  info: (message, more = {}) => {
    if (message !== "the switch has changed") return;
    onChange({ at: performance.now(), changes: Number(more.changes), bind: Number(more.bindMilliseconds), send: Number(more.switchMilliseconds) });
  },
  warn: (message) => process.stderr.write(`${message}\n`),
};

/** The next change of the switch that `cause` brings about, and how long it was after the call began. */
function changeAfter(cause: () => void): Promise<Change & { readonly took: number }> {
  return new Promise((resolve) => {
    const before = switchRan();
    const start = performance.now();
    onChange = (change) => {
      onChange = () => undefined;
      resolve({ ...change, took: change.at - start, ran: switchRan() - before });
    };
    cause();
  });
}

/** An agent that has its empty switch barred, and waits for a policy. */
async function makeAgent(source: ManualEndpoints, programs: ManualPrograms): Promise<Agent> {
  let barred: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => (barred = resolve));
  onChange = () => barred();
  const agent = await startAgent({
    own: { name: NODE, address: "192.0.2.1" },
    bridge: "br",
    openflow: { kind: "unix", path: ovs.socket("br") },
    ovsdb: { kind: "unix", path: ovs.database },
    programs,
    endpoints: [source],
    unknownPolicy: "deny",
    log,
  });
  await ready;
  return agent;
}

const rows: (readonly (string | number)[])[] = [];
const row = (name: string, ...cells: readonly string[]): void => void rows.push([name, ...cells]);
const show = (value: number): string => formatMilliseconds(value);

try {
  const perEndpoint =
    (bindNode(program, { nodes, endpoints: Array.from({ length: 1000 }, (_, index) => endpoint(index + 1)) }, NODE).flows.length - 2000) / 1000;
  const count = Math.round(aim / Math.max(1, perEndpoint + 2));
  let endpoints: readonly Endpoint[] = Array.from({ length: count }, (_, index) => endpoint(index + 1));
  const file = join(folder, "flows");
  const flowCount = writeFlows(file, endpoints);
  const ofctl = (...words: readonly string[]): void =>
    void execFileSync(
      "ovs-ofctl",
      ["-O", "OpenFlow14", ...words.slice(0, -1), `unix:${ovs.socket("br")}`, ...words.slice(-1)].filter((word) => word !== ""),
    );
  /** Empties the switch, and gives it the time to free its memory, which it does in a thread of its own. */
  const clear = async (): Promise<void> => {
    ofctl("del-flows", "");
    await new Promise((resolve) => setTimeout(resolve, REST));
  };
  const started = performance.now();
  process.stdout.write(
    `${flowCount} flows of ${count} endpoints and ${program.rules.length} rules; load ${loadavg()[0].toFixed(2)}, ${cpus().length} cores\n`,
  );

  const tools: number[] = [];
  const toolsRan: number[] = [];
  const whole: (Change & { took: number })[] = [];
  const restarts: (Change & { took: number })[] = [];
  for (let run = 0; run < RUNS; run++) {
    await clear();
    const [before, ran] = [performance.now(), switchRan()];
    ofctl("--bundle", "add-flows", file);
    tools.push(performance.now() - before);
    toolsRan.push(switchRan() - ran);
    await clear();
    const [source, programs] = [manualEndpoints(), manualPrograms()];
    const agent = await makeAgent(source, programs);
    source.set(endpoints, others);
    whole.push(await changeAfter(() => programs.publish(program)));
    // The switch is empty again, as after its restart; the agent knows what it wants.
    await clear();
    restarts.push(
      await changeAfter(
        () => ovs.configure("set-controller", "br", "punix:/dev/null", "--", "del-controller", "br") === "" && agent.connection()?.close(),
      ),
    );
    await agent.stop();
  }
  const tool = median(tools);
  const against = (value: number): string => `${(tool / value).toFixed(2)}`;
  row("ovs-ofctl --bundle add-flows, from a file", show(tool), "", "", show(median(toolsRan)), "1");
  const all = median(whole.map(({ took }) => took));
  row(
    "agent, from a published program: bind, compare, send, barrier",
    show(all),
    show(median(whole.map(({ bind }) => bind))),
    show(median(whole.map(({ send }) => send))),
    show(median(whole.map(({ ran }) => ran))),
    against(all),
  );
  row(
    "the first of these, with JavaScript still to be compiled",
    show(whole[0].took),
    show(whole[0].bind),
    show(whole[0].send),
    show(whole[0].ran),
    against(whole[0].took),
  );
  const again = median(restarts.map(({ took }) => took));
  row(
    "agent, after the switch lost its flows",
    show(again),
    show(median(restarts.map(({ bind }) => bind))),
    show(median(restarts.map(({ send }) => send))),
    show(median(restarts.map(({ ran }) => ran))),
    against(again),
  );

  await clear();
  const [source, programs] = [manualEndpoints(), manualPrograms()];
  const agent = await makeAgent(source, programs);
  source.set(endpoints, others);
  await changeAfter(() => programs.publish(program));
  await new Promise((resolve) => setTimeout(resolve, REST));
  const resident = process.memoryUsage().rss;
  collect();
  const inUse = process.memoryUsage().heapUsed;
  const shares = (values: readonly number[]): string => `${show(percentile(values, 0.5))} / ${show(percentile(values, 0.99))}`;
  type Next = (last: readonly Endpoint[], run: number) => readonly Endpoint[];
  const added: Next = (last, run) => [...last, endpoint(count + 1 + run)];
  const relabelled =
    (by: number): Next =>
    (last, run) =>
      last.map((entry, index) => (index === run ? endpoint(run + 1, (run + by) % GROUPS) : entry));
  const removed: Next = (last) => last.slice(0, -1);
  const listsOf = (next: Next): readonly (readonly Endpoint[])[] => Array.from({ length: SINGLE }, (_, run) => (endpoints = next(endpoints, run)));
  const changeAlong = async (lists: readonly (readonly Endpoint[])[]): Promise<readonly (Change & { readonly took: number })[]> => {
    const taken: (Change & { took: number })[] = [];
    for (const list of lists) taken.push(await changeAfter(() => source.set(list, others)));
    return taken;
  };
  // An agent has run for days when a pod comes: twice as many of each go before those that are measured. All lists are made before, so that
  // neither their garbage counts nor its collection, after which V8 compiles again what it had compiled for objects that are gone.
  const before = [3, 7].flatMap((by) => [added, relabelled(by), removed].map(listsOf));
  const measured = (
    [
      ["added", added],
      ["relabelled", relabelled(11)],
      ["removed", removed],
    ] as const
  ).map(([name, next]) => [name, listsOf(next)] as const);
  collect();
  for (const lists of before) await changeAlong(lists);
  for (const [name, lists] of measured) {
    const taken = await changeAlong(lists);
    row(
      `one endpoint ${name}, ${median(taken.map(({ changes }) => changes))} flows`,
      shares(taken.map(({ took }) => took)),
      shares(taken.map(({ bind }) => bind)),
      shares(taken.map(({ send }) => send)),
      shares(taken.map(({ ran }) => ran)),
      "",
    );
  }
  const reference = async (name: string, ask: (connection: SwitchConnection, run: number) => Promise<void>): Promise<void> => {
    const connection = await greetSwitch(await openStream({ kind: "unix", path: ovs.socket("br") }));
    const taken: number[] = [];
    const ran: number[] = [];
    for (let run = 0; run < SINGLE; run++) {
      const [start, before] = [performance.now(), switchRan()];
      await ask(connection, run);
      taken.push(performance.now() - start);
      ran.push(switchRan() - before);
    }
    connection.close();
    row(name, "", "", shares(taken), shares(ran), "");
  };
  await reference("the switch alone: a barrier", (connection) => connection.barrier());
  await reference("the switch alone: one flow-mod by itself, barrier", (connection, run) => connection.load([[strange(run)]]));
  await reference("the switch alone: nine flow-mods in a bundle, barrier", (connection, run) =>
    connection.apply([Array.from({ length: 9 }, (_, index) => strange(run * 9 + index))]),
  );
  const joining = await changeAfter(() =>
    source.set([...endpoints, ...Array.from({ length: 1000 }, (_, index) => endpoint(count + 1000 + index))], others),
  );
  row(`1,000 endpoints joining at once, ${joining.changes} flows`, show(joining.took), show(joining.bind), show(joining.send), show(joining.ran), "");
  const rule = await changeAfter(() => programs.publish(programOf(GROUPS - 1)));
  row(`one rule removed, ${rule.changes} flows`, show(rule.took), show(rule.bind), show(rule.send), show(rule.ran), "");
  const [joined, without] = [1, 0].map((rules) => flowsOfTwoGroups(rules));
  row(`two groups of 1,000 endpoints: ${without} flows; with a rule between them ${joined}`, "", "", "", "", "");
  await agent.stop();

  process.stdout.write(
    "\n| | elapsed (p50 / p99 where two) | bind and compare | switch | of it on a processor | times as fast as ovs-ofctl |\n|---|---:|---:|---:|---:|---:|\n",
  );
  for (const cells of rows) process.stdout.write(`| ${cells.join(" | ")} |\n`);
  const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;
  const took = ((performance.now() - started) / 1000).toFixed(0);
  process.stdout.write(
    `\nMemory with all flows bound and present: ${mebibytes(inUse)} in use; the process had ${mebibytes(resident)}. Took ${took} s.\n`,
  );
} finally {
  await ovs.stop();
  rmSync(folder, { recursive: true, force: true });
}
