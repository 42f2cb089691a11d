/**
 * The report for programs. The shape is stable within a `version`: fields may be added, none is taken away or changes meaning.
 * Lines and columns count from 1, columns in UTF-16 code units; `end` is just past the last character.
 */
import type { Span } from "../../grammar/span.js";
import { fails, locate } from "./report.js";
import type { Report } from "./report.js";

export const jsonVersion = 1;

/** A plain value, so that verbs can put it beside their own result. */
export function jsonFindings(report: Report) {
  const place = (span: Span) => {
    const { file, start, end } = locate(report, span);
    return { file, range: { start, end } };
  };
  return report.diagnostics.map((diagnostic) => ({
    code: diagnostic.code,
    severity: diagnostic.severity,
    fails: fails(diagnostic, report.failLevel),
    message: diagnostic.message,
    ...place(diagnostic.span),
    related: diagnostic.related.map((related) => ({ message: related.message, ...place(related.span) })),
    help: diagnostic.help,
    target: diagnostic.target,
    rule: diagnostic.rule,
    flow: diagnostic.flow,
    fixes: diagnostic.fixes.map((fix) => ({
      title: fix.title,
      safe: fix.safe,
      edits: fix.edits.map((edit) => ({ ...place(edit.span), text: edit.text })),
    })),
  }));
}

export function jsonReport(report: Report): string {
  const count = (severity: string) => report.diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
  const document = {
    version: jsonVersion,
    command: report.verb,
    summary: { errors: count("error"), warnings: count("warning"), notes: count("note") },
    findings: jsonFindings(report),
    result: report.result,
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
