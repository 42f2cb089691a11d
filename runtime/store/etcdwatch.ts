/**
 * Follows keys in etcd. Whenever a watch begins or begins again (a lost connection, a compaction that took away the revisions
 * in between), everything is read again: so nothing is missed, and what the client library takes for the last revision it saw does not matter.
 */
import type { IKeyValue, Namespace, Watcher } from "etcd3";
import type { OnError, Stop } from "../agent/sources.js";
import type { OnEntries } from "./keyvalue.js";

export interface EtcdValues {
  /** @throws for a value that cannot be read. */
  readonly unpacked: (key: string, stored: Buffer) => Uint8Array;
  readonly failed: (error: unknown) => Error;
  /** Of what is there at first, only the highest keys: a few, because somebody may have put there what does not count. */
  readonly newestOnly?: boolean;
}

/** Milliseconds until a watch that failed is tried again. */
const RETRY = 500;
const NEWEST = 10;
/** Milliseconds for the server to say that a watch has ended. */
const FAREWELL = 1000;

interface Known {
  /** Revision of the last write. */
  readonly revision: number;
  readonly value: Uint8Array;
}

interface Event {
  readonly kind: "put" | "delete";
  readonly entry: IKeyValue;
}

export function watchEtcd(space: Namespace, prefix: string, values: EtcdValues, onEntries: OnEntries, onError: OnError): Stop {
  const known = new Map<string, Known>();
  /** The values of `known`, as watchers are told them: changed in place, because there may be thousands. */
  const entries = new Map<string, Uint8Array>();
  /** Up to here (a revision of the whole database) `known` is true. */
  let upTo = 0;
  let stopped = false;
  let watcher: Watcher | undefined;
  let timer: NodeJS.Timeout | undefined;
  /** Events that come while everything is being read; they may be newer than that. */
  let waiting: Event[] | undefined;
  /** Counts readings: one that another has overtaken is of no use. */
  let readings = 0;

  const report = (error: unknown): void => {
    if (!stopped) onError(values.failed(error));
  };
  const decoded = (entry: IKeyValue): Known | undefined => {
    const key = entry.key.toString();
    const revision = Number(entry.mod_revision);
    const before = known.get(key);
    if (before?.revision === revision) return before;
    try {
      const value = values.unpacked(key, entry.value);
      const same = before !== undefined && Buffer.compare(before.value, value) === 0;
      return { revision, value: same ? before.value : value };
    } catch (error) {
      report(error);
      return undefined;
    }
  };
  const put = (key: string, next: Known | undefined, changed: Set<string>): void => {
    if (known.get(key)?.value !== next?.value) changed.add(key);
    if (next === undefined) {
      known.delete(key);
      entries.delete(key);
    } else {
      known.set(key, next);
      entries.set(key, next.value);
    }
  };
  const tell = (changed: Set<string>, always: boolean): void => {
    if (values.newestOnly === true) for (const key of beyondNewest(known)) put(key, undefined, changed);
    if (!stopped && (always || changed.size > 0)) onEntries(entries, changed);
  };
  const apply = (events: readonly Event[]): void => {
    const changed = new Set<string>();
    for (const { kind, entry } of events) {
      if (Number(entry.mod_revision) > upTo) put(entry.key.toString(), kind === "delete" ? undefined : decoded(entry), changed);
    }
    tell(changed, false);
  };
  const readAll = async (): Promise<void> => {
    const turn = ++readings;
    waiting = [];
    const all = space.getAll().prefix(prefix);
    const { kvs, header } = await (values.newestOnly === true ? all.sort("Key", "Descend").limit(NEWEST) : all).exec();
    if (turn !== readings) return;
    const changed = new Set<string>();
    const found = new Map(kvs.map((entry) => [entry.key.toString(), decoded(entry)]));
    for (const key of [...known.keys()]) if (!found.has(key)) put(key, undefined, changed);
    for (const [key, next] of found) put(key, next, changed);
    upTo = Number(header.revision);
    // Also when nothing is new: whoever was told of a lost connection learns that it is over.
    tell(changed, true);
    const late = waiting;
    waiting = undefined;
    apply(late);
  };
  const later = (): void => {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(begin, RETRY);
  };
  /** Read all, and again until it works: the watch goes on meanwhile. */
  const readAgain = (): void => {
    readAll().catch((error: unknown) => {
      report(error);
      clearTimeout(timer);
      if (!stopped) timer = setTimeout(readAgain, RETRY);
    });
  };
  function begin(): void {
    const made = space.watch().prefix(prefix).watcher();
    watcher = made;
    made.on("connected", readAgain);
    made.on("disconnected", report);
    made.on("error", (error) => {
      report(error);
      // The server has ended this watch; the library has forgotten it.
      if (watcher === made) watcher = undefined;
      later();
    });
    made.on("data", ({ events }) => {
      const own = events.map((event): Event => ({ kind: event.type === "Delete" ? "delete" : "put", entry: event.kv }));
      if (waiting !== undefined) waiting.push(...own);
      else apply(own);
    });
  }

  begin();
  return async () => {
    stopped = true;
    clearTimeout(timer);
    const last = watcher;
    watcher = undefined;
    // The server's answer is not worth waiting for where there is no connection.
    await Promise.race([last?.cancel(), new Promise((resolve) => setTimeout(resolve, FAREWELL).unref())]);
  };
}

/** What is below the highest keys is of no use any more, and would only gather. */
function beyondNewest(entries: ReadonlyMap<string, Known>): readonly string[] {
  return entries.size <= NEWEST ? [] : [...entries.keys()].sort().slice(0, -NEWEST);
}
