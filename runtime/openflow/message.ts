/**
 * OpenFlow messages: header, framing, and the short messages (OpenFlow 1.4 §7.1, §7.3, §7.5).
 */
import {
  byteReader,
  byteWriter,
  getByte,
  getNumber,
  getShort,
  getWord,
  part,
  putByte,
  putShort,
  putWord,
  putZeros,
  remaining,
  setShort,
  WireError,
  written,
} from "./bytes.js";
import type { ByteReader, ByteWriter } from "./bytes.js";

/** OpenFlow 1.4. */
export const VERSION = 5;

export const messageTypes = {
  hello: 0,
  error: 1,
  echoRequest: 2,
  echoReply: 3,
  experimenter: 4,
  featuresRequest: 5,
  featuresReply: 6,
  setConfig: 9,
  packetIn: 10,
  flowRemoved: 11,
  portStatus: 12,
  packetOut: 13,
  flowMod: 14,
  groupMod: 15,
  multipartRequest: 18,
  multipartReply: 19,
  barrierRequest: 20,
  barrierReply: 21,
  meterMod: 29,
  bundleControl: 33,
  bundleAdd: 34,
} as const;

export interface Message {
  readonly version: number;
  readonly type: number;
  /** Pairs an answer with its question. */
  readonly xid: number;
  readonly body: Buffer;
}

const HEADER = 8;

/** Writes a header, and gives the place of the message for `endMessage`. */
export function beginMessage(writer: ByteWriter, type: number, xid: number): number {
  const { at } = writer;
  putByte(writer, VERSION);
  putByte(writer, type);
  putShort(writer, 0);
  putWord(writer, xid);
  return at;
}

/** Puts the length of what was written since into the header. */
export function endMessage(writer: ByteWriter, at: number): void {
  setShort(writer, at + 2, writer.at - at);
}

/** Writes a message whose body `put` writes. */
export function putMessage(writer: ByteWriter, type: number, xid: number, put?: (writer: ByteWriter) => void): void {
  const at = beginMessage(writer, type, xid);
  put?.(writer);
  endMessage(writer, at);
}

/** One message as bytes of its own. */
export function message(type: number, xid: number, put?: (writer: ByteWriter) => void): Buffer {
  const writer = byteWriter(64);
  putMessage(writer, type, xid, put);
  return written(writer);
}

/**
 * Cuts a stream into messages: call the result with each piece that arrives. A length below the header's throws `WireError`: after that
 * the stream has no meaning.
 */
export function deframer(onMessage: (message: Message) => void): (piece: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (piece) => {
    const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    let at = 0;
    while (bytes.length - at >= HEADER) {
      const length = messageLength(bytes, at);
      if (bytes.length - at < length) break;
      const body = bytes.subarray(at + HEADER, at + length);
      onMessage({ version: bytes[at], type: bytes[at + 1], xid: bytes.readUInt32BE(at + 4), body });
      at += length;
    }
    rest = bytes.subarray(at);
  };
}

function messageLength(bytes: Buffer, at: number): number {
  const length = bytes.readUInt16BE(at + 2);
  if (length < HEADER) throw new WireError(`a message of ${length} bytes`);
  return length;
}

/** "Hello" with the versions that we speak (§7.5.1): this one. */
export function helloMessage(xid: number): Buffer {
  return message(messageTypes.hello, xid, (writer) => {
    putShort(writer, 1);
    putShort(writer, 8);
    putWord(writer, 2 ** VERSION);
  });
}

/** Whether a peer's "hello" leaves our version: by its bitmap where it has one, else by its header. */
export function speaksOurVersion(hello: Message): boolean {
  const reader = byteReader(hello.body);
  while (remaining(reader) >= 4) {
    const start = reader.at;
    const type = getShort(reader);
    const length = getShort(reader);
    if (length < 4) throw new WireError(`a hello element of ${length} bytes`);
    const element = part(reader, length - 4);
    reader.at = Math.min(reader.end, start + Math.ceil(length / 8) * 8);
    if (type === 1 && remaining(element) >= 4) return ((getWord(element) >>> VERSION) & 1) === 1;
  }
  return hello.version >= VERSION;
}

export interface Features {
  /** In hexadecimal, 16 digits, as `ovs-vsctl` writes it. */
  readonly datapathId: string;
  readonly tables: number;
}

export function readFeatures(body: Buffer): Features {
  const reader = byteReader(body);
  const id = getNumber(reader, 8);
  getWord(reader);
  return { datapathId: id.toString(16).padStart(16, "0"), tables: getByte(reader) };
}

/** How many bytes of packets without an own length come to us. Anything but 0 also switches packets on for a `.mgmt` connection. */
export function setConfigMessage(xid: number, packetLength: number): Buffer {
  return message(messageTypes.setConfig, xid, (writer) => {
    putShort(writer, 0);
    putShort(writer, packetLength);
  });
}

export const NICIRA = 0x00002320;
const SET_PACKET_IN_FORMAT = 16;
const PACKET_IN2 = 2;

/** Asks for packets with their user data and registers (`NXT_PACKET_IN2`). */
export function packetFormatMessage(xid: number): Buffer {
  return message(messageTypes.experimenter, xid, (writer) => {
    putWord(writer, NICIRA);
    putWord(writer, SET_PACKET_IN_FORMAT);
    putWord(writer, PACKET_IN2);
  });
}

export const multipartTypes = { flow: 1, groupDescription: 7, meterFeatures: 11 } as const;
/** "More parts follow." */
const MORE = 1;

export function multipartRequest(xid: number, type: number, put?: (writer: ByteWriter) => void): Buffer {
  return message(messageTypes.multipartRequest, xid, (writer) => {
    putShort(writer, type);
    putZeros(writer, 6);
    put?.(writer);
  });
}

export interface MultipartPart {
  readonly type: number;
  readonly more: boolean;
  readonly reader: ByteReader;
}

export function readMultipart(body: Buffer): MultipartPart {
  const reader = byteReader(body);
  const [type, flags] = [getShort(reader), getShort(reader)];
  getWord(reader);
  return { type, more: (flags & MORE) !== 0, reader };
}
