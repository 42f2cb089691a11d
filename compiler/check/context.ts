/** What the passes between names and policy share. */
import type * as syntax from "../../grammar/syntax.js";
import type { Program } from "../bind/declare.js";
import type { FactRecorder } from "../bind/facts.js";
import type { Lookup, Place } from "../bind/lookup.js";
import type { PolicySymbol } from "../bind/symbols.js";
import type { Report } from "../diagnostics/sink.js";
import type { Remember } from "../policy/memory.js";
import type { Rule } from "../policy/model.js";
import type { ParamValue } from "./params.js";

export interface Context {
  readonly program: Program;
  readonly lookup: Lookup;
  readonly facts: FactRecorder;
  /** Params without a usable value are missing, and have had their message. */
  readonly params: ReadonlyMap<PolicySymbol, ParamValue>;
  readonly report: Report;
  /** Filled while rules are resolved, for tools that come from a place in the text. */
  readonly ruleOfNode: Map<syntax.Rule, Rule>;
  /** Absent where nothing of an earlier check is known. */
  readonly remember?: Remember;
}

/** Where a symbol is declared: what its own definition can see. */
export function placeOf(program: Program, symbol: PolicySymbol): Place | undefined {
  const declaration = symbol.declarations.at(0);
  const file = declaration === undefined ? undefined : program.files.get(declaration.node.span.file);
  if (file === undefined) return undefined;
  const tenant = symbol.tenant === undefined ? undefined : program.tenants.get(symbol.tenant);
  return tenant === undefined ? { file } : { file, tenant };
}
