/**
 * Units: what is resolved together, and taken over whole from an earlier check. A unit depends on its own scope, which is another object when
 * something in it or in what it imports has changed, and on the tenants that it named.
 */
import type { FileScope, TenantScope } from "../bind/declare.js";
import type { FactRecorder } from "../bind/facts.js";
import type { Program } from "../bind/program.js";
import type { PolicySymbol } from "../bind/symbols.js";
import type { EvaluatedParams } from "../check/params.js";
import type { Values } from "../check/stored.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import type { AddressSet } from "../space/address.js";
import type { Spans } from "./draft.js";
import type { TenantMemory } from "./memory.js";
import type { AciGateway, BgpHost, Fabric, Tenant, Test } from "./model.js";
import type { RuleTable } from "./ruletable.js";

interface Resolved {
  readonly findings: readonly Diagnostic[];
  readonly facts: FactRecorder;
  readonly ruleTable: RuleTable;
  readonly spans: Spans;
  readonly values: Values;
  readonly params: EvaluatedParams;
  readonly externals: readonly NamedAddresses[];
  /** The tenants that were looked for, by name. */
  readonly asked: ReadonlyMap<string, TenantScope | undefined>;
  /** Some name was not found. What is said then depends on what other files declare, so such a unit is resolved each time. */
  readonly missed: boolean;
  /** Names that misspelt ones may have been meant to be. */
  readonly meant: ReadonlySet<string>;
  /** Everything that findings between units look at, as text. */
  readonly shape: string;
}

/** An `external`, with its addresses. */
export interface NamedAddresses {
  readonly symbol: PolicySymbol;
  readonly addresses: AddressSet;
}

/** The names that a file declares outside tenants. */
export interface NamesUnit extends Resolved {
  readonly kind: "names";
  readonly scope: FileScope;
}

export interface TenantUnit extends Resolved {
  readonly kind: "tenant";
  readonly scope: TenantScope;
  readonly tenant: Tenant;
  readonly tests: readonly Test[];
  readonly memory?: TenantMemory;
}

/** The other statements outside tenants: those about the installation, and tests. */
export interface OutsideUnit extends Resolved {
  readonly kind: "outside";
  readonly scope: FileScope;
  readonly fabric: readonly Fabric[];
  readonly aci: readonly AciGateway[];
  readonly bgp: readonly BgpHost[];
  readonly tests: readonly Test[];
}

export type Unit = NamesUnit | TenantUnit | OutsideUnit;

export interface Units {
  /** By file. */
  readonly names: ReadonlyMap<string, NamesUnit>;
  /** By name, in order of it. */
  readonly tenants: ReadonlyMap<string, TenantUnit>;
  /** By file, of the files that have such statements. */
  readonly outside: ReadonlyMap<string, OutsideUnit>;
  /** Those of them that depend on more than their own scopes. */
  readonly open: readonly Unit[];
}

type AllUnits = Pick<Units, "names" | "tenants" | "outside">;

/** Every unit, in an order that does not depend on what was taken over. */
export function everyUnit({ names, tenants, outside }: AllUnits): readonly Unit[] {
  return [...names.values(), ...tenants.values(), ...outside.values()];
}

/** The params of every scope. */
export function paramsIn(units: Units): readonly EvaluatedParams[] {
  return everyUnit(units).map(({ params }) => params);
}

/** The unit of an earlier check that is, or was, in the place of this one. */
export function namesake(unit: Unit, units: AllUnits | undefined): Unit | undefined {
  switch (unit.kind) {
    case "names":
      return units?.names.get(unit.scope.file.id);
    case "tenant":
      return units?.tenants.get(unit.scope.name);
    case "outside":
      return units?.outside.get(unit.scope.file.id);
  }
}

/** The units with statements in a file. */
export function unitsIn(file: string, { fileScopes }: Program, { names, tenants, outside }: AllUnits): readonly Unit[] {
  const opened = new Set(fileScopes.get(file)?.tenants.map((node) => node.name.text));
  return [names.get(file) ?? [], outside.get(file) ?? [], [...opened].flatMap((name) => tenants.get(name) ?? [])].flat();
}

/** The units that declare a symbol or may name it. What is in a tenant is named by the tenant alone, but for its groups. */
export function unitsNaming(symbol: PolicySymbol, units: Units): readonly Unit[] {
  const { kind, name, tenant, declarations } = symbol;
  const file = declarations.at(0)?.node.span.file;
  if (tenant !== undefined || kind === "tenant") {
    const own = units.tenants.get(tenant ?? name);
    if (own === undefined) return [];
    return kind === "tenant" || kind === "group" ? unitsSeeing(own, units) : [own];
  }
  const own = file === undefined ? undefined : units.names.get(file);
  // What no file declares, every file sees.
  return own === undefined ? everyUnit(units) : unitsSeeing(own, units);
}

/** The unit itself, and those that may name what others can name of it. */
export function unitsSeeing(own: NamesUnit | TenantUnit, units: Units): readonly Unit[] {
  const others = everyUnit(units).filter((unit) => unit !== own && (own.kind === "tenant" ? unit.asked.has(own.scope.name) : sees(unit, own.scope)));
  return [own, ...others];
}

function sees(unit: Unit, scope: FileScope): boolean {
  const isSeenFrom = (outer: FileScope): boolean => outer === scope || outer.imports.includes(scope);
  return unit.kind === "tenant" ? unit.scope.parts.some(({ outer }) => isSeenFrom(outer)) : isSeenFrom(unit.scope);
}

/** What was kept for a symbol; nothing for what no unit declares, such as a builtin service. */
export function valuesIn(units: Pick<Units, "names" | "tenants">, { tenant, declarations }: PolicySymbol): Values | undefined {
  if (tenant !== undefined) return units.tenants.get(tenant)?.values;
  const declaration = declarations.at(0);
  return declaration === undefined ? undefined : units.names.get(declaration.node.span.file)?.values;
}
