/**
 * Processes and network namespaces of a lab, all of which are gone when it ends: namespaces have names of their own, and every process
 * is ended by its id.
 */
import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createWriteStream, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const needed: readonly (readonly [string, string])[] = [
  ["/usr/sbin/ovs-vswitchd", "openvswitch-switch"],
  ["/usr/bin/etcd", "etcd-server"],
  ["/usr/bin/redis-server", "redis-server"],
];

/** What is lacking for a lab; nothing where one can be built. */
export function missingLab(): string | undefined {
  if (process.getuid?.() !== 0) return "needs root";
  const missing = needed.filter(([path]) => !existsSync(path)).map(([, name]) => name);
  if (missing.length > 0) return `needs Debian's packages ${missing.join(", ")}`;
  return existsSync("/dev/net/tun") && hasNamespaces() ? undefined : "needs network namespaces and /dev/net/tun";
}

function hasNamespaces(): boolean {
  try {
    execFileSync("ip", ["netns", "list"], { stdio: "ignore" });
    execFileSync("unshare", ["--net", "true"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

export interface Daemon {
  readonly child: ChildProcess;
  /** Settles when the process has ended. */
  readonly ended: Promise<void>;
  readonly end: (signal?: NodeJS.Signals) => Promise<void>;
}

export interface Machine {
  readonly folder: string;
  readonly run: (program: string, words: readonly string[], environment?: Readonly<Record<string, string>>) => string;
  /** The kernel's name of a namespace of this lab. */
  readonly space: (name: string) => string;
  readonly addSpace: (name: string) => void;
  readonly removeSpace: (name: string) => void;
  /** A disk of its own at `path`, with room for so many bytes. */
  readonly mountDisk: (path: string, bytes: number) => void;
  /** A command in a namespace: its output, or nothing when it fails or takes longer than `seconds`. */
  readonly within: (space: string, words: readonly string[], seconds?: number) => Promise<string | undefined>;
  /** A process that stays; what it says goes to a file of this name, or to `onLine`. Without a namespace it runs in the host's. */
  readonly daemon: (
    name: string,
    words: readonly string[],
    options?: { readonly space?: string; readonly environment?: Readonly<Record<string, string>>; readonly onLine?: (line: string) => void },
  ) => Daemon;
  readonly close: () => Promise<void>;
}

export function makeMachine(): Machine {
  const folder = mkdtempSync(join(tmpdir(), "ctv-lab-"));
  const tag = folder.slice(-6);
  const spaces = new Set<string>();
  const daemons = new Set<Daemon>();
  const disks = new Set<string>();
  const space = (name: string): string => `ctv-${tag}-${name}`;
  const run: Machine["run"] = (program, words, environment = {}) =>
    execFileSync(program, words, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...environment } });
  const removeSpace = (name: string): void => {
    run("ip", ["netns", "del", space(name)]);
    spaces.delete(name);
  };
  return {
    folder,
    run,
    space,
    addSpace: (name) => {
      run("ip", ["netns", "add", space(name)]);
      spaces.add(name);
      run("ip", ["-n", space(name), "link", "set", "lo", "up"]);
    },
    removeSpace,
    mountDisk: (path, bytes) => {
      run("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "ctv-lab", path]);
      disks.add(path);
    },
    within: (name, words, seconds = 2) =>
      new Promise((resolve) => {
        const child = spawn("ip", ["netns", "exec", space(name), ...words], { stdio: ["ignore", "pipe", "ignore"] });
        const timer = setTimeout(() => child.kill("SIGKILL"), seconds * 1000);
        let said = "";
        child.stdout.on("data", (text: Buffer) => (said += text.toString()));
        child.once("close", (code) => {
          clearTimeout(timer);
          resolve(code === 0 ? said : undefined);
        });
      }),
    daemon: (name, words, options = {}) => {
      const [program, ...rest] = options.space === undefined ? words : ["ip", "netns", "exec", space(options.space), ...words];
      const child = spawn(program, rest, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...options.environment } });
      const log = createWriteStream(join(folder, `${name}.log`), { flags: "a" });
      let rest_ = "";
      child.stdout.on("data", (text: Buffer) => {
        if (options.onLine === undefined) return void log.write(text);
        const lines = (rest_ + text.toString()).split("\n");
        rest_ = lines.pop() ?? "";
        lines.forEach(options.onLine);
      });
      child.stderr.on("data", (text: Buffer) => void log.write(text));
      const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
      const daemon: Daemon = {
        child,
        ended: ended.then(() => void daemons.delete(daemon)),
        end: async (signal = "SIGTERM") => {
          if (child.exitCode === null && child.signalCode === null) child.kill(signal);
          await ended;
          log.end();
        },
      };
      daemons.add(daemon);
      return daemon;
    },
    close: async () => {
      await Promise.all([...daemons].map((daemon) => daemon.end("SIGKILL")));
      for (const name of [...spaces]) removeSpace(name);
      for (const path of disks) run("umount", [path]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
