/**
 * What nodes tell each other through a store, under leases: `members/NODE/node` says where tunnels to a node end, and
 * `members/NODE/endpoints/NAME` is one of its endpoints. A node that stays away longer than its lease loses its entries, and the others
 * drop what goes there a little later: a store that comes back after a while lets all leases run out at once, and an agent that starts
 * again takes its entries away and puts them back.
 */
import type { EndpointSource, InventoryPart, OnError } from "../agent/sources.js";
import { decodeJson, DecodeError } from "../store/decode.js";
import type { Decoder } from "../store/decode.js";
import { keyPart } from "../store/keyvalue.js";
import type { KeyValues } from "../store/keyvalue.js";
import { ROSTER_LIMIT } from "../signing/roster.js";
import { ENDPOINT_LIMIT, endpointDecoder, nodeDecoder } from "./decode.js";
import { departures } from "./departures.js";

export const MEMBERS = "members/";
/** The longest that a node that has gone is believed to come back, in milliseconds. */
export const LONGEST_GRACE = 10_000;

/**
 * The endpoints of all nodes but `self`, and the nodes; those of a node that has gone for `grace` milliseconds more. Entries that cannot be
 * read are errors, and left out. `known` is what was heard in an earlier life: it counts until the store answers, and then as if it had been
 * heard just now.
 */
export function memberSource(store: Pick<KeyValues, "watch">, self: string, grace: number, known?: InventoryPart): EndpointSource {
  return {
    name: "nodes",
    watch: (onInventory, onError) => {
      const own = `${MEMBERS}${keyPart(self)}/`;
      const baseOf = (node: string): string => `${MEMBERS}${keyPart(node)}/`;
      const endpoints = new Map(known?.endpoints.map((endpoint) => [`${baseOf(endpoint.node)}endpoints/${keyPart(endpoint.name)}`, endpoint]));
      const nodes = new Map(known?.nodes?.map((node) => [`${baseOf(node.name)}node`, node]));
      let first = true;
      const tell = (): void => onInventory({ endpoints: [...endpoints.values()], nodes: [...nodes.values()] });
      const leaving = departures(grace, (keys) => {
        for (const key of keys) {
          endpoints.delete(key);
          nodes.delete(key);
        }
        tell();
      });
      if (known !== undefined) tell();
      const stop = store.watch(
        MEMBERS,
        (entries, changed) => {
          const toLookAt = first ? new Set([...changed, ...endpoints.keys(), ...nodes.keys()]) : changed;
          first = false;
          for (const key of toLookAt) {
            if (key.startsWith(own)) continue;
            const value = entries.get(key);
            const [, node, kind] = key.split("/");
            // An endpoint that goes while its node stays was taken away; what goes with its node may come back with it.
            if (value === undefined && !entries.has(`${MEMBERS}${node}/node`) && (endpoints.has(key) || nodes.has(key))) {
              leaving.note(key);
              continue;
            }
            leaving.forget(key);
            if (kind === "node") keep(nodes, key, value, { decoder: nodeDecoder, longest: ROSTER_LIMIT, nodeOf: (read) => read.name }, node, onError);
            else keep(endpoints, key, value, { decoder: endpointDecoder, longest: ENDPOINT_LIMIT, nodeOf: (read) => read.node }, node, onError);
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

interface Reading<T> {
  readonly decoder: Decoder<T>;
  /** Bytes. */
  readonly longest: number;
  readonly nodeOf: (read: T) => string;
}

/** One that changes stays in its place. An entry counts only under its own node, so that the rights a node has in the store bound what it can say. */
function keep<T>(
  into: Map<string, T>,
  key: string,
  value: Uint8Array | undefined,
  { decoder, longest, nodeOf }: Reading<T>,
  node: string | undefined,
  onError: OnError,
): void {
  try {
    if (value === undefined) {
      into.delete(key);
      return;
    }
    const read = decodeJson(value, decoder, "it", longest);
    if (keyPart(nodeOf(read)) !== node) throw new DecodeError(`it speaks for node ${nodeOf(read)}`);
    into.set(key, read);
  } catch (error) {
    into.delete(key);
    onError(new Error(`the entry ${key.slice(0, 200)} is left out: ${error instanceof Error ? error.message : String(error)}`));
  }
}
