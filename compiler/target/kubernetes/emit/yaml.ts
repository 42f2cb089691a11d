/**
 * Writes plain data as block YAML. Ten thousand rules are megabytes of text, which a general library takes seconds for; the subset here
 * is small: maps, lists, strings, integers, comments. The `yaml` package reads it back equal (`test/compiler/target/kubernetes`).
 */
export type Plain = string | number | readonly PlainItem[] | PlainMap;

/** Lists stand in maps only. */
export type PlainItem = string | number | PlainMap;

export type PlainMap = { readonly [key: string]: Plain | undefined };

/** Comment lines to stand above a list item, by the item. */
export type Comments = ReadonlyMap<object, readonly string[]>;

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
export type YamlWriter = (root: PlainMap, comments: Comments) => string;

/**
 * A writer for many documents, which remembers what comes again and again: keys, and frozen objects by their depth. A frozen object has
 * no comments inside.
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
  return (root, comments) => {
    // Joined once at the end: a text that grows by pieces is a tree of them for the engine, and somebody has to flatten it.
    let parts: string[] = [];
    /** `within` is the depth of the first line: 0 where something stands before it already. */
    const entries = (map: PlainMap, depth: number, within: number): void => {
      if (!Object.isFrozen(map)) {
        writeEntries(map, depth, within);
        return;
      }
      const known = fragments.get(map) ?? [];
      fragments.set(map, known);
      if (known[depth] === undefined) {
        const before = parts;
        parts = [];
        writeEntries(map, depth, 0);
        known[depth] = parts.join("");
        parts = before;
      }
      parts.push(indentOf(within), known[depth]);
    };
    const writeEntries = (map: PlainMap, depth: number, within: number): void => {
      let indent = within;
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
      else if (isList(value)) {
        parts.push(value.length === 0 ? " []\n" : "\n");
        items(value, depth);
      } else if (isEmpty(value)) parts.push(" {}\n");
      else {
        parts.push("\n");
        entries(value, depth, depth);
      }
    };
    const items = (list: readonly PlainItem[], depth: number): void => {
      const indent = indentOf(depth);
      for (const item of list) {
        if (typeof item !== "object") {
          parts.push(indent, "- ", scalar(item), "\n");
          continue;
        }
        for (const line of comments.get(item) ?? []) parts.push(indent, "# ", line, "\n");
        parts.push(indent, "- ");
        if (isEmpty(item)) parts.push("{}\n");
        else entries(item, depth + 1, 0);
      }
    };
    entries(root, 0, 0);
    return parts.join("");
  };
}

function isEmpty(map: PlainMap): boolean {
  for (const key in map) if (map[key] !== undefined) return false;
  return true;
}
