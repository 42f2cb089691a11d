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
  /** The scopes that the program before did not have. */
  readonly made: ReadonlySet<FileScope | TenantScope>;
  /** The symbol that a statement of the project declares. */
  readonly symbolOf: (node: DeclarationNode) => PolicySymbol | undefined;
  /** Symbols of this name at the top levels of all files, to say which file an unknown name could be imported from. */
  readonly topLevel: (name: string) => readonly { readonly file: string; readonly symbol: PolicySymbol }[];
}

/** `before` is an earlier program of the same project. */
export function makeProgram(files: ReadonlyMap<string, LoadedFile>, before?: Program): Program {
  if (before?.files === files) return { ...before, made: new Set() };
  const altered = alteredScopes(files, before);
  const made = new Set<FileScope | TenantScope>();
  const fileScopes = scopesOf(files, before, altered, made);
  const tenants = tenantsOf(fileScopes, before, altered, made);
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
    made,
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

function scopesOf(
  files: ReadonlyMap<string, LoadedFile>,
  before: Program | undefined,
  altered: ReadonlySet<FileScope>,
  made: Set<FileScope | TenantScope>,
): Program["fileScopes"] {
  const now = new Map<LoadedFile, FileScope>();
  const scopeOf = (file: LoadedFile): FileScope => {
    const earlier = before?.fileScopes.get(file.id);
    if (earlier !== undefined && !altered.has(earlier)) return earlier;
    const scope = now.get(file) ?? declareFile(file, importsOf(file, files).map(scopeOf));
    now.set(file, scope);
    made.add(scope);
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

/** Only tenants with a part in a file that was altered or is new are put together again. */
function tenantsOf(
  fileScopes: Program["fileScopes"],
  before: Program | undefined,
  altered: ReadonlySet<FileScope>,
  made: Set<FileScope | TenantScope>,
): Program["tenants"] {
  const partsByName = new Map<string, TenantPart[]>();
  for (const { tenants } of altered) for (const { name } of tenants) partsByName.set(name.text, []);
  for (const outer of made) {
    if ("parts" in outer) continue;
    for (const node of outer.tenants) {
      const parts = partsByName.get(node.name.text);
      if (parts === undefined) partsByName.set(node.name.text, [{ file: outer.file, outer, node }]);
      else parts.push({ file: outer.file, outer, node });
    }
  }
  const tenants = new Map(before?.tenants);
  const order = filesInOrder(fileScopes);
  let reordered = false;
  for (const [name, parts] of partsByName) {
    const earlier = tenants.get(name);
    for (const part of earlier?.parts ?? []) if (!altered.has(part.outer)) parts.push(part);
    reordered ||= (parts.length === 0) !== (earlier === undefined);
    if (parts.length === 0) tenants.delete(name);
    else {
      const tenant = declareTenant(name, order(parts));
      made.add(tenant);
      tenants.set(name, tenant);
    }
  }
  return reordered ? new Map([...tenants].sort(([left], [right]) => (left < right ? -1 : 1))) : tenants;
}

/** Puts parts of a tenant into the order of their files; those of one file stay as they are. */
function filesInOrder(fileScopes: Program["fileScopes"]): (parts: readonly TenantPart[]) => readonly TenantPart[] {
  let places: ReadonlyMap<string, number> | undefined;
  return (parts) => {
    if (parts.every(({ file }) => file === parts[0].file)) return parts;
    places ??= new Map(Array.from(fileScopes.keys(), (id, at) => [id, at]));
    const known = places;
    const placeOf = ({ file }: TenantPart): number => known.get(file.id) ?? 0;
    return [...parts].sort((left, right) => placeOf(left) - placeOf(right));
  };
}

function symbolsOfFile(scope: FileScope | undefined, tenants: Program["tenants"]): ReadonlyMap<DeclarationNode, PolicySymbol> {
  const made = new Map<DeclarationNode, PolicySymbol>(scope?.symbolOfNode);
  for (const name of new Set(scope?.tenants.map((node) => node.name.text))) {
    for (const [node, symbol] of tenants.get(name)?.symbolOfNode ?? []) made.set(node, symbol);
  }
  return made;
}
