/**
 * Shapes of YAML data: each reads a node into a typed value, with located messages, and gives the JSON schema that says the same.
 * Reading never throws; a value with something wrong in it is nothing.
 */
import { isAlias, isMap, isScalar, isSeq } from "yaml";
import type { Document, Node } from "yaml";
import { didYouMean, suggest } from "../bind/suggest.js";
import { missingSetting, unknownKey, wrongSetting } from "../diagnostics/project.js";
import type { Report } from "../diagnostics/sink.js";
import type { Span } from "../../grammar/span.js";

export interface YamlSource {
  readonly document: Document;
  readonly file: string;
  readonly report: Report;
}

export type JsonSchema = Readonly<Record<string, unknown>>;

export interface Shape<T> {
  readonly schema: JsonSchema;
  /** `where` names the value in messages, such as `targets.kubernetes.flavour`. */
  readonly read: (source: YamlSource, node: Node | undefined, where: string) => T | undefined;
}

export interface Located<T> {
  readonly value: T;
  readonly span: Span;
}

export function spanOf(source: YamlSource, node: Node | undefined): Span {
  const range = node?.range;
  return range === undefined || range === null ? { file: source.file, start: 0, end: 0 } : { file: source.file, start: range[0], end: range[1] };
}

function resolved(source: YamlSource, node: Node | undefined): Node | undefined {
  return isAlias(node) ? node.resolve(source.document) : node;
}

function describe(node: Node | undefined): string {
  if (isMap(node)) return "a mapping";
  if (isSeq(node)) return "a list";
  if (!isScalar(node) || node.value === null) return "nothing";
  return typeof node.value === "string" ? `"${node.value}"` : String(node.value);
}

function wrong(source: YamlSource, node: Node | undefined, where: string, needed: string, help?: string): undefined {
  source.report(wrongSetting.make({ where, needed, found: describe(node) }, { span: spanOf(source, node), help }));
  return undefined;
}

/** A text, told apart by `accept`: an answer of text says what is needed instead. */
export function text(schema: JsonSchema, needed: string, accept: (value: string) => boolean): Shape<string> {
  return {
    schema: { type: "string", ...schema },
    read: (source, node, where) => {
      const found = resolved(source, node);
      const value = isScalar(found) ? found.value : undefined;
      return typeof value === "string" && accept(value) ? value : wrong(source, found ?? node, where, needed);
    },
  };
}

export function word<const W extends string>(words: readonly W[], schema: JsonSchema = {}): Shape<W> {
  return {
    schema: { enum: words, ...schema },
    read: (source, node, where) => {
      const found = resolved(source, node);
      const value = isScalar(found) ? found.value : undefined;
      const match = words.find((candidate) => candidate === value);
      const near = typeof value === "string" ? didYouMean(suggest(value, words)) : undefined;
      return match ?? wrong(source, found ?? node, where, words.length === 1 ? words[0] : `one of ${words.join(", ")}`, near);
    },
  };
}

export function integer(min: number, max: number, schema: JsonSchema = {}): Shape<number> {
  return {
    schema: { type: "integer", minimum: min, maximum: max, ...schema },
    read: (source, node, where) => {
      const found = resolved(source, node);
      const value = isScalar(found) ? found.value : undefined;
      return typeof value === "number" && Number.isInteger(value) && value >= min && value <= max
        ? value
        : wrong(source, found ?? node, where, `a whole number from ${min} to ${max}`);
    },
  };
}

export function flag(schema: JsonSchema = {}): Shape<boolean> {
  return {
    schema: { type: "boolean", ...schema },
    read: (source, node, where) => {
      const found = resolved(source, node);
      const value = isScalar(found) ? found.value : undefined;
      return typeof value === "boolean" ? value : wrong(source, found ?? node, where, "true or false");
    },
  };
}

/** Any of the plain values that a param can have. */
export const plain: Shape<string | number | boolean | readonly (string | number)[]> = {
  schema: { anyOf: [{ type: ["string", "number", "boolean"] }, { type: "array", items: { type: ["string", "number"] } }] },
  read: (source, node, where) => {
    const found = resolved(source, node);
    if (isScalar(found)) {
      const { value } = found;
      if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
    }
    if (isSeq(found)) {
      const items = found.items.map((item) =>
        isScalar(item) && (typeof item.value === "string" || typeof item.value === "number") ? item.value : undefined,
      );
      if (items.every((item) => item !== undefined)) return items;
    }
    return wrong(source, found ?? node, where, "a text, a number, true or false, or a list of texts");
  },
};

/** The value with its place. */
export function located<T>(shape: Shape<T>): Shape<Located<T>> {
  return {
    schema: shape.schema,
    read: (source, node, where) => {
      const value = shape.read(source, node, where);
      return value === undefined ? undefined : { value, span: spanOf(source, node) };
    },
  };
}

export function list<T>(item: Shape<T>, schema: JsonSchema = {}): Shape<readonly T[]> {
  return {
    schema: { type: "array", items: item.schema, ...schema },
    read: (source, node, where) => {
      const found = resolved(source, node);
      if (!isSeq<Node>(found)) return wrong(source, found ?? node, where, "a list");
      const values = found.items.map((entry, index) => item.read(source, entry, `${where}[${index}]`));
      return values.every((value) => value !== undefined) ? values : undefined;
    },
  };
}

/** True, false, or a list of something. */
export function flagOrList<T>(item: Shape<T>, schema: JsonSchema = {}): Shape<boolean | readonly T[]> {
  const [one, many] = [flag(), list(item)];
  return {
    schema: { anyOf: [one.schema, many.schema], ...schema },
    read: (source, node, where) => (isSeq(resolved(source, node)) ? many : one).read(source, node, where),
  };
}

interface Entry {
  readonly name: string;
  readonly key: Node;
  readonly value: Node | undefined;
}

function entriesOf(source: YamlSource, node: Node | undefined, where: string): readonly Entry[] | undefined {
  const found = resolved(source, node);
  if (!isMap<Node, Node | null>(found)) return wrong(source, found ?? node, where, "a mapping");
  return found.items.map((pair) => ({
    name: isScalar(pair.key) ? String(pair.key.value) : "",
    key: pair.key,
    value: pair.value ?? undefined,
  }));
}

function within(where: string, key: string): string {
  // The whole file has a description for a name, such as `the project file`; what is in it is named by its key.
  return where.startsWith("the ") ? key : `${where}.${key}`;
}

/** A mapping with keys of one's own choosing that pass `names`; where `names` lists keys, only these. */
export function record<T>(
  item: Shape<T>,
  names: { readonly needed: string; readonly accept: (name: string) => boolean; readonly pattern: string },
  schema: JsonSchema = {},
): Shape<ReadonlyMap<string, T>> {
  return {
    schema: { type: "object", patternProperties: { [names.pattern]: item.schema }, additionalProperties: false, ...schema },
    read: (source, node, where) => {
      const entries = entriesOf(source, node, where);
      if (entries === undefined) return undefined;
      const values = new Map<string, T>();
      let whole = true;
      for (const { name, key, value } of entries) {
        if (!names.accept(name)) {
          wrong(source, key, `a key of ${where}`, names.needed);
          whole = false;
          continue;
        }
        const read = item.read(source, value ?? key, within(where, name));
        if (read === undefined) whole = false;
        else values.set(name, read);
      }
      return whole ? values : undefined;
    },
  };
}

type Fields = Readonly<Record<string, Shape<unknown>>>;
type Values<F extends Fields> = { readonly [K in keyof F]?: F[K] extends Shape<infer T> ? T : never };

/** The field whose mapping has a key of that name. */
function holderOf(fields: Fields, name: string): string | undefined {
  const holds = ({ schema: { properties } }: Shape<unknown>): boolean =>
    typeof properties === "object" && properties !== null && Object.hasOwn(properties, name);
  return Object.entries(fields).find(([, shape]) => holds(shape))?.[0];
}

/** A mapping with known keys. Values with something wrong in them are left out, and the mapping is read all the same. */
export function object<F extends Fields>(fields: F, required: readonly (keyof F & string)[] = [], schema: JsonSchema = {}): Shape<Values<F>> {
  const possible = Object.keys(fields);
  return {
    schema: {
      type: "object",
      properties: Object.fromEntries(Object.entries(fields).map(([key, shape]) => [key, shape.schema])),
      ...(required.length === 0 ? {} : { required }),
      additionalProperties: false,
      ...schema,
    },
    read: (source, node, where) => {
      const entries = entriesOf(source, node, where);
      if (entries === undefined) return undefined;
      const values: { [K in keyof F]?: F[K] extends Shape<infer T> ? T : never } = {};
      const given = new Set<string>();
      for (const { name, key, value } of entries) {
        if (!Object.hasOwn(fields, name)) {
          const holder = holderOf(fields, name);
          const help = holder === undefined ? didYouMean(suggest(name, possible)) : `"${name}" stands under "${holder}"`;
          source.report(unknownKey.make({ key: name, where, possible }, { span: spanOf(source, key), help }));
          continue;
        }
        given.add(name);
        Object.assign(values, { [name]: fields[name].read(source, value ?? key, within(where, name)) });
      }
      for (const key of required) if (!given.has(key)) source.report(missingSetting.make({ where, key }, { span: spanOf(source, node) }));
      return values;
    },
  };
}
