/** From a name, where it stands, to its symbol: the tenant's own first, then the file's, then those of direct imports. */
import type { Name } from "../../grammar/syntax.js";
import type { Report } from "../diagnostics/sink.js";
import type { LoadedFile } from "../source/files.js";
import { builtinServices } from "./builtins.js";
import type { FileScope, TenantScope } from "./declare.js";
import type { FactRecorder } from "./facts.js";
import { makeMisses } from "./misses.js";
import type { Program } from "./program.js";
import { findIn } from "./symbols.js";
import type { NameSpace, PolicySymbol, Scope } from "./symbols.js";

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
  /** Words of the language that can stand here too. */
  readonly also?: readonly string[];
  /** Such as `a peer`. */
  readonly text: string;
  /** Such as `as the source of a rule`. */
  readonly where: string;
}

/** A symbol, and the file whose declaration makes it visible; no file for a builtin service. */
export interface Candidate {
  readonly file?: string;
  readonly symbol: PolicySymbol;
}

/** The tenant of a name. */
export type TenantNamed = (name: string) => TenantScope | undefined;

export interface Lookup {
  /** The symbol a name stands for, recorded as used; nothing after a message, or when one will follow from `reportUnknown`. */
  readonly find: (place: Place, name: Name, need: Need) => PolicySymbol | undefined;
  /** The symbol without any message, and without counting as a use. */
  readonly peek: (place: Place, space: NameSpace, name: string) => PolicySymbol | undefined;
  /** As `peek`, where the name is not open between two declarations. */
  readonly only: (place: Place, space: NameSpace, name: string) => PolicySymbol | undefined;
  readonly findTenant: (name: Name) => TenantScope | undefined;
  /** Every symbol that a place can see, inner ones first; hidden ones left out. */
  readonly visible: (place: Place, space?: NameSpace) => readonly PolicySymbol[];
  /** How many names have been looked for and not found, or found to be something else. */
  readonly lost: () => number;
  /** To be called when every name has been looked up: tells the names that are declared nowhere, each once, and gives those that they may have been meant to be. */
  readonly reportUnknown: () => ReadonlySet<string>;
}

const allSpaces: readonly NameSpace[] = ["peer", "service", "policy", "qos", "app", "contracts", "loadbalancer", "tenant", "bgp"];

/** `tenantNamed` finds the tenants that names and paths speak of. */
export function makeLookup(program: Program, facts: FactRecorder, report: Report, tenantNamed: TenantNamed): Lookup {
  const outerScopes = new Map<string, readonly FileScope[]>();
  const outerOf = ({ id }: LoadedFile): readonly FileScope[] => {
    const known = outerScopes.get(id);
    if (known !== undefined) return known;
    const scope = program.fileScopes.get(id);
    const made = scope === undefined ? [] : [scope, ...scope.imports];
    outerScopes.set(id, made);
    return made;
  };

  const candidates = (place: Place, space: NameSpace, name: string): readonly Candidate[] => {
    if (space === "tenant") return [tenantNamed(name)].flatMap((tenant) => (tenant === undefined ? [] : [{ symbol: tenant.symbol }]));
    const own = findIn(place.tenant?.scope, space, name);
    if (own !== undefined) return [{ file: place.file.id, symbol: own }];
    const outer: Candidate[] = [];
    for (const { file, scope } of outerOf(place.file)) {
      const symbol = findIn(scope, space, name);
      if (symbol !== undefined) outer.push({ file: file.id, symbol });
    }
    const builtin = outer.length > 0 || space !== "service" ? undefined : builtinServices.get(name);
    return builtin === undefined ? outer : [{ symbol: builtin.symbol }];
  };

  const peek: Lookup["peek"] = (place, space, name) => candidates(place, space, name).at(0)?.symbol;

  const only: Lookup["only"] = (place, space, name) => {
    const found = candidates(place, space, name);
    return found.length === 1 ? found[0].symbol : undefined;
  };

  const visible: Lookup["visible"] = (place, space) => {
    const found = new Map<string, PolicySymbol>();
    const add = (symbol: PolicySymbol, key: NameSpace): void => {
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

  const misses = makeMisses(program, visible, report);

  let lost = 0;
  const find: Lookup["find"] = (place, name, need) => {
    const symbol = fitting(place, name, need);
    if (symbol === undefined) lost += 1;
    return symbol;
  };
  const fitting: Lookup["find"] = (place, name, need) => {
    // A tenant's own declaration hides every other, so most names need no list of candidates.
    const own = findIn(place.tenant?.scope, need.space, name.text);
    if (own !== undefined) {
      facts.record(name.span, own);
      return ofKind(own, place, name, need);
    }
    const found = candidates(place, need.space, name.text);
    for (const { symbol } of found) facts.record(name.span, symbol);
    if (found.length > 1) {
      misses.ambiguous(place, name, need, found);
      return undefined;
    }
    const symbol = found.at(0)?.symbol;
    if (symbol === undefined) {
      const other = allSpaces.map((space) => (space === need.space ? undefined : peek(place, space, name.text)));
      const misfit = other.find((entry) => entry !== undefined);
      if (misfit === undefined) misses.unknown(place, name, need);
      else {
        facts.record(name.span, misfit);
        misses.misfit(place, name, need, misfit);
      }
      return undefined;
    }
    return ofKind(symbol, place, name, need);
  };
  /** The symbol where it is of a kind that can stand there. */
  const ofKind = (symbol: PolicySymbol, place: Place, name: Name, need: Need): PolicySymbol | undefined => {
    if (symbol.misplaced) return undefined;
    if (need.kinds === undefined || need.kinds.has(symbol.kind)) return symbol;
    misses.misfit(place, name, need, symbol);
    return undefined;
  };

  const findTenant: Lookup["findTenant"] = (name) => {
    const tenant = tenantNamed(name.text);
    if (tenant === undefined) {
      lost += 1;
      misses.tenant(name);
    } else facts.record(name.span, tenant.symbol);
    return tenant;
  };

  return { find, peek, only, findTenant, visible, lost: () => lost, reportUnknown: misses.reportUnknown };
}
