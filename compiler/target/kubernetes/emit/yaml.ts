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

/** Gives the text of one document, ending in a newline. */
export type YamlWriter = (root: PlainMap) => string;

/**
 * A writer for many documents, which remembers what comes again and again: keys, and frozen objects and lists by their depth. What is
 * frozen has no comments inside.
 */
export function yamlWriter(): YamlWriter {
  const fragments = new WeakMap<object, string[]>();
  const indents: string[] = [];
  /** What stands before a line at a depth. */
  const indentOf = (depth: number): string => (indents[depth] ??= "  ".repeat(depth));
  const keys: Map<string, string>[] = [];
  /** A key with its colon, behind the indentation of a depth. */
  const keyText = (key: string, depth: number): string => {
    const ofDepth = (keys[depth] ??= new Map());
    const known = ofDepth.get(key);
    if (known !== undefined) return known;
    const made = `${indentOf(depth)}${quoted(key)}:`;
    ofDepth.set(key, made);
    return made;
  };
  const scalar = (value: string | number): string => (typeof value === "number" ? String(value) : quoted(value));

  // Joined once at the end: a text that grows by pieces is a tree of them for the engine, and somebody has to flatten it.
  let parts: string[] = [];
  /** What `write` adds to the text, written once for each depth of a frozen value. */
  const remembered = <Value extends object>(value: Value, depth: number, write: (value: Value, depth: number) => void): void => {
    if (!Object.isFrozen(value)) {
      write(value, depth);
      return;
    }
    let known = fragments.get(value);
    if (known === undefined) fragments.set(value, (known = []));
    if (known[depth] === undefined) {
      const before = parts;
      parts = [];
      write(value, depth);
      known[depth] = parts.join("");
      parts = before;
    }
    parts.push(known[depth]);
  };
  /** The first line stands behind something already, so it has no indentation. */
  const entries = (map: PlainMap, depth: number): void => {
    let indent = 0;
    for (const key in map) {
      const value = map[key];
      if (value === undefined) continue;
      parts.push(keyText(key, indent));
      under(value, depth + 1);
      indent = depth;
    }
  };
  const under = (value: Plain, depth: number): void => {
    if (typeof value !== "object") parts.push(" ", scalar(value), "\n");
    else if (isList(value)) remembered(value, depth, list);
    else if (isEmpty(value)) parts.push(" {}\n");
    else {
      parts.push("\n", indentOf(depth));
      remembered(value, depth, entries);
    }
  };
  const list = (items: readonly PlainItem[], depth: number): void => {
    parts.push(items.length === 0 ? " []\n" : "\n");
    const indent = indentOf(depth);
    for (const item of items) {
      if (typeof item !== "object") {
        parts.push(indent, "- ", scalar(item), "\n");
        continue;
      }
      const lines = item[comment];
      if (lines !== undefined) for (const line of lines) parts.push(indent, "# ", line, "\n");
      parts.push(indent, "- ");
      if (isEmpty(item)) parts.push("{}\n");
      else remembered(item, depth + 1, entries);
    }
  };
  return (root) => {
    parts = [];
    entries(root, 0);
    return parts.join("");
  };
}

function isEmpty(map: PlainMap): boolean {
  for (const key in map) if (map[key] !== undefined) return false;
  return true;
}
