/** What an agent takes from a store: a signed program that is the right one, newer than what it has, and that it can read. */
import { createHash } from "node:crypto";
import { parseProgram, verifyDigest } from "../../compiler/target/openflow/json.js";
import type { Program } from "../../compiler/target/openflow/program.js";
import { open } from "./envelope.js";
import type { Envelope, Refused } from "./envelope.js";
import type { TrustedKey } from "./keys.js";

export interface Accepted {
  readonly envelope: Envelope;
  readonly program: Program;
}

/** What is in force: nothing older is taken, nor another program under the same generation. */
export type InForce = Pick<Envelope, "generation" | "digest">;

const sha256 = { algorithm: "sha256", of: (text: string) => createHash("sha256").update(text).digest("hex") };

/**
 * Takes an envelope that lies in a store as generation `place`, or says why not. Never throws.
 *
 * A store that was set back to an older state is refused too (`inForce`): who can write the store but not sign must not be able to
 * bring back a policy that was replaced.
 */
export function accept(bytes: Uint8Array, place: number, trusted: readonly TrustedKey[], inForce?: InForce): Accepted | Refused {
  const envelope = open(bytes, trusted);
  if ("refused" in envelope) return envelope;
  const { generation, digest } = envelope;
  if (generation !== place) return { refused: `it was signed as generation ${generation} and lies in the place of generation ${place}` };
  if (inForce !== undefined && generation < inForce.generation) {
    return { refused: `generation ${generation} is older than generation ${inForce.generation}, which is in force` };
  }
  if (inForce !== undefined && generation === inForce.generation && digest !== inForce.digest) {
    return { refused: `generation ${generation} is in force with other content` };
  }
  if (!verifyDigest(envelope.program, sha256)) return { refused: "the program's own digest does not fit" };
  try {
    return { envelope, program: parseProgram(envelope.program) };
  } catch (error) {
    return { refused: `the program cannot be read: ${error instanceof Error ? error.message : String(error)}` };
  }
}
