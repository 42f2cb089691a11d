/** Compiles small projects from memory or from a fixture folder, and writes what was found as text for golden files. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { check, isSound, settleTargets } from "../../compiler/compile.js";
import { inOrder } from "../../compiler/diagnostics/order.js";
import type { Checked, ProjectInput } from "../../compiler/compile.js";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.js";
import { globMatcher } from "../../compiler/source/glob.js";
import { paramsOf, readProject } from "../../compiler/source/project.js";
import type { TargetOptions } from "../../compiler/source/project.js";
import { targets } from "../../compiler/target/index.js";
import { lineMap, positionAt } from "../../grammar/span.js";
import type { Span } from "../../grammar/span.js";

const PROJECT = "ctv.yaml";

export type Texts = Readonly<Record<string, string>>;

/** Checks files from memory; `main.ctv`, or every file where there is none, is where it starts. */
export function checkTexts(texts: Texts, more: Partial<ProjectInput> = {}): Checked {
  const sources = Object.keys(texts).filter((id) => id.endsWith(".ctv"));
  const entries = sources.includes("main.ctv") ? ["main.ctv"] : sources;
  return check({ entries, known: sources, read: (id) => (Object.hasOwn(texts, id) ? { text: texts[id] } : undefined), ...more });
}

export function codesOf(checked: { readonly diagnostics: readonly Diagnostic[] }): readonly string[] {
  return checked.diagnostics.map((diagnostic) => diagnostic.code);
}

/**
 * Compiles a project as the command does: the project file is read where there is one, and what the targets find that it (or
 * `given`) names is found too.
 */
export function diagnose(texts: Texts, given?: TargetOptions): { readonly diagnostics: readonly Diagnostic[]; readonly checked: Checked } {
  const projectText = texts[PROJECT];
  const read = projectText === undefined ? undefined : readProject(PROJECT, projectText);
  const project = read?.project;
  const matchers = project?.sources.map(({ value }) => globMatcher(value)) ?? [];
  const entries = Object.keys(texts).filter((id) => matchers.some((matches) => matches(id)));
  const environment = project === undefined ? undefined : [...project.environments.keys()].at(0);
  const checked = checkTexts(
    texts,
    project === undefined
      ? {}
      : {
          params: paramsOf(project, environment, new Map()),
          surroundings: project.surroundings,
          settings: project.settings,
          ...(entries.length === 0 ? {} : { entries }),
        },
  );
  const own = [...(read?.diagnostics ?? []), ...checked.diagnostics];
  const { universe } = checked;
  if (universe === undefined || !isSound(checked)) return { diagnostics: own, checked };
  const options = given ?? project?.targets ?? {};
  const asked = targets.filter((target) => options[target.name] !== undefined);
  const found = asked.flatMap((target) => target.emit(universe, { options }).diagnostics);
  const names = asked.map((target) => target.name);
  return { diagnostics: inOrder([...own, ...settleTargets(checked, found, names, project?.settings)]), checked };
}

/** The files that an example of the catalogue stands for: `// file: NAME` and `# file: NAME` begin another one. */
export function exampleTexts(example: string): Texts {
  const parts = example.split(/^(?:\/\/|#) file: (\S+)\n/m);
  const texts: Record<string, string> = parts[0].trim() === "" && parts.length > 1 ? {} : { "main.ctv": parts[0] };
  for (let at = 1; at + 1 < parts.length; at += 2) texts[parts[at]] = parts[at + 1];
  return texts;
}

/** Every file of a folder, by path from it. */
export function readTexts(folder: string): Texts {
  const texts: Record<string, string> = {};
  const walk = (at: string, prefix: string): void => {
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      if (entry.isDirectory()) walk(join(at, entry.name), `${prefix}${entry.name}/`);
      else texts[`${prefix}${entry.name}`] = readFileSync(join(at, entry.name), "utf8");
    }
  };
  if (existsSync(folder)) walk(folder, "");
  return texts;
}

/** Findings as text: place, severity, code, message; then related places, help and fixes, indented. */
export function renderDiagnostics(diagnostics: readonly Diagnostic[], texts: Texts): string {
  const maps = new Map(Object.entries(texts).map(([id, text]) => [id, lineMap(text)] as const));
  const place = (span: Span): string => {
    const lines = maps.get(span.file);
    if (lines === undefined) return span.file;
    const { line, column } = positionAt(lines, span.start);
    return `${span.file}:${line}:${column}`;
  };
  return diagnostics
    .map((diagnostic) =>
      [
        `${place(diagnostic.span)}: ${diagnostic.severity} ${diagnostic.code}: ${diagnostic.message}`,
        ...diagnostic.related.map((related) => `  ${place(related.span)}: ${related.message}`),
        ...(diagnostic.flow === undefined ? [] : [`  flow: ${diagnostic.flow}`]),
        ...(diagnostic.help === undefined ? [] : [`  help: ${diagnostic.help}`]),
        ...diagnostic.fixes.map((fix) => `  fix${fix.safe ? "" : " (look first)"}: ${fix.title}`),
      ].join("\n"),
    )
    .map((text) => `${text}\n`)
    .join("");
}
