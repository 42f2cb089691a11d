/**
 * Shows a report in the form that was asked for. The form for people goes to the stream of findings. A form for programs is
 * what the command was run for, so it goes to the stream of results, unless that has another result to carry.
 */
import { catalogue } from "../../compiler/diagnostics/catalogue.js";
import type { Terminal } from "../terminal.js";
import { wantsColour } from "../terminal.js";
import { version } from "../version.js";
import { githubReport } from "./github.js";
import { jsonReport } from "./json.js";
import { junitReport } from "./junit.js";
import { prettyReport } from "./pretty.js";
import type { Format, Report } from "./report.js";
import { sarifReport } from "./sarif.js";

export function emitReport(terminal: Terminal, report: Report, format: Format, resultsAreTaken = false): void {
  const stream = format === "pretty" || resultsAreTaken ? terminal.err : terminal.out;
  stream.write(render(report, format, wantsColour(terminal, stream)));
}

function render(report: Report, format: Format, colour: boolean): string {
  switch (format) {
    case "pretty":
      return prettyReport(report, colour);
    case "json":
      return jsonReport(report);
    case "sarif":
      return sarifReport(report, { version, definitions: catalogue });
    case "github":
      return githubReport(report);
    case "junit":
      return junitReport(report);
  }
}
