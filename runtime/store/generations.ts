/**
 * The generations of the policy in a store: `generations/000000000012` holds the signed program (`runtime/signing/envelope.ts`).
 * Entries are written once and never changed, and the highest number is what is in force, which is never taken away. So to create the
 * entry after the newest is a compare-and-swap: of two who publish on top of the same generation, one is refused.
 */
import type { ProgramSource, Stop } from "../agent/sources.js";
import { accept } from "../signing/accept.js";
import type { InForce } from "../signing/accept.js";
import { readHeader } from "../signing/envelope.js";
import type { Header, Refused } from "../signing/envelope.js";
import type { TrustedKey } from "../signing/keys.js";
import { StoreError } from "./keyvalue.js";
import type { KeyValues } from "./keyvalue.js";

const PREFIX = "generations/";
const DIGITS = 12;
const HIGHEST_GENERATION = 10 ** DIGITS - 1;

/** A generation as it lies in the store, not verified. */
export interface Stored {
  readonly generation: number;
  readonly bytes: Uint8Array;
}

/** The number of the newest generation; 0 when there is none. */
export async function newestGeneration(store: KeyValues): Promise<number> {
  return (await generationNumbers(store)).at(-1) ?? 0;
}

/** @throws StoreError when there is no such generation. */
export async function readGeneration(store: KeyValues, generation: number): Promise<Stored> {
  const bytes = await store.get(keyOf(generation));
  if (bytes === undefined) throw new StoreError(`${store.name} has no generation ${generation}`);
  return { generation, bytes };
}

/** The newest generation, or nothing when none was published. */
export async function readNewest(store: KeyValues): Promise<Stored | undefined> {
  const newest = await newestGeneration(store);
  return newest === 0 ? undefined : readGeneration(store, newest);
}

/**
 * Stores a program as the generation after `newest`, which the caller has found to be the newest. False when somebody else has
 * published meanwhile; nothing is changed then.
 */
export async function putGeneration(store: KeyValues, newest: number, bytes: Uint8Array): Promise<boolean> {
  if (newest >= HIGHEST_GENERATION) throw new StoreError(`${store.name} has no room for another generation`);
  if ((await newestGeneration(store)) !== newest) return false;
  return store.create(keyOf(newest + 1), bytes);
}

export interface HistoryEntry {
  readonly generation: number;
  readonly bytes: number;
  /** What its header says, or why it cannot be read. Not verified. */
  readonly header: Header | Refused;
}

/** The last `count` generations, newest first. */
export async function history(store: KeyValues, count: number): Promise<readonly HistoryEntry[]> {
  const numbers = (await generationNumbers(store)).slice(-count).reverse();
  return Promise.all(
    numbers.map(async (number) => {
      const { generation, bytes } = await readGeneration(store, number);
      return { generation, bytes: bytes.length, header: readHeader(bytes) };
    }),
  );
}

/**
 * The newest program that verifies, for agents. `inForce` is what the node had before it started, if it knows: nothing older is
 * delivered. What is refused is an error, told once; the program before it stays in force.
 */
export function programSource(store: KeyValues, trusted: readonly TrustedKey[], inForce?: InForce): ProgramSource {
  return {
    name: store.name,
    watch: (onProgram, onError): Stop => {
      let held = inForce;
      return store.watchNewest(
        PREFIX,
        (key) => generationOf(key) !== undefined,
        (newest) => {
          const generation = newest === undefined ? undefined : generationOf(newest.key);
          if (newest === undefined || generation === undefined) {
            if (held !== undefined)
              onError(new StoreError(`${store.name} is empty, but generation ${held.generation} is in force: it stays in force`));
            return;
          }
          const accepted = accept(newest.value, generation, trusted, held);
          if ("refused" in accepted) {
            onError(new StoreError(`generation ${generation} of ${store.name} is refused: ${accepted.refused}`));
            return;
          }
          const { envelope, program } = accepted;
          held = { generation, digest: envelope.digest };
          onProgram({ generation, program, text: envelope.program, signature: envelope.signature, envelope: newest.value });
        },
        onError,
      );
    },
  };
}

/** For `prune.ts`, which knows which nobody needs. INVARIANT: not the newest. */
export function removeGeneration(store: KeyValues, generation: number): Promise<void> {
  return store.remove(keyOf(generation));
}

/** Ascending. */
export async function generationNumbers(store: KeyValues): Promise<readonly number[]> {
  return (await store.keys(PREFIX)).map(generationOf).filter((generation) => generation !== undefined);
}

function keyOf(generation: number): string {
  return `${PREFIX}${String(generation).padStart(DIGITS, "0")}`;
}

function generationOf(key: string): number | undefined {
  const digits = key.slice(PREFIX.length);
  return key.startsWith(PREFIX) && /^\d+$/.test(digits) && digits.length === DIGITS && Number(digits) > 0 ? Number(digits) : undefined;
}
