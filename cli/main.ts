/** The entry of the command: this process's arguments and streams in, an exit code out. Second threads of it start here too. */
import { isMainThread } from "node:worker_threads";
import { exitCodes } from "./exit.js";
import { run, unexpected } from "./program.js";
import { processTerminal } from "./terminal.js";

function runCommand(): void {
  const terminal = processTerminal();
  process.on("uncaughtException", (error) => {
    terminal.err.write(unexpected(error, process.env.CTV_DEBUG === "1"));
    process.exit(exitCodes.usage);
  });
  void run(process.argv.slice(2), terminal).then((code) => {
    process.exitCode = code;
  });
}

if (isMainThread) runCommand();
else if (process.argv[2] === "lsp") void import("../lsp/server.js").then(({ startServer }) => startServer());
else void import("./threads/serve.js").then(({ serve }) => serve());
