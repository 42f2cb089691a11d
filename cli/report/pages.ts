/** The documentation of the catalogue: `docs/diagnostics/`, a page a code and an index. */
import type { Definition } from "../../compiler/diagnostics/diagnostic.js";

const areas: readonly { readonly prefix: string; readonly title: string }[] = [
  { prefix: "CTV1", title: "Syntax" },
  { prefix: "CTV2", title: "Names" },
  { prefix: "CTV3", title: "Values and addressing" },
  { prefix: "CTV4", title: "Policy logic" },
  { prefix: "CTV5", title: "What a target cannot say" },
  { prefix: "CTV6", title: "Tests" },
  { prefix: "CTV7", title: "Kubernetes manifests" },
];

/** Text of each page by its file name. */
export function diagnosticPages(catalogue: readonly Definition[]): ReadonlyMap<string, string> {
  return new Map([["README.md", index(catalogue)], ...catalogue.map((definition): [string, string] => [`${definition.code}.md`, page(definition)])]);
}

/** Whether a fix is the example mended rather than words. */
export function isSourceText(fix: string): boolean {
  return /^\s*(?:\/\/\/?\s|(?:tenant|policy|group|network|import|param|service|set|external|allow|deny|test|fabric|qos|default|loadbalancer|bgp|aci)\b.*[{}=:>"])/.test(
    fix,
  );
}

function page(definition: Definition): string {
  const { code, severity, title, explanation, example, fix } = definition;
  return [
    `# ${code}: ${title}`,
    `Severity: ${severity}`,
    explanation.trim(),
    "## Example",
    fenced(example),
    "## What to do",
    fixMarkdown(fix),
    "[All codes](README.md)",
  ]
    .join("\n\n")
    .concat("\n");
}

/** What to do, as Markdown: words, or the example mended. */
export function fixMarkdown(fix: string): string {
  return isSourceText(fix) ? fenced(fix) : fix.trim();
}

/** An example as a block of Markdown. */
export function fenced(text: string): string {
  const language = /^# file: \S+\.(?:ya?ml|json)\n/.test(text) ? "yaml" : "ctv";
  return `\`\`\`${language}\n${text.replace(/^\n+|\s+$/g, "")}\n\`\`\``;
}

function index(catalogue: readonly Definition[]): string {
  const sections = areas.flatMap(({ prefix, title }) => {
    const rows = catalogue.filter((definition) => definition.code.startsWith(prefix));
    if (rows.length === 0) return [];
    const lines = rows.map((row) => `| [${row.code}](${row.code}.md) | ${row.severity} | ${row.title.replaceAll("|", "\\|")} |`);
    return [`## ${title}`, ["| code | severity | |", "| --- | --- | --- |", ...lines].join("\n")];
  });
  return [
    "# Diagnostics",
    "What the compiler finds, by code. `ctv explain CODE` prints the same page. A project file can raise, lower or silence a code; " +
      "`// ctv-ignore CODE: reason` silences it on one line.",
    ...sections,
  ]
    .join("\n\n")
    .concat("\n");
}
