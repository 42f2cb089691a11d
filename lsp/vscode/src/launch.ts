/** Which program the language server is, asked anew at each start: a restart follows the settings. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import * as vscode from "vscode";

/** Starts the server on its standard streams. Rejects with what to do about it where the program of `ctv.server.path` cannot be started. */
export async function launchServer(context: vscode.ExtensionContext): Promise<ChildProcess> {
  const path = vscode.workspace.getConfiguration("ctv").get<string>("server.path", "");
  const server =
    path === ""
      ? // The desktop's own program is Electron, which is Node only when it is told to be.
        spawn(process.execPath, [context.asAbsolutePath("out/ctv-lsp.cjs"), "--stdio"], { env: { ...process.env, ELECTRON_RUN_AS_NODE: "1" } })
      : spawn(path, ["lsp", "--stdio"]);
  try {
    await once(server, "spawn");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(path === "" ? reason : `${path} cannot be started (${reason}). The setting ctv.server.path names it.`);
  }
  return server;
}
