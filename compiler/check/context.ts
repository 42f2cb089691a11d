/** What the passes between names and policy share. */
import type { FactRecorder } from "../bind/facts.js";
import type { Lookup, Place, TenantNamed } from "../bind/lookup.js";
import type { Program } from "../bind/program.js";
import type { PolicySymbol } from "../bind/symbols.js";
import type { Report } from "../diagnostics/sink.js";
import type { RuleTable } from "../policy/ruletable.js";
import type { ParamValue } from "./params.js";
import type { Values } from "./stored.js";

export interface Context {
  readonly program: Program;
  readonly lookup: Lookup;
  readonly tenantNamed: TenantNamed;
  readonly facts: FactRecorder;
  /** Nothing for a param without a usable value, which has had its message. */
  readonly paramOf: (symbol: PolicySymbol) => ParamValue | undefined;
  /** Where it is kept what this symbol stands for. */
  readonly valuesOf: (symbol: PolicySymbol) => Values;
  readonly report: Report;
  /** Filled while rules are resolved. */
  readonly ruleTable: RuleTable;
  /** How much was said so far. */
  readonly said: () => number;
}

/** Where a symbol is declared: what its own definition can see. */
export function placeOf(program: Program, symbol: PolicySymbol): Place | undefined {
  const declaration = symbol.declarations.at(0);
  const file = declaration === undefined ? undefined : program.files.get(declaration.node.span.file);
  if (file === undefined) return undefined;
  const tenant = symbol.tenant === undefined ? undefined : program.tenants.get(symbol.tenant);
  return tenant === undefined ? { file } : { file, tenant };
}
