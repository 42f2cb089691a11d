/**
 * Writes plain data as block YAML. Ten thousand rules are megabytes of text, which a general library takes seconds for; the subset here
 * is small: maps, lists, strings, integers, comments. The `yaml` package reads it back equal (`test/compiler/target/kubernetes`).
 */
export type Plain = string | number | readonly PlainItem[] | PlainMap;

/** Lists stand in maps only. */
export type PlainItem = string | number | PlainMap;

export type PlainMap = { readonly [key: string]: Plain | undefined; readonly [comment]?: readonly string[] };

/** Where an item of a list has the lines of a comment that is to stand above it. No key of the data can be the same. */
export const comment: unique symbol = Symbol("comment");

export type Commented<Item> = Item & { readonly [comment]?: readonly string[] };

/** Plain scalars that every YAML version reads as this very string. */
const plainWord = /^[A-Za-z][A-Za-z0-9_./-]*$/;
const plainCidr = /^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+\/[0-9]+$/;
const otherMeaning = /^(?:y|n|yes|no|on|off|true|false|null)$/i;
const longestMeaning = "false".length;

function quoted(value: string): string {
  const plain = plainWord.test(value) ? value.length > longestMeaning || !otherMeaning.test(value) : plainCidr.test(value);
  // A JSON string is a YAML double-quoted scalar (YAML 1.2 §1.3).
  return plain ? value : JSON.stringify(value);
}

function isList(value: Plain): value is readonly PlainItem[] {
  return Array.isArray(value);
}

const fragmentsOf = new WeakMap<object, string[]>();

/** Freezes a value that stands in many documents and has no comments inside: what a writer writes of it is kept, by its depth. */
export function shared<Value extends object>(value: Value): Readonly<Value> {
  fragmentsOf.set(value, []);
  return Object.freeze(value);
}

/** Gives the text of one document, ending in a newline. */
export type YamlWriter = (root: PlainMap) => string;

/** What stands before a value, with the line break and the indentation before it if it has these. */
interface KeyTexts {
  readonly scalar: string;
  readonly list: string;
  readonly map: string;
  readonly emptyMap: string;
}

/** What stands before an item of a list, and before a line of its comment. */
interface ItemTexts {
  readonly dash: string;
  readonly comment: string;
}

function lineBreak(depth: number): string {
  return `\n${"  ".repeat(depth)}`;
}

/** `before`: what stands before the key. */
function keyTexts(key: string, before: string, depth: number): KeyTexts {
  const list = `${before}${quoted(key)}:`;
  return { scalar: `${list} `, list, map: `${list}${lineBreak(depth + 1)}`, emptyMap: `${list} {}` };
}

/** A writer for many documents, which remembers what comes again and again: keys and indentations. A line break is written with what follows it. */
export function yamlWriter(): YamlWriter {
  // By depth, once for keys that stand behind something on their line and once for others.
  const firstKeys: Map<string, KeyTexts>[] = [];
  const otherKeys: Map<string, KeyTexts>[] = [];
  const textsOf = (key: string, isFirst: boolean, depth: number): KeyTexts => {
    const known = isFirst ? firstKeys : otherKeys;
    const ofDepth = (known[depth] ??= new Map());
    let texts = ofDepth.get(key);
    if (texts === undefined) ofDepth.set(key, (texts = keyTexts(key, isFirst ? "" : lineBreak(depth), depth)));
    return texts;
  };
  const items: ItemTexts[] = [];
  const itemTexts = (depth: number): ItemTexts => (items[depth] ??= { dash: `${lineBreak(depth)}- `, comment: `${lineBreak(depth)}# ` });

  // Joined once at the end: a text that grows by pieces is a tree of them for the engine, and somebody has to flatten it.
  let parts: string[] = [];
  /** What `write` adds to the text, written once for each depth of a shared value. */
  const remembered = <Value extends object>(value: Value, depth: number, write: (value: Value, depth: number) => void): void => {
    const known = fragmentsOf.get(value);
    if (known === undefined) {
      write(value, depth);
      return;
    }
    if (known[depth] === undefined) {
      const before = parts;
      parts = [];
      write(value, depth);
      known[depth] = parts.join("");
      parts = before;
    }
    if (known[depth] !== "") parts.push(known[depth]);
  };
  /** The first entry stands behind something already. */
  const entries = (map: PlainMap, depth: number): void => {
    let isFirst = true;
    for (const key in map) {
      const value = map[key];
      if (value === undefined) continue;
      const texts = textsOf(key, isFirst, depth);
      isFirst = false;
      if (typeof value !== "object") parts.push(texts.scalar, scalar(value));
      else if (isList(value)) {
        parts.push(texts.list);
        remembered(value, depth + 1, list);
      } else {
        const count = parts.push(texts.map);
        remembered(value, depth + 1, entries);
        if (parts.length === count) parts[count - 1] = texts.emptyMap;
      }
    }
  };
  const list = (values: readonly PlainItem[], depth: number): void => {
    if (values.length === 0) parts.push(" []");
    const texts = itemTexts(depth);
    for (const item of values) {
      if (typeof item !== "object") {
        parts.push(texts.dash, scalar(item));
        continue;
      }
      const lines = item[comment];
      if (lines !== undefined) for (const line of lines) parts.push(texts.comment, line);
      const count = parts.push(texts.dash);
      remembered(item, depth + 1, entries);
      if (parts.length === count) parts.push("{}");
    }
  };
  return (root) => {
    parts = [];
    entries(root, 0);
    parts.push("\n");
    return parts.join("");
  };
}

function scalar(value: string | number): string {
  return typeof value === "number" ? String(value) : quoted(value);
}
