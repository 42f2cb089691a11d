/** Login at the auth proxy (contiv.md §2.6). */
import { ApiFailure } from "../failure.js";
import type { Work } from "../failure.js";
import type { Connection } from "./client.js";
import { exchange, NoAnswer } from "./http.js";

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/**
 * A token for the credentials. They go out over HTTPS only.
 * @throws ApiFailure, never with the password in it.
 */
export async function login(connection: Connection, { username, password }: Credentials): Promise<string> {
  const { url, timeout = 10_000, authority, insecure, signal } = connection;
  const work: Work = { doing: `log in at ${url.host} as ${username}` };
  if (url.protocol !== "https:")
    throw new ApiFailure("credentials", work, "credentials are sent over https only", "the auth proxy listens at https://HOST:10000");
  const body = JSON.stringify({ username, password });
  try {
    const answer = await exchange({
      method: "POST",
      url: new URL("/api/v1/auth_proxy/login/", url),
      headers: { "content-type": "application/json", "content-length": String(Buffer.byteLength(body)) },
      body,
      timeout,
      ...(authority === undefined ? {} : { authority }),
      ...(insecure === undefined ? {} : { insecure }),
      ...(signal === undefined ? {} : { signal }),
    });
    if (answer.status === 401 || answer.status === 400) throw new ApiFailure("credentials", work, "the user name or the password is wrong");
    const token = answer.status === 200 ? tokenIn(answer.text) : undefined;
    if (token !== undefined) return token;
    throw new ApiFailure("unexpected", work, `it answers with status ${answer.status} and no token`, "is this the address of the auth proxy?");
  } catch (error) {
    if (error instanceof NoAnswer) throw new ApiFailure(error.late ? "timeout" : "unreachable", work, error.message);
    throw error;
  }
}

function tokenIn(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && "token" in value && typeof value.token === "string" ? value.token : undefined;
  } catch {
    return undefined;
  }
}
