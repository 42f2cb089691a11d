/** A private etcd for tests: one member, on loopback ports of its own, its data in a temporary folder. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { missingFile } from "./missing.js";

/** What is lacking for a real etcd; nothing where it is installed. */
export function missingEtcd(): string | undefined {
  return missingFile("/usr/bin/etcd", "etcd-server");
}

export interface TestEtcd {
  /** `http://127.0.0.1:PORT`, or https. */
  readonly endpoint: string;
  /** Ends the process with this signal and waits for it. The data stay. */
  readonly kill: (signal: NodeJS.Signals) => Promise<void>;
  /** Starts it again, on the same port and data. */
  readonly start: () => Promise<void>;
  /** Stops the process for a while, as a machine that hangs does, and lets it go on. */
  readonly pause: () => void;
  readonly resume: () => void;
  /** Ends it and removes its data. */
  readonly stop: () => Promise<void>;
}

export interface EtcdCertificates {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

/** Starts etcd. With certificates (paths of PEM files) it speaks TLS and asks clients for theirs. */
export async function startEtcd(certificates?: EtcdCertificates): Promise<TestEtcd> {
  const folder = mkdtempSync(join(tmpdir(), "ctv-etcd-"));
  const [client, peer] = [await freePort(), await freePort()];
  const endpoint = `${certificates === undefined ? "http" : "https"}://127.0.0.1:${client}`;
  const tls =
    certificates === undefined
      ? []
      : [`--cert-file=${certificates.certificate}`, `--key-file=${certificates.key}`, `--trusted-ca-file=${certificates.ca}`, "--client-cert-auth"];
  const words = [
    "--name=test",
    `--data-dir=${join(folder, "data")}`,
    `--listen-client-urls=${endpoint}`,
    `--advertise-client-urls=${endpoint}`,
    `--listen-peer-urls=http://127.0.0.1:${peer}`,
    `--initial-advertise-peer-urls=http://127.0.0.1:${peer}`,
    `--initial-cluster=test=http://127.0.0.1:${peer}`,
    "--unsafe-no-fsync",
    "--heartbeat-interval=20",
    "--election-timeout=200",
    "--log-level=error",
    ...tls,
  ];
  let child: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    const started = spawn("/usr/bin/etcd", words, { stdio: ["ignore", "ignore", "pipe"] });
    child = started;
    let said = "";
    started.stderr?.on("data", (text: Buffer) => (said += text.toString()));
    for (let tries = 0; tries < 400; tries++) {
      if (started.exitCode !== null) throw new Error(`etcd has ended: ${said}`);
      if (await accepts(client)) return;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error("etcd did not start");
  };
  const kill = async (signal: NodeJS.Signals): Promise<void> => {
    const ending = child;
    child = undefined;
    if (ending === undefined) return;
    await new Promise((resolve) => {
      ending.once("exit", resolve);
      ending.kill(signal);
    });
  };
  await start();
  return {
    endpoint,
    start,
    kill,
    pause: () => child?.kill("SIGSTOP"),
    resume: () => child?.kill("SIGCONT"),
    stop: async () => {
      await kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function accepts(port: number): Promise<boolean> {
  const { connect } = await import("node:net");
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
