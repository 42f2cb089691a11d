/** The door of this room: a language server on the channel that the process was started with. */
import { createConnection, ProposedFeatures } from "vscode-languageserver/node";
import type { Connection } from "vscode-languageserver/node";
import { serve } from "./serve.js";
import { answersInThread } from "./targets/thread.js";
import { disk } from "./workspace/disk.js";
import { makeWorkspace } from "./workspace/workspace.js";

/**
 * Serves one editor until it says goodbye: over standard input and output, or over the process channel when started with
 * `--node-ipc`. Returns at once. In a thread that the server has started, answers the server instead.
 */
export function startServer(): void {
  if (answersInThread()) return;
  const overChannel = process.argv.includes("--node-ipc");
  const connection: Connection = overChannel
    ? createConnection(ProposedFeatures.all)
    : createConnection(ProposedFeatures.all, process.stdin, process.stdout);
  serve(connection, makeWorkspace(disk));
  connection.listen();
}
