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
  /** The line that it speaks of, counted from 1. */
  readonly line: number;
  /** Of the code in the comment. */
  readonly span: Span;
}

/** Whether a finding leaves no policy behind, so that it keeps its severity. All syntax errors do. */
export function isEssential(code: string, definitions: ReadonlyMap<string, Definition>): boolean {
  return code.startsWith("CTV1") || definitions.get(code)?.essential === true;
}

/** How findings are settled: by the project's settings, and by what has been looked for. */
export interface Policing {
  readonly severity: ReadonlyMap<string, SeveritySetting>;
  readonly suppressions: readonly { readonly rule: SuppressionRule; readonly matches: (file: string) => boolean }[];
  readonly definitions: ReadonlyMap<string, Definition>;
  /** Whether everything that could find a code has run: otherwise a comment or suppression that silences nothing may wait for it. */
  readonly complete: (code: string) => boolean;
  /** Comments that cannot work are told. */
  readonly malformed: boolean;
}

export function policingOf(
  { severity = new Map(), suppressions = [] }: FindingSettings,
  definitions: ReadonlyMap<string, Definition>,
  complete: (code: string) => boolean,
  malformed = true,
): Policing {
  const rules = suppressions.map((rule) => ({ rule, matches: globMatcher(rule.files) }));
  return { severity, suppressions: rules, definitions, complete, malformed };
}

/** What is left of the findings in one file, and the suppressions that silenced some of them. */
export interface SettledFile {
  readonly findings: readonly Diagnostic[];
  readonly used: ReadonlySet<SuppressionRule>;
}

/** Applies comments and settings to what was found in all files, and reports those comments and suppressions that silence nothing. */
export function applySettings(found: readonly Diagnostic[], files: Iterable<LoadedFile>, policing: Policing): readonly Diagnostic[] {
  const byId = new Map([...files].map((file) => [file.id, file] as const));
  const settled = [...findingsByFile(found, byId.values(), policing)].map(([id, list]) => settleFile(byId.get(id), list, policing));
  return [...settled.flatMap(({ findings }) => findings), ...idleSuppressions(settled, policing)];
}

/** Findings by file, in the order in which they were found; files with comments that may silence some have a list of their own in any case. */
export function findingsByFile(
  found: readonly Diagnostic[],
  files: Iterable<LoadedFile>,
  { definitions }: Policing,
): ReadonlyMap<string, readonly Diagnostic[]> {
  const byFile = new Map<string, Diagnostic[]>();
  for (const file of files) if (hasComments(file, definitions)) byFile.set(file.id, []);
  for (const diagnostic of found) {
    const list = byFile.get(diagnostic.span.file);
    if (list === undefined) byFile.set(diagnostic.span.file, [diagnostic]);
    else list.push(diagnostic);
  }
  return byFile;
}

/** `file` is nothing for findings elsewhere than in a source, such as in the project file. */
export function settleFile(file: LoadedFile | undefined, found: readonly Diagnostic[], policing: Policing): SettledFile {
  const { suppressions, definitions, complete, malformed } = policing;
  const { ignores, unreadable } = file === undefined ? noComments : commentsOf(file, definitions);
  const usedKeys = new Set<string>();
  const shown = found.filter(({ code, span }) => {
    if (file === undefined || ignores.size === 0 || isEssential(code, definitions)) return true;
    const key = ignoreKey(positionAt(file.lines, span.start).line, code);
    if (ignores.has(key)) usedKeys.add(key);
    return !ignores.has(key);
  });
  const idle = [...ignores].flatMap(([key, list]) =>
    (usedKeys.has(key) ? list.slice(1) : list).flatMap(({ code, span }) => (complete(code) ? [unusedIgnore.make({ code }, { span })] : [])),
  );
  const used = new Set<SuppressionRule>();
  const isSuppressed = ({ code, span }: Diagnostic): boolean => {
    const fitting = suppressions.filter(({ rule, matches }) => rule.code === code && matches(span.file));
    for (const { rule } of fitting) used.add(rule);
    return fitting.length > 0;
  };
  const heard = [...shown, ...(malformed ? unreadable : []), ...idle].filter(
    (diagnostic) => isEssential(diagnostic.code, definitions) || !isSuppressed(diagnostic),
  );
  return { findings: heard.flatMap((diagnostic) => atSeverity(diagnostic, policing)), used };
}

/** Suppressions of the project file that silenced nothing in any file. */
export function idleSuppressions(settled: Iterable<SettledFile>, policing: Policing): readonly Diagnostic[] {
  if (policing.suppressions.length === 0) return [];
  const used = new Set([...settled].flatMap((file) => [...file.used]));
  return policing.suppressions.flatMap(({ rule }): readonly Diagnostic[] => {
    if (rule.span === undefined || used.has(rule) || !policing.complete(rule.code)) return [];
    return atSeverity(unusedSuppression.make({ code: rule.code, files: rule.files }, { span: rule.span }), policing);
  });
}

function atSeverity(diagnostic: Diagnostic, { severity: severities, definitions }: Policing): readonly Diagnostic[] {
  const { code } = diagnostic;
  const severity = severities.get(code);
  if (severity === undefined || isEssential(code, definitions)) return [diagnostic];
  return severity === "off" ? [] : [{ ...diagnostic, severity }];
}

/** The comments of a file that are about findings. */
interface Comments {
  readonly ignores: ReadonlyMap<string, readonly Ignore[]>;
  /** What is wrong with those that cannot work. */
  readonly unreadable: readonly Diagnostic[];
}

const noComments: Comments = { ignores: new Map(), unreadable: [] };
const commentsKnown = new WeakMap<LoadedFile, Comments>();

function ignoreKey(line: number, code: string): string {
  return `${line} ${code}`;
}

/** Read once for each file, since `definitions` are the same for all of a program's life. */
function commentsOf(file: LoadedFile, definitions: ReadonlyMap<string, Definition>): Comments {
  const known = commentsKnown.get(file) ?? readComments(file, definitions);
  commentsKnown.set(file, known);
  return known;
}

function readComments(file: LoadedFile, definitions: ReadonlyMap<string, Definition>): Comments {
  const unreadable: Diagnostic[] = [];
  const ignores = new Map<string, Ignore[]>();
  for (const ignore of readIgnores(file, definitions, unreadable)) {
    const key = ignoreKey(ignore.line, ignore.code);
    const list = ignores.get(key);
    if (list === undefined) ignores.set(key, [ignore]);
    else list.push(ignore);
  }
  return unreadable.length === 0 && ignores.size === 0 ? noComments : { ignores, unreadable };
}

function hasComments(file: LoadedFile, definitions: ReadonlyMap<string, Definition>): boolean {
  return commentsOf(file, definitions) !== noComments;
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
      return [{ code, line, span }];
    });
  });
}

/** Its own line where something stands beside it; else the next line that has more than a comment. */
function lineOfIgnore(file: LoadedFile, span: Span): number {
  const { line } = positionAt(file.lines, span.start);
  if (file.text.slice(file.lines[line - 1], span.start).trim() !== "") return line;
  const last = positionAt(file.lines, span.end).line;
  const endOf = (at: number): number => file.lines.at(at) ?? file.text.length;
  // Only a block comment can have something behind it.
  if (!isBare(file.text.slice(span.end, endOf(last)))) return last;
  let next = last + 1;
  while (next <= file.lines.length && isBare(file.text.slice(file.lines[next - 1], endOf(next)))) next++;
  return next;
}

/** Whether there is nothing but a line comment. */
function isBare(text: string): boolean {
  return /^(\/\/.*)?$/.test(text.trim());
}
