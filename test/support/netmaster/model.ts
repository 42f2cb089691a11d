/** netmaster's generated validation, driven by copies of Contiv's own model files (contiv.md §1.1). */
import { readdirSync, readFileSync } from "node:fs";

export type Json = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);

export interface Property {
  readonly name: string;
  readonly type: string;
  readonly length?: number;
  readonly min?: number;
  readonly max?: number;
  readonly format?: RegExp;
  readonly fallback?: string | number;
}

export interface ObjectModel {
  readonly kind: string;
  readonly plural: string;
  readonly key: readonly string[];
  /** In order of name: the first bad one is the error. */
  readonly properties: readonly Property[];
}

/** Schema keys are spelt `length` here and `Length` there. */
function member(object: Json, name: string): unknown {
  return Object.entries(object).find(([key]) => key.toLowerCase() === name)?.[1];
}

function propertyOf(name: string, schema: unknown): Property {
  if (!isObject(schema)) throw new Error(`odd property ${name}`);
  const numbers = Object.fromEntries(
    ["length", "min", "max"].flatMap((key) => {
      const value = member(schema, key);
      return typeof value === "number" ? [[key, value]] : [];
    }),
  );
  const format = member(schema, "format");
  const type = String(member(schema, "type"));
  const given = member(schema, "default");
  const fallback = type === "int" && typeof given === "string" ? Number(given) : given;
  return {
    name,
    type,
    ...numbers,
    // The text is made for a Go string literal, so each backslash stands there twice.
    ...(typeof format === "string" ? { format: new RegExp(format.replaceAll("\\\\", "\\")) } : {}),
    ...(typeof fallback === "string" || typeof fallback === "number" ? { fallback } : {}),
  };
}

/** The router's word for a kind. */
function pluralOf(kind: string): string {
  return `${kind}s`;
}

function load(): ReadonlyMap<string, ObjectModel> {
  const folder = "test/fixtures/contiv-model";
  const models = new Map<string, ObjectModel>();
  for (const file of readdirSync(folder)) {
    const parsed: unknown = JSON.parse(readFileSync(`${folder}/${file}`, "utf8"));
    const objects = isObject(parsed) && Array.isArray(parsed.objects) ? parsed.objects.filter(isObject) : [];
    for (const object of objects) {
      const kind = String(object.name);
      const schema = isObject(object.cfgProperties) ? object.cfgProperties : {};
      const properties = Object.entries(schema)
        .map(([name, property]) => propertyOf(name, property))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      const key = Array.isArray(object.key) ? object.key.map(String) : [];
      if (properties.length > 0) models.set(kind, { kind, plural: pluralOf(kind), key, properties });
    }
  }
  return models;
}

export const objectModels = load();

const isEmpty = (value: unknown): boolean => value === undefined || value === "" || value === 0 || (Array.isArray(value) && value.length === 0);

/** The body as netmaster keeps it: only fields of the model, defaults in, nothing empty. */
export function stored(model: ObjectModel, body: Json): Json {
  return Object.fromEntries(
    model.properties.flatMap(({ name, fallback }) => {
      const value = isEmpty(body[name]) ? fallback : body[name];
      return isEmpty(value) ? [] : [[name, value]];
    }),
  );
}

/** The first thing that the generated validation refuses, in its words. */
export function invalid(model: ObjectModel, key: string, body: Json): string | undefined {
  const composed = model.key.map((field) => String(body[field] ?? "")).join(":");
  if (composed !== key) return "Invalid Key";
  for (const { name, type, length, min, max, format } of model.properties) {
    const value = body[name];
    if (type === "int") {
      const number = typeof value === "number" ? value : 0;
      if (number > (max ?? Infinity) || number < (min ?? -Infinity)) return `${name} Value Out of bound`;
    } else if (type === "string") {
      const text = typeof value === "string" ? value : "";
      if (length !== undefined && Buffer.byteLength(text) > length) return `${name} string too long`;
      if (format !== undefined && !format.test(text)) return `${name} string invalid format`;
    }
  }
  return undefined;
}
