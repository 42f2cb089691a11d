/** Asks the agent of this node, over loopback. */
import { Refusal } from "./exit.js";
import { text } from "./options.js";
import type { Options } from "./options.js";
import type { OptionRow } from "./verb.js";

export const agentOption: OptionRow = { flags: "--agent <address>", description: "where this node's agent listens (default: 127.0.0.1:9476)" };

/** An arrow looks like an option to whoever reads the command line. */
export function withoutArrow(words: readonly string[]): readonly string[] {
  return words.filter((word) => word !== "->");
}

/** A question as `SOURCE DESTINATION SERVICE`, with or without an arrow and a colon. @throws Refusal for anything else. */
export function connectionWords(words: readonly string[]): URLSearchParams {
  const parts = words
    .join(" ")
    .replace(/->|→| to /g, " ")
    .replace(/ :(?= |$)/g, " ")
    .trim()
    .split(/\s+/);
  const [from, to, service] = parts;
  if (parts.length !== 3 || from === undefined || to === undefined || service === undefined) {
    throw new Refusal("a question is SOURCE DESTINATION SERVICE", "such as `web-1 db-1 tcp/5432` or `10.1.1.1 10.1.1.2 icmp/8`");
  }
  return new URLSearchParams({ from, to, service });
}

/** The agent's answer, as JSON. @throws Refusal where nobody answers, and with the agent's words where it refuses. */
export async function askAgent(options: Options, path: string, query: URLSearchParams): Promise<unknown> {
  const address = text(options, "agent") ?? "127.0.0.1:9476";
  const response = await fetch(`http://${address}${path}?${query.toString()}`, { signal: AbortSignal.timeout(30_000) }).catch(() => {
    throw new Refusal(`no agent answers at ${address}`, "`listen` in the agent's configuration says where it does; name it with --agent");
  });
  const body: unknown = await response.json().catch(() => undefined);
  if (response.ok && body !== undefined) return body;
  throw new Refusal(errorIn(body) ?? `what answers at ${address} is no agent of ctv`);
}

function errorIn(body: unknown): string | undefined {
  return typeof body === "object" && body !== null && "error" in body && typeof body.error === "string" ? body.error : undefined;
}
