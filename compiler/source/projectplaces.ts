/** Where things stand in a project file, for tools that edit it or point at it. Nothing is said about what is wrong in the file. */
import { isMap, isScalar, parseDocument } from "yaml";
import type { Node } from "yaml";
import type { Span } from "../../grammar/span.js";

export interface ParamKey {
  /** As it is written: the name of a param, or `tenant/name`. */
  readonly name: string;
  readonly span: Span;
}

/** The keys that give values to params, for all environments and for each. `id` is the file's id in spans. */
export function paramKeys(id: string, content: string): readonly ParamKey[] {
  const root = parseDocument(content, { prettyErrors: false }).contents;
  const environments = valuesOf(valueAt(root, ["environments"]));
  return [valueAt(root, ["params"]), ...environments.map((environment) => valueAt(environment, ["params"]))].flatMap((params) =>
    entriesOf(params).flatMap(({ key }) => {
      const span = spanOf(id, key);
      return span === undefined || !isScalar(key) ? [] : [{ name: String(key.value), span }];
    }),
  );
}

/** The value under these keys, one below the other; nothing where there is none. */
export function placeOfSetting(id: string, content: string, keys: readonly string[]): Span | undefined {
  return spanOf(id, valueAt(parseDocument(content, { prettyErrors: false }).contents, keys));
}

interface Entry {
  readonly key: unknown;
  readonly value: unknown;
}

function entriesOf(node: unknown): readonly Entry[] {
  return isMap(node) ? node.items : [];
}

function valuesOf(node: unknown): readonly unknown[] {
  return entriesOf(node).map(({ value }) => value);
}

function valueAt(node: unknown, keys: readonly string[]): unknown {
  return keys.reduce((at: unknown, wanted) => entriesOf(at).find(({ key }) => isScalar(key) && key.value === wanted)?.value, node);
}

function spanOf(file: string, node: unknown): Span | undefined {
  const range = hasRange(node) ? node.range : undefined;
  return range === undefined || range === null ? undefined : { file, start: range[0], end: range[1] };
}

function hasRange(node: unknown): node is Pick<Node, "range"> {
  return typeof node === "object" && node !== null && "range" in node;
}
