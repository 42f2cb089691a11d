/** The entry of the command: this process's arguments and streams in, an exit code out. */
import { exitCodes } from "./exit.js";
import { run, unexpected } from "./program.js";
import { processTerminal } from "./terminal.js";

const terminal = processTerminal();

process.on("uncaughtException", (error) => {
  terminal.err.write(unexpected(error, process.env.CTV_DEBUG === "1"));
  process.exit(exitCodes.usage);
});

void run(process.argv.slice(2), terminal).then((code) => {
  process.exitCode = code;
});
