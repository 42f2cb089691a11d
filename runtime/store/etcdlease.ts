/**
 * Entries under a lease in etcd. The lease is granted again, and the entries put again, when etcd has let it expire: after a pause of the
 * process, or a long time without connection.
 */
import type { Lease as Granted, Namespace } from "etcd3";
import type { OnError } from "../agent/sources.js";
import { inChunks } from "./chunks.js";
import type { Lease } from "./keyvalue.js";

export interface LeasedValues {
  readonly packed: (key: string, value: Uint8Array) => Buffer;
  readonly failed: (error: unknown) => Error;
}

const ignore = (): void => undefined;
/** Milliseconds until a failed write is tried again. */
const RETRY = 1000;

export function etcdLease(space: Namespace, seconds: number, values: LeasedValues, onError: OnError): Lease {
  const held = new Map<string, Buffer>();
  /** Keys that etcd may not have as they are in `held`. */
  const unwritten = new Set<string>();
  let closed = false;
  let granted: Granted | undefined;
  let timer: NodeJS.Timeout | undefined;
  /** What was told last; while the server is away, that is told once. */
  let problem = "";

  const tell = (error: unknown): void => {
    const failure = values.failed(error);
    if (closed || failure.message === problem) return;
    problem = failure.message;
    onError(failure);
  };
  const lease = (): Granted => {
    if (granted !== undefined) return granted;
    const made = space.lease(seconds);
    granted = made;
    made.on("lost", (error) => {
      if (granted === made) granted = undefined;
      if (closed) return;
      tell(error);
      for (const key of held.keys()) unwritten.add(key);
      later();
    });
    return made;
  };
  /** The last write of each key that is under way. */
  const turns = new Map<string, Promise<void>>();
  /** One after the other for a key: of two that are under way the server may take the later one first. */
  const write = (key: string): Promise<void> => {
    const before = turns.get(key);
    const turn = before === undefined ? writeHeld(key) : before.then(ignore, ignore).then(() => writeHeld(key));
    const done = (): void => {
      if (turns.get(key) === turn) turns.delete(key);
    };
    turns.set(key, turn);
    turn.then(done, done);
    return turn;
  };
  const writeHeld = async (key: string): Promise<void> => {
    const value = held.get(key);
    if (value === undefined) await space.delete().key(key).exec();
    else await lease().put(key).value(value).exec();
    problem = "";
    // It may have been put again meanwhile, with another value.
    if (held.get(key) === value) unwritten.delete(key);
  };
  const writeNow = async (key: string): Promise<void> => {
    // What was put is gone with the lease, and nothing may begin another.
    if (closed) return;
    unwritten.add(key);
    try {
      await write(key);
    } catch (error) {
      later();
      throw values.failed(error);
    }
  };
  function later(): void {
    if (closed || timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      inChunks([...unwritten], write).catch((error: unknown) => {
        tell(error);
        later();
      });
    }, RETRY);
    timer.unref();
  }

  return {
    put: (key, value) => {
      held.set(key, values.packed(key, value));
      return writeNow(key);
    },
    remove: (key) => {
      held.delete(key);
      return writeNow(key);
    },
    close: async () => {
      closed = true;
      clearTimeout(timer);
      held.clear();
      try {
        await granted?.revoke();
      } catch (error) {
        throw values.failed(error);
      }
    },
  };
}
