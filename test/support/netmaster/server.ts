/**
 * A stand-in for netmaster's REST server: HTTP on loopback, as contiv.md tells it. Every failure is status 500 with a text. Tests can
 * make it fail at one request, before or after the request has done its work, as a server that is killed does.
 */
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { isObject, objectModels } from "./model.js";
import type { Json, ObjectModel } from "./model.js";
import { inspect, list, read, remove, upsert } from "./requests.js";
import type { Answer } from "./requests.js";
import { State } from "./state.js";

/** What happens to a request that changes something: it is answered, refused, or the connection breaks before or after its work. */
export type Fate = "answer" | "refuse" | "break-before" | "break-after" | "hang";

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly body?: Json;
}

export interface Netmaster {
  readonly url: string;
  readonly state: State;
  /** Requests that change something, in order, those that failed too. */
  readonly writes: readonly Request[];
  readonly reads: readonly string[];
  /** Asked before each request that changes something, with how many came before it. */
  fate: (request: Request, number: number) => Fate;
  /** The same for requests that read. */
  readFate: (path: string, number: number) => Fate;
  /** Called after each request that changed something. */
  changed: (request: Request) => void;
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
  readonly stop: () => Promise<void>;
}

const byPlural: ReadonlyMap<string, ObjectModel> = new Map([...objectModels.values()].map((model) => [model.plural, model]));

function route(state: State, method: string, path: string, body: Json): Answer | undefined {
  const inspected = /^\/api\/v1\/inspect\/([A-Za-z]+)\/([^/]+)\/$/.exec(path);
  if (inspected !== null && method === "GET") {
    const model = byPlural.get(inspected[1]);
    return model === undefined ? undefined : inspect(state, model, inspected[2]);
  }
  const found = /^\/api\/v1\/([A-Za-z]+)\/(?:([^/]+)\/)?$/.exec(path);
  const model = found === null ? undefined : byPlural.get(found[1]);
  if (found === null || model === undefined) return undefined;
  const key = found[2] as string | undefined;
  if (key === undefined) return method === "GET" ? list(state, model) : undefined;
  switch (method) {
    case "GET":
      return read(state, model, key);
    case "POST":
    case "PUT":
      return upsert(state, model, key, body);
    case "DELETE":
      return remove(state, model, key);
    default:
      return undefined;
  }
}

export async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString("utf8");
}

function parsed(text: string): Json {
  if (text === "") return {};
  const value: unknown = JSON.parse(text);
  return isObject(value) ? value : {};
}

function answer(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { "content-type": type });
  response.end(body);
}

export function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}

export function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}

export interface NetmasterOptions {
  readonly forwarding?: "bridge" | "routing" | "";
}

/** The objects that the leader makes when it starts (contiv.md §2.4). */
function started({ forwarding = "bridge" }: NetmasterOptions): State {
  const state = new State();
  state.of("tenant").set("default", { tenantName: "default" });
  state.of("global").set("global", {
    name: "global",
    networkInfraType: "default",
    vlans: "1-4094",
    vxlans: "1-10000",
    ...(forwarding === "" ? {} : { fwdMode: forwarding }),
    arpMode: "proxy",
    pvtSubnet: "172.19.0.0/16",
  });
  return state;
}

export async function startNetmaster(options: NetmasterOptions = {}): Promise<Netmaster> {
  const state = started(options);
  const writes: Request[] = [];
  const reads: string[] = [];
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const method = request.method ?? "GET";
    const path = request.url ?? "/";
    const text = await textOf(request);
    if (path === "/version") return answer(response, 200, "application/json", '{"GitCommit":"stand-in","Version":"1.2.0","BuildTime":""}');
    const body = parsed(text);
    const record: Request = { method, path, ...(text === "" ? {} : { body }) };
    const fate = method === "GET" ? netmaster.readFate(path, reads.length) : netmaster.fate(record, writes.length);
    if (method === "GET") reads.push(path);
    else writes.push(record);
    if (fate === "hang") return;
    if (fate === "break-before") {
      request.socket.destroy();
      return;
    }
    if (fate === "refuse") return answer(response, 500, "text/plain; charset=utf-8", "Leader not found\n");
    const result = route(state, method, path, body);
    if (method !== "GET" && result !== undefined && "body" in result) netmaster.changed(record);
    if (fate === "break-after") request.socket.destroy();
    else if (result === undefined) answer(response, 404, "text/plain; charset=utf-8", "404 page not found\n");
    else if ("refused" in result) answer(response, 500, "text/plain; charset=utf-8", `${result.refused}\n`);
    else answer(response, 200, "application/json", JSON.stringify(result.body));
  };
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    serve(request, response).catch((error: unknown) => {
      answer(response, 500, "text/plain; charset=utf-8", `${String(error)}\n`);
    });
  };
  const server = createServer(handle);
  // A test can take longer between two requests than a server commonly keeps a connection.
  server.keepAliveTimeout = 0;
  const port = await listen(server);
  const netmaster: Netmaster = {
    url: `http://127.0.0.1:${port}`,
    state,
    writes,
    reads,
    fate: () => "answer",
    readFate: () => "answer",
    changed: () => undefined,
    handle,
    stop: () => close(server),
  };
  return netmaster;
}
