/**
 * Hits of rules, from the counters of flows. A flow that is replaced begins at zero again, so differences are added up, flow by flow.
 *
 * Flows of table `policy` count first packets: of allowed connections one each, of denied ones every packet. Flows of table `account`
 * count all packets of connections that a rule let pass.
 */
import { tables } from "../../compiler/target/openflow/tables.js";
import { cookieParts, tableOf } from "../openflow/flows.js";
import type { FlowStatistics } from "../openflow/flows.js";

export interface RuleCount {
  /** Id of the rule or default, as in the program. */
  readonly decision: number;
  /** Lookups that it decided: connections where it allows, packets where it denies. */
  readonly decided: number;
  /** All packets and bytes of the connections it let pass, or of what it denied. */
  readonly packets: number;
  readonly bytes: number;
  /** When it was last seen to count, in milliseconds since 1970; absent for hits from before the agent's start. */
  readonly lastHit?: number;
}

export interface Counters {
  /** Takes the flows of rules and defaults as the switch lists them now. */
  readonly update: (flows: readonly FlowStatistics[], now: number) => void;
  /** Of all that ever counted, by decision. */
  readonly counts: () => readonly RuleCount[];
}

interface Sum {
  decided: number;
  policyPackets: number;
  policyBytes: number;
  accountPackets: number;
  accountBytes: number;
  lastHit?: number;
}

export function makeCounters(): Counters {
  const sums = new Map<number, Sum>();
  let before: ReadonlyMap<string, { readonly packets: number; readonly bytes: number }> | undefined;
  return {
    update: (flows, now) => {
      const seen = new Map<string, { readonly packets: number; readonly bytes: number }>();
      for (const flow of flows) {
        const cookie = cookieParts(flow.cookie);
        if (cookie === undefined || (cookie.kind !== "rule" && cookie.kind !== "default")) continue;
        const key = `${cookie.id} ${flow.place}`;
        seen.set(key, { packets: flow.packets, bytes: flow.bytes });
        const last = before?.get(key);
        // Fewer than before: the flow is a new one.
        const from = last === undefined || flow.packets < last.packets ? { packets: 0, bytes: 0 } : last;
        const packets = flow.packets - from.packets;
        if (packets === 0) continue;
        const sum = sums.get(cookie.id) ?? { decided: 0, policyPackets: 0, policyBytes: 0, accountPackets: 0, accountBytes: 0 };
        add(sum, tableOf(flow), packets, flow.bytes - from.bytes);
        // What the first list has may be long ago.
        if (before !== undefined) sum.lastHit = now;
        sums.set(cookie.id, sum);
      }
      before = seen;
    },
    counts: () =>
      [...sums].map(([decision, { decided, policyPackets, policyBytes, accountPackets, accountBytes, lastHit }]) => ({
        decision,
        decided,
        packets: Math.max(policyPackets, accountPackets),
        bytes: Math.max(policyBytes, accountBytes),
        ...(lastHit === undefined ? {} : { lastHit }),
      })),
  };
}

function add(sum: Sum, table: number, packets: number, bytes: number): void {
  if (table === tables.account) {
    sum.accountPackets += packets;
    sum.accountBytes += bytes;
  } else {
    sum.decided += packets;
    sum.policyPackets += packets;
    sum.policyBytes += bytes;
  }
}
