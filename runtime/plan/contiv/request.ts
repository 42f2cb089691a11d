/** One request of a plan. Each is safe to be the last one that is heard. */
import type { Body, Kind } from "../../../compiler/target/contiv/model.js";
import type { DesiredObject, LiveObject } from "./objects.js";

interface Common {
  readonly kind: Kind;
  readonly key: string;
  /** What it does, after "cannot" in a message. */
  readonly doing: string;
  readonly source?: string;
}

export type Request = (Common & { readonly method: "POST"; readonly body: Body }) | (Common & { readonly method: "DELETE" });

const place = (object: LiveObject & Partial<DesiredObject>): { readonly source?: string } =>
  object.source === undefined ? {} : { source: object.source };

export function post(object: LiveObject & Partial<DesiredObject>, body: Body = object.body, doing?: string): Request {
  const { kind, key } = object;
  return { method: "POST", kind, key, body, doing: doing ?? `create ${kind} ${key}`, ...place(object) };
}

export function remove(object: LiveObject & Partial<DesiredObject>, doing?: string): Request {
  const { kind, key } = object;
  return { method: "DELETE", kind, key, doing: doing ?? `delete ${kind} ${key}`, ...place(object) };
}
