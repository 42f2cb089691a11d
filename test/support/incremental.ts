/** Holds what is taken over from the text before a change against what reading and checking anew gives. */
import { check } from "../../compiler/compile.js";
import type { Checked } from "../../compiler/compile.js";
import { policyMemory } from "../../compiler/policy/memory.js";
import type { PolicyMemory } from "../../compiler/policy/memory.js";
import { parseFile } from "../../grammar/parse.js";
import { reparseFile } from "../../grammar/reparse/reparse.js";
import type { ReadText } from "../../grammar/reparse/reparse.js";
import type { Item } from "../../grammar/syntax.js";
import { mutations } from "./mutate.js";

export const read = (text: string): ReadText => ({ text, parsed: parseFile("main.ctv", text) });

/** The declarations of a file and of its tenants. */
export function declarationsOf({ file }: ReadText["parsed"]): readonly Item[] {
  return file.items.flatMap((item) => (item.kind === "tenant" ? [item, ...item.items] : [item]));
}

export interface Comparison {
  /** The first mutation that is not read alike, with what is not. */
  readonly difference?: string;
  /** How many readings took some declaration over. */
  readonly takenOver: number;
}

/** Mutates a text, and reads each result as a change of the text and of the result before. */
export function compareReading(text: string, seed: number, count: number): Comparison {
  const whole = read(text);
  let last = whole;
  let takenOver = 0;
  for (const { name, text: changed } of mutations([text], seed, count)) {
    const expected = parseFile("main.ctv", changed);
    for (const before of [whole, last]) {
      const found = reparseFile(before, changed);
      const difference = firstDifference(JSON.stringify(found), JSON.stringify(expected), `${name} (seed ${seed})`);
      if (difference !== undefined) return { difference, takenOver };
      const known = new Set(declarationsOf(before.parsed));
      if (declarationsOf(found).some((item) => known.has(item))) takenOver++;
    }
    last = { text: changed, parsed: expected };
  }
  return { takenOver };
}

export function checkTexts(texts: Readonly<Record<string, string>>, memory?: PolicyMemory): Checked {
  return check({
    entries: Object.keys(texts),
    read: (id) => (id in texts ? { text: texts[id] } : undefined),
    ...(memory === undefined ? {} : { memory }),
  });
}

/** Mutates one of the files, and checks before and after with and without what is remembered. */
export function compareChecking(texts: Readonly<Record<string, string>>, file: string, seed: number, count: number): string | undefined {
  const memory = policyMemory();
  for (const { name, text } of mutations([texts[file]], seed, count)) {
    const changed = { ...texts, [file]: text };
    for (const project of [texts, changed]) {
      const difference = firstDifference(told(checkTexts(project, memory)), told(checkTexts(project)), `${name} (seed ${seed})`);
      if (difference !== undefined) return difference;
    }
  }
  return undefined;
}

/** Everything that a check says, as text. */
function told({ diagnostics, draft, files, names }: Checked): string {
  const occurrences = [...files.keys()].flatMap((id) =>
    names
      .occurrencesIn(id)
      .map(({ span, symbol, declaration }) => [span, symbol.kind, symbol.name, symbol.declarations.map((entry) => entry.nameSpan), declaration]),
  );
  const uses = names.symbols.map((symbol) => [symbol.name, names.isUsed(symbol), names.occurrencesOf(symbol).length]);
  const rules = [...files.values()].flatMap((file) =>
    file.parsed.file.items.flatMap((item) =>
      item.kind === "tenant" ? item.items.flatMap((inner) => (inner.kind === "policy" ? inner.rules.map((rule) => names.ruleOf(rule)) : [])) : [],
    ),
  );
  return JSON.stringify([diagnostics, draft, occurrences, uses, rules], (_, value: unknown) => (typeof value === "bigint" ? String(value) : value));
}

function firstDifference(found: string, expected: string, name: string): string | undefined {
  if (found === expected) return undefined;
  const at = [...expected].findIndex((character, index) => character !== found[index]);
  return `${name}: ${found.slice(Math.max(0, at - 200), at + 200)}\ninstead of\n${expected.slice(Math.max(0, at - 200), at + 200)}`;
}
