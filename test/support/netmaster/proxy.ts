/** The auth proxy in front of netmaster: HTTPS, login, tokens and roles (contiv.md §2.6). */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isObject } from "./model.js";
import { close, listen, textOf } from "./server.js";
import type { Netmaster } from "./server.js";

export interface User {
  readonly password: string;
  readonly role: "admin" | "ops";
  /** Tenants that an `ops` user may see and change. */
  readonly tenants?: readonly string[];
}

export interface AuthProxy {
  readonly url: string;
  /** PEM of the certificate that it serves with. */
  readonly certificate: string;
  /** Tokens that were given out, and are good. */
  readonly tokens: Map<string, User>;
  readonly stop: () => Promise<void>;
}

/** A certificate for 127.0.0.1, good for a day. */
function selfSigned(): { readonly key: string; readonly certificate: string } {
  const folder = mkdtempSync(join(tmpdir(), "ctv-proxy-"));
  try {
    const [key, certificate] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const options = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1"];
    const subject = ["-addext", "subjectAltName=IP:127.0.0.1"];
    execFileSync("openssl", ["req", "-x509", ...options, ...subject, "-keyout", key, "-out", certificate], { stdio: "ignore" });
    return { key: readFileSync(key, "utf8"), certificate: readFileSync(certificate, "utf8") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function refuse(response: ServerResponse, status: number, error: string): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify({ error }));
}

/** Whether a role may do this: an `ops` user only reads tenants, and touches what lies in tenants of its own. */
function allowed(user: User, method: string, path: string): boolean {
  if (user.role === "admin") return true;
  const [, , , first, second, third] = path.split("/");
  const kind = first === "inspect" ? second : first;
  const key = first === "inspect" ? third : second;
  if (kind === "aciGws" || kind === "Bgps") return false;
  if (kind === "globals") return first === "inspect" && method === "GET";
  if (kind === "tenants") return method === "GET" && (key === "" || (user.tenants ?? []).includes(key));
  return key === "" || (user.tenants ?? []).includes(key.split(":")[0]);
}

/** Lists as an `ops` user sees them; that of external contracts is always empty, a known fault of the proxy. */
function filtered(user: User, path: string, text: string): string {
  if (user.role === "admin" || !/^\/api\/v1\/[A-Za-z]+\/$/.test(path)) return text;
  const items: unknown = JSON.parse(text);
  if (!Array.isArray(items)) return text;
  if (path.includes("extContractsGroups")) return "[]";
  return JSON.stringify(items.filter((item) => isObject(item) && (user.tenants ?? []).includes(String(item.tenantName))));
}

export async function startAuthProxy(netmaster: Netmaster, users: Readonly<Record<string, User>>): Promise<AuthProxy> {
  const { key, certificate } = selfSigned();
  const tokens = new Map<string, User>();
  const login = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body: unknown = JSON.parse(await textOf(request));
    const { username, password } = isObject(body) ? body : {};
    if (typeof username !== "string" || typeof password !== "string" || username === "" || password === "")
      return refuse(response, 400, "Username and password are required");
    const user = Object.hasOwn(users, username) ? users[username] : undefined;
    if (user?.password !== password) return refuse(response, 401, "Invalid username/password");
    const token = `token.of.${username}.${tokens.size}`;
    tokens.set(token, user);
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ token }));
  };
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url ?? "/";
    if (path === "/api/v1/auth_proxy/login/") return login(request, response);
    const token = request.headers["x-auth-token"];
    if (token === undefined) return refuse(response, 400, "X-Auth-Token header is missing");
    if (token === "") return refuse(response, 400, "Empty auth token");
    const user = tokens.get(String(token));
    if (user === undefined) return refuse(response, 400, "Bad token");
    if (!allowed(user, request.method ?? "GET", path)) return refuse(response, 403, "Insufficient privileges");
    const body = await textOf(request);
    const answer = await fetch(`${netmaster.url}${path}`, { method: request.method, ...(body === "" ? {} : { body }) });
    const text = await answer.text();
    response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "text/plain" });
    response.end(answer.ok ? filtered(user, path, text) : text);
  };
  const server = createServer({ key, cert: certificate }, (request, response) => {
    serve(request, response).catch((error: unknown) => {
      refuse(response, 502, String(error));
    });
  });
  const port = await listen(server);
  return { url: `https://127.0.0.1:${port}`, certificate, tokens, stop: () => close(server) };
}
