/**
 * A private Open vSwitch for tests: its own `ovsdb-server` and `ovs-vswitchd` in a temporary folder, with a dummy datapath, so neither
 * root nor a kernel module is needed. Questions go over one open control socket, which is a hundred times faster than a process each.
 */
import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { missingFile } from "./missing.js";

const SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema";

/** What is lacking for a real switch; nothing where Open vSwitch is installed. */
export function missingSwitch(): string | undefined {
  return missingFile(SCHEMA, "openvswitch-switch") ?? missingFile("/usr/sbin/ovs-vswitchd", "openvswitch-switch");
}

export interface TestSwitch {
  /** Ports 1..count of a new, empty bridge. */
  readonly addBridge: (name: string, ports: number) => void;
  /** Replaces all flows (and groups) of a bridge in one bundle. Throws with what `ovs-ofctl` says. */
  readonly load: (bridge: string, flows: string, groups?: string) => void;
  readonly dumpFlows: (bridge: string) => string;
  /** Packets that each port has sent so far. */
  readonly sent: (bridge: string) => ReadonlyMap<number, number>;
  /** `ofproto/trace`; `states` are the connection states of successive recirculations. */
  readonly trace: (bridge: string, flow: string, states?: readonly string[]) => Promise<string>;
  /** Any command that `ovs-appctl` knows. */
  readonly control: (method: string, ...parameters: readonly string[]) => Promise<string>;
  /** The path of a bridge's OpenFlow socket. */
  readonly socket: (bridge: string) => string;
  /** The path of `ovsdb-server`'s socket. */
  readonly database: string;
  /** The path of the control socket of `ovs-vswitchd`. */
  readonly controlSocket: string;
  /** The process id of `ovs-vswitchd`. */
  readonly process: number;
  /** `ovs-vsctl` with these words. */
  readonly configure: (...parameters: readonly string[]) => string;
  readonly stop: () => Promise<void>;
}

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`${what} did not start`);
}

/** A JSON-RPC connection to `ovs-vswitchd` (`ovs-appctl(8)`): one object after the other, without separators. */
function controlSocket(path: string): Promise<{ readonly ask: TestSwitch["control"]; readonly close: () => void }> {
  return new Promise((resolve, reject) => {
    const socket: Socket = createConnection(path);
    const waiting: { readonly resolve: (text: string) => void; readonly reject: (error: Error) => void }[] = [];
    let buffer = "";
    socket.setEncoding("utf8");
    socket.on("data", (chunk: string) => {
      buffer += chunk;
      for (let end = messageEnd(buffer); end > 0; end = messageEnd(buffer)) {
        const { result, error } = readReply(buffer.slice(0, end));
        buffer = buffer.slice(end);
        const next = waiting.shift();
        if (error === undefined) next?.resolve(result);
        else next?.reject(new Error(error));
      }
    });
    socket.on("error", reject);
    const ask = (method: string, ...params: readonly string[]): Promise<string> =>
      new Promise((answer, fail) => {
        waiting.push({ resolve: answer, reject: fail });
        socket.write(JSON.stringify({ id: 0, method, params }));
      });
    socket.on("connect", () => resolve({ ask, close: () => socket.destroy() }));
  });
}

/** Where the first whole JSON object ends, or 0. */
function messageEnd(text: string): number {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (inString) {
      if (character === "\\") at++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === "{") depth++;
    else if (character === "}" && --depth === 0) return at + 1;
  }
  return 0;
}

function readReply(text: string): { readonly result: string; readonly error?: string } {
  const reply: unknown = JSON.parse(text);
  if (typeof reply !== "object" || reply === null) throw new Error(`not a reply: ${text}`);
  const fields = new Map<string, unknown>(Object.entries(reply));
  const error = fields.get("error");
  return { result: String(fields.get("result") ?? ""), ...(typeof error === "string" ? { error } : {}) };
}

export interface SwitchOptions {
  /**
   * Starts it as Debian's service does (`start_daemon` in `/usr/share/openvswitch/scripts/ovs-lib`): in a session of its own, and
   * where we are root at a nice value of -10, and `ovs-vswitchd` with its memory locked.
   */
  readonly asService?: boolean;
}

/** How Debian's service starts a daemon of Open vSwitch. */
function serviceWords(words: readonly string[]): readonly string[] {
  const locked = words[0].endsWith("ovs-vswitchd") ? [...words, "--mlockall"] : words;
  return process.getuid?.() === 0 ? ["nice", "-n", "-10", ...locked] : words;
}

export async function startSwitch({ asService = false }: SwitchOptions = {}): Promise<TestSwitch> {
  const folder = mkdtempSync(join(tmpdir(), "ctv-ovs-"));
  const environment = { ...process.env, OVS_RUNDIR: folder, OVS_LOGDIR: folder, OVS_DBDIR: folder };
  const run = (program: string, ...parameters: readonly string[]): string =>
    execFileSync(program, parameters, { env: environment, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], maxBuffer: 1 << 28 });
  const database = join(folder, "conf.db");
  const socket = join(folder, "db.sock");
  run("ovsdb-tool", "create", database, SCHEMA);
  const processes: ChildProcess[] = [];
  const daemon = (program: string, ...parameters: readonly string[]): number => {
    const words = [program, ...parameters, "-vconsole:off"];
    const [first, ...rest] = asService ? serviceWords(words) : words;
    const child = spawn(first, rest, { env: environment, stdio: "ignore", detached: asService });
    processes.push(child);
    return child.pid ?? 0;
  };
  daemon("/usr/sbin/ovsdb-server", database, `--remote=punix:${socket}`, `--unixctl=${join(folder, "db.ctl")}`);
  await until(() => existsSync(socket), "ovsdb-server");
  const configure = (...parameters: readonly string[]): string => run("ovs-vsctl", `--db=unix:${socket}`, ...parameters);
  configure("--no-wait", "init");
  const control = join(folder, "vswitchd.ctl");
  const vswitchd = daemon("/usr/sbin/ovs-vswitchd", `unix:${socket}`, "--disable-system", "--enable-dummy=override", `--unixctl=${control}`);
  await until(() => existsSync(control), "ovs-vswitchd");
  const connection = await controlSocket(control);

  const ofctl = (...parameters: readonly string[]): string => run("ovs-ofctl", "-O", "OpenFlow14", ...parameters);
  const address = (bridge: string): string => `unix:${join(folder, `${bridge}.mgmt`)}`;
  const file = join(folder, "flows");
  return {
    addBridge: (name, ports) => {
      const bridge = [
        "--",
        "add-br",
        name,
        "--",
        "set",
        "bridge",
        name,
        "datapath_type=dummy",
        "fail_mode=secure",
        "protocols=OpenFlow13,OpenFlow14",
      ];
      const each = Array.from({ length: ports }, (_, index) => `${name}-p${index + 1}`);
      configure(
        ...bridge,
        ...each.flatMap((port, index) => ["--", "add-port", name, port, "--", "set", "interface", port, "type=dummy", `ofport_request=${index + 1}`]),
      );
    },
    load: (bridge, flows, groups = "") => {
      if (groups !== "") {
        ofctl("del-groups", address(bridge));
        writeFileSync(file, groups);
        ofctl("add-groups", address(bridge), file);
      }
      // A bundle is atomic and in order, so the switch has the old flows or the new ones.
      writeFileSync(file, `delete\n${flows}`);
      ofctl("--bundle", "add-flows", address(bridge), file);
    },
    dumpFlows: (bridge) => ofctl("--no-stats", "dump-flows", address(bridge)),
    sent: (bridge) =>
      new Map(
        [...ofctl("dump-ports", address(bridge)).matchAll(/port\s+"?(?:\S*?-p)?(\d+)"?:[^]*?tx pkts=(\d+)/g)].map(([, port, count]) => [
          Number(port),
          Number(count),
        ]),
      ),
    trace: (bridge, flow, states = []) => connection.ask("ofproto/trace", bridge, flow, ...states.flatMap((state) => ["--ct-next", state])),
    control: connection.ask,
    socket: (bridge) => join(folder, `${bridge}.mgmt`),
    database: socket,
    controlSocket: control,
    process: vswitchd,
    configure,
    stop: async () => {
      connection.close();
      await Promise.all(
        processes.map(
          (child) =>
            new Promise<void>((resolve) => {
              child.once("exit", () => resolve());
              child.kill();
            }),
        ),
      );
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
