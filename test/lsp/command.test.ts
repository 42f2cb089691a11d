import { fork, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "@jest/globals";
import { generateProject } from "../bench/generate.js";
import { command, ensureBuilt } from "../cli/support/built.js";
import { startClient } from "./client.js";

ensureBuilt();

describe("ctv lsp", () => {
  it("speaks over the channel of a parent on Node, and ends when it is told to", async () => {
    const child = fork(command, ["lsp", "--node-ipc"], { stdio: ["ignore", "ignore", "pipe", "ipc"] });
    const answer = async (id: number): Promise<unknown> => {
      for (;;) {
        const [message]: unknown[] = await once(child, "message");
        if (typeof message === "object" && message !== null && "id" in message && message.id === id) return message;
      }
    };
    child.send({ jsonrpc: "2.0", id: 1, method: "initialize", params: { processId: process.pid, rootUri: null, capabilities: {} } });
    expect(await answer(1)).toMatchObject({ result: { serverInfo: { name: "ctv" }, capabilities: { hoverProvider: true } } });
    child.send({ jsonrpc: "2.0", id: 2, method: "shutdown" });
    await answer(2);
    const ended = once(child, "exit");
    child.send({ jsonrpc: "2.0", method: "exit" });
    expect(await ended).toEqual([0, null]);
  });

  it("makes what targets say of a large project in a thread of the command", async () => {
    const folder = mkdtempSync(join(tmpdir(), "ctv-command-"));
    writeFileSync(join(folder, "ctv.yaml"), "targets: { kubernetes: {} }\n");
    writeFileSync(join(folder, "main.ctv"), generateProject(400));
    const client = await startClient([command, "lsp"], pathToFileURL(folder).href, {});
    const textDocument = { uri: pathToFileURL(join(folder, "main.ctv")).href };
    const known = async (): Promise<boolean> =>
      JSON.stringify(await client.request("textDocument/codeLens", { textDocument })).includes("Kubernetes object");
    for (let tries = 0; tries < 150 && !(await known()); tries++) await new Promise((resolve) => setTimeout(resolve, 100));
    expect([await known(), client.log, await client.stop()]).toEqual([true, [], 0]);
    rmSync(folder, { recursive: true });
  }, 30_000);

  it("says why there is no channel, where it was not started with one", () => {
    const { status, stderr } = spawnSync(process.execPath, [command, "lsp", "--node-ipc"], { encoding: "utf8", input: "" });
    expect([status, stderr]).toEqual([2, expect.stringContaining("--node-ipc needs a parent process with a channel")]);
  });

  it("ends when the editor goes away without a word", () => {
    const { status, stderr } = spawnSync(process.execPath, [command, "lsp", "--stdio"], { encoding: "utf8", input: "" });
    expect([status, stderr]).toEqual([1, ""]);
  });
});
