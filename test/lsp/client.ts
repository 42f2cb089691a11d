/** A language client without an editor: the real server in a process of its own, spoken to over its standard streams. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { buildSync } from "esbuild";
import type * as Node from "vscode-languageserver/node";
import type { ClientCapabilities, Diagnostic, MessageConnection, PublishDiagnosticsParams } from "vscode-languageserver/node";

const { createMessageConnection, StreamMessageReader, StreamMessageWriter }: typeof Node = createRequire(import.meta.url)(
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
  readonly request: <Result>(method: string, params: unknown) => Promise<Result>;
  readonly notify: (method: string, params: unknown) => void;
  /** The next findings that are sent for the document. */
  readonly pushed: (uri: string) => Promise<PublishDiagnosticsParams>;
  /** What the server wrote to its log. */
  readonly log: readonly string[];
  readonly stop: () => Promise<number | null>;
}

export async function startClient(server: string, folder: string, capabilities: ClientCapabilities): Promise<Client> {
  const child = spawn(process.execPath, [server, "--stdio"], { stdio: ["pipe", "pipe", "pipe"] });
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
  connection.onRequest("client/registerCapability", () => null);
  connection.onRequest("workspace/diagnostic/refresh", () => null);
  connection.onRequest("window/workDoneProgress/create", () => null);
  connection.listen();
  const request = <Result>(method: string, params: unknown): Promise<Result> => connection.sendRequest<Result>(method, params);
  await request("initialize", { processId: process.pid, rootUri: null, workspaceFolders: [{ uri: folder, name: "fixture" }], capabilities });
  void connection.sendNotification("initialized", {});
  return {
    process: child,
    request,
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

export type Report =
  | { readonly kind: "full"; readonly resultId: string; readonly items: readonly Diagnostic[] }
  | { readonly kind: "unchanged"; readonly resultId: string };
