/** A real API server with its etcd, on loopback, in a temporary folder. `scripts/cluster.mjs` makes the program. */
import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { createServer } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";

const program = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "ctv", "bin", "kube-apiserver");

/** What is lacking for a cluster; nothing where one can be started. */
export function missingForCluster(): string | undefined {
  if (process.env.CTV_CLUSTER !== "1") return "needs CTV_CLUSTER=1, which asks for a Kubernetes API server";
  return existsSync(program) ? undefined : `needs ${program}, which node scripts/cluster.mjs makes`;
}

export interface Cluster {
  /** Path of a kubeconfig with the contexts `admin` and `nobody`; the latter may do nothing. */
  readonly kubeconfig: string;
  /** Kills the API server without a word. */
  readonly kill: () => Promise<void>;
  /** Starts it again, with what etcd has. */
  readonly restart: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === "object" && address !== null ? address.port : 0);
      });
    });
  });
}

function openssl(...words: readonly string[]): void {
  execFileSync("openssl", words, { stdio: "ignore" });
}

/** Certificates of one authority: the server's, and those of two users. */
function certificates(folder: string): void {
  const at = (name: string): string => join(folder, name);
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  openssl("req", "-x509", ...key, "-days", "2", "-subj", "/CN=ctv-test-authority", "-keyout", at("ca.key"), "-out", at("ca.crt"));
  openssl("genrsa", "-out", at("accounts.key"), "2048");
  const sign = (name: string, subject: string, extension: string): void => {
    writeFileSync(at(`${name}.ext`), extension);
    openssl("req", ...key, "-subj", subject, "-keyout", at(`${name}.key`), "-out", at(`${name}.csr`));
    const authority = ["-CA", at("ca.crt"), "-CAkey", at("ca.key"), "-CAcreateserial", "-days", "2"];
    openssl("x509", "-req", "-in", at(`${name}.csr`), ...authority, "-extfile", at(`${name}.ext`), "-out", at(`${name}.crt`));
  };
  sign("server", "/CN=kube-apiserver", "subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth\n");
  sign("admin", "/O=system:masters/CN=admin", "extendedKeyUsage=clientAuth\n");
  sign("nobody", "/CN=nobody", "extendedKeyUsage=clientAuth\n");
}

function kubeconfig(folder: string, port: number): string {
  const user = (name: string) => ({ name, user: { "client-certificate": `${name}.crt`, "client-key": `${name}.key` } });
  const context = (name: string) => ({ name, context: { cluster: "test", user: name } });
  const path = join(folder, "kubeconfig");
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "test", cluster: { server: `https://127.0.0.1:${port}`, "certificate-authority": "ca.crt" } }],
    users: [user("admin"), user("nobody")],
    contexts: [context("admin"), context("nobody")],
    "current-context": "admin",
  };
  writeFileSync(path, JSON.stringify(config));
  return path;
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

function ready(folder: string, port: number): Promise<boolean> {
  const file = (name: string): Buffer => readFileSync(join(folder, name));
  return new Promise((resolve) => {
    const options = { ca: file("ca.crt"), cert: file("admin.crt"), key: file("admin.key"), timeout: 2000 };
    const asked = request(`https://127.0.0.1:${port}/readyz`, options, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    asked.on("error", () => {
      resolve(false);
    });
    asked.end();
  });
}

function ended(process: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    process.once("exit", () => {
      resolve();
    });
    process.kill(signal);
  });
}

export async function startCluster(): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), "ctv-cluster-"));
  certificates(folder);
  const [client, peer, port] = [await freePort(), await freePort(), await freePort()];
  const url = (number: number): string => `http://127.0.0.1:${number}`;
  const etcdFlags = [
    `--data-dir=${join(folder, "etcd")}`,
    `--listen-client-urls=${url(client)}`,
    `--advertise-client-urls=${url(client)}`,
    `--listen-peer-urls=${url(peer)}`,
    `--initial-advertise-peer-urls=${url(peer)}`,
    `--initial-cluster=default=${url(peer)}`,
  ];
  const etcd = spawn("etcd", etcdFlags, { stdio: "ignore" });
  const log = openSync(join(folder, "kube-apiserver.log"), "a");
  const start = (): ChildProcess =>
    spawn(
      program,
      [
        `--etcd-servers=${url(client)}`,
        "--bind-address=127.0.0.1",
        `--secure-port=${port}`,
        `--cert-dir=${folder}`,
        `--tls-cert-file=${join(folder, "server.crt")}`,
        `--tls-private-key-file=${join(folder, "server.key")}`,
        `--client-ca-file=${join(folder, "ca.crt")}`,
        `--service-account-key-file=${join(folder, "accounts.key")}`,
        `--service-account-signing-key-file=${join(folder, "accounts.key")}`,
        "--service-account-issuer=https://kubernetes.default.svc",
        "--service-cluster-ip-range=10.254.0.0/24",
        "--authorization-mode=RBAC",
        "--disable-admission-plugins=ServiceAccount",
      ],
      { stdio: ["ignore", "ignore", log] },
    );
  let server = start();
  const untilReady = async (): Promise<void> => {
    for (let tries = 0; tries < 600; tries++) {
      if (await ready(folder, port)) return;
      if (server.exitCode !== null) throw new Error(`kube-apiserver ended with ${server.exitCode}`);
      await pause(200);
    }
    throw new Error("kube-apiserver did not become ready within two minutes");
  };
  await untilReady();
  return {
    kubeconfig: kubeconfig(folder, port),
    kill: () => ended(server, "SIGKILL"),
    restart: async () => {
      server = start();
      await untilReady();
    },
    stop: async () => {
      await ended(server, "SIGKILL");
      await ended(etcd, "SIGKILL");
      closeSync(log);
      if (process.env.CTV_CLUSTER_KEEP !== "1") rmSync(folder, { recursive: true, force: true });
    },
  };
}
