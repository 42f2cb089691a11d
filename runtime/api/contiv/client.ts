/**
 * A client of netmaster's REST API (contiv.md §2), straight or through the auth proxy. Every failure of netmaster is status 500 with a
 * text, so what went wrong is told by the text's first line (more lines are a stack).
 */
import { models } from "../../../compiler/target/contiv/model.js";
import type { Body, Kind } from "../../../compiler/target/contiv/model.js";
import { ApiFailure } from "../failure.js";
import type { Work } from "../failure.js";
import { exchange, NoAnswer } from "./http.js";
import type { HttpAnswer, HttpRequest } from "./http.js";

export interface Connection {
  /** Such as `http://netmaster:9999`, or `https://host:10000` for the auth proxy. */
  readonly url: URL;
  /** Of the auth proxy. */
  readonly token?: string;
  /** Milliseconds for one request. Default: 10 s. */
  readonly timeout?: number;
  readonly authority?: string;
  readonly insecure?: boolean;
  /** Milliseconds before each further attempt of a request that may be repeated. */
  readonly pauses?: readonly number[];
  readonly signal?: AbortSignal;
}

/** An object as netmaster has it: fields of the model only, without the key and the links that the server adds. */
export interface LiveObject {
  readonly kind: Kind;
  readonly key: string;
  readonly body: Body;
}

export interface ContivClient {
  readonly url: string;
  readonly list: (kind: Kind) => Promise<readonly LiveObject[]>;
  /** Nothing when it is not there. */
  readonly get: (kind: Kind, key: string) => Promise<LiveObject | undefined>;
  /** Endpoints that run in a group now. */
  readonly endpointsIn: (group: string) => Promise<number>;
  /** Creates or updates. */
  readonly post: (kind: Kind, key: string, body: Body, work: Work) => Promise<void>;
  readonly remove: (kind: Kind, key: string, work: Work) => Promise<void>;
}

const defaultTimeout = 10_000;
const defaultPauses: readonly number[] = [200, 800];

/** A second POST of these does nothing else than the first, so it may be repeated when it is not known whether the first was heard. */
const repeatable: ReadonlySet<Kind> = new Set(["global", "aciGw", "Bgp", "netprofile", "policy", "endpointGroup", "appProfile"]);

/** A follower that has no leader says so before it does anything. */
const leaderless = /^(Leader not found|Self proxying error)/;

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);

function firstLine(text: string): string {
  return text.split("\n", 1)[0].trim();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What the auth proxy says, or netmaster. */
function serverWords(text: string): string {
  const value = parse(text);
  return isObject(value) && typeof value.error === "string" ? firstLine(value.error) : firstLine(text);
}

function failureOf({ status, text }: HttpAnswer, url: URL, work: Work): ApiFailure {
  const said = serverWords(text);
  if (status === 403)
    return new ApiFailure("forbidden", work, `${url.host} says: ${said}`, "an `ops` user of the auth proxy changes only tenants granted to it");
  if (status === 401 || (status === 400 && /token|password/i.test(said)))
    return new ApiFailure("credentials", work, `${url.host} says: ${said}`, "log in again: a token of the auth proxy is good for 10 hours");
  if (status === 500) return new ApiFailure("refused", work, `netmaster says: ${said === "" ? "nothing" : said}`);
  return new ApiFailure("unexpected", work, `${url.host} answers with status ${status}, as netmaster does not`, "is this the address of netmaster?");
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

function isField(value: unknown): value is Body[string] {
  return typeof value === "string" || typeof value === "number" || (Array.isArray(value) && value.every((item) => typeof item === "string"));
}

/** Fields of the model; nothing for what is no object of the kind. */
function liveObject(kind: Kind, value: unknown): LiveObject | undefined {
  if (!isObject(value)) return undefined;
  const body = Object.fromEntries(
    models[kind].fields.flatMap(({ name }) => {
      const field = value[name];
      return isField(field) ? [[name, field] as const] : [];
    }),
  );
  const key = models[kind].key.map((name) => String(body[name] ?? "")).join(":");
  return { kind, key, body };
}

/** The texts for an object that is not there: netmaster's own, and the generated one. */
function isMissing(kind: Kind, failure: ApiFailure): boolean {
  const name = kind.charAt(0).toLowerCase() + kind.slice(1);
  return failure.kind === "refused" && failure.reason.toLowerCase() === `netmaster says: ${name} not found`.toLowerCase();
}

export function contivClient(connection: Connection): ContivClient {
  const { url, token, timeout = defaultTimeout, pauses = defaultPauses, authority, insecure, signal } = connection;
  const headers: Readonly<Record<string, string>> = token === undefined ? {} : { "x-auth-token": token };

  const attempt = async (method: HttpRequest["method"], path: string, body: Body | undefined, work: Work): Promise<string> => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const typed =
      text === undefined ? headers : { ...headers, "content-type": "application/json", "content-length": String(Buffer.byteLength(text)) };
    let answer: HttpAnswer;
    try {
      answer = await exchange({
        method,
        url: new URL(path, url),
        headers: typed,
        timeout,
        ...(text === undefined ? {} : { body: text }),
        ...(authority === undefined ? {} : { authority }),
        ...(insecure === undefined ? {} : { insecure }),
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      throw new ApiFailure(error.late ? "timeout" : "unreachable", work, `${url.origin}: ${error.message}`);
    }
    if (answer.status !== 200) throw failureOf(answer, url, work);
    return answer.text;
  };

  const send = async (method: HttpRequest["method"], path: string, body: Body | undefined, work: Work, safe: boolean): Promise<string> => {
    for (const wait of pauses) {
      try {
        return await attempt(method, path, body, work);
      } catch (error) {
        if (!(error instanceof ApiFailure) || signal?.aborted === true) throw error;
        const unheard = error.kind === "refused" && leaderless.test(error.reason.replace("netmaster says: ", ""));
        if (!unheard && !(safe && (error.kind === "unreachable" || error.kind === "timeout"))) throw error;
        await pause(wait);
      }
    }
    return attempt(method, path, body, work);
  };

  const read = async (path: string, work: Work): Promise<unknown> => {
    const text = await send("GET", path, undefined, work, true);
    const value = parse(text);
    if (value !== undefined) return value;
    throw new ApiFailure("unexpected", work, `${url.host} answers with something that is no JSON`, "is this the address of netmaster?");
  };

  const readOne = async (kind: Kind, path: string, work: Work): Promise<unknown> => {
    try {
      return await read(path, work);
    } catch (error) {
      if (error instanceof ApiFailure && isMissing(kind, error)) return undefined;
      throw error;
    }
  };

  const pathOf = (kind: Kind, key: string): string => `/api/v1/${models[kind].plural}/${encodeURI(key)}/`;

  return {
    url: url.origin,
    list: async (kind) => {
      const work = { doing: `read the ${models[kind].plural}` };
      const value = await read(`/api/v1/${models[kind].plural}/`, work);
      if (value === null) return [];
      if (!Array.isArray(value)) throw new ApiFailure("unexpected", work, `${url.host} answers with something that is no list`);
      return value.flatMap((item: unknown) => liveObject(kind, item) ?? []);
    },
    get: async (kind, key) => liveObject(kind, await readOne(kind, pathOf(kind, key), { doing: `read ${kind} ${key}` })),
    endpointsIn: async (group) => {
      const path = `/api/v1/inspect/${models.endpointGroup.plural}/${encodeURI(group)}/`;
      const value = await readOne("endpointGroup", path, { doing: `inspect endpointGroup ${group}` });
      const oper = isObject(value) ? value.Oper : undefined;
      return isObject(oper) && typeof oper.numEndpoints === "number" ? oper.numEndpoints : 0;
    },
    post: async (kind, key, body, work) => {
      await send("POST", pathOf(kind, key), body, work, repeatable.has(kind));
    },
    remove: async (kind, key, work) => {
      await send("DELETE", pathOf(kind, key), undefined, work, false);
    },
  };
}
