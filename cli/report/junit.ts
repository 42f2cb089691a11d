/**
 * JUnit's XML, which most build servers show as tests: a file is a suite, a finding is a case in it, and a file without
 * findings is one case that passes.
 */
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.js";
import { fails, locate } from "./report.js";
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
  const suites = [...report.sources].map(([id, source]) => {
    const findings = report.diagnostics.filter((diagnostic) => diagnostic.span.file === id);
    const cases = findings.map((diagnostic) => findingCase(report, diagnostic));
    return { name: source.shown, cases: cases.length > 0 ? cases : [{ name: "no findings", className: source.shown }] };
  });
  return junitDocument(`ctv ${report.verb}`, suites);
}

function findingCase(report: Report, diagnostic: Diagnostic): JunitCase {
  const { file, start } = locate(report, diagnostic.span);
  const place = `${file}:${start.line}:${start.column}`;
  const text = [
    `${place}: ${diagnostic.severity} ${diagnostic.code}: ${diagnostic.message}`,
    ...(diagnostic.help === undefined ? [] : [diagnostic.help]),
  ].join("\n");
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
    `<testsuites name="${escapeXml(name)}" ${count(suites.flatMap((suite) => suite.cases))}>`,
    ...suites.flatMap((suite) => [
      `  <testsuite name="${escapeXml(suite.name)}" ${count(suite.cases)}>`,
      ...suite.cases.flatMap(caseLines),
      "  </testsuite>",
    ]),
    "</testsuites>",
  ];
  return `${lines.join("\n")}\n`;
}

function caseLines(one: JunitCase): readonly string[] {
  const open = `    <testcase name="${escapeXml(one.name)}" classname="${escapeXml(one.className)}"`;
  if (one.failure !== undefined) {
    const { message, type, text } = one.failure;
    return [`${open}>`, `      <failure message="${escapeXml(message)}" type="${escapeXml(type)}">${escapeXml(text)}</failure>`, "    </testcase>"];
  }
  if (one.output !== undefined) return [`${open}>`, `      <system-out>${escapeXml(one.output)}</system-out>`, "    </testcase>"];
  return [`${open}/>`];
}

/** Also takes out what XML 1.0 cannot hold at all (section 2.2, Char). */
function escapeXml(text: string): string {
  const allowed = [...text].filter((character) => character >= " " || character === "\n" || character === "\t").join("");
  const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;" };
  return allowed
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]|[\ufffe\uffff]/g, "")
    .replace(/[&<>"]/g, (character) => entities[character]);
}
