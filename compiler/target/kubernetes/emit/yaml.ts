/**
 * Writes plain data as block YAML. Ten thousand rules are megabytes of text, which a general library takes seconds for; the subset here
 * is small: maps, lists, strings, integers, comments. The `yaml` package reads it back equal (`test/compiler/target/kubernetes`).
 */
export type Plain = string | number | readonly Plain[] | { readonly [key: string]: Plain | undefined };

/** Comment lines to stand above a list item, by the item. */
export type Comments = ReadonlyMap<object, readonly string[]>;

/** Plain scalars that every YAML version reads as this very string. */
const plainWord = /^[A-Za-z][A-Za-z0-9_./-]*$/;
const plainCidr = /^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+\/[0-9]+$/;
const otherMeaning = /^(?:y|n|yes|no|on|off|true|false|null)$/i;


function scalar(value: string | number): string {
  if (typeof value === "number") return String(value);
  const plain = (plainWord.test(value) && !otherMeaning.test(value)) || plainCidr.test(value);
  // A JSON string is a YAML double-quoted scalar (YAML 1.2 §1.3).
  return plain ? value : JSON.stringify(value);
}

function isList(value: Plain): value is readonly Plain[] {
  return Array.isArray(value);
}

/** The text of one document, ending in a newline. */
export function blockYaml(root: Plain, comments: Comments): string {
  const lines: string[] = [];

  const entries = (map: { readonly [key: string]: Plain | undefined }, indent: string, first: string): void => {
    let lead = first;
    for (const key in map) {
      const value = map[key];
      if (value === undefined) continue;
      under(`${lead}${scalar(key)}:`, value, indent);
      lead = indent;
    }
  };
  const under = (head: string, value: Plain, indent: string): void => {
    if (typeof value !== "object") lines.push(`${head} ${scalar(value)}`);
    else if (isList(value)) {
      if (value.length === 0) lines.push(`${head} []`);
      else {
        lines.push(head);
        items(value, `${indent}  `);
      }
    } else if (isEmpty(value)) lines.push(`${head} {}`);
    else {
      lines.push(head);
      entries(value, `${indent}  `, `${indent}  `);
    }
  };
  const items = (list: readonly Plain[], indent: string): void => {
    for (const item of list) {
      if (typeof item !== "object") {
        lines.push(`${indent}- ${scalar(item)}`);
        continue;
      }
      for (const line of comments.get(item) ?? []) lines.push(`${indent}# ${line}`);
      if (isList(item) || isEmpty(item)) lines.push(`${indent}- ${isList(item) ? "[]" : "{}"}`);
      else entries(item, `${indent}  `, `${indent}- `);
    }
  };
  if (typeof root === "object" && !isList(root)) entries(root, "", "");
  return `${lines.join("\n")}\n`;
}

function isEmpty(map: { readonly [key: string]: Plain | undefined }): boolean {
  for (const key in map) if (map[key] !== undefined) return false;
  return true;
}
