/** The files of a project: read through a function that the caller gives, parsed once each, linked by their imports. */
import { parseFile } from "../../grammar/parse.js";
import { lineMap, positionAt } from "../../grammar/span.js";
import type { LineMap, Span } from "../../grammar/span.js";
import type { Import, ParseResult } from "../../grammar/syntax.js";
import type { Origin } from "../policy/model.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { importCycle, importNotFound } from "../diagnostics/names.js";
import { didYouMean, suggest } from "../bind/suggest.js";

/** A file as the caller has it: an editor passes what it has parsed already. */
export interface SourceText {
  readonly text: string;
  readonly parsed?: ParseResult;
  readonly lines?: LineMap;
}

export interface LoadedFile {
  readonly id: string;
  readonly text: string;
  readonly lines: LineMap;
  readonly parsed: ParseResult;
  readonly imports: readonly ResolvedImport[];
  /** Whether the caller named it, rather than an import alone. */
  readonly entry: boolean;
}

export interface ResolvedImport {
  readonly node: Import;
  /** Id of the imported file. */
  readonly target: string;
  /** Whether the file was found, and does not lead back to this one. */
  readonly usable: boolean;
}

export interface LoadedFiles {
  /** The ids that the caller asked for. */
  readonly entries: readonly string[];
  /** Entry files first, in the caller's order, then what they import. */
  readonly files: ReadonlyMap<string, LoadedFile>;
  /** What could not be read, of entries and of imports. */
  readonly missing: ReadonlySet<string>;
  readonly diagnostics: readonly Diagnostic[];
}

/** The id of the file that `path`, as written in an import of `importer`, speaks of. */
export function resolveImport(importer: string, path: string): string {
  const absolute = isAbsolute(path);
  const parts = absolute ? [] : importer.split("/").slice(0, -1);
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else parts.push(part);
  }
  return (absolute ? "/" : "") + parts.join("/");
}

function importNodes(parsed: ParseResult): readonly Import[] {
  return parsed.file.items.flatMap((item) => (item.kind === "import" ? [item] : []));
}

function isAbsolute(id: string): boolean {
  return id.startsWith("/");
}

export function originOf(file: LoadedFile, span: Span): Origin {
  const { line, column } = positionAt(file.lines, span.start);
  return { span, line, column };
}

type Read = (id: string) => SourceText | undefined;

/**
 * Reads the entry files and everything they import. `read` answers with nothing for a file that does not exist; entry files
 * that do not exist are left out, since the caller knows better how it came by their names. A file that is what it was in `before` is the
 * same object again.
 */
export function loadFiles(entries: readonly string[], read: Read, known: Iterable<string> = [], before?: LoadedFiles): LoadedFiles {
  return (before === undefined ? undefined : reloadFiles(entries, read, before)) ?? loadAll(entries, read, known, before?.files ?? new Map());
}

/** As `loadFiles`, where at most texts have changed and no import; nothing where more has. Costs a comparison for each file that did not. */
function reloadFiles(entries: readonly string[], read: Read, before: LoadedFiles): LoadedFiles | undefined {
  if (entries !== before.entries || before.diagnostics.length > 0) return undefined;
  const changed: LoadedFile[] = [];
  for (const known of before.files.values()) {
    const source = read(known.id);
    if (source === undefined) return undefined;
    if (isRead(known, source)) continue;
    const file = fileOf(known.id, source, known.entry);
    const nodes = importNodes(file.parsed);
    if (nodes.length !== known.imports.length) return undefined;
    const imports = known.imports.map(({ target, usable }, at) => ({ node: nodes[at], target, usable }));
    if (imports.some(({ node, target }) => resolveImport(file.id, node.path.text) !== target)) return undefined;
    changed.push({ ...file, imports });
  }
  for (const id of before.missing) if (read(id) !== undefined) return undefined;
  if (changed.length === 0) return before;
  const files = new Map(before.files);
  for (const file of changed) files.set(file.id, file);
  return { entries, files, missing: before.missing, diagnostics: [] };
}

function isRead(known: LoadedFile, { text, parsed }: SourceText): boolean {
  return text === known.text && (parsed === undefined || parsed === known.parsed);
}

function fileOf(id: string, { text, parsed, lines }: SourceText, entry: boolean): LoadedFile {
  return { id, text, lines: lines ?? lineMap(text), parsed: parsed ?? parseFile(id, text), imports: [], entry };
}

function loadAll(entries: readonly string[], read: Read, known: Iterable<string>, before: LoadedFiles["files"]): LoadedFiles {
  const files = new Map<string, { file: LoadedFile; links: { node: Import; target: string }[] }>();
  const missing = new Set<string>();
  const named = new Set(entries);
  const queue = [...named];
  for (let at = 0; at < queue.length; at++) {
    const id = queue[at];
    if (files.has(id) || missing.has(id)) continue;
    const source = read(id);
    if (source === undefined) {
      missing.add(id);
      continue;
    }
    const earlier = before.get(id);
    const entry = named.has(id);
    const file = earlier?.entry === entry && isRead(earlier, source) ? earlier : fileOf(id, source, entry);
    const links = importNodes(file.parsed).map((node) => ({ node, target: resolveImport(id, node.path.text) }));
    files.set(id, { file, links });
    queue.push(...links.filter((link) => !isAbsolute(link.target)).map((link) => link.target));
  }

  const cycles = findCycles([...files.values()].map(({ file, links }) => ({ id: file.id, links })));
  const diagnostics: Diagnostic[] = [...cycles.values()].flat();
  let candidates: readonly string[] | undefined;
  const linked = new Map<string, LoadedFile>();
  for (const { file, links } of files.values()) {
    const imports = links.map(({ node, target }) => {
      const usable = files.has(target) && !cycles.has(node);
      if (!files.has(target)) {
        candidates ??= [...new Set([...files.keys(), ...known])];
        const near = nearFiles(
          target,
          candidates.filter((id) => id !== file.id),
        );
        const help = isAbsolute(target) ? "write the path from the folder of this file" : didYouMean(near.map((id) => relativePath(file.id, id)));
        const fixes = isAbsolute(target)
          ? []
          : near.map((id) => {
              const path = `"${relativePath(file.id, id)}"`;
              return { title: `import ${path}`, safe: false, edits: [{ span: node.path.span, text: path }] };
            });
        diagnostics.push(importNotFound.make({ path: node.path.text, target }, { span: node.path.span, help, fixes }));
      }
      return { node, target, usable };
    });
    linked.set(file.id, sameImports(file.imports, imports) ? file : { ...file, imports });
  }
  return { entries, files: linked, missing, diagnostics };
}

/** The file of which only the ending is missing, else those that are spelt nearly so. */
function nearFiles(target: string, known: readonly string[]): readonly string[] {
  const ended = `${target}.ctv`;
  return known.includes(ended) ? [ended] : suggest(target, known);
}

function sameImports(left: readonly ResolvedImport[], right: readonly ResolvedImport[]): boolean {
  return (
    left.length === right.length &&
    left.every(({ node, target, usable }, at) => node === right[at].node && target === right[at].target && usable === right[at].usable)
  );
}

/** How `from` would write an import of `to`. */
export function relativePath(from: string, to: string): string {
  const base = from.split("/").slice(0, -1);
  const target = to.split("/");
  let shared = 0;
  while (shared < base.length && shared < target.length - 1 && base[shared] === target[shared]) shared++;
  return [...base.slice(shared).map(() => ".."), ...target.slice(shared)].join("/");
}

interface Links {
  readonly id: string;
  readonly links: readonly { readonly node: Import; readonly target: string }[];
}

/** The imports that close a cycle, each with its message. A depth-first walk, so each cycle is told once, where it closes. */
function findCycles(files: readonly Links[]): ReadonlyMap<Import, readonly Diagnostic[]> {
  const byId = new Map(files.map((file) => [file.id, file]));
  const state = new Map<string, "open" | "done">();
  const found = new Map<Import, readonly Diagnostic[]>();
  for (const start of files) {
    const path: { readonly file: Links; next: number }[] = [];
    const enter = (file: Links): void => {
      state.set(file.id, "open");
      path.push({ file, next: 0 });
    };
    if (!state.has(start.id)) enter(start);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      if (top.next >= top.file.links.length) {
        state.set(top.file.id, "done");
        path.pop();
        continue;
      }
      const link = top.file.links[top.next++];
      const target = byId.get(link.target);
      if (target === undefined || state.get(target.id) === "done") continue;
      if (state.get(target.id) === undefined) {
        enter(target);
        continue;
      }
      const from = path.findIndex((entry) => entry.file.id === link.target);
      const loop = path.slice(from);
      const cycle = [...loop.map((entry) => entry.file.id), link.target];
      const related = loop
        .map((entry) => entry.file.links[entry.next - 1].node)
        .filter((node) => node !== link.node)
        .map((node) => ({ span: node.path.span, message: `imported here` }));
      found.set(link.node, [importCycle.make({ cycle }, { span: link.node.path.span, related })]);
    }
  }
  return found;
}
