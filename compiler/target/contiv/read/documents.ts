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

/** What a file of that kind holds; a text that is no object of strings, numbers and lists is put to the problems. */
export function candidateIn({ path, text }: Artefact, kind: Kind, problems: ReadingProblem[]): Candidate | undefined {
  const body = parse(text);
  if (isBody(body)) return { kind, path, body };
  problems.push({ path, message: `this is not a JSON object of strings, numbers and lists of strings` });
  return undefined;
}

/** What netmaster refuses in a body by its model. */
export function refusedFields({ kind, path, body }: Candidate): readonly ReadingProblem[] {
  return violations(kind, body).map((message) => ({ path, message: `netmaster refuses it: ${message}` }));
}

/** Tells whether an object is the first of its kind and key, and puts it to the problems otherwise. */
type IsFirst = (kind: Kind, key: string, path: string) => boolean;

export function firstOfKey(problems: ReadingProblem[]): IsFirst {
  const seen = new Map<Kind, Map<string, string>>();
  return (kind, key, path) => {
    const ofKind = seen.get(kind) ?? new Map<string, string>();
    if (ofKind.size === 0) seen.set(kind, ofKind);
    const other = ofKind.get(key);
    if (other === undefined) ofKind.set(key, path);
    else problems.push({ path, message: `${kind} ${key} is in ${other} too` });
    return other === undefined;
  };
}

/** Reads every object; one that netmaster's model would refuse is a problem, and is left out. */
export function readDocuments(artefacts: readonly Artefact[]): Documents {
  const documents: Document[] = [];
  const problems: ReadingProblem[] = [];
  const isFirst = firstOfKey(problems);
  for (const artefact of artefacts) {
    const kind = kindOfPath(artefact.path);
    const candidate = kind === undefined ? undefined : candidateIn(artefact, kind, problems);
    if (candidate === undefined) continue;
    const wrong = refusedFields(candidate);
    problems.push(...wrong);
    const key = objectKey(candidate.kind, candidate.body);
    if (wrong.length === 0 && isFirst(candidate.kind, key, candidate.path)) documents.push({ ...candidate, key });
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
