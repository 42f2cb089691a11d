/** What the agent serves on loopback: health, metrics, and answers for the commands on the node. Everything is read, nothing changed. */
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";

export interface Answer {
  readonly status: number;
  /** Default: JSON. */
  readonly type?: string;
  readonly body: unknown;
}

/** By path; gets what stands behind the `?`. */
export type Routes = Readonly<Record<string, (query: URLSearchParams) => Promise<Answer>>>;

export interface HttpService {
  /** As it is listened on; the port is the real one where 0 was asked for. */
  readonly address: string;
  readonly close: () => Promise<void>;
}

/** Milliseconds that an answer may take. */
const PATIENCE = 30_000;

/** Listens on `HOST:PORT`. Rejects when it cannot, with the system's words. */
export async function serveHttp(listen: string, routes: Routes): Promise<HttpService> {
  const at = listen.lastIndexOf(":");
  const host = listen.slice(0, at).replace(/^\[|\]$/g, "");
  const server = createServer((request, response) => {
    answer(routes, request).then(
      (given) => send(response, given),
      (error: unknown) => send(response, { status: 500, body: { error: error instanceof Error ? error.message : String(error) } }),
    );
  });
  server.requestTimeout = PATIENCE;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(Number(listen.slice(at + 1)), host, resolve);
  });
  const bound = server.address();
  const port = typeof bound === "object" && bound !== null ? bound.port : 0;
  return {
    address: `${listen.slice(0, at)}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(routes: Routes, request: IncomingMessage): Promise<Answer> {
  // A page in a browser on this machine may be made to ask, by a name that leads here (DNS rebinding).
  if (!/^(127\.\d+\.\d+\.\d+|localhost|\[::1\])(:\d+)?$/.test(request.headers.host ?? ""))
    return { status: 403, body: { error: "not by this name" } };
  if (request.method !== "GET" && request.method !== "HEAD") return { status: 405, body: { error: "everything here is read only" } };
  const url = new URL(request.url ?? "/", "http://localhost");
  const route = Object.hasOwn(routes, url.pathname) ? routes[url.pathname] : undefined;
  if (route === undefined) return { status: 404, body: { error: `there is no ${url.pathname}; there are ${Object.keys(routes).join(", ")}` } };
  return route(url.searchParams);
}

function send(response: ServerResponse, { status, type, body }: Answer): void {
  response.writeHead(status, { "content-type": type ?? "application/json", "cache-control": "no-store" });
  response.end(type === undefined ? `${JSON.stringify(body)}\n` : String(body));
}
