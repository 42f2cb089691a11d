/** Contiv's objects as they lie in a folder, read back from their texts alone. */
import { objectKey, violations } from "../model.js";
import type { Body, Kind } from "../model.js";
import { kindOfPath } from "../paths.js";
import type { Artefact, ReadingProblem } from "../../target.js";

export interface Document {
  readonly kind: Kind;
  readonly path: string;
  /** netmaster's key, such as `shop:main:1`. */
  readonly key: string;
  readonly body: Body;
}

export interface Documents {
  readonly documents: readonly Document[];
  readonly problems: readonly ReadingProblem[];
}

function isBody(value: unknown): value is Body {
  if (typeof value !== "object" || value === null) return false;
  for (const member of Object.values(value)) if (!isMember(member)) return false;
  return true;
}

function isMember(member: unknown): boolean {
  return typeof member === "string" || typeof member === "number" || (Array.isArray(member) && member.every((item) => typeof item === "string"));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A text that may be an object, and what netmaster would refuse in it. */
interface Candidate {
  readonly kind: Kind;
  readonly path: string;
  readonly body: Body;
}

/** Every file that holds an object, parsed; those that hold none of strings, numbers and lists are put to the problems. */
export function* eachBody(artefacts: readonly Artefact[], problems: ReadingProblem[]): Generator<Candidate> {
  for (const { path, text } of artefacts) {
    const kind = kindOfPath(path);
    if (kind === undefined) continue;
    const body = parse(text);
    if (isBody(body)) yield { kind, path, body };
    else problems.push({ path, message: `this is not a JSON object of strings, numbers and lists of strings` });
  }
}

/** What netmaster refuses in a body by its model. */
export function refusedFields({ kind, path, body }: Candidate): readonly ReadingProblem[] {
  return violations(kind, body).map((message) => ({ path, message: `netmaster refuses it: ${message}` }));
}

/** Tells whether an object is the first of its kind and key, and puts it to the problems otherwise. A key may come as its beginning and its last part. */
type IsFirst = (kind: Kind, owner: string, name: string, path: string) => boolean;

export function firstOfKey(problems: ReadingProblem[]): IsFirst {
  const seen = new Map<string, Map<string, string>>();
  // Rules of one policy follow each other.
  let last: { readonly kind: Kind; readonly owner: string; readonly names: Map<string, string> } | undefined;
  return (kind, owner, name, path) => {
    if (last?.kind !== kind || last.owner !== owner) {
      last = { kind, owner, names: seen.get(`${kind} ${owner}`) ?? new Map<string, string>() };
      seen.set(`${kind} ${owner}`, last.names);
    }
    const other = last.names.get(name);
    if (other === undefined) last.names.set(name, path);
    else problems.push({ path, message: `${kind} ${owner === "" ? "" : `${owner}:`}${name} is in ${other} too` });
    return other === undefined;
  };
}

/** Reads every object; one that netmaster's model would refuse is a problem, and is left out. */
export function readDocuments(artefacts: readonly Artefact[]): Documents {
  const documents: Document[] = [];
  const problems: ReadingProblem[] = [];
  const isFirst = firstOfKey(problems);
  for (const candidate of eachBody(artefacts, problems)) {
    const { kind, path, body } = candidate;
    const wrong = refusedFields(candidate);
    problems.push(...wrong);
    const key = objectKey(kind, body);
    if (wrong.length === 0 && isFirst(kind, "", key, path)) documents.push({ kind, path, key, body });
  }
  return { documents, problems };
}

export function textField(body: Body, field: string): string {
  const value = body[field];
  return typeof value === "string" ? value : "";
}

export function numberField(body: Body, field: string): number {
  const value = body[field];
  return typeof value === "number" ? value : 0;
}

export function listField(body: Body, field: string): readonly string[] {
  const value = body[field];
  return Array.isArray(value) ? value : [];
}
