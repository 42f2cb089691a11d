/**
 * Packets that the switch sends up because a flow says so (`NXT_PACKET_IN2`, `include/openflow/nicira-ext.h`): the packet's head, and
 * the registers as they were, which say who talks to whom and what decided.
 */
import type { FieldMatch } from "../../compiler/target/openflow/flow.js";
import { byteReader, getByte, getShort, getText, getWord, part, remaining, WireError } from "./bytes.js";
import type { WireCookie } from "./flows.js";
import { readMatch } from "./match.js";
import { messageTypes, NICIRA } from "./message.js";
import type { Message } from "./message.js";

export interface PacketIn {
  readonly table?: number;
  readonly cookie?: WireCookie;
  /** Registers, port of arrival, and connection state, as far as they are known to us. */
  readonly metadata: readonly FieldMatch[];
  /** What the flow told us the packet is for. */
  readonly userdata: readonly number[];
  /** The packet from its Ethernet header on. A switch may cut it after as many bytes as the flow asked for. */
  readonly packet: Buffer;
}

const PACKET_IN2 = 30;
const properties = { packet: 0, table: 3, cookie: 4, metadata: 6, userdata: 7 } as const;

/** The packet in a message, or nothing where the message is something else. */
export function readPacketIn(message: Message): PacketIn | undefined {
  if (message.type !== messageTypes.experimenter) return undefined;
  const reader = byteReader(message.body);
  if (getWord(reader) !== NICIRA || getWord(reader) !== PACKET_IN2) return undefined;
  let found: PacketIn = { metadata: [], userdata: [], packet: Buffer.alloc(0) };
  while (remaining(reader) >= 4) {
    const start = reader.at;
    const type = getShort(reader);
    const length = getShort(reader);
    if (length < 4) throw new WireError(`a property of ${length} bytes`);
    const property = part(reader, length - 4);
    reader.at = Math.min(reader.end, start + Math.ceil(length / 8) * 8);
    switch (type) {
      case properties.packet:
        found = { ...found, packet: Buffer.from(property.bytes.subarray(property.at, property.end)) };
        break;
      case properties.table:
        found = { ...found, table: getByte(property) };
        break;
      case properties.cookie:
        getWord(property);
        found = { ...found, cookie: { high: getWord(property), low: getWord(property) } };
        break;
      case properties.metadata: {
        const metadata = readMatch(property).flatMap((entry) => (entry.field === "unknown" ? [] : [entry]));
        found = { ...found, metadata };
        break;
      }
      case properties.userdata:
        found = { ...found, userdata: [...Buffer.from(getText(property, remaining(property)), "latin1")] };
        break;
      default:
        break;
    }
  }
  return found;
}
