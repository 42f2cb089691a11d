/** Lists in JSON files that are written one entry a line (`plan.json`, `sourcemap.json`): their entries, and where each stands. */

export interface JsonList {
  /** The members of the object around the list, and the list itself under its name. */
  readonly members: ReadonlyMap<string, unknown>;
  readonly entries: readonly unknown[];
}

/** The list `name` of a JSON object, or nothing where the text is none. */
export function readJsonList(text: string, name: string): JsonList | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const members = new Map<string, unknown>(Object.entries(value));
  const entries: unknown = members.get(name);
  return Array.isArray(entries) ? { members, entries } : undefined;
}

/** The line of an entry, from 1; nothing where the text is laid out otherwise. Lines are split once for all questions. */
export function entryLines(text: string, name: string): (entry: number) => { readonly line?: number } {
  let lines: readonly string[] | undefined;
  let first = -1;
  return (entry) => {
    lines ??= text.split("\n");
    if (first < 0) first = lines.findIndex((line) => line.trim() === `"${name}": [`) + 1;
    const at = first + entry;
    return first > 0 && /^\s*\{.*\},?$/.test(lines[at] ?? "") ? { line: at + 1 } : {};
  };
}

/** A member of an entry that is a text. */
export function textMember(entry: unknown, name: string): string | undefined {
  const value = member(entry, name);
  return typeof value === "string" ? value : undefined;
}

/** A member of an entry that is a number. */
export function numberMember(entry: unknown, name: string): number | undefined {
  const value = member(entry, name);
  return typeof value === "number" ? value : undefined;
}

export function member(entry: unknown, name: string): unknown {
  return isObject(entry) && Object.hasOwn(entry, name) ? entry[name] : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
