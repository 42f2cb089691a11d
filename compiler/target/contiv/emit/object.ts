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

export function objectArtefact(object: ContivObject): Artefact {
  return { path: object.path, text: `${JSON.stringify(object.body, null, 2)}\n` };
}
