/**
 * Annotations on a pull request, as workflow commands of GitHub Actions:
 * https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 */
import { hasPlace, locate, messageLines } from "./report.js";
import type { Report } from "./report.js";

const levels = { error: "error", warning: "warning", note: "notice" } as const;

export function githubReport(report: Report): string {
  return report.diagnostics
    .map((diagnostic) => {
      const { file, start, end } = locate(report, diagnostic.span);
      // Columns are for a range within one line; GitHub refuses them on longer ones.
      const columns: readonly [string, number][] =
        start.line === end.line
          ? [
              ["col", start.column],
              ["endColumn", Math.max(start.column, end.column - 1)],
            ]
          : [];
      const place: readonly [string, string | number][] = hasPlace(report, diagnostic.span)
        ? [["file", file], ["line", start.line], ["endLine", end.line], ...columns]
        : [];
      const properties: readonly [string, string | number][] = [...place, ["title", diagnostic.code]];
      const fields = properties.map(([name, value]) => `${name}=${escapeProperty(String(value))}`).join(",");
      return `::${levels[diagnostic.severity]} ${fields}::${escapeData(messageLines(diagnostic).join("\n"))}\n`;
    })
    .join("");
}

/** As the runner's own toolkit does (actions/toolkit, packages/core/src/command.ts). */
function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
