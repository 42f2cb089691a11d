/** What the passes between names and policy share. */
import type { Program } from "../bind/declare.js";
import type { FactRecorder } from "../bind/facts.js";
import type { Lookup, Place } from "../bind/lookup.js";
import type { PolicySymbol } from "../bind/symbols.js";
import type { Report } from "../diagnostics/sink.js";
import type { PolicyMemory } from "../policy/memory.js";
import type { RuleTable } from "../policy/ruletable.js";
import type { ParamValue } from "./params.js";

export interface Context {
  readonly program: Program;
  readonly lookup: Lookup;
  readonly facts: FactRecorder;
  /** Params without a usable value are missing, and have had their message. */
  readonly params: ReadonlyMap<PolicySymbol, ParamValue>;
  readonly report: Report;
  /** Filled while rules are resolved. */
  readonly ruleTable: RuleTable;
  /** How much was said so far. */
  readonly said: () => number;
  /** Of the last check of the same project, where somebody keeps it. */
  readonly memory?: PolicyMemory;
}

/** Where a symbol is declared: what its own definition can see. */
export function placeOf(program: Program, symbol: PolicySymbol): Place | undefined {
  const declaration = symbol.declarations.at(0);
  const file = declaration === undefined ? undefined : program.files.get(declaration.node.span.file);
  if (file === undefined) return undefined;
  const tenant = symbol.tenant === undefined ? undefined : program.tenants.get(symbol.tenant);
  return tenant === undefined ? { file } : { file, tenant };
}
