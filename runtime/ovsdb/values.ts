/**
 * Values of OVSDB columns (RFC 7047 §5.1): a column holds an atom, a set of atoms, or a map. A set of one comes without its brackets.
 */
import { isRecord } from "../jsonrpc/stream.js";

export type Atom = string | number | boolean;

export interface Row {
  /** Names of columns and their values as they came. */
  readonly [column: string]: unknown;
}

function atomOf(value: unknown): Atom | undefined {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  // A reference to a row is `["uuid", TEXT]`.
  return Array.isArray(value) && (value[0] === "uuid" || value[0] === "named-uuid") && typeof value[1] === "string" ? value[1] : undefined;
}

/** The atoms of a column that holds any number of them; references to rows as their ids. */
export function setOf(value: unknown): readonly Atom[] {
  if (Array.isArray(value) && value[0] === "set" && Array.isArray(value[1])) {
    const members: readonly unknown[] = value[1];
    return members.flatMap((member) => atomOf(member) ?? []);
  }
  const atom = atomOf(value);
  return atom === undefined ? [] : [atom];
}

export function textOf(value: unknown): string | undefined {
  const [atom] = setOf(value);
  return typeof atom === "string" ? atom : undefined;
}

export function numberOf(value: unknown): number | undefined {
  const [atom] = setOf(value);
  return typeof atom === "number" ? atom : undefined;
}

/** A map from texts to texts, such as `external_ids`. */
export function mapOf(value: unknown): Readonly<Record<string, string>> {
  if (!Array.isArray(value) || value[0] !== "map" || !Array.isArray(value[1])) return {};
  const pairs: readonly unknown[] = value[1];
  return Object.fromEntries(
    pairs.flatMap((pair): (readonly [string, string])[] =>
      Array.isArray(pair) && typeof pair[0] === "string" && typeof pair[1] === "string" ? [[pair[0], pair[1]]] : [],
    ),
  );
}

/** A map as a column takes it. */
export function mapValue(map: Readonly<Record<string, string>>): unknown {
  return ["map", Object.entries(map)];
}

export const uuid = (id: string): unknown => ["uuid", id];
export const namedUuid = (name: string): unknown => ["named-uuid", name];
export const setValue = (members: readonly unknown[]): unknown => ["set", members];

/** Rows by table and id. */
export type Tables = ReadonlyMap<string, ReadonlyMap<string, Row>>;

/**
 * Tables after an "update" (RFC 7047 §4.1.6): per table and row "old" and "new", of which a row that is gone has no "new". Tables that
 * the update does not name stay the same objects.
 */
export function applyUpdate(tables: Tables, update: unknown): Tables {
  if (!isRecord(update)) return tables;
  const changed = new Map(tables);
  for (const [table, rows] of Object.entries(update)) {
    if (!isRecord(rows)) continue;
    const next = new Map(changed.get(table) ?? []);
    for (const [id, change] of Object.entries(rows)) {
      if (!isRecord(change)) continue;
      if (isRecord(change.new)) next.set(id, change.new);
      else next.delete(id);
    }
    changed.set(table, next);
  }
  return changed;
}
