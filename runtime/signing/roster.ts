/**
 * What a node signs of its endpoints: one line of JSON with the digest of each entry, so that whoever writes to the store can neither change
 * nor add one, nor put back one that is gone.
 *
 *     {"format":"ctv-node-roster","version":1,"name":"node-a","address":"192.0.2.1","sequence":7,"endpoints":[["web-1","5e88…"]],"keyId":"…","signature":"…"}
 *
 * The signature (Ed25519) is over the same line with an empty one. Sequences of a node only grow.
 *
 * INVARIANT: there is one way to write a roster. Bytes that mean the same but are written otherwise are refused.
 */
import { createHash, sign, verify } from "node:crypto";
import { decodeJson, integer, list, object, optional, text } from "../store/decode.js";
import type { Decoder } from "../store/decode.js";
import type { Refused } from "./envelope.js";
import type { SigningKey, TrustedKey } from "./keys.js";

const FORMAT = "ctv-node-roster";
const VERSION = 1;

/** Longest roster that is looked at, in bytes: about twenty thousand endpoints. */
export const ROSTER_LIMIT = 4 << 20;
const ENDPOINTS = 50_000;

export interface Roster {
  readonly name: string;
  /** Where tunnels to the node end. */
  readonly address?: string;
  readonly sequence: number;
  /** Last parts of keys, and the digests of the values there. */
  readonly endpoints: readonly RosterEntry[];
}

export interface RosterEntry {
  readonly part: string;
  /** SHA-256 in hexadecimal. */
  readonly digest: string;
}

interface Signed extends Roster {
  readonly keyId: string;
  readonly signature: string;
}

export function entryDigest(value: Uint8Array): string {
  return createHash("sha256").update(value).digest("hex");
}

export function sealRoster(roster: Roster, key: SigningKey): Buffer {
  const open = { ...roster, keyId: key.id, signature: "" };
  const signature = sign(null, render(open), key.key).toString("base64");
  return render({ ...open, signature });
}

const pair: Decoder<RosterEntry> = (value, where) => {
  const parts = list(text(200), 2)(value, where);
  return { part: parts[0] ?? "", digest: text(64, /^[0-9a-f]{64}$/)(parts[1], where) };
};
const signed: Decoder<Signed> = object({
  format: text(40, /^ctv-node-roster$/),
  version: integer(VERSION, VERSION),
  name: text(400),
  address: optional(text(45)),
  sequence: integer(0, Number.MAX_SAFE_INTEGER),
  endpoints: list(pair, ENDPOINTS),
  keyId: text(16, /^[0-9a-f]{16}$/),
  signature: text(100),
});

/** Opens a roster that this key has to have signed. Never throws. */
export function openRoster(bytes: Uint8Array, trusted: TrustedKey): Roster | Refused {
  const read = decoded(bytes);
  if ("refused" in read) return read;
  const { name, address, sequence, endpoints, keyId, signature } = read;
  if (keyId !== trusted.id) return { refused: `it is signed with the key ${keyId}, and that of ${name} is ${trusted.id}` };
  const bits = Buffer.from(signature, "base64");
  if (!verify(null, render({ ...read, signature: "" }), trusted.key, bits)) return { refused: "its signature does not fit" };
  // Base64 has several texts for the same bytes, and JSON many.
  if (bits.toString("base64") !== signature || !render(read).equals(bytes)) return { refused: "it is not written as a roster is" };
  return { name, sequence, endpoints, ...(address === undefined ? {} : { address }) };
}

function decoded(bytes: Uint8Array): Signed | Refused {
  try {
    return decodeJson(bytes, signed, "it", ROSTER_LIMIT);
  } catch {
    return { refused: "it is not signed" };
  }
}

function render({ name, address, sequence, endpoints, keyId, signature }: Signed): Buffer {
  const entries = endpoints.map(({ part, digest }) => [part, digest]);
  return Buffer.from(JSON.stringify({ format: FORMAT, version: VERSION, name, address, sequence, endpoints: entries, keyId, signature }));
}
