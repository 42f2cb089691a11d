/** From a name, where it stands, to its symbol: the tenant's own first, then the file's, then those of direct imports. */
import type { Name } from "../../grammar/syntax.js";
import type { Fix } from "../diagnostics/diagnostic.js";
import { ambiguousImport, unknownName, unknownTenant, wrongKind } from "../diagnostics/names.js";
import type { Report } from "../diagnostics/sink.js";
import { relativePath } from "../source/files.js";
import type { LoadedFile } from "../source/files.js";
import { builtinServices, reservedPeers } from "./builtins.js";
import type { Program, TenantScope } from "./declare.js";
import type { FactRecorder } from "./facts.js";
import { didYouMean, suggest } from "./suggest.js";
import { describeKind, findIn } from "./symbols.js";
import type { NameSpace, PolicySymbol, Scope } from "./symbols.js";
import { brokenNames } from "./broken.js";

/** Where a statement stands: what it can see. */
export interface Place {
  readonly file: LoadedFile;
  readonly tenant?: TenantScope;
}

/** What a use of a name asks for. */
export interface Need {
  readonly space: NameSpace;
  /** Of the kinds of the space, those that can stand here; absent: all. */
  readonly kinds?: ReadonlySet<PolicySymbol["kind"]>;
  /** Such as `a peer`. */
  readonly text: string;
  /** Such as `as the source of a rule`. */
  readonly where: string;
}

export interface Lookup {
  /** The symbol a name stands for, recorded as used; nothing after a message (now, or at an earlier use of the name). */
  readonly find: (place: Place, name: Name, need: Need) => PolicySymbol | undefined;
  /** The symbol without any message, and without counting as a use. */
  readonly peek: (place: Place, space: NameSpace, name: string) => PolicySymbol | undefined;
  readonly findTenant: (name: Name) => TenantScope | undefined;
  /** Every symbol that a place can see, inner ones first; hidden ones left out. */
  readonly visible: (place: Place, space?: NameSpace) => readonly PolicySymbol[];
}

const allSpaces: readonly NameSpace[] = ["peer", "service", "policy", "qos", "app", "contracts", "loadbalancer", "tenant", "bgp"];

export function makeLookup(program: Program, facts: FactRecorder, report: Report): Lookup {
  const told = new Set<string>();
  const once = (place: Place, space: string, name: string): boolean => {
    const key = `${place.tenant?.name ?? ""}\n${place.tenant === undefined ? place.file.id : ""}\n${space}\n${name}`;
    if (told.has(key)) return false;
    told.add(key);
    return true;
  };

  const outerScopes = new Map<string, readonly { readonly file: string; readonly scope: Scope }[]>();
  const outerOf = (file: LoadedFile): readonly { readonly file: string; readonly scope: Scope }[] => {
    const known = outerScopes.get(file.id);
    if (known !== undefined) return known;
    const ids = new Set([file.id, ...file.imports.filter((link) => link.usable).map((link) => link.target)]);
    const made = [...ids].flatMap((id) => {
      const scope = program.fileScopes.get(id);
      return scope === undefined ? [] : [{ file: id, scope }];
    });
    outerScopes.set(file.id, made);
    return made;
  };

  const candidates = (place: Place, space: NameSpace, name: string): readonly { readonly file: string; readonly symbol: PolicySymbol }[] => {
    const own = findIn(place.tenant?.scope, space, name);
    if (own !== undefined) return [{ file: place.file.id, symbol: own }];
    const outer = outerOf(place.file).flatMap(({ file, scope }) => {
      const symbol = findIn(scope, space, name);
      return symbol === undefined ? [] : [{ file, symbol }];
    });
    if (outer.length > 0 || space !== "service") return outer;
    const builtin = builtinServices.get(name);
    return builtin === undefined ? [] : [{ file: "", symbol: builtin.symbol }];
  };

  const peek: Lookup["peek"] = (place, space, name) => candidates(place, space, name).at(0)?.symbol;

  const visible: Lookup["visible"] = (place, space) => {
    const found = new Map<string, PolicySymbol>();
    const add = (symbol: PolicySymbol, key: NameSpace | PolicySymbol["kind"]): void => {
      const id = `${key}\n${symbol.name}`;
      if (!found.has(id)) found.set(id, symbol);
    };
    const addScope = (scope: Scope): void => {
      for (const [key, names] of scope) if (space === undefined || key === space) for (const symbol of names.values()) add(symbol, key);
    };
    if (place.tenant !== undefined) addScope(place.tenant.scope);
    for (const outer of outerOf(place.file)) addScope(outer.scope);
    if (space === undefined || space === "service") for (const { symbol } of builtinServices.values()) add(symbol, "service");
    if (space === undefined || space === "tenant") for (const tenant of program.tenants.values()) add(tenant.symbol, "tenant");
    return [...found.values()];
  };

  /** Names of an import that failed, or of a declaration that did not parse, are not unknown: they have had their message. */
  const excused = (place: Place, name: string): boolean => {
    const files = [place.file, ...(place.tenant?.parts.map((part) => part.file) ?? [])];
    if (place.file.imports.some((link) => !link.usable)) return true;
    const seen = new Set(files.flatMap((file) => [file.id, ...file.imports.map((link) => link.target)]));
    return [...seen].some((id) => {
      const file = program.files.get(id);
      return file !== undefined && brokenNames(file).has(name);
    });
  };

  const reportUnknown = (place: Place, name: Name, need: Need): void => {
    if (excused(place, name.text) || !once(place, need.space, name.text)) return;
    const fitting = visible(place, need.space)
      .filter((symbol) => need.kinds === undefined || need.kinds.has(symbol.kind))
      .map((symbol) => symbol.name);
    const near = suggest(name.text, need.space === "peer" && need.kinds === undefined ? [...fitting, ...Object.keys(reservedPeers)] : fitting);
    const fixes: Fix[] = near.map((text) => ({ title: `use "${text}"`, safe: false, edits: [{ span: name.span, text: quoted(text, name) }] }));
    const elsewhere = (program.topLevel.get(name.text) ?? []).filter(({ symbol }) => need.kinds?.has(symbol.kind) ?? true);
    const importable = elsewhere.at(0);
    let help = didYouMean(near);
    if (importable !== undefined) {
      const path = relativePath(place.file.id, importable.file);
      help = `"${name.text}" is declared in ${importable.file}: import "${path}"`;
      fixes.unshift({
        title: `import "${path}"`,
        safe: false,
        edits: [{ span: { file: place.file.id, start: 0, end: 0 }, text: `import "${path}"\n` }],
      });
    } else if (help === undefined && need.space === "peer") {
      const owner = [...program.tenants.values()].find((tenant) => findIn(tenant.scope, "peer", name.text)?.kind === "group");
      if (owner !== undefined && owner !== place.tenant) help = `tenant "${owner.name}" has a group of that name: ${owner.name}/${name.text}`;
    }
    report(unknownName.make({ name: name.text, needed: need.text, where: need.where }, { span: name.span, help, fixes }));
  };

  const find: Lookup["find"] = (place, name, need) => {
    const found = candidates(place, need.space, name.text);
    if (found.length > 1) {
      if (once(place, need.space, name.text)) {
        const related = found.flatMap(({ symbol }) => symbol.declarations.map((entry) => ({ span: entry.nameSpan, message: "declared here" })));
        report(ambiguousImport.make({ name: name.text, files: found.map((entry) => entry.file) }, { span: name.span, related }));
      }
      return undefined;
    }
    const symbol = found.at(0)?.symbol;
    if (symbol === undefined) {
      const other = allSpaces
        .filter((space) => space !== need.space)
        .map((space) => (space === "tenant" ? program.tenants.get(name.text)?.symbol : peek(place, space, name.text)));
      const misfit = other.find((entry) => entry !== undefined);
      if (misfit === undefined) reportUnknown(place, name, need);
      else {
        facts.record(name.span, misfit);
        reportMisfit(place, name, misfit, need);
      }
      return undefined;
    }
    facts.record(name.span, symbol);
    if (symbol.misplaced) return undefined;
    if (need.kinds !== undefined && !need.kinds.has(symbol.kind)) {
      reportMisfit(place, name, symbol, need);
      return undefined;
    }
    return symbol;
  };

  const reportMisfit = (place: Place, name: Name, symbol: PolicySymbol, need: Need): void => {
    if (symbol.misplaced || !once(place, `${need.space} ${need.text}`, name.text)) return;
    const related = symbol.declarations
      .slice(0, 1)
      .map((entry) => ({ span: entry.nameSpan, message: `declared here as ${describeKind(symbol.kind)}` }));
    const fitting = visible(place, need.space).filter((entry) => need.kinds?.has(entry.kind) ?? true);
    const help = didYouMean(
      suggest(
        name.text,
        fitting.map((entry) => entry.name),
      ),
    );
    report(
      wrongKind.make({ name: name.text, found: describeKind(symbol.kind), needed: need.text, where: need.where }, { span: name.span, related, help }),
    );
  };

  const findTenant: Lookup["findTenant"] = (name) => {
    const tenant = program.tenants.get(name.text);
    if (tenant !== undefined) {
      facts.record(name.span, tenant.symbol);
      return tenant;
    }
    const near = suggest(name.text, program.tenants.keys());
    const fixes = near.map((text) => ({ title: `use "${text}"`, safe: false, edits: [{ span: name.span, text: quoted(text, name) }] }));
    const broken = [...program.files.values()].some((file) => brokenNames(file).has(name.text) || file.imports.some((link) => !link.usable));
    if (!broken) report(unknownTenant.make({ name: name.text }, { span: name.span, help: didYouMean(near), fixes }));
    return undefined;
  };

  return { find, peek, findTenant, visible };
}

function quoted(text: string, like: Name): string {
  return like.quoted ? `"${text}"` : text;
}
