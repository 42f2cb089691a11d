/** `ctv check`: everything the compiler has to say, and nothing written. */
import { exitCodes } from "../exit.js";
import { failLevel, failLevelOption, flag, format, formatOption } from "../options.js";
import { loadProject, projectOptions } from "../project.js";
import { emitReport } from "../report/emit.js";
import { fails, inOrder } from "../report/report.js";
import type { Call, Verb } from "../verb.js";
import { watchAndRun, watchOption } from "../watch.js";
import type { WatchedRun } from "../watch.js";

export const check: Verb = {
  argument: { syntax: "[paths...]", description: "files, folders, or - for standard input; default: the project around this folder" },
  options: [...projectOptions, formatOption, failLevelOption, watchOption],
  examples: ["ctv check", "ctv check policy --fail-level warning", "ctv check --env production --format sarif > ctv.sarif"],
  run: (call) => (flag(call.options, "watch") ? watchAndRun(call, () => once(call)) : Promise.resolve(once(call).code)),
};

function once({ words, options, terminal }: Call): WatchedRun {
  const loaded = loadProject(words, options, terminal);
  const level = failLevel(options);
  const diagnostics = inOrder(loaded.diagnostics);
  emitReport(terminal, { verb: "check", diagnostics, sources: loaded.sources, failLevel: level }, format(options));
  const failed = diagnostics.some((diagnostic) => fails(diagnostic, level));
  return { code: failed ? exitCodes.findings : exitCodes.fine, files: loaded.paths };
}
