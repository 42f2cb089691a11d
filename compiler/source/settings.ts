/** How loud findings are: `ctv-ignore` comments, severities by code, and suppression rules of the project file. */
import type { Span } from "../../grammar/span.js";
import { positionAt } from "../../grammar/span.js";
import { didYouMean, suggest } from "../bind/suggest.js";
import type { Definition, Diagnostic, Severity } from "../diagnostics/diagnostic.js";
import { ignoreWithoutReason } from "../diagnostics/names.js";
import { unusedIgnore, unusedSuppression } from "../diagnostics/usage.js";
import type { LoadedFile } from "./files.js";
import { globMatcher } from "./glob.js";

export type SeveritySetting = Severity | "off";

export interface SuppressionRule {
  readonly code: string;
  /** Glob over file ids. */
  readonly files: string;
  readonly reason: string;
  /** Of the entry's code; an entry without it is not told when it silences nothing, as where not the whole project is looked at. */
  readonly span?: Span;
}

export interface FindingSettings {
  /** By code. */
  readonly severity?: ReadonlyMap<string, SeveritySetting>;
  readonly suppressions?: readonly SuppressionRule[];
}

interface Ignore {
  readonly code: string;
  readonly file: string;
  /** The line that it speaks of, counted from 1. */
  readonly line: number;
  /** Of the code in the comment. */
  readonly span: Span;
}

/** Whether a finding leaves no policy behind, so that it keeps its severity. All syntax errors do. */
export function isEssential(code: string, definitions: ReadonlyMap<string, Definition>): boolean {
  return code.startsWith("CTV1") || definitions.get(code)?.essential === true;
}

/**
 * Applies comments and settings to what was found, and reports those comments and suppressions that silence nothing. `complete` says whether everything that
 * could find a code has run: otherwise one may wait for it. Comments that cannot work are told with `malformed`.
 */
export function applySettings(
  found: readonly Diagnostic[],
  files: Iterable<LoadedFile>,
  settings: FindingSettings,
  definitions: ReadonlyMap<string, Definition>,
  complete: (code: string) => boolean,
  malformed = true,
): readonly Diagnostic[] {
  const byId = new Map([...files].map((file) => [file.id, file] as const));
  const unreadable: Diagnostic[] = [];
  const problems: Diagnostic[] = malformed ? unreadable : [];
  const ignores = new Map<string, Ignore[]>();
  for (const file of byId.values()) {
    for (const ignore of readIgnores(file, definitions, unreadable)) {
      const key = `${ignore.file}\n${ignore.line}\n${ignore.code}`;
      const list = ignores.get(key);
      if (list === undefined) ignores.set(key, [ignore]);
      else list.push(ignore);
    }
  }
  const usedKeys = new Set<string>();
  const shown = found.flatMap((diagnostic): readonly Diagnostic[] => {
    if (isEssential(diagnostic.code, definitions)) return [diagnostic];
    const file = ignores.size === 0 ? undefined : byId.get(diagnostic.span.file);
    if (file !== undefined) {
      const key = `${file.id}\n${positionAt(file.lines, diagnostic.span.start).line}\n${diagnostic.code}`;
      if (ignores.has(key)) {
        usedKeys.add(key);
        return [];
      }
    }
    return [diagnostic];
  });
  for (const [key, list] of ignores) {
    for (const { code, span } of usedKeys.has(key) ? list.slice(1) : list) {
      if (complete(code)) problems.push(unusedIgnore.make({ code }, { span }));
    }
  }
  const suppressions = (settings.suppressions ?? []).map((rule) => ({ rule, matches: globMatcher(rule.files) }));
  const used = new Set<SuppressionRule>();
  const isSuppressed = ({ code, span }: Diagnostic): boolean => {
    const fitting = suppressions.filter(({ rule, matches }) => rule.code === code && matches(span.file));
    for (const { rule } of fitting) used.add(rule);
    return fitting.length > 0;
  };
  const heard = [...shown, ...problems].filter((diagnostic) => isEssential(diagnostic.code, definitions) || !isSuppressed(diagnostic));
  const idle = suppressions.flatMap(({ rule }): readonly Diagnostic[] =>
    rule.span === undefined || used.has(rule) || !complete(rule.code)
      ? []
      : [unusedSuppression.make({ code: rule.code, files: rule.files }, { span: rule.span })],
  );
  return [...heard, ...idle].flatMap((diagnostic): readonly Diagnostic[] => {
    const { code } = diagnostic;
    if (isEssential(code, definitions)) return [diagnostic];
    const severity = settings.severity?.get(code);
    if (severity === undefined) return [diagnostic];
    return severity === "off" ? [] : [{ ...diagnostic, severity }];
  });
}

const marker = /ctv-ignore\b/;

function readIgnores(file: LoadedFile, definitions: ReadonlyMap<string, Definition>, problems: Diagnostic[]): readonly Ignore[] {
  return file.parsed.file.comments.flatMap((comment): readonly Ignore[] => {
    const at = comment.style === "doc" ? null : marker.exec(comment.text);
    if (at === null || !/^\/[/*]\s*$/.test(comment.text.slice(0, at.index))) return [];
    const rest = comment.text.slice(at.index + at[0].length);
    const body = /^\s*([A-Za-z0-9,\s]*?)\s*(?::\s*([\s\S]*?))?\s*(?:\*\/)?$/.exec(rest);
    const codes = body === null ? [] : [...body[1].matchAll(/[^,\s]+/g)].map((match) => match[0]);
    const told = (fields: Parameters<typeof ignoreWithoutReason.make>[0], span: Span, help?: string): readonly Ignore[] => {
      problems.push(ignoreWithoutReason.make(fields, { span, help }));
      return [];
    };
    if (codes.length === 0) return told({ reason: "code" }, comment.span);
    if ((body?.[2] ?? "").trim() === "") return told({ reason: "reason", code: codes[0] }, comment.span);
    const line = lineOfIgnore(file, comment.span);
    return codes.flatMap((code) => {
      const start = comment.span.start + comment.text.indexOf(code, at.index);
      const span = { file: file.id, start, end: start + code.length };
      if (!definitions.has(code)) return told({ reason: "unknown", code }, span, didYouMean(suggest(code, definitions.keys(), 1)));
      if (isEssential(code, definitions)) return told({ reason: "essential", code }, span);
      return [{ code, file: file.id, line, span }];
    });
  });
}

/** Its own line where something stands before it; else the next line that has more than a comment. */
function lineOfIgnore(file: LoadedFile, span: Span): number {
  const { line } = positionAt(file.lines, span.start);
  if (file.text.slice(file.lines[line - 1], span.start).trim() !== "") return line;
  let next = positionAt(file.lines, span.end).line + 1;
  while (next <= file.lines.length && /^(\/\/.*)?$/.test(file.text.slice(file.lines[next - 1], file.lines.at(next) ?? file.text.length).trim()))
    next++;
  return next;
}
