import { fork, spawnSync } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "@jest/globals";
import { command, ensureBuilt } from "../cli/support/built.js";

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

  it("says why there is no channel, where it was not started with one", () => {
    const { status, stderr } = spawnSync(process.execPath, [command, "lsp", "--node-ipc"], { encoding: "utf8", input: "" });
    expect([status, stderr]).toEqual([2, expect.stringContaining("--node-ipc needs a parent process with a channel")]);
  });

  it("ends when the editor goes away without a word", () => {
    const { status, stderr } = spawnSync(process.execPath, [command, "lsp", "--stdio"], { encoding: "utf8", input: "" });
    expect([status, stderr]).toEqual([1, ""]);
  });
});
