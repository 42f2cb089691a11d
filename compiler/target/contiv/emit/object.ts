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
  /** The source rule, where there is one. */
  readonly rule?: string;
}

/** `stem` is the file's path without its ending. */
export function contivObject(kind: Kind, body: Body, stem: string, origin: Origin, why: string, rule?: string): ContivObject {
  return { kind, body, path: `${stem}.json`, origin, why, ...(rule === undefined ? {} : { rule }) };
}

const plain = /^[\w ./:,*>{}()=;-]*$/;

/** A JSON string; most texts need no escapes, and a project has many. */
export function jsonText(text: string): string {
  return plain.test(text) ? `"${text}"` : JSON.stringify(text);
}

function valueText(value: Body[string]): string {
  if (typeof value === "string") return jsonText(value);
  if (typeof value === "number") return String(value);
  return value.length === 0 ? "[]" : `[\n    ${value.map(jsonText).join(",\n    ")}\n  ]`;
}

export function objectArtefact(object: ContivObject): Artefact {
  const { body } = object;
  const lines = Object.keys(body).map((field) => `  "${field}": ${valueText(body[field])}`);
  return { path: object.path, text: ["{\n", lines.join(",\n"), "\n}\n"].join("") };
}
