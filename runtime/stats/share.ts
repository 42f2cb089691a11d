/** Counters of all nodes, through the store: `counters/NODE` holds what a node has counted since its agent started. */
import { DecodeError, decodeJson, integer, list, object, optional, text } from "../store/decode.js";
import type { Decoder } from "../store/decode.js";
import { keyPart } from "../store/keyvalue.js";
import type { KeyValues } from "../store/keyvalue.js";
import type { RuleCount } from "./counters.js";

const PREFIX = "counters/";
/** Bytes: two hundred thousand rules. */
const LIMIT = 32 << 20;

export interface NodeCounts {
  readonly node: string;
  /** When counting began and when this was written, in milliseconds since 1970. */
  readonly since: number;
  readonly at: number;
  readonly counts: readonly RuleCount[];
}

const count = integer(0, Number.MAX_SAFE_INTEGER);
const time = integer(0, 8.64e15);
const decoder: Decoder<NodeCounts> = object({
  node: text(400),
  since: time,
  at: time,
  counts: list(object({ decision: integer(0, 0xffffffff), decided: count, packets: count, bytes: count, lastHit: optional(time) }), 200_000),
});

export async function shareCounts(store: KeyValues, counts: NodeCounts): Promise<void> {
  await store.put(`${PREFIX}${keyPart(counts.node)}`, Buffer.from(JSON.stringify(counts)));
}

export interface ReadCounts {
  readonly nodes: readonly NodeCounts[];
  /** Entries that cannot be read, and why. */
  readonly problems: readonly string[];
}

export async function readCounts(store: KeyValues): Promise<ReadCounts> {
  const nodes: NodeCounts[] = [];
  const problems: string[] = [];
  for (const { key, value } of await store.list(PREFIX)) {
    try {
      const read = decodeJson(value, decoder, "it", LIMIT);
      if (`${PREFIX}${keyPart(read.node)}` !== key) throw new DecodeError(`it is of node ${read.node}`);
      nodes.push(read);
    } catch (error) {
      problems.push(`${key.slice(0, 200)} is left out: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { nodes, problems };
}

/** Rules' hits of several nodes together. A connection between two nodes is counted on both. */
export function sumCounts(nodes: readonly NodeCounts[]): ReadonlyMap<number, RuleCount> {
  const sums = new Map<number, RuleCount>();
  for (const { counts } of nodes) {
    for (const each of counts) {
      const before = sums.get(each.decision);
      const lastHit = Math.max(before?.lastHit ?? 0, each.lastHit ?? 0);
      sums.set(each.decision, {
        decision: each.decision,
        decided: (before?.decided ?? 0) + each.decided,
        packets: (before?.packets ?? 0) + each.packets,
        bytes: (before?.bytes ?? 0) + each.bytes,
        ...(lastHit === 0 ? {} : { lastHit }),
      });
    }
  }
  return sums;
}
