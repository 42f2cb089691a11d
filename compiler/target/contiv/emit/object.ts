/** One object for netmaster, and what the plan says of it. */
import type { Origin } from "../../../policy/model.js";
import type { Artefact } from "../../target.js";
import type { Body, Kind } from "../model.js";

export interface ContivObject {
  readonly kind: Kind;
  readonly body: Body;
  /** Of the file that holds it. */
  readonly path: string;
  readonly origin: Origin;
  /** What the object is there for. */
  readonly why: string;
}

/** `stem` is the file's path without its ending. */
export function contivObject(kind: Kind, body: Body, stem: string, origin: Origin, why: string): ContivObject {
  return { kind, body, path: `${stem}.json`, origin, why };
}

const plain = /^[\w ./:,*>{}()=;-]*$/;

/** What stands between the quotes of a JSON string; most texts need no escapes, and a project has many. */
export function escaped(text: string): string {
  return plain.test(text) ? text : JSON.stringify(text).slice(1, -1);
}

export const jsonText = (text: string): string => `"${escaped(text)}"`;

function valueText(value: Body[string]): string {
  if (typeof value === "string") return jsonText(value);
  if (typeof value === "number") return String(value);
  return value.length === 0 ? "[]" : `[\n    ${value.map(jsonText).join(",\n    ")}\n  ]`;
}

/** A field on a line of its own, as all of an object's are. */
export const fieldText = (field: string, value: Body[string]): string => `  "${field}": ${valueText(value)}`;

export function objectArtefact({ path, body }: ContivObject): Artefact {
  const lines = Object.keys(body).map((field) => fieldText(field, body[field]));
  return { path, text: `{\n${lines.join(",\n")}\n}\n` };
}
