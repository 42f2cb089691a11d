/** Lists in JSON files that are written one entry a line (`plan.json`, `sourcemap.json`): their entries, and where each stands. */

export interface JsonList {
  /** The members of the object around the list, apart from the list itself. */
  readonly members: ReadonlyMap<string, unknown>;
  /** One after the other, so that a list of many needs no memory. Those that `isKnown` need not be read; they are left out. */
  readonly entries: (isKnown?: IsKnown) => Iterable<Entry>;
}

/** Whether what stands in a text from `start` to `end` is an entry, and one that the caller knows without having it read. */
export type IsKnown = (text: string, start: number, end: number) => boolean;

export interface Entry {
  readonly value: unknown;
  /** From 1; absent where the text is laid out otherwise than an entry a line. */
  readonly line?: number;
  /** The entry as it stands there; absent likewise. */
  readonly text?: string;
}

/** The list `name` of a JSON object, or nothing where the text is none. */
export function readJsonList(text: string, name: string): JsonList | undefined {
  return readByLine(text, name) ?? readWhole(text, name);
}

function readWhole(text: string, name: string): JsonList | undefined {
  const members = membersOf(text);
  const list = members?.get(name);
  return members !== undefined && Array.isArray(list) ? { members, entries: () => list.map((value: unknown) => ({ value })) } : undefined;
}

function membersOf(text: string): ReadonlyMap<string, unknown> | undefined {
  const value = parse(text);
  return isObject(value) ? new Map(Object.entries(value)) : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The same where the list's brackets and each of its entries have lines of their own. What is around the list is read without it. */
function readByLine(text: string, name: string): JsonList | undefined {
  const opening = new RegExp(`^( *)"${name}": \\[\n`, "m").exec(text);
  if (opening === null) return undefined;
  const start = opening.index + opening[0].length;
  const end = text.indexOf(`\n${opening[1]}]`, start) + 1;
  const around = (entries: string): ReadonlyMap<string, unknown> | undefined => membersOf(text.slice(0, start) + entries + text.slice(end));
  const members = around("");
  // Only the list that grows with what is put there is the one in question.
  const isThere = end > 0 && isList(members?.get(name), 0) && isList(around("0")?.get(name), 1);
  return members !== undefined && isThere ? { members, entries: (isKnown) => entriesByLine(text, name, start, end, isKnown) } : undefined;
}

function isList(value: unknown, length: number): boolean {
  return Array.isArray(value) && value.length === length;
}

/**
 * Entries that stand from `start` to `end`. No string of JSON goes over the end of a line, so each line that is JSON by itself is one entry.
 * From the first other line on, entries are those of the whole text, and one that is nothing where the text is no JSON.
 */
function* entriesByLine(text: string, name: string, start: number, end: number, isKnown: IsKnown = () => false): Generator<Entry> {
  let line = text.slice(0, start).split("\n").length;
  let next = 0;
  for (let entry = 0, at = start; at < end; at = next, entry++, line++) {
    next = text.indexOf("\n", at) + 1;
    const hasComma = text[next - 2] === ",";
    const stop = hasComma ? next - 2 : next - 1;
    const isEntry = hasComma === next < end;
    if (isEntry && isKnown(text, at, stop)) continue;
    const written = text.slice(at, stop);
    const value = isEntry ? parse(written) : undefined;
    if (value === undefined) {
      const whole = readWhole(text, name)?.entries();
      yield* whole === undefined ? [{ value: undefined, line }] : [...whole].slice(entry);
      return;
    }
    yield { value, line, text: written };
  }
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
