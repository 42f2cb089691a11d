/**
 * The highest sequence number of each node's roster that was seen, kept on disk: what a node said before must not count again. A number that is
 * lost with a crash was written within the last second.
 */
import { readFile } from "node:fs/promises";
import { writeWhole } from "../agent/keep.js";
import type { OnError } from "../agent/sources.js";
import { decodeJson, integer, record, text } from "../store/decode.js";
import { codeOf, reasonOf } from "../store/reason.js";

export interface Sequences {
  /** 0 for a node of which nothing was seen. */
  readonly highest: (node: string) => number;
  readonly note: (node: string, sequence: number) => void;
  /** A number for what `node` says next: above all before. */
  readonly next: (node: string) => number;
  /** Writes what is not written yet. */
  readonly close: () => Promise<void>;
}

/** Milliseconds. */
const DELAY = 1000;
const LIMIT = 16 << 20;
const decoder = record(text(400), integer(0, Number.MAX_SAFE_INTEGER), 100_000);

/** `now` is the time of day: a node that lost its disk has to be above what it said before. What the file has and cannot be read is told. */
export async function openSequences(path: string, now: () => number, onError: OnError): Promise<Sequences> {
  const known = new Map<string, number>(Object.entries(await read(path, onError)));
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  const write = (): Promise<void> => {
    timer = undefined;
    const content = JSON.stringify(Object.fromEntries(known));
    writing = writing
      .then(() => writeWhole(path, content))
      .catch((error: unknown) => onError(new Error(`${path} cannot be written: ${reasonOf(error)}`)));
    return writing;
  };
  const note: Sequences["note"] = (node, sequence) => {
    if (sequence <= (known.get(node) ?? 0)) return;
    known.set(node, sequence);
    timer ??= setTimeout(() => void write(), DELAY);
  };
  return {
    highest: (node) => known.get(node) ?? 0,
    note,
    next: (node) => {
      const sequence = Math.max((known.get(node) ?? 0) + 1, now());
      note(node, sequence);
      return sequence;
    },
    close: async () => {
      if (timer !== undefined) {
        clearTimeout(timer);
        await write();
      }
      await writing;
    },
  };
}

async function read(path: string, onError: OnError): Promise<Readonly<Record<string, number>>> {
  try {
    return decodeJson(await readFile(path), decoder, path, LIMIT);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") onError(new Error(`${path} cannot be used: ${reasonOf(error)}`));
    return {};
  }
}
