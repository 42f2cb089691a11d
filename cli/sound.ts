/** For verbs that ask about meaning: the policy of a project without errors, or its errors shown. */
import { isSound } from "../compiler/compile.js";
import type { Universe } from "../compiler/policy/universe.js";
import type { LoadedProject } from "./project.js";
import { emitReport } from "./report/emit.js";
import { inOrder } from "./report/report.js";
import type { Format } from "./report/report.js";
import type { Terminal } from "./terminal.js";

/** The universe, or nothing after the findings were reported: the verb then ends with `exitCodes.findings`. */
export function soundUniverse(verb: string, loaded: LoadedProject, terminal: Terminal, format: Format = "pretty"): Universe | undefined {
  const { universe } = loaded.checked;
  const errors = loaded.diagnostics.some((diagnostic) => diagnostic.severity === "error");
  if (universe !== undefined && isSound(loaded.checked) && !errors) return universe;
  emitReport(terminal, { verb, diagnostics: inOrder(loaded.diagnostics), sources: loaded.sources, failLevel: "error" }, format);
  return undefined;
}
