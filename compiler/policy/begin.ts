/** Beginning to resolve a unit, and what is known of it in the end. */
import type { Declared, TenantScope } from "../bind/declare.js";
import { recordFacts } from "../bind/facts.js";
import { makeLookup } from "../bind/lookup.js";
import type { Program } from "../bind/program.js";
import type { PolicySymbol } from "../bind/symbols.js";
import type { Context } from "../check/context.js";
import { placeOf } from "../check/context.js";
import { evaluateParams } from "../check/params.js";
import type { EvaluatedParams, GivenParam } from "../check/params.js";
import { makePeers } from "../check/peers.js";
import type { Exports } from "../check/peers.js";
import { makeServices } from "../check/services.js";
import type { Values } from "../check/stored.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { makeSpans } from "./draft.js";
import type { Resolving } from "./draft.js";
import type { QosProfile } from "./model.js";
import { isNamed, resolveQos } from "./networks.js";
import { makeRuleTable } from "./ruletable.js";
import { addressesShape } from "./shape.js";
import type { NamedAddresses, NamesUnit } from "./units.js";

/** What resolving shares between units. */
export interface Project {
  readonly program: Program;
  readonly given: ReadonlyMap<string, GivenParam>;
  readonly valuesOf: Context["valuesOf"];
  readonly exportsOf: (tenant: TenantScope) => Exports;
}

export interface Begun extends Resolving {
  /** The profile that a symbol declares, resolved once. */
  readonly qosOf: (symbol: PolicySymbol) => QosProfile | undefined;
  /** What every unit has, once everything in it is resolved. `shape` is what there is to compare besides externals. */
  readonly end: (shape: string) => Omit<NamesUnit, "kind" | "scope">;
}

const nothingDeclared: Declared = { scope: new Map(), symbolOfNode: new Map(), findings: [] };
const noExternals: readonly NamedAddresses[] = [];
const noNames: ReadonlySet<string> = new Set();

/** `declared` is the scope of the unit, where it has one of its own, and `values` what is to be kept of its names. */
export function begin(project: Project, values: Values, declared: Declared = nothingDeclared): Begun {
  const { program, given, valuesOf, exportsOf } = project;
  const findings: Diagnostic[] = [];
  const report = (diagnostic: Diagnostic): void => {
    findings.push(diagnostic);
  };
  const asked = new Map<string, TenantScope | undefined>();
  const tenantNamed = (name: string): TenantScope | undefined => {
    const tenant = program.tenants.get(name);
    asked.set(name, tenant);
    return tenant;
  };
  const facts = recordFacts();
  const symbols = new Set(declared.symbolOfNode.values());
  for (const symbol of symbols) for (const { nameSpan } of symbol.declarations) facts.record(nameSpan, symbol, true);
  const lookup = makeLookup(program, facts, report, tenantNamed);
  const params: EvaluatedParams = evaluateParams(declared, given, report);
  for (const [symbol, value] of params.values) values.params.set(symbol, value);
  const ruleTable = makeRuleTable();
  const said = (): number => findings.length + lookup.lost();
  const paramOf: Context["paramOf"] = (symbol) => valuesOf(symbol).params.get(symbol);
  const context: Context = { program, lookup, tenantNamed, facts, paramOf, valuesOf, report, ruleTable, said };
  const services = makeServices(context);
  const peers = makePeers(context, exportsOf);
  const spans = makeSpans();
  const resolving: Resolving = { context, services, peers, spans };
  const qosOf: Begun["qosOf"] = (symbol) => {
    const { profiles } = valuesOf(symbol);
    if (profiles.has(symbol)) return profiles.get(symbol);
    const node = symbol.declarations.at(0)?.node;
    const place = placeOf(program, symbol);
    const profile = node?.kind === "qos" && isNamed(node) && place !== undefined ? resolveQos(resolving, place, node) : undefined;
    profiles.set(symbol, profile);
    return profile;
  };
  // Sets, services, externals and profiles are checked where they stand, used or not.
  for (const symbol of symbols) {
    if (symbol.misplaced) continue;
    if (symbol.kind === "service") services.ofSymbol(symbol);
    else if (symbol.kind === "set" || symbol.kind === "external") peers.ofSymbol(symbol);
    else if (symbol.kind === "qos") qosOf(symbol);
  }
  return {
    ...resolving,
    qosOf,
    end: (shape) => {
      const meant = lookup.lost() === 0 ? noNames : lookup.reportUnknown();
      const externals = externalsAmong(values);
      const missed = lookup.lost() > 0;
      const whole = shape + addressesShape(externals.map(({ addresses }) => addresses));
      return { findings, facts, ruleTable, spans, values, params, externals, asked, missed, meant, shape: whole };
    },
  };
}

function externalsAmong({ peers }: Values): readonly NamedAddresses[] {
  const found: NamedAddresses[] = [];
  for (const [symbol, peer] of peers) {
    if (symbol.kind === "external" && peer?.kind === "addresses") found.push({ symbol, addresses: peer.addresses });
  }
  return found.length === 0 ? noExternals : found;
}
