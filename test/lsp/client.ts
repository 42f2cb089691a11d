/** A language client without an editor: the real server in a process of its own, spoken to over its standard streams. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { buildSync } from "esbuild";
import type * as Node from "vscode-languageserver/node";
import type { ClientCapabilities, Diagnostic, InitializeResult, MessageConnection, PublishDiagnosticsParams } from "vscode-languageserver/node";

const { CancellationTokenSource, createMessageConnection, StreamMessageReader, StreamMessageWriter }: typeof Node = createRequire(import.meta.url)(
  "vscode-languageserver/node",
);

/** The server as one file, made for these tests. */
export function buildServer(): string {
  const folder = mkdtempSync(join(tmpdir(), "ctv-lsp-"));
  const outfile = join(folder, "server.cjs");
  buildSync({
    stdin: { contents: 'import { startServer } from "./lsp/server.js";\nstartServer();\n', resolveDir: resolve("."), loader: "ts" },
    bundle: true,
    platform: "node",
    format: "cjs",
    outfile,
    logLevel: "error",
  });
  return outfile;
}

export interface Client {
  readonly process: ChildProcess;
  /** What the server said that it can do. */
  readonly initialized: InitializeResult;
  readonly request: <Result>(method: string, params: unknown) => Promise<Result>;
  /** The request, and how to take it back. */
  readonly ask: <Result>(method: string, params: unknown) => { readonly answer: Promise<Result>; readonly takeBack: () => void };
  readonly notify: (method: string, params: unknown) => void;
  /** The next findings that are sent for the document. */
  readonly pushed: (uri: string) => Promise<PublishDiagnosticsParams>;
  /** What the server did besides answering: methods of its requests and notifications, with their params, in order. */
  readonly heard: readonly { readonly method: string; readonly params: unknown }[];
  /** Resolves when the server has called this method, so often. */
  readonly called: (method: string, times?: number) => Promise<void>;
  /** What the server wrote to its log. */
  readonly log: readonly string[];
  readonly stop: () => Promise<number | null>;
}

/** `server` is a script and its first words; `options` are the client's own, at the start of the session. */
export async function startClient(
  server: string | readonly string[],
  folders: string | readonly string[],
  capabilities: ClientCapabilities,
  options?: unknown,
): Promise<Client> {
  const child = spawn(process.execPath, [...[server].flat(), "--stdio"], { stdio: ["pipe", "pipe", "pipe"] });
  const connection: MessageConnection = createMessageConnection(new StreamMessageReader(child.stdout), new StreamMessageWriter(child.stdin));
  const log: string[] = [];
  const waiting: { readonly uri: string; readonly take: (params: PublishDiagnosticsParams) => void }[] = [];
  child.stderr.on("data", (data: Buffer) => log.push(data.toString()));
  connection.onNotification("window/logMessage", ({ message }: { readonly message: string }) => {
    log.push(message);
  });
  connection.onNotification("textDocument/publishDiagnostics", (params: PublishDiagnosticsParams) => {
    const at = waiting.findIndex(({ uri }) => uri === params.uri);
    if (at !== -1) waiting.splice(at, 1)[0].take(params);
  });
  const heard: { readonly method: string; readonly params: unknown }[] = [];
  const hopes = new Set<() => void>();
  const hear = (method: string, params: unknown): void => {
    heard.push({ method, params });
    for (const hope of hopes) hope();
  };
  connection.onRequest((method, params) => {
    hear(method, params);
    return null;
  });
  connection.onNotification((method, params) => {
    hear(method, params);
  });
  connection.onUnhandledProgress(({ token, value }) => {
    hear("$/progress", { token, value });
  });
  connection.listen();
  const workspaceFolders = [folders].flat().map((uri) => ({ uri, name: uri.split("/").at(-1) }));
  const request = <Result>(method: string, params: unknown): Promise<Result> => connection.sendRequest<Result>(method, params);
  const initialized = await request<InitializeResult>("initialize", {
    processId: process.pid,
    rootUri: null,
    workspaceFolders,
    capabilities,
    initializationOptions: options,
  });
  void connection.sendNotification("initialized", {});
  return {
    process: child,
    initialized,
    request,
    ask: <Result>(method: string, params: unknown) => {
      const source = new CancellationTokenSource();
      return {
        answer: connection.sendRequest<Result>(method, params, source.token),
        takeBack: () => {
          source.cancel();
        },
      };
    },
    heard,
    called: (method, times = 1) =>
      new Promise((resolve, reject) => {
        const late = setTimeout(() => {
          reject(new Error(`the server has not called ${method}`));
        }, patience);
        const hope = (): void => {
          if (heard.filter((call) => call.method === method).length < times) return;
          clearTimeout(late);
          hopes.delete(hope);
          resolve();
        };
        hopes.add(hope);
        hope();
      }),
    notify: (method, params) => void connection.sendNotification(method, params),
    pushed: (uri) => new Promise((take) => waiting.push({ uri, take })),
    log,
    stop: async () => {
      const ended = new Promise<number | null>((take) => child.once("exit", take));
      await connection.sendRequest("shutdown");
      await connection.sendNotification("exit");
      return ended;
    },
  };
}

/** Longer than a loaded machine takes for anything that these tests wait for, in milliseconds. */
const patience = 20_000;

export type Report =
  | { readonly kind: "full"; readonly resultId: string; readonly items: readonly Diagnostic[] }
  | { readonly kind: "unchanged"; readonly resultId: string };
