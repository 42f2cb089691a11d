/** A connection to a service address: what each provider that the switch may choose makes of it. */
import { formatAddress, parseAddress } from "../../compiler/space/address.js";
import type { Packet, Run } from "../../compiler/target/openflow/read/simulate.js";
import { decodeBuckets } from "../openflow/groups.js";
import type { WireGroup } from "../openflow/groups.js";
import type { WireAction } from "../openflow/actions.js";

/** The connection's first packet with a provider's address in place of the service's. */
export interface ProvidedPacket {
  readonly address: string;
  readonly port: number;
  /** Where it goes on. */
  readonly table: number;
  readonly packet: Packet;
}

/** Connection state of a first packet whose destination was translated (`ovs-fields(7)`, `ct_state`): new, tracked, `dnat`. */
export const TRANSLATED = 0xa1n;

/** One for each bucket of the group that a packet came to; none where it came to no group. */
export function providedPackets({ outputs, packet }: Run, groups: readonly WireGroup[]): readonly ProvidedPacket[] {
  const ids = new Set(outputs.flatMap((output) => /^group:(\d+)$/.exec(output)?.[1] ?? []));
  return groups
    .filter(({ id }) => ids.has(`${id}`))
    .flatMap((group) => decodeBuckets(group).flatMap((bucket) => throughBucket(packet, bucket) ?? []));
}

/** Nothing for a bucket that translates no address: it is none of ours. */
function throughBucket(packet: Packet, bucket: readonly WireAction[]): ProvidedPacket | undefined {
  const fields = new Map(packet);
  for (const action of bucket) {
    if (action.kind === "set") {
      const mask = action.mask === undefined ? undefined : BigInt(action.mask);
      const kept = mask === undefined ? 0n : (fields.get(action.field) ?? 0n) & ~mask;
      fields.set(action.field, kept | BigInt(action.value));
    }
    if (action.kind !== "ct" || action.table === undefined || typeof action.nat !== "object") continue;
    const address = parseAddress(action.nat.address);
    if (address === undefined) return undefined;
    fields.set(address.family === 4 ? "nw_dst" : "ipv6_dst", BigInt(address.value));
    fields.set("tp_dst", BigInt(action.nat.port));
    fields.set("ct_state", TRANSLATED);
    return { address: formatAddress(address), port: action.nat.port, table: action.table, packet: fields };
  }
  return undefined;
}
