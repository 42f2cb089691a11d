/**
 * The report for people: each finding with the place it points at, what else is involved, and what to do.
 */
import { createColors } from "picocolors";
import type { Diagnostic, Fix, Severity } from "../../compiler/diagnostics/diagnostic.js";
import { printable } from "./columns.js";
import { excerpt, marginWidth } from "./excerpt.js";
import type { Mark, Paint } from "./excerpt.js";
import { hasPlace, locate, tally } from "./report.js";
import type { Report, Source } from "./report.js";

/** Findings shown at most: nobody reads on, and a file that is no policy at all has one in each line. */
const most = 100;

/** Ends in a newline; empty when there is nothing to say. */
export function prettyReport(report: Report, colour: boolean): string {
  const { diagnostics } = report;
  if (diagnostics.length === 0) return "";
  const blocks = diagnostics.slice(0, most).map((diagnostic) => prettyDiagnostic(report, diagnostic, colour));
  const more = diagnostics.length > most ? [`… and ${diagnostics.length - most} more (\`--format json\` lists them all)\n`] : [];
  return [...blocks, ...more, `${tally(diagnostics)}\n`].join("\n");
}

function prettyDiagnostic(report: Report, diagnostic: Diagnostic, colour: boolean): string {
  const colours = createColors(colour);
  const tone = { error: colours.red, warning: colours.yellow, note: colours.cyan }[diagnostic.severity];
  const paint: Paint = { margin: colours.blue, primary: tone, secondary: colours.blue };
  const head = `${colours.bold(tone(`${diagnostic.severity}[${diagnostic.code}]`))}${colours.bold(`: ${prose(diagnostic.message, "  ")}`)}`;
  const marks = groupByFile(diagnostic);
  const sources = marks.map((group) => ({ ...group, source: report.sources.get(group.file) }));
  const width = Math.max(1, ...sources.map((group) => (group.source === undefined ? 1 : marginWidth(group.source, group.marks))));
  const indent = " ".repeat(width);
  const excerpts = sources.flatMap((group, index) => {
    const { file, start } = locate(report, group.marks[0].span);
    const arrow = `${indent}${paint.margin(index === 0 ? "-->" : ":::")} ${file}:${start.line}:${start.column}`;
    if (!hasPlace(report, group.marks[0].span)) return [];
    return [arrow, ...sourceLines(group.source, group.marks, width, paint)];
  });
  const continued = " ".repeat(width + 9);
  const notes = [
    ...(diagnostic.flow === undefined ? [] : [`flow: ${prose(diagnostic.flow, continued)}`]),
    ...(diagnostic.help === undefined ? [] : [`help: ${prose(diagnostic.help, continued)}`]),
    ...diagnostic.fixes.map((fix) => `fix: ${describeFix(fix)}`),
  ].map((note) => `${indent} ${paint.margin("=")} ${note}`);
  return `${[head, ...excerpts, ...(notes.length === 0 ? [] : [`${indent} ${paint.margin("|")}`, ...notes])].join("\n")}\n`;
}

function sourceLines(source: Source | undefined, marks: readonly Mark[], width: number, paint: Paint): readonly string[] {
  return source === undefined ? [] : excerpt(source, marks, width, paint);
}

/** The file of the finding first, with everything that points into it; then the other files in the order of their mention. */
function groupByFile(diagnostic: Diagnostic): readonly { readonly file: string; readonly marks: readonly Mark[] }[] {
  const groups = new Map<string, Mark[]>([[diagnostic.span.file, [{ span: diagnostic.span, primary: true }]]]);
  for (const related of diagnostic.related) {
    const mark = { span: related.span, label: printable(related.message), primary: false };
    const group = groups.get(related.span.file);
    if (group === undefined) groups.set(related.span.file, [mark]);
    else group.push(mark);
  }
  return [...groups].map(([file, marks]) => ({ file, marks }));
}

/** Text for people, which may have several lines: those after the first are indented. */
function prose(text: string, indent: string): string {
  return text
    .split("\n")
    .map((line, index) => (index === 0 ? "" : indent) + printable(line))
    .join("\n");
}

/** The title, and what is put in where that is short and the title does not say it already. */
function describeFix(fix: Fix): string {
  const text = fix.edits.length === 1 ? fix.edits[0].text.trim() : "";
  const shows = text !== "" && text.length <= 60 && !text.includes("\n") && !fix.title.includes(text);
  return printable(shows ? `${fix.title}: ${text}` : fix.title);
}

/** How a severity looks as a word on its own. */
export function severityWord(severity: Severity, colour: boolean): string {
  const colours = createColors(colour);
  return { error: colours.red, warning: colours.yellow, note: colours.cyan }[severity](severity);
}
