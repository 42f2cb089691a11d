/**
 * What an earlier check resolved, for an editor that checks at each keystroke: a policy, a group or a network with the same text, all of whose names
 * mean what they meant, says what it said before.
 */
import { rulesAsRead } from "../../grammar/reparse/moved.js";
import type { Span } from "../../grammar/span.js";
import type { Policy } from "../../grammar/syntax.js";
import type { TenantScope } from "../bind/declare.js";
import type { Occurrence } from "../bind/facts.js";
import type { Place } from "../bind/lookup.js";
import type { PolicySymbol } from "../bind/symbols.js";
import type { Exports } from "../check/peers.js";
import { originOf } from "../source/files.js";
import type { LoadedFile } from "../source/files.js";
import type { Marks, Resolving } from "./draft.js";
import { makeSuccession } from "./meanings.js";
import type { Meanings } from "./meanings.js";
import type { Group, Network, Origin, PolicyBlock, Rule } from "./model.js";
import type { NamedBlock } from "./networks.js";

/** What resolving a tenant leaves for the next time, by name. */
export interface TenantMemory {
  readonly policies: Map<string, Known<PolicyBlock>>;
  readonly groups: Map<string, Known<Marked<Group>>>;
  readonly networks: Map<string, Known<Marked<Network>>>;
  /** Of the symbols that are named in these. */
  readonly meanings: Meanings;
}

/** What was resolved from a statement, by the check that did. */
interface Known<Thing> {
  readonly thing: Thing;
  /** Everything but names' meanings that the thing was made of. */
  readonly made: readonly string[];
  /** Where the statement began in its file. */
  readonly start: number;
  readonly uses: readonly Use[];
  /** Of the check that wrote this entry. */
  readonly symbols: readonly PolicySymbol[];
}

/** A name in a statement: its place from the statement's beginning, and its symbol's index. */
interface Use {
  readonly start: number;
  readonly end: number;
  readonly symbol: number;
}

/** What a block declares, and the places of its values. */
interface Marked<Thing> {
  readonly thing: Thing;
  readonly marks: Marks;
}

/** Takes over what is remembered of a statement, or resolves it. */
export interface Remember {
  readonly policy: (place: Place, node: Policy, resolve: () => PolicyBlock) => PolicyBlock;
  readonly group: (place: Place, namespaces: readonly string[], node: NamedBlock, resolve: () => Group) => Group;
  readonly network: (place: Place, node: NamedBlock, resolve: () => Network) => Network;
  /** What this leaves. */
  readonly memory: TenantMemory;
}

/** Begins to resolve a tenant: `before` is what the time before has left. */
export function rememberTenant(before: TenantMemory | undefined, resolving: Resolving, exportsOf: (tenant: TenantScope) => Exports): Remember {
  const { ruleTable } = resolving.context;
  const { successor, note, meanings } = makeSuccession(resolving, before?.meanings ?? new Map(), exportsOf);
  const memory: TenantMemory = { policies: new Map(), groups: new Map(), networks: new Map(), meanings };

  /** Nothing where the statement has to be resolved. */
  const takenOver = <Thing>(earlier: Known<Thing> | undefined, made: readonly string[], place: Place, start: number): Known<Thing> | undefined => {
    if (earlier === undefined || !made.every((text, index) => text === earlier.made[index])) return undefined;
    const symbols: PolicySymbol[] = [];
    for (const symbol of earlier.symbols) {
      const now = successor(place, symbol);
      if (now === undefined) return undefined;
      symbols.push(now);
    }
    const { file } = place;
    resolving.context.facts.recordLater(file.id, symbols, usesLater(earlier.uses, file.id, start, symbols));
    // Pieces of the text as it is now: those of the earlier one would keep all of that from being freed.
    return { ...earlier, made, symbols };
  };
  /** Resolves a statement; nothing to remember where something is said about it, so that it is said each time, or where it is not all there. */
  const resolved = <Thing>(
    resolve: () => Thing,
    made: readonly string[],
    place: Place,
    start: number,
    isWhole: (thing: Thing) => boolean,
  ): [Thing, Known<Thing> | undefined] => {
    const { facts, said } = resolving.context;
    const before = said();
    const recorded = facts.count(place.file.id);
    const thing = resolve();
    if (said() !== before || !isWhole(thing)) return [thing, undefined];
    const known: Known<Thing> = { thing, made, start, ...usesOf(facts.usesSince(place.file.id, recorded), start) };
    return [thing, known.symbols.every(note) ? known : undefined];
  };

  /** `name` begins with the block's, and holds whatever else it was made of. */
  const block = <Thing extends { readonly origin: Origin }>(
    earlier: Known<Marked<Thing>> | undefined,
    now: Map<string, Known<Marked<Thing>>>,
    place: Place,
    name: readonly [string, ...string[]],
    node: NamedBlock,
    resolve: () => Thing,
  ): Thing => {
    const { file } = place;
    const { start, end } = node.span;
    if (!isWhole(node, file)) return resolve();
    const [key] = name;
    const made = [file.id, node.doc ?? "", file.text.slice(start, end), ...name];
    const over = takenOver(earlier, made, place, start);
    if (over !== undefined) {
      now.set(key, over);
      const by = start - over.start;
      const { thing, marks } = over.thing;
      const origin = movedOrigin(thing.origin, file, by);
      const moved = isAt(origin, thing.origin) ? thing : { ...thing, origin };
      resolving.spans.markAll(moved, marks, by);
      return moved;
    }
    const resolveMarked = (): Marked<Thing> => {
      const thing = resolve();
      return { thing, marks: resolving.spans.marksOf(thing) };
    };
    const [{ thing }, known] = resolved(resolveMarked, made, place, start, () => true);
    if (known !== undefined) now.set(key, known);
    return thing;
  };

  return {
    policy: (place, node, resolve) => {
      const { file } = place;
      const { start, end } = node.span;
      const rules = rulesAsRead(node);
      if (!isWhole(node, file) || rules.some((rule) => rule.incomplete === true)) return resolve();
      const key = node.name.text;
      const made = [file.id, node.doc ?? "", file.text.slice(start, end)];
      const earlier = takenOver(before?.policies.get(key), made, place, start);
      if (earlier !== undefined && earlier.thing.rules.length === rules.length) {
        memory.policies.set(key, earlier);
        const block = movedBlock(earlier.thing, file, start - earlier.start);
        ruleTable.recordLater(node, block);
        return block;
      }
      const [block, known] = resolved(resolve, made, place, start, (made) => made.rules.length === rules.length);
      if (known !== undefined) memory.policies.set(key, known);
      return block;
    },
    group: (place, namespaces, node, resolve) =>
      block(before?.groups.get(node.name.text), memory.groups, place, [node.name.text, namespaces.join(" ")], node, resolve),
    network: (place, node, resolve) => block(before?.networks.get(node.name.text), memory.networks, place, [node.name.text], node, resolve),
    memory,
  };
}

/** More problems than these are near those that a file counts and does not list. */
const fewProblems = 50;

/** The same text can be read in part only, where something is wrong in it or around it. */
function isWhole(node: Policy | NamedBlock, { parsed }: LoadedFile): boolean {
  if (node.incomplete === true || parsed.problems.length > fewProblems) return false;
  return parsed.problems.every(({ span }) => span.end < node.span.start || node.span.end < span.start);
}

function usesOf(occurrences: readonly Occurrence[], start: number): Pick<Known<unknown>, "uses" | "symbols"> {
  const indices = new Map<PolicySymbol, number>();
  const uses = occurrences.map(({ span, symbol }): Use => {
    const index = indices.get(symbol) ?? indices.size;
    indices.set(symbol, index);
    return { start: span.start - start, end: span.end - start, symbol: index };
  });
  return { uses, symbols: [...indices.keys()] };
}

/** A function of its own: what is kept of a check must hold nothing of how it was made, or every check would hold the one before. */
function usesLater(uses: readonly Use[], file: string, start: number, symbols: readonly PolicySymbol[]): () => readonly Occurrence[] {
  return () => uses.map((use) => occurrenceOf(use, file, start, symbols));
}

function occurrenceOf(use: Use, file: string, start: number, symbols: readonly PolicySymbol[]): Occurrence {
  return { span: { file, start: start + use.start, end: start + use.end }, symbol: symbols[use.symbol], declaration: false };
}

function movedSpan({ file, start, end }: Span, by: number): Span {
  return { file, start: start + by, end: end + by };
}

/** Lines above may be joined or cut without anything moving by a character, so the line is found anew. */
function movedOrigin({ span }: Origin, file: LoadedFile, by: number): Origin {
  return originOf(file, movedSpan(span, by));
}

function isAt(left: Origin, right: Origin): boolean {
  return left.span.start === right.span.start && left.line === right.line && left.column === right.column;
}

/** The rules are moved when somebody asks for them. */
function movedBlock(block: PolicyBlock, file: LoadedFile, by: number): PolicyBlock {
  const origin = movedOrigin(block.origin, file, by);
  if (isAt(origin, block.origin)) return block;
  let rules: readonly Rule[] | undefined;
  return {
    ...block,
    origin,
    get rules() {
      rules ??= block.rules.map((rule): Rule => ({ ...rule, origin: movedOrigin(rule.origin, file, by) }));
      return rules;
    },
  };
}
