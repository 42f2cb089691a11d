/**
 * What the agent keeps on disk, so that after a reboot the last good policy is in force before any store answers. Files are written
 * whole beside their place and renamed, so that a crash leaves the old or the new one.
 */
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parseProgram } from "../../compiler/target/openflow/json.js";
import { isRecord } from "../jsonrpc/stream.js";
import { codeOf, reasonOf } from "../store/reason.js";
import type { InventoryPart, PublishedProgram } from "./sources.js";

/** Reads a program that was kept in its signed form: checks the signature again. An error says why it is not taken. */
export type ReadEnvelope = (bytes: Uint8Array) => PublishedProgram;

export interface Keeper {
  readonly program: () => Promise<PublishedProgram | undefined>;
  readonly keepProgram: (published: PublishedProgram) => Promise<void>;
  /** What each source delivered last, by its name. */
  readonly inventory: () => Promise<ReadonlyMap<string, InventoryPart>>;
  readonly keepInventory: (parts: ReadonlyMap<string, InventoryPart>) => Promise<void>;
}

const PROGRAM = "program.json";
const ENVELOPE = "program.signed";
const INVENTORY = "inventory.json";

/** Writes beside the file's place and renames, so that there is the old content or the new one. Rejects with what the system says. */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const beside = `${path}.new`;
  const file = await open(beside, "w", 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
    await rename(beside, path);
  } catch (error) {
    // On a full disk half a file would take the room that the next one needs.
    await rm(beside, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

async function readWhole(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/**
 * With `readEnvelope` only signed programs are kept and read. Without it (a node whose store has no signatures) the program's text is.
 * Reading rejects for what is there and cannot be used.
 */
export function folderKeeper(folder: string, readEnvelope?: ReadEnvelope): Keeper {
  // One after the other: generations can come faster than a disk takes them, and two would write the same file beside.
  let writing: Promise<unknown> = Promise.resolve();
  const inTurn = (path: string, content: string | Uint8Array): Promise<void> => {
    const written = writing.then(() => writeWhole(path, content));
    writing = written.catch(() => undefined);
    return written.catch((error: unknown) => {
      throw new Error(`${path}: ${reasonOf(error)}`);
    });
  };
  return {
    program: async () => {
      if (readEnvelope !== undefined) {
        const bytes = await readWhole(join(folder, ENVELOPE));
        return bytes === undefined ? undefined : readEnvelope(bytes);
      }
      const text = (await readWhole(join(folder, PROGRAM)))?.toString("utf8");
      const kept: unknown = text === undefined ? undefined : JSON.parse(text);
      if (!isRecord(kept) || typeof kept.generation !== "number" || typeof kept.text !== "string") return undefined;
      return { generation: kept.generation, text: kept.text, program: parseProgram(kept.text) };
    },
    keepProgram: async ({ generation, text, envelope }) => {
      if (readEnvelope === undefined) await inTurn(join(folder, PROGRAM), JSON.stringify({ generation, text }));
      else if (envelope !== undefined) await inTurn(join(folder, ENVELOPE), envelope);
    },
    inventory: async () => {
      const text = (await readWhole(join(folder, INVENTORY)))?.toString("utf8");
      const kept: unknown = text === undefined ? undefined : JSON.parse(text);
      return new Map(isRecord(kept) ? Object.entries(kept).flatMap(([name, part]) => (isPart(part) ? [[name, part] as const] : [])) : []);
    },
    keepInventory: (parts) => inTurn(join(folder, INVENTORY), JSON.stringify(Object.fromEntries(parts))),
  };
}

function isPart(value: unknown): value is InventoryPart {
  return (
    isRecord(value) && Array.isArray(value.endpoints) && value.endpoints.every(isEndpoint) && (value.nodes === undefined || isNodes(value.nodes))
  );
}

function isEndpoint(value: unknown): boolean {
  return (
    isRecord(value) &&
    typeof value.name === "string" &&
    typeof value.node === "string" &&
    typeof value.port === "number" &&
    typeof value.mac === "string" &&
    Array.isArray(value.addresses) &&
    value.addresses.every((address) => typeof address === "string")
  );
}

const isNodes = (value: unknown): boolean => Array.isArray(value) && value.every((node) => isRecord(node) && typeof node.name === "string");
