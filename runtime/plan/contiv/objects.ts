/** The two sides of a plan: what the source asks for, and what netmaster has. */
import type { Body, Kind } from "../../../compiler/target/contiv/model.js";
import { readDocuments } from "../../../compiler/target/contiv/read/documents.js";
import type { Artefact } from "../../../compiler/target/target.js";
import { objectUrl } from "../../../compiler/target/contiv/model.js";

export interface LiveObject {
  readonly kind: Kind;
  /** netmaster's key, such as `shop:main:1`. */
  readonly key: string;
  readonly body: Body;
}

export interface DesiredObject extends LiveObject {
  /** `file:line:column` of what it comes from. */
  readonly source?: string;
  /** The source rule's text, where it comes from one. */
  readonly rule?: string;
}

/** Names an object across kinds: `rule shop:main:1`. */
export type ObjectName = string;

export const nameOf = ({ kind, key }: Pick<LiveObject, "kind" | "key">): ObjectName => `${kind} ${key}`;

export const text = (body: Body, field: string): string => {
  const value = body[field];
  return typeof value === "string" ? value : "";
};

export const number = (body: Body, field: string): number => {
  const value = body[field];
  return typeof value === "number" ? value : 0;
};

export const list = (body: Body, field: string): readonly string[] => {
  const value = body[field];
  return Array.isArray(value) ? value : [];
};

export const tenantOf = ({ body }: Pick<LiveObject, "body">): string => text(body, "tenantName");

/** Key of an object beside this one, in the same tenant. */
export const sibling = (body: Body, name: string): string => `${text(body, "tenantName")}:${name}`;

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);

function stepsOf(artefacts: readonly Artefact[]): readonly Json[] {
  const plan = artefacts.find(({ path }) => path === "plan.json");
  const parsed: unknown = plan === undefined ? {} : JSON.parse(plan.text);
  return isObject(parsed) && Array.isArray(parsed.steps) ? parsed.steps.filter(isObject) : [];
}

/** What the Contiv target's files ask for, in the order of their plan, with the places in the source that the plan tells. */
export function desiredObjects(artefacts: readonly Artefact[]): readonly DesiredObject[] {
  const { documents } = readDocuments(artefacts);
  const byUrl = new Map(documents.map((document) => [objectUrl(document.kind, document.body), document]));
  const told = new Map<string, DesiredObject>();
  for (const { url, source, rule } of stepsOf(artefacts)) {
    const document = typeof url === "string" ? byUrl.get(url) : undefined;
    if (document === undefined) continue;
    const { kind, key, body } = document;
    const place = typeof source === "string" ? { source } : {};
    told.set(nameOf(document), { kind, key, body, ...place, ...(typeof rule === "string" ? { rule } : {}) });
  }
  const untold = documents.filter((document) => !told.has(nameOf(document)));
  return [...told.values(), ...untold.map(({ kind, key, body }) => ({ kind, key, body }))];
}
