/**
 * A stand-in for the part of a Kubernetes API server that ctv speaks with, for tests that every run makes: get, list, server-side apply (with
 * field managers for `spec` as a whole), dry runs, deletion. `test/cluster` holds the same verbs against a real server.
 */
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { close, listen, textOf } from "../netmaster/server.js";
import { isObject } from "../netmaster/model.js";
import type { Json } from "../netmaster/model.js";

export interface ApiServer {
  readonly url: string;
  /** By path. */
  readonly objects: Map<string, Json>;
  /** Who has set an object's `spec`, by path. */
  readonly setBy: Map<string, string>;
  readonly namespaces: Set<string>;
  /** Group and plural of the kinds that it knows. */
  readonly kinds: Set<string>;
  /** Requests that changed something, apart from leases. */
  readonly writes: string[];
  /** By path. Without leases, nobody may use them. */
  leases: Map<string, Json> | undefined;
  /** Asked before each request; a status refuses it, 0 breaks the connection. */
  refuse: (method: string, path: string) => { readonly code: number; readonly message: string } | undefined;
  /** Writes a kubeconfig for it, and gives its path. */
  readonly kubeconfig: (folder: string) => string;
  readonly stop: () => Promise<void>;
}

interface Place {
  /** Such as `networkpolicies.networking.k8s.io`, or `pods.core`. */
  readonly kind: string;
  readonly namespace?: string;
  readonly name?: string;
}

function placeOf(path: string): Place | undefined {
  const core = /^\/api\/v1\/([^/]+)$/.exec(path);
  if (core !== null) return { kind: `${core[1]}.core` };
  const found = /^\/apis\/([^/]+)\/[^/]+\/(?:namespaces\/([^/]+)\/)?([^/]+)(?:\/([^/]+))?$/.exec(path);
  if (found === null) return undefined;
  // Groups that may be left out of a match are undefined then, which the library's types do not say.
  const [, group, namespace, plural, name]: readonly (string | undefined)[] = found;
  return { kind: `${plural}.${group}`, ...(namespace === undefined ? {} : { namespace }), ...(name === undefined ? {} : { name }) };
}

function status(response: ServerResponse, code: number, reason: string, message: string, causes: readonly Json[] = []): void {
  response.writeHead(code, { "content-type": "application/json" });
  response.end(JSON.stringify({ kind: "Status", status: "Failure", code, reason, message, details: { causes } }));
}

function ok(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

const labelsOf = (object: Json): Json => (isObject(object.metadata) && isObject(object.metadata.labels) ? object.metadata.labels : {});

const versionOf = (object: Json): unknown => (isObject(object.metadata) ? object.metadata.resourceVersion : undefined);

/** Whether a request is for another state of an object than the one that is there. */
const isStale = (asked: Json, found: Json | undefined): boolean =>
  versionOf(asked) !== undefined && (found === undefined || versionOf(asked) !== versionOf(found));

export async function startApiServer(): Promise<ApiServer> {
  const objects = new Map<string, Json>();
  const setBy = new Map<string, string>();
  const namespaces = new Set<string>();
  const kinds = new Set(["networkpolicies.networking.k8s.io"]);
  const writes: string[] = [];
  let version = 0;

  const apply = (response: ServerResponse, path: string, query: URLSearchParams, body: Json): void => {
    const manager = query.get("fieldManager") ?? "";
    const [before, other] = [objects.get(path), setBy.get(path)];
    if (isStale(body, before))
      return status(response, 409, "Conflict", "the object has been modified; please apply your changes to the latest version");
    const changes = before !== undefined && JSON.stringify(before.spec) !== JSON.stringify(body.spec);
    if (changes && other !== undefined && other !== manager && query.get("force") !== "true") {
      const cause = { reason: "FieldManagerConflict", message: `conflict with "${other}" using networking.k8s.io/v1`, field: ".spec.ingress" };
      return status(response, 409, "Conflict", "Apply failed with 1 conflict", [cause]);
    }
    const metadata = isObject(body.metadata) ? body.metadata : {};
    const made = { ...body, metadata: { ...metadata, uid: "u", resourceVersion: String(++version), managedFields: [{ manager }] } };
    if (query.get("dryRun") === null) {
      objects.set(path, made);
      setBy.set(path, manager);
      writes.push(`PATCH ${path}`);
    }
    ok(response, made);
  };

  const lease = (response: ServerResponse, method: string, path: string, body: unknown): void => {
    if (server.leases === undefined)
      return status(response, 403, "Forbidden", 'leases.coordination.k8s.io is forbidden: User "otto" cannot get resource "leases"');
    const metadata = isObject(body) && isObject(body.metadata) ? body.metadata : {};
    const at = method === "POST" ? `${path}/${String(metadata.name)}` : path;
    const before = server.leases.get(at);
    if (method === "GET") return before === undefined ? status(response, 404, "NotFound", "no such lease") : ok(response, before);
    if (method === "POST" ? before !== undefined : isStale(isObject(body) ? body : {}, before))
      return status(response, 409, "Conflict", "somebody was first");
    const made = { ...(isObject(body) ? body : {}), metadata: { ...metadata, resourceVersion: String(++version) } };
    server.leases.set(at, made);
    ok(response, made);
  };

  const list = (response: ServerResponse, place: Place, path: string, query: URLSearchParams): void => {
    const wanted = (query.get("labelSelector") ?? "")
      .split(",")
      .filter((part) => part !== "")
      .map((part) => part.split("="));
    const plural = path.split("/").at(-1);
    const items = [...objects]
      .filter(([at, object]) => at.split("/").at(-2) === plural && wanted.every(([name, value]) => labelsOf(object)[name] === value))
      .map(([, { apiVersion, kind, ...item }]) => ({ ...item, ...(place.name === undefined ? {} : { apiVersion, kind }) }));
    ok(response, { kind: "List", items });
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const method = request.method ?? "GET";
    const { pathname: path, searchParams: query } = new URL(request.url ?? "/", "http://server");
    const text = await textOf(request);
    const refused = server.refuse(method, path);
    if (refused?.code === 0) {
      request.socket.destroy();
      return;
    }
    if (refused !== undefined) return status(response, refused.code, "", refused.message);
    const place = placeOf(path);
    if (place?.kind === "leases.coordination.k8s.io") return lease(response, method, path, text === "" ? {} : JSON.parse(text));
    if (place === undefined || !kinds.has(place.kind)) {
      response.writeHead(404, { "content-type": "text/plain" });
      response.end("404 page not found\n");
      return;
    }
    if (method === "GET" && place.name === undefined) return list(response, place, path, query);
    const found = objects.get(path);
    const missing = `${place.kind} "${place.name ?? ""}" not found`;
    if (method === "GET") return found === undefined ? status(response, 404, "NotFound", missing) : ok(response, found);
    if (method === "DELETE") {
      const asked: unknown = text === "" ? {} : JSON.parse(text);
      const metadata = isObject(asked) && isObject(asked.preconditions) ? asked.preconditions : {};
      if (isStale({ metadata }, found)) return status(response, 409, "Conflict", "the ResourceVersion in the precondition does not match");
      writes.push(`DELETE ${path}`);
      return objects.delete(path) ? ok(response, { kind: "Status", status: "Success" }) : status(response, 404, "NotFound", missing);
    }
    if (place.namespace !== undefined && !namespaces.has(place.namespace))
      return status(response, 404, "NotFound", `namespaces "${place.namespace}" not found`);
    const body: unknown = JSON.parse(text);
    return apply(response, path, query, isObject(body) ? body : {});
  };
  const http = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      status(response, 500, "InternalError", String(error));
    });
  });
  const port = await listen(http);
  const url = `http://127.0.0.1:${port}`;
  const server: ApiServer = {
    url,
    objects,
    setBy,
    namespaces,
    kinds,
    writes,
    leases: new Map(),
    refuse: () => undefined,
    kubeconfig: (folder) => {
      const path = join(folder, "kubeconfig");
      const config = {
        apiVersion: "v1",
        kind: "Config",
        clusters: [{ name: "test", cluster: { server: url, "insecure-skip-tls-verify": true } }],
        users: [{ name: "test", user: {} }],
        contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
        "current-context": "test",
      };
      writeFileSync(path, JSON.stringify(config));
      return path;
    },
    stop: () => close(http),
  };
  return server;
}
