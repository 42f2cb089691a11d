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
  const keys = new Map<string, string>();
  const keyText = (key: string): string => {
    const known = keys.get(key);
    if (known !== undefined) return known;
    const made = `${quoted(key)}:`;
    keys.set(key, made);
    return made;
  };
  const scalar = (value: string | number): string => (typeof value === "number" ? String(value) : quoted(value));
  return (root, comments) => {
    let text = "";
    const entries = (map: PlainMap, indent: string, first: string): void => {
      if (!Object.isFrozen(map)) {
        writeEntries(map, indent, first);
        return;
      }
      const known = fragments.get(map) ?? [];
      fragments.set(map, known);
      const depth = indent.length;
      if (known[depth] === undefined) {
        const before = text;
        text = "";
        writeEntries(map, indent, indent);
        known[depth] = text.slice(depth);
        text = before;
      }
      text += first + known[depth];
    };
    const writeEntries = (map: PlainMap, indent: string, first: string): void => {
      let lead = first;
      for (const key in map) {
        const value = map[key];
        if (value === undefined) continue;
        text += lead + keyText(key);
        under(value, `${indent}  `);
        lead = indent;
      }
    };
    const under = (value: Plain, indent: string): void => {
      if (typeof value !== "object") text += ` ${scalar(value)}\n`;
      else if (isList(value)) {
        text += value.length === 0 ? " []\n" : "\n";
        items(value, indent);
      } else if (isEmpty(value)) text += " {}\n";
      else {
        text += "\n";
        entries(value, indent, indent);
      }
    };
    const items = (list: readonly PlainItem[], indent: string): void => {
      for (const item of list) {
        if (typeof item !== "object") {
          text += `${indent}- ${scalar(item)}\n`;
          continue;
        }
        for (const line of comments.get(item) ?? []) text += `${indent}# ${line}\n`;
        if (isEmpty(item)) text += `${indent}- {}\n`;
        else entries(item, `${indent}  `, `${indent}- `);
      }
    };
    entries(root, "", "");
    return text;
  };
}

function isEmpty(map: PlainMap): boolean {
  for (const key in map) if (map[key] !== undefined) return false;
  return true;
}
