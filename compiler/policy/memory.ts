/**
 * Policies of an earlier check, for an editor that checks at each keystroke: a policy with the same text, in a project whose other
 * declarations are the same, says what it said before.
 */
import type { Policy, Tenant as SyntaxTenant } from "../../grammar/syntax.js";
import type { Program } from "../bind/declare.js";
import type { Occurrence } from "../bind/facts.js";
import type { Place } from "../bind/lookup.js";
import { findIn, nameSpaceOf } from "../bind/symbols.js";
import type { PolicySymbol } from "../bind/symbols.js";
import type { Context } from "../check/context.js";
import type { GivenParam } from "../check/params.js";
import { originOf } from "../source/files.js";
import type { LoadedFile } from "../source/files.js";
import type { Origin, PolicyBlock, Rule } from "./model.js";

/** What one check leaves for the next. Made empty by `policyMemory`; only the compiler looks inside. */
export interface PolicyMemory {
  /** Everything that names in policies can stand for, as text. */
  environment: string;
  policies: Map<string, KnownPolicy>;
}

interface KnownPolicy {
  readonly block: PolicyBlock;
  /** Where the policy began in its file. */
  readonly start: number;
  readonly uses: readonly Use[];
  /** Of the check that wrote this. */
  readonly symbols: readonly PolicySymbol[];
}

/** A name in a policy: its place from the policy's beginning, and its symbol's index. */
interface Use {
  readonly start: number;
  readonly end: number;
  readonly symbol: number;
}

export function policyMemory(): PolicyMemory {
  return { environment: "", policies: new Map() };
}

/** Resolves a policy, or takes over what is remembered of it. */
export type Remember = (place: Place, tenant: string, node: Policy, resolve: () => PolicyBlock) => PolicyBlock;

/** How much was said so far. A policy about which something is said is resolved anew each time, so that it is said each time. */
export type CountSaid = () => number;

/**
 * Begins a check: what is left of the earlier one in `memory` is used, and replaced by what this one finds. While a file cannot be read
 * outside its policies and tests, nothing is taken over and the memory stays as it is: how statements around a mistake are read depends on it.
 */
export function rememberPolicies(
  memory: PolicyMemory,
  given: ReadonlyMap<string, GivenParam>,
  { program, facts, ruleOfNode }: Pick<Context, "program" | "facts" | "ruleOfNode">,
  said: CountSaid,
): Remember | undefined {
  if (![...program.files.values()].every(isReadableOutside)) return undefined;
  const environment = environmentOf(program, given);
  const known = memory.environment === environment ? memory.policies : new Map<string, KnownPolicy>();
  const fresh = new Map<string, KnownPolicy>();
  memory.environment = environment;
  memory.policies = fresh;
  const current = makeSuccession(program);

  return (place, tenant, node, resolve) => {
    const { file } = place;
    const { start, end } = node.span;
    if (!isWhole(node, file)) return resolve();
    const key = `${file.id}\n${tenant}\n${node.doc ?? ""}\n${file.text.slice(start, end)}`;
    const earlier = known.get(key);
    const symbols = earlier?.symbols.flatMap((symbol) => current(symbol) ?? []);
    if (earlier !== undefined && symbols?.length === earlier.symbols.length && earlier.block.rules.length === node.rules.length) {
      const block = movedBlock(earlier.block, file, start - earlier.start);
      fresh.set(key, { block, start, uses: earlier.uses, symbols });
      facts.recordLater(file.id, symbols, () => earlier.uses.map((use) => occurrenceOf(use, file.id, start, symbols)));
      block.rules.forEach((rule, index) => ruleOfNode.set(node.rules[index], rule));
      return block;
    }
    const before = said();
    const recorded = facts.count(file.id);
    const block = resolve();
    if (said() === before && block.rules.length === node.rules.length) {
      fresh.set(key, { block, start, ...usesOf(facts.recordedSince(file.id, recorded), start) });
    }
    return block;
  };
}

/** Whether every mistake of the file stands inside a policy or a test. */
function isReadableOutside({ parsed }: LoadedFile): boolean {
  if (parsed.problems.length === 0) return true;
  const { items } = parsed.file;
  const inner = [...items, ...items.flatMap((item) => (item.kind === "tenant" ? item.items : []))];
  const unnamed = inner.filter(({ kind }) => kind === "policy" || kind === "test");
  return parsed.problems.every((problem) => unnamed.some((item) => item.span.start < problem.span.start && problem.span.end < item.span.end));
}

/** The same text can be read in part only, where something is wrong in it or around it. */
function isWhole(node: Policy, { parsed }: LoadedFile): boolean {
  if (node.incomplete === true || node.rules.some((rule) => rule.incomplete === true)) return false;
  return parsed.problems.every(({ span }) => span.end < node.span.start || node.span.end < span.start);
}

/**
 * The text of every declaration but policies and tests, which nothing names, with the values of params: everything that decides what the
 * names in a policy stand for.
 */
function environmentOf(program: Program, given: ReadonlyMap<string, GivenParam>): string {
  const parts: string[] = [JSON.stringify([...given].map(([name, { value }]) => [name, value]))];
  for (const file of program.files.values()) {
    parts.push(file.id, file.imports.map(({ target, usable }) => `${target} ${usable}`).join("\n"));
    addDeclarations(parts, file, file.parsed.file.items);
  }
  return parts.join("\n");
}

function addDeclarations(parts: string[], file: LoadedFile, items: SyntaxTenant["items"]): void {
  for (const item of items) {
    if (item.kind === "tenant") {
      parts.push(`tenant ${item.name.text} {`);
      addDeclarations(parts, file, item.items);
      parts.push("}");
    } else if (item.kind !== "policy" && item.kind !== "test") parts.push(file.text.slice(item.span.start, item.span.end));
  }
}

/** From a symbol of an earlier check to the one that is declared in its place now. */
function makeSuccession(program: Program): (symbol: PolicySymbol) => PolicySymbol | undefined {
  const successors = new Map<PolicySymbol, PolicySymbol | undefined>();
  const find = (symbol: PolicySymbol): PolicySymbol | undefined => {
    const { kind, name, tenant } = symbol;
    if (kind === "tenant") return program.tenants.get(name)?.symbol;
    const declaration = symbol.declarations.at(0);
    if (declaration === undefined) return symbol;
    const scope = tenant === undefined ? program.fileScopes.get(declaration.nameSpan.file) : program.tenants.get(tenant)?.scope;
    return findIn(scope, nameSpaceOf(kind), name);
  };
  return (symbol) => {
    const known = successors.get(symbol);
    if (known !== undefined) return known;
    const found = find(symbol);
    successors.set(symbol, found);
    return found;
  };
}

function usesOf(occurrences: readonly Occurrence[], start: number): Pick<KnownPolicy, "uses" | "symbols"> {
  const indices = new Map<PolicySymbol, number>();
  const uses = occurrences.map(({ span, symbol }): Use => {
    const index = indices.get(symbol) ?? indices.size;
    indices.set(symbol, index);
    return { start: span.start - start, end: span.end - start, symbol: index };
  });
  return { uses, symbols: [...indices.keys()] };
}

function occurrenceOf(use: Use, file: string, start: number, symbols: readonly PolicySymbol[]): Occurrence {
  return { span: { file, start: start + use.start, end: start + use.end }, symbol: symbols[use.symbol], declaration: false };
}

function movedBlock(block: PolicyBlock, file: LoadedFile, by: number): PolicyBlock {
  const movedOrigin = ({ span }: Origin): Origin => originOf(file, { ...span, start: span.start + by, end: span.end + by });
  const origin = movedOrigin(block.origin);
  // Lines above may be joined or cut without anything moving by a character.
  if (by === 0 && origin.line === block.origin.line && origin.column === block.origin.column) return block;
  return { ...block, origin, rules: block.rules.map((rule): Rule => ({ ...rule, origin: movedOrigin(rule.origin) })) };
}
