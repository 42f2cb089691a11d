/** When connections are cut: soon, one sweep at a time, not while a change is under way, and again after a failure. */
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import type { Server, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { buildProgram } from "../../../compiler/target/openflow/build.js";
import type { Program } from "../../../compiler/target/openflow/program.js";
import { makeCutter } from "../../../runtime/agent/cutter.js";
import { makeTimers } from "../../../runtime/agent/timers.js";
import { eventually } from "../../support/agent.js";
import { allow, makePolicy, universeOf } from "../../support/policy.js";

function programOf(port: number): Program {
  const tenant = { name: "shop", networks: { net: "10.1.0.0/24" }, policies: [{ name: "p", rules: [allow("world", "net", `tcp/${port}`)] }] };
  const { program } = buildProgram(universeOf(makePolicy({ tenants: [tenant] })));
  if (program === undefined) throw new Error("no program");
  return program;
}

const program = programOf(80);
const [{ id: zone }] = program.tenants;
const connection = (port: number): string =>
  `tcp,orig=(src=198.51.100.1,dst=10.1.0.9,sport=1000,dport=${port}),reply=(src=10.1.0.9,dst=198.51.100.1,sport=${port},dport=1000),zone=${zone},mark=1`;

/** A control socket that lists connections to two ports, and notes what it is asked. */
interface ControlStub {
  readonly path: string;
  readonly asked: string[];
  readonly close: () => Promise<void>;
}

function startControl(folder: string): Promise<ControlStub> {
  const path = join(folder, "switch.ctl");
  const asked: string[] = [];
  const open = new Set<Socket>();
  const server: Server = createServer((socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
    socket.on("data", (piece) => {
      // Requests come one after the other, but two may come in one piece.
      for (const text of piece.toString().split(/(?<=\})(?=\{)/)) {
        const { id, method, params }: { id: unknown; method: string; params: readonly string[] } = JSON.parse(text);
        asked.push([method, ...params].join(" "));
        const result = method === "dpctl/dump-conntrack" ? `${connection(80)}\n${connection(81)}\n` : "";
        socket.write(JSON.stringify({ id, result, error: null }));
      }
    });
  });
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      for (const socket of open) socket.destroy();
      server.close(() => resolve());
    });
  return new Promise((resolve) => server.listen(path, () => resolve({ path, asked, close })));
}

describe("the cutter", () => {
  let folder: string;
  let timers: ReturnType<typeof makeTimers>;
  let inForce: Program | undefined;
  let cuts: number[];
  let failures: string[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "ctv-cutter-"));
    timers = makeTimers();
    inForce = program;
    cuts = [];
    failures = [];
  });
  afterEach(() => {
    timers.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const cutterAt = (control: string): (() => void) =>
    makeCutter({
      control,
      timers,
      datapathType: () => "system",
      inForce: () => inForce,
      endpointsAt: () => [],
      onCut: (connections) => cuts.push(connections),
      onFailure: ({ message }) => failures.push(message),
    });
  const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

  it("cuts what the program in force denies, in one sweep for all that ask at once", async () => {
    const control = await startControl(folder);
    const cut = cutterAt(control.path);
    for (let time = 0; time < 5; time++) cut();
    await eventually(
      () => cuts.length === 1,
      () => control.asked.join("\n"),
    );
    await pause(60);
    // The switch lists them in both looks of a sweep, as this one does not remove them.
    expect(cuts).toEqual([2]);
    const removed = control.asked.filter((command) => command.startsWith("dpctl/flush-conntrack"));
    expect(removed).toHaveLength(2);
    for (const command of removed) expect(command).toContain("ct_tp_dst=81");
    await control.close();
  });

  it("waits while a change is under way", async () => {
    const control = await startControl(folder);
    inForce = undefined;
    cutterAt(control.path)();
    await pause(80);
    expect(control.asked).toEqual([]);
    inForce = program;
    await eventually(
      () => cuts.length === 1,
      () => control.asked.join("\n"),
    );
    expect(failures).toEqual([]);
    await control.close();
  });

  it("says that it failed, and tries again", async () => {
    cutterAt(join(folder, "switch.ctl"))();
    await eventually(
      () => failures.length === 1,
      () => "no failure was told",
    );
    expect(failures[0]).toContain("they cannot be cut: ");
    const control = await startControl(folder);
    await eventually(
      () => cuts.length === 1,
      () => control.asked.join("\n"),
    );
    await control.close();
  });
});
