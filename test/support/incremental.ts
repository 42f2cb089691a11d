/** Random typing, and what a check says of the text after each edit, with and without what earlier checks left. */
import { check } from "../../compiler/compile.js";
import type { Checked, ProjectInput } from "../../compiler/compile.js";
import { checkMemory } from "../../compiler/memory.js";
import { type Random, mutators, randomFrom } from "./mutate.js";

export type Texts = Readonly<Record<string, string>>;

export function checkWith(texts: Texts, more: Partial<ProjectInput> = {}): Checked {
  return check({ entries: Object.keys(texts), read: (id) => (id in texts ? { text: texts[id] } : undefined), withoutLogic: true, ...more });
}

/** Everything that a check says, as text; symbols by what they are called, since each check has its own. */
export function said({ diagnostics, findings, draft, files, names }: Checked): string {
  const occurrences = [...files.keys()].map((file) =>
    names.occurrencesIn(file).map(({ span, symbol, declaration }) => [span, symbol.kind, symbol.tenant, symbol.name, declaration]),
  );
  const uses = names.symbols.map((symbol) => [
    symbol.kind,
    symbol.name,
    names.isUsed(symbol),
    names
      .occurrencesOf(symbol)
      .map(({ span }) => `${span.file} ${span.start}`)
      .sort(),
  ]);
  const rules = [...files.values()].flatMap(({ parsed }) =>
    parsed.file.items.flatMap((item) =>
      item.kind === "tenant" ? item.items.flatMap((inner) => (inner.kind === "policy" ? inner.rules.map((rule) => names.ruleOf(rule)?.id) : [])) : [],
    ),
  );
  return JSON.stringify({ diagnostics, findings, draft, occurrences, uses, rules }, (_key, value: unknown) => {
    if (value instanceof Map) return [...value];
    if (value instanceof Set) return [...value];
    return typeof value === "bigint" ? String(value) : value;
  });
}

/** The texts after each of `count` edits to `text`: words typed letter by letter, mistakes of every kind, and now and then all of it undone. */
export function* typing(text: string, seed: number, count: number): Generator<string> {
  const random = randomFrom(seed);
  let now = text;
  for (let made = 0; made < count; made++) {
    now = random(12) === 0 ? text : edited(now, random);
    yield now;
  }
}

const typed = [
  "allow ",
  "any -> any",
  " : http\n",
  "  deny ",
  "web",
  " except db",
  "log\n",
  "// note\n",
  "}",
  "{",
  "\n",
  "/*",
  '"',
  "service x = tcp/1\n",
];

function edited(text: string, random: Random): string {
  if (random(3) > 0) {
    const at = random(text.length + 1);
    const piece = typed[random(typed.length)];
    return text.slice(0, at) + piece.slice(0, 1 + random(piece.length)) + text.slice(at + (random(4) === 0 ? random(6) : 0));
  }
  const names = Object.keys(mutators);
  return mutators[names[random(names.length)]](text, random);
}

/** The first text about which a check that remembers says something else than one that does not; nothing where there is none. */
export function firstDifference(
  texts: Texts,
  file: string,
  seed: number,
  count: number,
): { readonly text: string; readonly remembered: string; readonly anew: string } | undefined {
  const memory = checkMemory();
  for (const text of typing(texts[file], seed, count)) {
    const now = { ...texts, [file]: text };
    const remembered = said(checkWith(now, { memory }));
    const anew = said(checkWith(now));
    if (remembered !== anew) return { text, remembered, anew };
  }
  return undefined;
}
