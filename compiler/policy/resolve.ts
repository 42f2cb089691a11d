/**
 * From scopes to resolved units. Never fails: what cannot be resolved has had its message and is left out, so that the policy
 * is whole only when there was no essential error.
 */
import type { FileScope, TenantScope } from "../bind/declare.js";
import type { Program } from "../bind/program.js";
import type { PolicySymbol } from "../bind/symbols.js";
import { checkTenantAddressing } from "../check/addressing.js";
import type { GivenParam } from "../check/params.js";
import type { Exports } from "../check/peers.js";
import { noValues } from "../check/stored.js";
import type { Values } from "../check/stored.js";
import { begin } from "./begin.js";
import type { Project } from "./begin.js";
import { rememberTenant } from "./memory.js";
import type { TenantMemory } from "./memory.js";
import { exportsOf } from "./objects.js";
import { resolveOutside } from "./outside.js";
import { fabricShape, tenantShape } from "./shape.js";
import { resolveTenant, resolveTests } from "./tenant.js";
import { namesake, valuesIn } from "./units.js";
import type { NamesUnit, OutsideUnit, TenantUnit, Unit, Units } from "./units.js";

export interface ResolvedUnits {
  readonly units: Units;
  /** Those that were not taken over. */
  readonly fresh: readonly Unit[];
}

/** `keeps` says whether anybody keeps the units for a later check; `before` are those of an earlier one, of the program before this one. */
export function resolveUnits(program: Program, given: ReadonlyMap<string, GivenParam>, keeps: boolean, before?: Units): ResolvedUnits {
  const stale = staleScopes(program, before);
  const project = projectOf(program, given, stale, before);
  const fresh: Unit[] = [];
  const made = <U extends Unit>(unit: U): U => {
    fresh.push(unit);
    return unit;
  };
  const madeNames = resolveNames(project, stale);
  fresh.push(...madeNames.values());
  const names = takenOver(program.fileScopes, before?.names, (scope) => madeNames.get(scope));
  const tenants = takenOver(program.tenants, before?.tenants, (scope) => {
    const values = stale.get(scope);
    return values === undefined ? undefined : made(tenantUnit(project, scope, values, keeps, before?.tenants.get(scope.name)?.memory));
  });
  const outside = new Map<string, OutsideUnit>();
  for (const [id, scope] of program.fileScopes) {
    if (scope.outside.length === 0) continue;
    const known = before?.outside.get(id);
    outside.set(id, known?.scope === scope && isLasting(known, program) ? known : made(outsideUnit(project, scope)));
  }
  const units = { names, tenants, outside };
  const open = [...(before?.open ?? []).filter((unit) => namesake(unit, units) === unit), ...fresh.filter(isOpen)];
  return { units: { ...units, open }, fresh };
}

/** The units of all scopes, in their order: what is `made` of a scope, and else what there was. */
function takenOver<Scope, U extends Unit>(
  scopes: ReadonlyMap<string, Scope>,
  before: ReadonlyMap<string, U> | undefined,
  made: (scope: Scope) => U | undefined,
): ReadonlyMap<string, U> {
  const units = new Map<string, U>();
  for (const [key, scope] of scopes) {
    const unit = made(scope) ?? before?.get(key);
    if (unit !== undefined) units.set(key, unit);
  }
  return units;
}

/** Whether what a unit says depends on more than its own scope. */
function isOpen({ missed, asked }: Unit): boolean {
  return missed || asked.size > 0;
}

/** Whether a unit still says what it said, where its own scope is what it was. */
function isLasting({ missed, asked }: Unit, { tenants }: Program): boolean {
  if (missed) return false;
  for (const [name, tenant] of asked) if (tenants.get(name) !== tenant) return false;
  return true;
}

/** Scopes whose units have to be resolved, each with a place for what its names stand for. */
type Stale = ReadonlyMap<FileScope | TenantScope, Values>;

function staleScopes(program: Program, before: Units | undefined): Stale {
  const stale = new Map<FileScope | TenantScope, Values>();
  for (const scope of program.made) stale.set(scope, noValues());
  for (const unit of before?.open ?? []) {
    if (unit.kind === "outside" || isLasting(unit, program)) continue;
    const now = unit.kind === "tenant" ? program.tenants.get(unit.scope.name) : program.fileScopes.get(unit.scope.file.id);
    if (now === unit.scope) stale.set(unit.scope, noValues());
  }
  return stale;
}

function projectOf(program: Program, given: Project["given"], stale: Stale, before: Units | undefined): Project {
  const known = new Map<TenantScope, Exports>();
  return {
    program,
    given,
    valuesOf: (symbol) => {
      const scope = scopeOf(program, symbol);
      const made = scope === undefined ? undefined : stale.get(scope);
      return made ?? (before === undefined ? undefined : valuesIn(before, symbol)) ?? noValues();
    },
    exportsOf: (tenant) => {
      const exports = known.get(tenant) ?? exportsOf(tenant);
      known.set(tenant, exports);
      return exports;
    },
  };
}

/** The scope that declares a symbol; nothing for a builtin service. */
function scopeOf({ tenants, fileScopes }: Program, { tenant, declarations }: PolicySymbol): FileScope | TenantScope | undefined {
  if (tenant !== undefined) return tenants.get(tenant);
  const declaration = declarations.at(0);
  return declaration === undefined ? undefined : fileScopes.get(declaration.node.span.file);
}

/** What a file imports is resolved before it, so that every definition is judged in its own unit. */
function resolveNames(project: Project, stale: Stale): ReadonlyMap<FileScope, NamesUnit> {
  const made = new Map<FileScope, NamesUnit>();
  const resolve = (scope: FileScope): void => {
    const values = stale.get(scope);
    if (values === undefined || made.has(scope)) return;
    for (const imported of scope.imports) resolve(imported);
    made.set(scope, { kind: "names", scope, ...begin(project, values, scope).end("") });
  };
  for (const scope of stale.keys()) if (!("parts" in scope)) resolve(scope);
  return made;
}

function tenantUnit(project: Project, scope: TenantScope, values: Values, keeps: boolean, memory: TenantMemory | undefined): TenantUnit {
  const begun = begin(project, values, scope);
  const remember = keeps ? rememberTenant(memory, begun, project.exportsOf) : undefined;
  const tenant = resolveTenant(begun, scope, remember);
  const tests = resolveTests(begun, scope);
  checkTenantAddressing(tenant, begun.spans, begun.context.report);
  const end = begun.end(tenantShape(tenant));
  return { kind: "tenant", scope, tenant, tests, ...end, ...(remember === undefined ? {} : { memory: remember.memory }) };
}

function outsideUnit(project: Project, scope: FileScope): OutsideUnit {
  const begun = begin(project, noValues());
  const resolved = resolveOutside(begun, scope);
  return { kind: "outside", scope, ...resolved, ...begun.end(fabricShape(resolved.fabric)) };
}
