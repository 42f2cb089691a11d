/** What the parts of resolving share: the way to names and values, and where each resolved value was written. */
import type { Span } from "../../grammar/span.js";
import type { Place } from "../bind/lookup.js";
import type { Context } from "../check/context.js";
import type { Peers } from "../check/peers.js";
import type { Services } from "../check/services.js";
import { originOf } from "../source/files.js";
import type { Origin } from "./model.js";

/** Spans of values of resolved things, finer than their `origin`: of a network's gateway, for example. */
export interface Spans {
  readonly mark: (thing: object, property: string, span: Span | undefined) => void;
  readonly of: (thing: { readonly origin: Origin }, property: string) => Span;
  readonly isMarked: (thing: object, property: string) => boolean;
  readonly marksOf: (thing: object) => Marks;
  /** Marks a thing as another was marked that stood `by` characters before. */
  readonly markAll: (thing: object, marks: Marks, by: number) => void;
}

/** Spans by property. */
export type Marks = ReadonlyMap<string, Span>;

export interface Resolving {
  readonly context: Context;
  readonly services: Services;
  readonly peers: Peers;
  readonly spans: Spans;
}

const unmarked: Marks = new Map();

export function makeSpans(): Spans {
  const marks = new Map<object, Map<string, Span>>();
  const elsewhere = new Map<object, { readonly marks: Marks; readonly by: number }>();
  const find = (thing: object, property: string): Span | undefined => {
    const own = marks.get(thing)?.get(property);
    const { marks: others, by } = elsewhere.get(thing) ?? { marks: unmarked, by: 0 };
    const other = own === undefined ? others.get(property) : undefined;
    return other === undefined ? own : { file: other.file, start: other.start + by, end: other.end + by };
  };
  return {
    mark: (thing, property, span) => {
      if (span === undefined) return;
      const known = marks.get(thing) ?? new Map<string, Span>();
      known.set(property, span);
      marks.set(thing, known);
    },
    marksOf: (thing) => marks.get(thing) ?? unmarked,
    markAll: (thing, known, by) => {
      elsewhere.set(thing, { marks: known, by });
    },
    isMarked: (thing, property) => find(thing, property) !== undefined,
    of: (thing, property) => find(thing, property) ?? thing.origin.span,
  };
}

/** Name, place and doc comment of a declaration, as the model has them. A declaration's place is its name's. */
export function headOf(place: Place, node: { readonly name: { readonly text: string; readonly span: Span }; readonly doc?: string }) {
  return { name: node.name.text, origin: originOf(place.file, node.name.span), ...(node.doc === undefined ? {} : { doc: node.doc }) };
}
