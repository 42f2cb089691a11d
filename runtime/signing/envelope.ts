/**
 * A signed program, as stores hold it: one line of JSON, the header, and below it the text of the policy program, byte for byte.
 *
 *     {"format":"ctv-signed-program","version":1,"generation":12,"created":"…","note":"…","digest":"sha256:…","keyId":"…","signature":"…"}
 *     {
 *       "format": "ctv-policy-program",
 *       …
 *
 * The digest is that of the program's bytes; the signature (Ed25519) that of the header with an empty signature. So it covers the
 * generation too: an old program cannot be passed off as a new one.
 *
 * INVARIANT: there is one way to write an envelope. Bytes that mean the same but are written otherwise are refused.
 */
import { createHash, sign, verify } from "node:crypto";
import type { SigningKey, TrustedKey } from "./keys.js";

const ENVELOPE_FORMAT = "ctv-signed-program";
const ENVELOPE_VERSION = 1;

/** Longest envelope that is looked at, in bytes: about a hundred thousand rules. */
const ENVELOPE_LIMIT = 64 << 20;
/** Longest note, in UTF-16 code units. */
export const NOTE_LIMIT = 200;
const HEADER_LIMIT = 4096;

export interface Header {
  readonly generation: number;
  /** When it was published, as the publisher's clock says: ISO 8601 in UTC. */
  readonly created: string;
  /** What the publisher says about it; may be empty. */
  readonly note: string;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
  readonly keyId: string;
  /** Base64. */
  readonly signature: string;
}

export interface Envelope extends Header {
  /** The text of the policy program. */
  readonly program: string;
}

/** What was found in place of a good envelope, in words that follow "refused: ". */
export interface Refused {
  readonly refused: string;
}

/** The digest of a program's text, as a header has it. */
export function programDigest(program: string): string {
  return `sha256:${createHash("sha256").update(program).digest("hex")}`;
}

/** Signs a program. @throws RangeError for a generation, note or size that no envelope can have. */
export function seal(content: Pick<Envelope, "generation" | "created" | "note" | "program">, key: SigningKey): Buffer {
  const { generation, created, note, program } = content;
  const open = { generation, created, note, digest: programDigest(program), keyId: key.id, signature: "" };
  const signature = sign(null, Buffer.from(headerLine(open)), key.key).toString("base64");
  const bytes = render({ ...open, signature }, program);
  const problem = sizeProblem(bytes) ?? headerProblem({ ...open, signature });
  if (problem !== undefined) throw new RangeError(problem);
  return bytes;
}

/** The header of an envelope, not verified: good for showing, never for acting on. */
export function readHeader(bytes: Uint8Array): Header | Refused {
  const end = bytes.subarray(0, HEADER_LIMIT).indexOf(0x0a);
  if (end < 0) return { refused: "it does not begin with the header of a signed program" };
  const fields = jsonFields(Buffer.from(bytes.subarray(0, end)).toString("utf8"));
  if (fields?.get("format") !== ENVELOPE_FORMAT) return { refused: "it is not a signed program" };
  if (fields.get("version") !== ENVELOPE_VERSION)
    return { refused: `it has version ${String(fields.get("version"))} of the form; this is for ${ENVELOPE_VERSION}` };
  const header = {
    generation: number(fields, "generation"),
    created: text(fields, "created"),
    note: text(fields, "note"),
    digest: text(fields, "digest"),
    keyId: text(fields, "keyId"),
    signature: text(fields, "signature"),
  };
  const problem = headerProblem(header);
  return problem === undefined ? header : { refused: problem };
}

/**
 * Opens an envelope: whole, in the one right form, signed by one of the keys. Nothing in it is used before that, but the id that
 * says which key to take. Never throws.
 */
export function open(bytes: Uint8Array, trusted: readonly TrustedKey[]): Envelope | Refused {
  const tooLong = sizeProblem(bytes);
  if (tooLong !== undefined) return { refused: tooLong };
  const header = readHeader(bytes);
  if ("refused" in header) return header;
  // Base64 has several texts for the same bytes: the bits that the last letter has to spare.
  const signature = Buffer.from(header.signature, "base64");
  const program = Buffer.from(bytes.subarray(bytes.indexOf(0x0a) + 1)).toString("utf8");
  if (header.signature === "") return { refused: "it is not signed" };
  const key = trusted.find(({ id }) => id === header.keyId);
  if (key === undefined) return { refused: `it is signed with the key ${header.keyId}, which is not trusted here` };
  if (!verify(null, Buffer.from(headerLine({ ...header, signature: "" })), key.key, signature)) {
    return { refused: "its signature does not fit: the header was changed, or was not signed with the key it names" };
  }
  if (signature.toString("base64") !== header.signature) return { refused: "its signature is not written as one is" };
  if (programDigest(program) !== header.digest) return { refused: "the program is not the one that was signed: its digest does not fit" };
  if (!render(header, program).equals(bytes)) return { refused: "it is not written as a signed program is" };
  return { ...header, program };
}

function headerLine({ generation, created, note, digest, keyId, signature }: Header): string {
  return JSON.stringify({ format: ENVELOPE_FORMAT, version: ENVELOPE_VERSION, generation, created, note, digest, keyId, signature });
}

function render(header: Header, program: string): Buffer {
  return Buffer.from(`${headerLine(header)}\n${program}`);
}

function sizeProblem(bytes: Uint8Array): string | undefined {
  return bytes.length > ENVELOPE_LIMIT ? `it has ${bytes.length} bytes; more than ${ENVELOPE_LIMIT} are not read` : undefined;
}

function headerProblem(header: Header): string | undefined {
  if (!Number.isSafeInteger(header.generation) || header.generation < 1) return "its generation is not a whole number from 1";
  const time = new Date(header.created);
  if (Number.isNaN(time.getTime()) || time.toISOString() !== header.created) return "its time is not one in UTC, such as 2026-01-31T12:00:00.000Z";
  if (header.note.length > NOTE_LIMIT) return `its note is longer than ${NOTE_LIMIT} characters`;
  if (!/^sha256:[0-9a-f]{64}$/.test(header.digest)) return "its digest is not a SHA-256";
  if (!/^[0-9a-f]{16}$/.test(header.keyId)) return "its key's id is not 16 hexadecimal digits";
  return undefined;
}

function jsonFields(line: string): ReadonlyMap<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? new Map(Object.entries(value)) : undefined;
  } catch {
    return undefined;
  }
}

function text(fields: ReadonlyMap<string, unknown>, name: string): string {
  const value = fields.get(name);
  return typeof value === "string" ? value : "";
}

function number(fields: ReadonlyMap<string, unknown>, name: string): number {
  const value = fields.get(name);
  return typeof value === "number" ? value : 0;
}
