/**
 * A node's report, signed with the node's key where it has one: one line of JSON.
 *
 *     {"node":"node-a","generation":7,"flows":120,"endpoints":4,"errors":[],"connected":true,"lastChange":…,"sent":…,"keyId":"…","signature":"…"}
 *
 * The signature (Ed25519) is over the same line with an empty one, so it covers the time as well: a report that somebody puts back is seen
 * to be old.
 *
 * INVARIANT: there is one way to write a signed report. Bytes that mean the same but are written otherwise are refused.
 */
import { sign, verify } from "node:crypto";
import type { AgentReport } from "../agent/sources.js";
import { decodeJson, integer, list, object, optional, text, truth } from "../store/decode.js";
import type { Decoder } from "../store/decode.js";
import type { Refused } from "./envelope.js";
import type { SigningKey, TrustedKey } from "./keys.js";

/** A report, and when the node sent it by its own clock, in milliseconds since 1970. */
export interface SentReport extends AgentReport {
  readonly sent: number;
}

interface Signed extends SentReport {
  readonly keyId?: string;
  readonly signature?: string;
}

/** Longest report that is looked at, in bytes. */
const REPORT_LIMIT = 64 << 10;
const ERRORS = 20;
const ERROR_LENGTH = 500;

const time = integer(0, 8.64e15);
const decoder: Decoder<Signed> = object({
  node: text(400),
  generation: integer(0, Number.MAX_SAFE_INTEGER),
  flows: integer(0, Number.MAX_SAFE_INTEGER),
  endpoints: integer(0, Number.MAX_SAFE_INTEGER),
  errors: list(text(ERROR_LENGTH), ERRORS),
  connected: truth,
  lastChange: optional(time),
  sent: time,
  keyId: optional(text(16, /^[0-9a-f]{16}$/)),
  signature: optional(text(100)),
});

/** What of a report's errors can be stored: agents may have a lot to say. */
export function boundedErrors(errors: readonly string[]): readonly string[] {
  return errors.slice(0, ERRORS).map((error) => error.slice(0, ERROR_LENGTH));
}

/** The report's bytes, signed where there is a key. */
export function sealReport(report: SentReport, key?: SigningKey): Buffer {
  if (key === undefined) return render(report);
  const open = { ...report, keyId: key.id, signature: "" };
  return render({ ...open, signature: sign(null, render(open), key.key).toString("base64") });
}

/** Reads a report; with a key, only one that was signed with it. Never throws. */
export function openReport(bytes: Uint8Array, trusted?: TrustedKey): SentReport | Refused {
  const read = decoded(bytes);
  if ("refused" in read) return read;
  const { keyId, signature, ...report } = read;
  if (trusted === undefined) return report;
  if (keyId === undefined || signature === undefined) return { refused: "its report is not signed" };
  if (keyId !== trusted.id) return { refused: `its report is signed with the key ${keyId}, and the node's is ${trusted.id}` };
  const bits = Buffer.from(signature, "base64");
  if (!verify(null, render({ ...read, signature: "" }), trusted.key, bits)) return { refused: "its report is not what the node signed" };
  // Base64 has several texts for the same bytes, and JSON many.
  if (bits.toString("base64") !== signature || !render(read).equals(bytes)) return { refused: "its report is not written as a signed one is" };
  return report;
}

function decoded(bytes: Uint8Array): Signed | Refused {
  try {
    return decodeJson(bytes, decoder, "its report", REPORT_LIMIT);
  } catch (error) {
    return { refused: error instanceof Error ? error.message : String(error) };
  }
}

function render({ node, generation, flows, endpoints, errors, connected, lastChange, sent, keyId, signature }: Signed): Buffer {
  return Buffer.from(JSON.stringify({ node, generation, flows, endpoints, errors, connected, lastChange, sent, keyId, signature }));
}
