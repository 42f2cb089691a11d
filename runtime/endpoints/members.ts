/**
 * What nodes tell each other through a store, under leases: `members/NODE/node` says where tunnels to a node end, and
 * `members/NODE/endpoints/NAME` is one of its endpoints. A node that stays away longer than its lease loses its entries, and the others
 * drop what goes there a little later: a store that comes back after a while lets all leases run out at once, and an agent that starts
 * again takes its entries away and puts them back.
 */
import type { Endpoint, InventoryNode } from "../../compiler/target/openflow/bind/inventory.js";
import type { EndpointSource, OnError } from "../agent/sources.js";
import { inChunks } from "../store/chunks.js";
import { decodeJson, DecodeError } from "../store/decode.js";
import type { Decoder } from "../store/decode.js";
import { keyPart } from "../store/keyvalue.js";
import type { KeyValues, Lease } from "../store/keyvalue.js";
import { ENDPOINT_LIMIT, endpointDecoder, nodeDecoder } from "./decode.js";

const PREFIX = "members/";
/** The longest that a node that has gone is believed to come back, in milliseconds. */
export const LONGEST_GRACE = 10_000;

/**
 * The endpoints of all nodes but `self`, and the nodes; those of a node that has gone for `grace` milliseconds more. Entries that cannot be
 * read are errors, and left out.
 */
export function memberSource(store: KeyValues, self: string, grace: number): EndpointSource {
  return {
    name: "nodes",
    watch: (onInventory, onError) => {
      const own = `${PREFIX}${keyPart(self)}/`;
      const endpoints = new Map<string, Endpoint>();
      const nodes = new Map<string, InventoryNode>();
      const tell = (): void => onInventory({ endpoints: [...endpoints.values()], nodes: [...nodes.values()] });
      const leaving = departures(grace, (keys) => {
        for (const key of keys) {
          endpoints.delete(key);
          nodes.delete(key);
        }
        tell();
      });
      const stop = store.watch(
        PREFIX,
        (entries, changed) => {
          for (const key of changed) {
            if (key.startsWith(own)) continue;
            const value = entries.get(key);
            const [, node, kind] = key.split("/");
            // An endpoint that goes while its node stays was taken away; what goes with its node may come back with it.
            if (value === undefined && !entries.has(`${PREFIX}${node}/node`) && (endpoints.has(key) || nodes.has(key))) {
              leaving.note(key);
              continue;
            }
            leaving.forget(key);
            if (kind === "node") keep(nodes, key, value, nodeDecoder, (read) => read.name, node, onError);
            else keep(endpoints, key, value, endpointDecoder, (read) => read.node, node, onError);
          }
          tell();
        },
        onError,
      );
      return async () => {
        leaving.stop();
        await stop();
      };
    },
  };
}

interface Departures {
  readonly note: (key: string) => void;
  readonly forget: (key: string) => void;
  readonly stop: () => void;
}

/** Keys that are noted and not forgotten for `grace` milliseconds are gone; those noted in one turn go together. */
function departures(grace: number, onGone: (keys: readonly string[]) => void): Departures {
  const batches = new Map<string, NodeJS.Timeout>();
  let batch: NodeJS.Timeout | undefined;
  const begin = (): NodeJS.Timeout => {
    const timer = setTimeout(() => {
      const keys = [...batches].filter(([, own]) => own === timer).map(([key]) => key);
      for (const key of keys) batches.delete(key);
      if (keys.length > 0) onGone(keys);
    }, grace);
    timer.unref();
    queueMicrotask(() => (batch = undefined));
    return timer;
  };
  return {
    note: (key) => {
      batch ??= begin();
      batches.set(key, batch);
    },
    forget: (key) => batches.delete(key),
    stop: () => {
      for (const timer of batches.values()) clearTimeout(timer);
      batches.clear();
    },
  };
}

/** One that changes stays in its place. An entry counts only under its own node, so that the rights a node has in the store bound what it can say. */
function keep<T>(
  into: Map<string, T>,
  key: string,
  value: Uint8Array | undefined,
  decoder: Decoder<T>,
  nodeOf: (read: T) => string,
  node: string | undefined,
  onError: OnError,
): void {
  try {
    if (value === undefined) {
      into.delete(key);
      return;
    }
    const read = decodeJson(value, decoder, "it", ENDPOINT_LIMIT);
    if (keyPart(nodeOf(read)) !== node) throw new DecodeError(`it speaks for node ${nodeOf(read)}`);
    into.set(key, read);
  } catch (error) {
    into.delete(key);
    onError(new Error(`the entry ${key.slice(0, 200)} is left out: ${error instanceof Error ? error.message : String(error)}`));
  }
}

export interface Announcer {
  /** Makes this what the others know of the node, and its endpoints: writes what is new or changed, and takes away what is gone. */
  readonly announce: (node: InventoryNode, endpoints: readonly Endpoint[]) => Promise<void>;
}

/** Announces the node `self` under a lease of its own. What is announced while something is still being written takes its place after it. */
export function announcer(lease: Lease, self: string): Announcer {
  const base = `${PREFIX}${keyPart(self)}/`;
  /** What the lease holds, or has been told to. */
  let held: ReadonlyMap<string, string> = new Map();
  let next: ReadonlyMap<string, string> | undefined;
  let writing: Promise<void> | undefined;
  /** Most endpoints are the same objects each time. */
  const texts = new WeakMap<Endpoint, string>();
  const textOf = (endpoint: Endpoint): string => {
    const known = texts.get(endpoint) ?? JSON.stringify(endpoint);
    texts.set(endpoint, known);
    return known;
  };
  const write = async (): Promise<void> => {
    const failures: unknown[] = [];
    const failed = (error: unknown): void => void failures.push(error);
    while (next !== undefined) {
      const [before, wanted] = [held, next];
      held = wanted;
      next = undefined;
      const put = [...wanted].filter(([key, text]) => before.get(key) !== text);
      const gone = [...before.keys()].filter((key) => !wanted.has(key));
      // The lease tries again by itself; what is announced next must not wait for that.
      await inChunks(put, ([key, text]) => lease.put(key, Buffer.from(text))).catch(failed);
      await inChunks(gone, lease.remove).catch(failed);
    }
    if (failures.length > 0) throw failures[0];
  };
  return {
    announce: ({ name, address }, endpoints) => {
      const wanted = new Map([[`${base}node`, JSON.stringify({ name, address })]]);
      for (const endpoint of endpoints) {
        if (endpoint.node === self) wanted.set(`${base}endpoints/${keyPart(endpoint.name)}`, textOf(endpoint));
      }
      next = wanted;
      writing ??= write().finally(() => {
        writing = undefined;
      });
      return writing;
    },
  };
}
