/** What editors ask about names, answered from the units of a check. */
import type { Rule as SyntaxRule } from "../../grammar/syntax.js";
import { joinFacts } from "../bind/facts.js";
import type { ProjectFacts } from "../bind/facts.js";
import type { Place } from "../bind/lookup.js";
import { symbolsOfProgram } from "../bind/program.js";
import type { Program } from "../bind/program.js";
import type { NameSpace, PolicySymbol } from "../bind/symbols.js";
import type { ParamValue } from "../check/params.js";
import { noValues } from "../check/stored.js";
import type { ServiceSet } from "../space/service.js";
import { begin } from "./begin.js";
import type { Begun } from "./begin.js";
import type { Peer, Rule } from "./model.js";
import { unitsIn, unitsNaming, valuesIn } from "./units.js";
import type { Unit, Units } from "./units.js";

/** The side tables that editors read. */
export interface Names extends ProjectFacts {
  readonly symbols: readonly PolicySymbol[];
  /** What a statement at this place can name, inner declarations first. */
  readonly visible: (place: Place, space?: NameSpace) => readonly PolicySymbol[];
  /** The place of an offset in a file: its tenant, if it is in one. */
  readonly placeAt: (file: string, offset: number) => Place | undefined;
  readonly serviceOf: (symbol: PolicySymbol) => ServiceSet | undefined;
  readonly peerOf: (symbol: PolicySymbol) => Peer | undefined;
  readonly paramOf: (symbol: PolicySymbol) => ParamValue | undefined;
  readonly ruleOf: (node: SyntaxRule) => Rule | undefined;
}

/** Costs nothing until somebody asks. */
export function namesOf(program: Program, units: Units): Names {
  const byFile = new Map<string, readonly Unit[]>();
  const unitsOf = (file: string): readonly Unit[] => {
    const known = byFile.get(file) ?? unitsIn(file, program, units);
    byFile.set(file, known);
    return known;
  };
  let symbols: readonly PolicySymbol[] | undefined;
  let asking: Begun | undefined;
  /** Asks as a statement would that is in no unit, and leaves nothing. */
  const asked = (): Begun => {
    const valuesOf = (symbol: PolicySymbol) => valuesIn(units, symbol) ?? noValues();
    asking ??= begin({ program, given: new Map(), valuesOf, exportsOf: () => new Map() }, noValues());
    return asking;
  };
  const facts = joinFacts(
    (file) => unitsOf(file).map((unit) => unit.facts),
    (symbol) => unitsNaming(symbol, units).map((unit) => unit.facts),
  );
  return {
    ...facts,
    get symbols() {
      symbols ??= symbolsOfProgram(program);
      return symbols;
    },
    visible: (place, space) => asked().context.lookup.visible(place, space),
    placeAt: (file, offset) => placeAt(program, file, offset),
    serviceOf: (symbol) => asked().services.ofSymbol(symbol),
    peerOf: (symbol) => asked().peers.ofSymbol(symbol),
    paramOf: (symbol) => valuesIn(units, symbol)?.params.get(symbol),
    ruleOf: (node) => {
      for (const { ruleTable } of unitsOf(node.span.file)) {
        const rule = ruleTable.of(node);
        if (rule !== undefined) return rule;
      }
      return undefined;
    },
  };
}

function placeAt(program: Program, id: string, offset: number): Place | undefined {
  const file = program.files.get(id);
  if (file === undefined) return undefined;
  const node = file.parsed.file.items.find((item) => item.kind === "tenant" && item.span.start <= offset && offset <= item.span.end);
  const tenant = node?.kind === "tenant" ? program.tenants.get(node.name.text) : undefined;
  return tenant === undefined ? { file } : { file, tenant };
}
