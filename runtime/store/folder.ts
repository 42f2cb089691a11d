/**
 * A store in a folder on disk: one file a key. For one node, or for nodes that share a file system.
 *
 * A file takes its place whole: it is written beside it, synced, and then renamed or linked, and its folder synced. So readers see
 * the old content or the new one, and what was stored is there after a crash. Leased entries have `~SECONDS` after their file name
 * and hold while the file was touched within that time.
 */
import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { link, mkdir, open, readdir, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { OnError } from "../agent/sources.js";
import { endings } from "./endings.js";
import { codeOf, reasonOf } from "./reason.js";
import { watchFiles } from "./folderwatch.js";
import type { Found, FoundFile } from "./folderwatch.js";
import { leaseJudge, systemClocks } from "./folderlease.js";
import type { Clocks, LeaseJudge } from "./folderlease.js";
import { checkKey, StoreError, VALUE_LIMIT } from "./keyvalue.js";
import type { Entry, KeyValues, Lease } from "./keyvalue.js";

/** A store in the folder `path`, which is made when something is first written. */
export function folderStore(path: string, clocks: Clocks = systemClocks): KeyValues {
  const root = resolve(path);
  const name = `folder ${root}`;
  const fileOf = (key: string): string => {
    checkKey(key);
    return join(root, key);
  };
  const failing = <T>(action: string, run: () => Promise<T>): Promise<T> =>
    run().catch((error: unknown) => {
      throw error instanceof StoreError ? error : new StoreError(`${name}: cannot ${action}: ${reasonOf(error)}`);
    });
  const { kept, endAll } = endings();
  const isAlive = leaseJudge(clocks);
  const look = (prefix: string): Promise<Found> => failing("list it", () => scanFolder(root, prefix, isAlive));
  const scan = async (prefix: string): Promise<Found["files"]> => (await look(prefix)).files;
  const read = (file: string): Promise<Uint8Array | undefined> => failing("read it", () => readValue(file));

  return {
    name,
    get: async (key) => {
      const plain = await read(fileOf(key));
      const leased = plain === undefined ? (await scan(`${dirname(key)}/`)).get(key) : undefined;
      return leased === undefined ? plain : read(leased.path);
    },
    keys: async (prefix) => [...(await scan(prefix)).keys()].sort(),
    list: async (prefix) => {
      const found = [...(await scan(prefix))].sort(([a], [b]) => (a < b ? -1 : 1));
      const entries = await Promise.all(found.map(async ([key, { path: file }]) => ({ key, value: await read(file) })));
      return entries.flatMap(({ key, value }): readonly Entry[] => (value === undefined ? [] : [{ key, value }]));
    },
    create: (key, value) => failing("write to it", () => place(fileOf(key), value, linkTo)),
    put: (key, value) => failing("write to it", async () => void (await place(fileOf(key), value, renameTo))),
    remove: (key) => failing("write to it", () => rm(fileOf(key), { force: true })),
    watch: (prefix, onEntries, onError) => {
      makeFolder(join(root, prefix));
      return kept(watchFiles(() => look(prefix), read, onEntries, onError));
    },
    watchNewest: (prefix, counts, onNewest, onError) => {
      makeFolder(join(root, prefix));
      const newest = async (): Promise<Found> => {
        const { files, folders } = await look(prefix);
        const newestFirst = [...files].filter(([key]) => counts(key)).sort(([a], [b]) => (a < b ? 1 : -1));
        return { files: new Map(newestFirst.slice(0, 1)), folders };
      };
      const tell = (entries: ReadonlyMap<string, Uint8Array>): void => onNewest([...entries].map(([key, value]) => ({ key, value }))[0]);
      return kept(watchFiles(newest, read, tell, onError));
    },
    lease: (seconds, onError) => {
      const lease = folderLease((key) => `${fileOf(key)}~${seconds}`, seconds, failing, onError);
      return { ...lease, close: kept(lease.close) };
    },
    close: endAll,
  };
}

/** The files of live entries below a prefix. What has no key's name is not ours. */
async function scanFolder(root: string, prefix: string, isAlive: LeaseJudge): Promise<Found> {
  const found = new Map<string, FoundFile & { readonly time: number }>();
  const folders: string[] = [];
  const visit = async (path: string): Promise<void> => {
    folders.push(join(root, path));
    const children = await readdir(join(root, path), { withFileTypes: true }).catch(absent([]));
    for (const child of children) {
      const key = `${path}/${child.name}`;
      if (child.isDirectory() && !child.name.startsWith(".")) await visit(key);
      const named = /^([\w%-][\w.%-]*)(?:~(\d{1,9}))?$/.exec(child.name);
      if (!child.isFile() || named === null) continue;
      const file = join(root, key);
      const state = await stat(file, { bigint: true }).catch(absent(undefined));
      if (state === undefined || (named[2] !== undefined && !isAlive(file, Number(state.mtimeMs), Number(named[2]) * 1000))) continue;
      const entry = { path: file, stamp: `${state.ino} ${state.size} ${state.ctimeNs}`, time: Number(state.mtimeMs) };
      const own = `${path}/${named[1]}`;
      if ((found.get(own)?.time ?? -Infinity) < entry.time) found.set(own, entry);
    }
  };
  await visit(prefix.replace(/\/$/, ""));
  return { files: found, folders };
}

async function readValue(file: string): Promise<Uint8Array | undefined> {
  const size = (await stat(file).catch(absent(undefined)))?.size;
  if (size === undefined) return undefined;
  if (size > VALUE_LIMIT) throw new StoreError(`${file} has ${size} bytes; more than ${VALUE_LIMIT} are not read`);
  return readFile(file).catch(absent(undefined));
}

/** So that the system can tell of what comes into it. Where it cannot be made, looking every second has to do. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch {
    // A node may have the right to read only.
  }
}

/** Writes a file whole; `move` brings it to its place and says whether it could. */
async function place(file: string, value: Uint8Array, move: (from: string, to: string) => Promise<boolean>): Promise<boolean> {
  const folder = dirname(file);
  await mkdir(folder, { recursive: true });
  const beside = join(folder, `.new-${process.pid}-${randomUUID()}`);
  try {
    const handle = await open(beside, "wx", 0o644);
    try {
      await handle.writeFile(value);
      await handle.sync();
    } finally {
      await handle.close();
    }
    const moved = await move(beside, file);
    if (moved) await syncFolder(folder);
    return moved;
  } finally {
    await rm(beside, { force: true });
  }
}

/** A link fails where there is a file, atomically, which a rename does not. */
async function linkTo(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

async function renameTo(from: string, to: string): Promise<boolean> {
  await rename(from, to);
  return true;
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function folderLease(
  fileOf: (key: string) => string,
  seconds: number,
  failing: <T>(action: string, run: () => Promise<T>) => Promise<T>,
  onError: OnError,
): Lease {
  const held = new Map<string, Uint8Array>();
  const write = (key: string, value: Uint8Array): Promise<boolean> => place(fileOf(key), value, renameTo);
  // Somebody may have cleaned up the folder, so what is gone is written again.
  const touch = async (key: string, value: Uint8Array): Promise<void> => {
    const now = new Date();
    const gone = await utimes(fileOf(key), now, now).then(
      () => false,
      (error: unknown) => absent(true)(error),
    );
    if (gone && held.get(key) === value) await write(key, value);
  };
  const beat = setInterval(
    () => {
      failing("keep entries alive in it", () => Promise.all([...held].map(([key, value]) => touch(key, value)))).catch(onError);
    },
    (seconds * 1000) / 3,
  );
  beat.unref();
  return {
    put: (key, value) => {
      held.set(key, value);
      return failing("write to it", async () => void (await write(key, value)));
    },
    remove: (key) => {
      held.delete(key);
      return failing("write to it", () => rm(fileOf(key), { force: true }));
    },
    close: async () => {
      clearInterval(beat);
      const keys = [...held.keys()];
      held.clear();
      await failing("write to it", () => Promise.all(keys.map((key) => rm(fileOf(key), { force: true }))));
    },
  };
}

/** What to take for something that is not there. */
function absent<T>(value: T): (error: unknown) => T {
  return (error) => {
    const code = codeOf(error);
    if (code === "ENOENT" || code === "ENOTDIR") return value;
    throw error;
  };
}
