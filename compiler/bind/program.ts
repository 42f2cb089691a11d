/** All scopes of a project. Those of files and tenants that nobody changed are taken over from the program before. */
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { secondInstallation } from "../diagnostics/names.js";
import type { LoadedFile } from "../source/files.js";
import { declareFile, declareTenant } from "./declare.js";
import type { FileScope, TenantPart, TenantScope } from "./declare.js";
import { symbolsOf } from "./symbols.js";
import type { DeclarationNode, PolicySymbol } from "./symbols.js";

export interface Program {
  readonly files: ReadonlyMap<string, LoadedFile>;
  readonly fileScopes: ReadonlyMap<string, FileScope>;
  /** In order of name. */
  readonly tenants: ReadonlyMap<string, TenantScope>;
  /** The symbol that a statement of the project declares. */
  readonly symbolOf: (node: DeclarationNode) => PolicySymbol | undefined;
  /** Symbols of this name at the top levels of all files, to say which file an unknown name could be imported from. */
  readonly topLevel: (name: string) => readonly { readonly file: string; readonly symbol: PolicySymbol }[];
}

/** `before` is an earlier program of the same project. */
export function makeProgram(files: ReadonlyMap<string, LoadedFile>, before?: Program): Program {
  if (before?.files === files) return before;
  const altered = alteredScopes(files, before);
  const fileScopes = scopesOf(files, before, altered);
  const tenants = tenantsOf(fileScopes, before, altered);
  const byFile = new Map<string, ReadonlyMap<DeclarationNode, PolicySymbol>>();
  const symbolsIn = (id: string): ReadonlyMap<DeclarationNode, PolicySymbol> => {
    const known = byFile.get(id) ?? symbolsOfFile(fileScopes.get(id), tenants);
    byFile.set(id, known);
    return known;
  };
  return {
    files,
    fileScopes,
    tenants,
    symbolOf: (node) => symbolsIn(node.span.file).get(node),
    topLevel: (name) =>
      [...fileScopes.values()].flatMap(({ file, scope }) =>
        symbolsOf(scope).flatMap((symbol) => (symbol.name === name && symbol.kind !== "test" ? [{ file: file.id, symbol }] : [])),
      ),
  };
}

/** Every symbol once: those of files' top levels, then the tenants with theirs. */
export function symbolsOfProgram({ fileScopes, tenants }: Program): readonly PolicySymbol[] {
  const scopes = [...fileScopes.values(), ...tenants.values()];
  return [...new Set(scopes.flatMap(({ symbolOfNode }) => [...symbolOfNode.values()]))];
}

/** A project has one of each kind of these: the first counts. `ids` are the files that may have some. */
export function secondInstallations({ fileScopes }: Program, ids: Iterable<string>): readonly Diagnostic[] {
  const all = [...ids].flatMap((id) => fileScopes.get(id)?.outside ?? []);
  return (["fabric", "aci"] as const).flatMap((kind) => {
    const [first, ...more] = all.filter((item) => item.kind === kind);
    return more.map((item) => {
      const keyword = { ...item.span, end: item.span.start + kind.length };
      return secondInstallation.make({ statement: kind }, { span: keyword, related: [{ span: first.span, message: "the first is here" }] });
    });
  });
}

/** The earlier scopes of files that are gone or changed, and of those that import them, by whatever way. */
function alteredScopes(files: ReadonlyMap<string, LoadedFile>, before: Program | undefined): ReadonlySet<FileScope> {
  const altered = new Set<FileScope>();
  if (before === undefined) return altered;
  for (const scope of before.fileScopes.values()) if (files.get(scope.file.id) !== scope.file) altered.add(scope);
  for (let known = -1; known !== altered.size;) {
    known = altered.size;
    for (const scope of before.fileScopes.values()) {
      for (const imported of scope.imports) if (altered.has(imported)) altered.add(scope);
    }
  }
  return altered;
}

function scopesOf(files: ReadonlyMap<string, LoadedFile>, before: Program | undefined, altered: ReadonlySet<FileScope>): Program["fileScopes"] {
  const made = new Map<LoadedFile, FileScope>();
  const scopeOf = (file: LoadedFile): FileScope => {
    const earlier = before?.fileScopes.get(file.id);
    if (earlier !== undefined && !altered.has(earlier)) return earlier;
    const scope = made.get(file) ?? declareFile(file, importsOf(file, files).map(scopeOf));
    made.set(file, scope);
    return scope;
  };
  const scopes = new Map<string, FileScope>();
  for (const file of files.values()) scopes.set(file.id, scopeOf(file));
  return scopes;
}

function importsOf(file: LoadedFile, files: ReadonlyMap<string, LoadedFile>): readonly LoadedFile[] {
  if (file.imports.length === 0) return [];
  const ids = new Set(file.imports.flatMap(({ usable, target }) => (usable && target !== file.id ? [target] : [])));
  return [...ids].flatMap((id) => files.get(id) ?? []);
}

/** Only tenants with a part in a file that was altered or is new are looked at. */
function tenantsOf(fileScopes: Program["fileScopes"], before: Program | undefined, altered: ReadonlySet<FileScope>): Program["tenants"] {
  const names = new Set<string>();
  const note = ({ tenants }: FileScope): void => {
    for (const { name } of tenants) names.add(name.text);
  };
  altered.forEach(note);
  for (const [id, scope] of fileScopes) if (before?.fileScopes.get(id) !== scope) note(scope);
  const parts = new Map<string, TenantPart[]>();
  for (const outer of fileScopes.values()) {
    for (const node of outer.tenants) {
      if (!names.has(node.name.text)) continue;
      const list = parts.get(node.name.text);
      if (list === undefined) parts.set(node.name.text, [{ file: outer.file, outer, node }]);
      else list.push({ file: outer.file, outer, node });
    }
  }
  const tenants = new Map(before?.tenants);
  let reordered = false;
  for (const name of names) {
    const now = parts.get(name);
    const earlier = tenants.get(name);
    reordered ||= (now === undefined) !== (earlier === undefined);
    if (now === undefined) tenants.delete(name);
    else if (earlier === undefined || !sameParts(earlier.parts, now)) tenants.set(name, declareTenant(name, now));
  }
  return reordered ? new Map([...tenants].sort(([left], [right]) => (left < right ? -1 : 1))) : tenants;
}

function sameParts(left: readonly TenantPart[], right: readonly TenantPart[]): boolean {
  return left.length === right.length && left.every(({ outer, node }, at) => outer === right[at].outer && node === right[at].node);
}

function symbolsOfFile(scope: FileScope | undefined, tenants: Program["tenants"]): ReadonlyMap<DeclarationNode, PolicySymbol> {
  const made = new Map<DeclarationNode, PolicySymbol>(scope?.symbolOfNode);
  for (const name of new Set(scope?.tenants.map((node) => node.name.text))) {
    for (const [node, symbol] of tenants.get(name)?.symbolOfNode ?? []) made.set(node, symbol);
  }
  return made;
}
