/** An editor for benchmarks: the shipped command as a language server in a process of its own, and what it is told and asked. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type * as Node from "vscode-languageserver/node";
import type { MessageConnection, PublishDiagnosticsParams } from "vscode-languageserver/node";

const { createMessageConnection, StreamMessageReader, StreamMessageWriter }: typeof Node = createRequire(import.meta.url)(
  "vscode-languageserver/node",
);

export interface Place {
  readonly line: number;
  readonly character: number;
}

export interface Editor {
  readonly open: (file: string) => void;
  /** Replaces what stands from one place to another, and says which version of the text that makes. */
  readonly edit: (file: string, start: Place, end: Place, text: string) => number;
  /** Resolves when findings about this version of the file have come. */
  readonly findings: (file: string, version: number) => Promise<PublishDiagnosticsParams>;
  readonly ask: <Result>(method: string, file: string, params: object) => Promise<Result>;
  /** The server's memory now and at its highest, in MiB; nothing where the system does not tell. */
  readonly memory: () => { readonly now: number; readonly highest: number } | undefined;
  /** How long the server's main thread has run on a processor, in milliseconds: what other processes take is not in it. Nothing where the system does not tell. */
  readonly processorTime: () => number | undefined;
  readonly stop: () => Promise<void>;
}

/** Writes the files into the folder. */
export function writeProject(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

/** Starts a server on the folder. It is one that is sent findings and does not ask for them: then the server alone decides when they come. */
export async function startEditor(folder: string): Promise<Editor> {
  const child: ChildProcess = spawn(process.execPath, [resolve("dist/ctv.cjs"), "lsp", "--stdio"], { stdio: ["pipe", "pipe", "inherit"] });
  if (child.stdout === null || child.stdin === null) throw new Error("the server has no streams");
  const connection: MessageConnection = createMessageConnection(new StreamMessageReader(child.stdout), new StreamMessageWriter(child.stdin));
  const waiting = new Map<string, (params: PublishDiagnosticsParams) => void>();
  const versions = new Map<string, number>();
  const uriOf = (file: string): string => pathToFileURL(join(folder, file)).href;
  connection.onNotification("textDocument/publishDiagnostics", (params: PublishDiagnosticsParams) => {
    const key = `${params.uri} ${params.version}`;
    waiting.get(key)?.(params);
    waiting.delete(key);
  });
  connection.onNotification("window/logMessage", ({ message }: { readonly message: string }) => {
    process.stderr.write(`server: ${message}\n`);
  });
  connection.onRequest("client/registerCapability", () => null);
  connection.listen();
  await connection.sendRequest("initialize", {
    processId: process.pid,
    rootUri: pathToFileURL(folder).href,
    workspaceFolders: [{ uri: pathToFileURL(folder).href, name: "bench" }],
    capabilities: { textDocument: { completion: { completionList: { itemDefaults: ["editRange"] } } } },
  });
  void connection.sendNotification("initialized", {});
  return {
    open: (file) => {
      versions.set(file, 1);
      const text = readFileSync(join(folder, file), "utf8");
      void connection.sendNotification("textDocument/didOpen", { textDocument: { uri: uriOf(file), languageId: "ctv", version: 1, text } });
    },
    edit: (file, start, end, text) => {
      const version = (versions.get(file) ?? 0) + 1;
      versions.set(file, version);
      const contentChanges = [{ range: { start, end }, text }];
      void connection.sendNotification("textDocument/didChange", { textDocument: { uri: uriOf(file), version }, contentChanges });
      return version;
    },
    findings: (file, version) => new Promise((take) => waiting.set(`${uriOf(file)} ${version}`, take)),
    ask: (method, file, params) => connection.sendRequest(method, { textDocument: { uri: uriOf(file) }, ...params }),
    memory: () => memoryOf(child.pid),
    processorTime: () => processorTimeOf(child.pid),
    stop: async () => {
      const ended = new Promise((take) => child.once("exit", take));
      await connection.sendRequest("shutdown");
      await connection.sendNotification("exit");
      await ended;
    },
  };
}

/** From Linux's /proc, in MiB. */
function memoryOf(id: number | undefined): { readonly now: number; readonly highest: number } | undefined {
  try {
    const status = readFileSync(`/proc/${id}/status`, "utf8");
    const of = (name: string): number => Math.round(Number(new RegExp(`^${name}:\\s*(\\d+) kB`, "m").exec(status)?.[1]) / 1024);
    return { now: of("VmRSS"), highest: of("VmHWM") };
  } catch {
    return undefined;
  }
}

/** From Linux's /proc, where it stands in nanoseconds. */
function processorTimeOf(id: number | undefined): number | undefined {
  try {
    return Number(readFileSync(`/proc/${id}/task/${id}/schedstat`, "utf8").split(" ")[0]) / 1e6;
  } catch {
    return undefined;
  }
}
