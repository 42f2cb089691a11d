/**
 * JUnit's XML, which most build servers show as tests: a file is a suite, a finding is a case in it, and a file without
 * findings is one case that passes.
 */
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.js";
import { fails, locate, messageLines } from "./report.js";
import type { Report } from "./report.js";

export interface JunitSuite {
  readonly name: string;
  readonly cases: readonly JunitCase[];
}

export interface JunitCase {
  readonly name: string;
  readonly className: string;
  readonly failure?: { readonly message: string; readonly type: string; readonly text: string };
  /** What is worth reading although the case passes. */
  readonly output?: string;
}

export function junitReport(report: Report): string {
  const ids = [...new Set([...report.sources.keys(), ...report.diagnostics.map(({ span }) => span.file)])];
  const suites = ids.map((id) => {
    const shown = report.sources.get(id)?.shown ?? id;
    const findings = report.diagnostics.filter((diagnostic) => diagnostic.span.file === id);
    const cases = findings.map((diagnostic) => findingCase(report, diagnostic));
    return { name: shown, cases: cases.length > 0 ? cases : [{ name: "no findings", className: shown }] };
  });
  return junitDocument(`ctv ${report.verb}`, suites);
}

function findingCase(report: Report, diagnostic: Diagnostic): JunitCase {
  const { file, start } = locate(report, diagnostic.span);
  const place = `${file}:${start.line}:${start.column}`;
  const text = `${place}: ${diagnostic.severity} ${diagnostic.code}: ${messageLines(diagnostic).join("\n")}`;
  const common = { name: `${diagnostic.code} at ${place}`, className: file };
  if (!fails(diagnostic, report.failLevel)) return { ...common, output: text };
  return { ...common, failure: { message: diagnostic.message, type: diagnostic.code, text } };
}

/** A whole document; also for verbs that have tests of their own to tell of. */
export function junitDocument(name: string, suites: readonly JunitSuite[]): string {
  const count = (cases: readonly JunitCase[]) =>
    `tests="${cases.length}" failures="${cases.filter((one) => one.failure !== undefined).length}" errors="0"`;
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${escapeAttribute(name)}" ${count(suites.flatMap((suite) => suite.cases))}>`,
    ...suites.flatMap((suite) => [
      `  <testsuite name="${escapeAttribute(suite.name)}" ${count(suite.cases)}>`,
      ...suite.cases.flatMap(caseLines),
      "  </testsuite>",
    ]),
    "</testsuites>",
  ];
  return `${lines.join("\n")}\n`;
}

function caseLines(one: JunitCase): readonly string[] {
  const open = `    <testcase name="${escapeAttribute(one.name)}" classname="${escapeAttribute(one.className)}"`;
  if (one.failure !== undefined) {
    const { message, type, text } = one.failure;
    return [
      `${open}>`,
      `      <failure message="${escapeAttribute(message)}" type="${escapeAttribute(type)}">${escapeXml(text)}</failure>`,
      "    </testcase>",
    ];
  }
  if (one.output !== undefined) return [`${open}>`, `      <system-out>${escapeXml(one.output)}</system-out>`, "    </testcase>"];
  return [`${open}/>`];
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\t": "&#9;" };

/** Also takes out what XML 1.0 cannot hold at all (section 2.2, Char). */
function escapeXml(text: string): string {
  return [...text]
    .filter((character) => character >= " " || character === "\n" || character === "\t")
    .join("")
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]|[\ufffe\uffff]/g, "")
    .replace(/[&<>"]/g, (character) => entities[character]);
}

/** In an attribute, a line break that is not escaped is read as a space (section 3.3.3). */
function escapeAttribute(text: string): string {
  return escapeXml(text).replace(/[\n\t]/g, (character) => entities[character]);
}
