/** Publishing from the command line: the key, and putting a signed program into a store on top of what is there. */
import { resolve } from "node:path";
import { createPublicKey } from "node:crypto";
import { open, programDigest, seal, NOTE_LIMIT } from "../runtime/signing/envelope.js";
import type { Envelope } from "../runtime/signing/envelope.js";
import { readSigningKey } from "../runtime/signing/keys.js";
import type { SigningKey, TrustedKey } from "../runtime/signing/keys.js";
import { newestGeneration, putGeneration, readNewest } from "../runtime/store/generations.js";
import type { KeyValues } from "../runtime/store/keyvalue.js";
import { Refusal } from "./exit.js";
import { readText } from "./io/read.js";
import { text } from "./options.js";
import type { Options } from "./options.js";
import type { Terminal } from "./terminal.js";
import type { OptionRow } from "./verb.js";

export const keyOption: OptionRow = {
  flags: "--key <file>",
  description: "the private key to sign with (`ctv keygen`); default: CTV_KEY",
  path: true,
};
export const noteOption: OptionRow = { flags: "--note <text>", description: "what the history shows beside the generation" };

/** @throws Refusal where no key is named, or the file holds none. */
export function signingKey(options: Options, terminal: Terminal): SigningKey {
  const given = text(options, "key") ?? terminal.env.CTV_KEY;
  if (given === undefined || given === "") {
    throw new Refusal("a program is published signed, and no key was named", "`ctv keygen` makes one; name it with --key FILE or CTV_KEY");
  }
  const pem = readText(resolve(terminal.cwd, given), given);
  try {
    return readSigningKey(pem);
  } catch (error) {
    throw new Refusal(`cannot sign with ${given}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The public half of a key that signs: what is signed with it can be believed. */
export function ownTrust(key: SigningKey): TrustedKey {
  return { id: key.id, key: createPublicKey(key.key) };
}

/** @throws Refusal for a note that is too long. */
export function noteOf(options: Options, otherwise: string): string {
  const note = text(options, "note") ?? otherwise;
  if (note.length > NOTE_LIMIT) throw new Refusal(`--note is longer than ${NOTE_LIMIT} characters`);
  return note;
}

/** What is in force, where it is signed by one of the keys: anything else is no reason to leave a program unpublished. */
export async function publishedNow(store: KeyValues, trusted: readonly TrustedKey[]): Promise<Envelope | undefined> {
  const newest = await readNewest(store);
  if (newest === undefined) return undefined;
  const envelope = open(newest.bytes, trusted);
  return "refused" in envelope || envelope.generation !== newest.generation ? undefined : envelope;
}

export interface Publication {
  readonly program: string;
  readonly note: string;
  readonly key: SigningKey;
  readonly now: Date;
}

/** Puts a program in force as a new generation, and says which. @throws Refusal when somebody else publishes at the same time. */
export async function publishProgram(store: KeyValues, { program, note, key, now }: Publication): Promise<number> {
  const newest = await newestGeneration(store);
  const bytes = seal({ generation: newest + 1, created: now.toISOString(), note, program }, key);
  if (await putGeneration(store, newest, bytes)) return newest + 1;
  throw new Refusal(
    `somebody else has just published generation ${newest + 1}; nothing was published`,
    "look at it with `ctv history`, and publish again",
  );
}

/** Whether a program is the one that is in force. */
export function isInForce(program: string, published: Envelope | undefined): published is Envelope {
  return published?.digest === programDigest(program);
}
