/**
 * SARIF 2.1.0 (OASIS), which code scanning services take:
 * https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
import type { Definition, Diagnostic, Fix } from "../../compiler/diagnostics/diagnostic.js";
import type { Span } from "../../grammar/span.js";
import { fenced, fixMarkdown } from "./pages.js";
import { hasPlace, locate, messageLines } from "./report.js";
import type { Report } from "./report.js";

export interface SarifTool {
  readonly version: string;
  /** The whole catalogue, in order of code: each is a rule. */
  readonly definitions: readonly Definition[];
}

export function sarifReport(report: Report, tool: SarifTool): string {
  const index = new Map(tool.definitions.map((definition, position) => [definition.code, position]));
  const log = {
    $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "ctv", version: tool.version, rules: tool.definitions.map(rule) } },
        columnKind: "utf16CodeUnits",
        artifacts: [...report.sources.values()].map((source) => ({ location: { uri: uri(source.shown) }, sourceLanguage: "ctv" })),
        results: report.diagnostics.map((diagnostic) => result(report, diagnostic, index.get(diagnostic.code))),
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

function rule(definition: Definition) {
  return {
    id: definition.code,
    shortDescription: { text: definition.title },
    fullDescription: { text: definition.explanation },
    help: {
      text: `${definition.explanation}\n\n${definition.fix}`,
      markdown: [definition.explanation, fenced(definition.example), fixMarkdown(definition.fix)].join("\n\n"),
    },
    defaultConfiguration: { level: definition.severity },
  };
}

function result(report: Report, diagnostic: Diagnostic, ruleIndex: number | undefined) {
  return {
    ruleId: diagnostic.code,
    ...(ruleIndex === undefined ? {} : { ruleIndex }),
    level: diagnostic.severity,
    message: { text: messageLines(diagnostic).join("\n") },
    locations: hasPlace(report, diagnostic.span) ? [location(report, diagnostic.span)] : [],
    ...(diagnostic.related.length === 0
      ? {}
      : {
          relatedLocations: diagnostic.related.map((related, id) => ({ id, message: { text: related.message }, ...location(report, related.span) })),
        }),
    ...(diagnostic.fixes.length === 0 ? {} : { fixes: diagnostic.fixes.map((fix) => sarifFix(report, fix)) }),
    ...(diagnostic.rule === undefined ? {} : { partialFingerprints: { "ctvRule/v1": `${diagnostic.code} ${diagnostic.rule}` } }),
    properties: { target: diagnostic.target, rule: diagnostic.rule, flow: diagnostic.flow },
  };
}

function sarifFix(report: Report, fix: Fix) {
  const files = [...new Set(fix.edits.map((edit) => edit.span.file))];
  return {
    description: { text: fix.title },
    artifactChanges: files.map((file) => ({
      artifactLocation: { uri: uri(report.sources.get(file)?.shown ?? file) },
      replacements: fix.edits
        .filter((edit) => edit.span.file === file)
        .map((edit) => ({ deletedRegion: region(report, edit.span), insertedContent: { text: edit.text } })),
    })),
  };
}

/** Only with a message where it is in no file (SARIF §3.28). */
function location(report: Report, span: Span) {
  if (!hasPlace(report, span)) return {};
  return { physicalLocation: { artifactLocation: { uri: uri(locate(report, span).file) }, region: region(report, span) } };
}

function region(report: Report, span: Span) {
  const { start, end } = locate(report, span);
  return {
    startLine: start.line,
    startColumn: start.column,
    endLine: end.line,
    endColumn: end.column,
    charOffset: span.start,
    charLength: span.end - span.start,
  };
}

/** A relative reference (RFC 3986 §4.2): each part of the path escaped, because `:` and `%` mean something there. */
function uri(path: string): string {
  return path
    .split("/")
    .map((part) => encodeURIComponent(part))
    .join("/");
}
