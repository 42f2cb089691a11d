/** One HTTP request with a deadline, over Node's own modules so that a certificate authority can be given. */
import { request as plainRequest } from "node:http";
import type { IncomingMessage } from "node:http";
import { request as secureRequest } from "node:https";

export interface HttpRequest {
  readonly method: "GET" | "POST" | "DELETE";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Milliseconds for the whole exchange. */
  readonly timeout: number;
  /** PEM of authorities to trust beside those of the system. */
  readonly authority?: string;
  /** Take any certificate. */
  readonly insecure?: boolean;
  readonly signal?: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

/** No answer; `late` when the deadline passed. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
  constructor(
    message: string,
    readonly late: boolean,
  ) {
    super(message);
  }
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString("utf8");
}

const reasons: ReadonlyMap<string, string> = new Map([
  ["ECONNREFUSED", "nothing listens there"],
  ["ECONNRESET", "the connection broke"],
  ["EPIPE", "the connection broke"],
  ["ENOTFOUND", "there is no such host"],
  ["EAI_AGAIN", "the name of the host cannot be looked up now"],
  ["EHOSTUNREACH", "the host cannot be reached"],
  ["ENETUNREACH", "the network cannot be reached"],
  ["ETIMEDOUT", "no connection came about in time"],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "its certificate is signed by itself"],
  ["SELF_SIGNED_CERT_IN_CHAIN", "its certificate comes from an authority that this machine does not trust"],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "its certificate comes from an authority that this machine does not trust"],
  ["CERT_HAS_EXPIRED", "its certificate has expired"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "its certificate is for another name"],
  ["EPROTO", "it does not speak TLS there"],
]);

/** The reason in words for a failure of the network. */
export function networkReason(error: unknown): string {
  const code = typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
  if (code.startsWith("ERR_SSL")) return "it does not speak TLS there";
  return reasons.get(code) ?? (error instanceof Error && error.message !== "" ? error.message : code);
}

/** @throws NoAnswer when none came. */
export async function exchange(asked: HttpRequest): Promise<HttpAnswer> {
  const deadline = AbortSignal.timeout(asked.timeout);
  const signal = asked.signal === undefined ? deadline : AbortSignal.any([deadline, asked.signal]);
  const send = asked.url.protocol === "https:" ? secureRequest : plainRequest;
  const trust = {
    ...(asked.authority === undefined ? {} : { ca: asked.authority }),
    ...(asked.insecure === true ? { rejectUnauthorized: false } : {}),
  };
  try {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const request = send(asked.url, { method: asked.method, headers: asked.headers, signal, ...trust }, resolve);
      request.on("error", reject);
      request.end(asked.body);
    });
    return { status: answer.statusCode ?? 0, text: await textOf(answer) };
  } catch (error) {
    if (asked.signal?.aborted === true) throw new NoAnswer("it was called off", false);
    if (deadline.aborted) throw new NoAnswer(`no answer within ${asked.timeout / 1000} s`, true);
    throw new NoAnswer(networkReason(error), false);
  }
}
