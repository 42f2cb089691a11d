/** docs/lsp.md names every message of the protocol and says which are done: held against a running server. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, expect, it } from "@jest/globals";
import type * as Node from "vscode-languageserver/node";
import * as own from "../../lsp/protocol.js";
import { lensCommands } from "../../lsp/features/lenses.js";
import { command, ensureBuilt } from "../cli/support/built.js";

const protocol: typeof Node = createRequire(import.meta.url)("vscode-languageserver/node");
const documentation = readFileSync("docs/lsp.md", "utf8");

/** The methods in a part of the document, each with the second cell of its row. */
function rows(part: string): ReadonlyMap<string, string> {
  return new Map([...part.matchAll(/^\| `([^`]+)` \| ([^|]*) \|/gm)].map(([, method, cell]) => [method, cell]));
}

const [protocolPart, ownPart] = documentation.split("## Beyond the protocol");
const documented = rows(protocolPart);

interface Message {
  readonly method: string;
  readonly messageDirection: string;
  readonly isRequest: boolean;
}

/** The protocol as the library knows it: its messages are values with a method and a direction. */
const messages: readonly Message[] = Object.entries(protocol).flatMap(([name, value]: [string, unknown]) => {
  if (typeof value !== "object" || value === null || !("method" in value) || !("messageDirection" in value)) return [];
  const { method, messageDirection } = value;
  return typeof method === "string" && typeof messageDirection === "string"
    ? [{ method, messageDirection, isRequest: name.endsWith("Request") }]
    : [];
});

/** Asks the built server for each method, with nothing to work on, and keeps those that it does not know. */
async function unknownMethods(methods: readonly string[]): Promise<readonly string[]> {
  const child = spawn(process.execPath, [command, "lsp", "--stdio"], { stdio: ["pipe", "pipe", "inherit"] });
  const connection = protocol.createMessageConnection(new protocol.StreamMessageReader(child.stdout), new protocol.StreamMessageWriter(child.stdin));
  connection.listen();
  await connection.sendRequest("initialize", { processId: process.pid, rootUri: null, capabilities: {} });
  const unknown: string[] = [];
  for (const method of methods) {
    await connection.sendRequest(method, { textDocument: { uri: "untitled:none" }, files: [], previousResultIds: [] }).catch((error: unknown) => {
      if (error instanceof protocol.ResponseError && error.code === protocol.ErrorCodes.MethodNotFound) unknown.push(method);
    });
  }
  await connection.sendRequest("shutdown");
  await connection.sendNotification("exit");
  connection.dispose();
  return unknown;
}

describe("docs/lsp.md", () => {
  it("names every message of the protocol once, and no other", () => {
    const listed = [...protocolPart.matchAll(/^\| `([^`]+)`/gm)].map(([, method]) => method).filter((method) => !method.startsWith("$/"));
    expect(listed.sort()).toEqual(messages.map(({ method }) => method).sort());
  });

  it("says yes or no of each, and why not", () => {
    expect([...new Set(documented.values())].sort()).toEqual(["no", "yes"]);
    const reasons = [...protocolPart.matchAll(/^\| `([^`]+)` \| no \| (.*) \|$/gm)];
    expect(reasons.filter(([, , reason]) => reason.trim() === "")).toEqual([]);
    expect(reasons).toHaveLength([...documented.values()].filter((done) => done === "no").length);
  });

  it("says of each request that a client may send what the server does", async () => {
    ensureBuilt();
    const requests = messages
      .filter(({ messageDirection, isRequest }) => isRequest && messageDirection !== "serverToClient")
      .map(({ method }) => method)
      .filter((method) => method !== "initialize" && method !== "shutdown");
    expect(await unknownMethods(requests)).toEqual(requests.filter((method) => documented.get(method) === "no"));
  });

  it("names what the server and its clients say beyond the protocol", () => {
    const listed = [...rows(ownPart).keys()].filter((name) => name.startsWith("ctv/"));
    expect(listed.sort()).toEqual(Object.values(own).sort());
    for (const name of Object.values(lensCommands)) expect(ownPart).toContain(`\`${name}\``);
  });
});
