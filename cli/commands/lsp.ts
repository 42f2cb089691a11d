/** `ctv lsp`: a language server for one editor, on the streams or the channel that the editor started it with. */
import { exitCodes, Refusal } from "../exit.js";
import { flag } from "../options.js";
import type { Verb } from "../verb.js";

export const lsp: Verb = {
  options: [
    { flags: "--stdio", description: "speak over standard input and output (the default)" },
    { flags: "--node-ipc", description: "speak over the channel of a parent process that runs on Node" },
    { flags: "--clientProcessId <id>", description: "the editor's process: the server ends with it" },
  ],
  examples: ["ctv lsp --stdio"],
  run: async ({ options }) => {
    if (flag(options, "stdio") && flag(options, "nodeIpc")) throw new Refusal("--stdio and --node-ipc exclude each other");
    if (flag(options, "nodeIpc") && process.send === undefined) {
      throw new Refusal("--node-ipc needs a parent process with a channel", "editors that run no Node start `ctv lsp --stdio`");
    }
    const { startServer } = await import("../../lsp/server.js");
    startServer();
    // The session keeps the process alive, and ends it.
    return exitCodes.fine;
  },
};
