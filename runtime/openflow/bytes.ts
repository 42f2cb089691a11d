/**
 * Bytes on the wire, big endian. Writing goes into one buffer that grows; reading checks every length, because what is read may
 * be anything. Short runs of bytes that are compared or looked up (matches, instructions) are kept as `latin1` text: one character a
 * byte, so that equality and map keys cost what they cost for strings.
 */

/** What was read is not what the protocol allows. The only error that decoders throw. */
export class WireError extends Error {}

export interface ByteWriter {
  bytes: Buffer;
  /** Where the next byte goes. */
  at: number;
}

export function byteWriter(capacity = 256): ByteWriter {
  return { bytes: Buffer.allocUnsafe(capacity), at: 0 };
}

/** Makes room for so many more bytes. */
export function reserve(writer: ByteWriter, more: number): void {
  const needed = writer.at + more;
  if (needed <= writer.bytes.length) return;
  const bytes = Buffer.allocUnsafe(Math.max(needed, writer.bytes.length * 2));
  writer.bytes.copy(bytes, 0, 0, writer.at);
  writer.bytes = bytes;
}

export function putByte(writer: ByteWriter, value: number): void {
  reserve(writer, 1);
  writer.bytes[writer.at++] = value;
}

export function putShort(writer: ByteWriter, value: number): void {
  reserve(writer, 2);
  const { bytes, at } = writer;
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
  writer.at = at + 2;
}

export function putWord(writer: ByteWriter, value: number): void {
  reserve(writer, 4);
  const { bytes, at } = writer;
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
  writer.at = at + 4;
}

export function putZeros(writer: ByteWriter, count: number): void {
  reserve(writer, count);
  for (let done = 0; done < count; done++) writer.bytes[writer.at++] = 0;
}

/** The two halves of a number of 16 bytes: arithmetic on a \`bigint\` makes one each step. */
const halves = new DataView(new ArrayBuffer(16));

/** A number of 1, 2, 4, 6, 8 or 16 bytes. INVARIANT: a number as `number` has at most 53 bits. */
export function putNumber(writer: ByteWriter, value: number | bigint, size: number): void {
  if (size === 4) return putWord(writer, Number(value));
  if (size === 2) return putShort(writer, Number(value));
  if (size === 1) return putByte(writer, Number(value));
  if (size <= 8 && typeof value === "number") {
    const high = Math.floor(value / 0x100000000);
    if (size === 8) putWord(writer, high);
    else putShort(writer, high);
    return putWord(writer, value >>> 0);
  }
  const whole = BigInt(value);
  if (size > 8) halves.setBigUint64(0, whole >> 64n);
  halves.setBigUint64(8, whole);
  for (let at = 16 - size; at < 16; at += 4) putWord(writer, halves.getUint32(at));
}

/** Below, a loop is faster than a call out of JavaScript. */
const SHORT_TEXT = 96;

/** Bytes that are kept as text. */
export function putText(writer: ByteWriter, text: string): void {
  const { length } = text;
  reserve(writer, length);
  const { bytes, at } = writer;
  if (length > SHORT_TEXT) bytes.write(text, at, "latin1");
  else for (let index = 0; index < length; index++) bytes[at + index] = text.charCodeAt(index);
  writer.at = at + length;
}

export function putBytes(writer: ByteWriter, bytes: Uint8Array): void {
  reserve(writer, bytes.length);
  writer.bytes.set(bytes, writer.at);
  writer.at += bytes.length;
}

/** Zeros up to the next multiple of 8, counted from `start`. */
export function padToEight(writer: ByteWriter, start: number): void {
  putZeros(writer, (8 - ((writer.at - start) % 8)) % 8);
}

/** Writes a length into a place that was left for it. */
export function setShort(writer: ByteWriter, at: number, value: number): void {
  writer.bytes[at] = value >>> 8;
  writer.bytes[at + 1] = value;
}

/** The bytes from `start` on, as text. */
export function textFrom(writer: ByteWriter, start: number): string {
  return writer.bytes.toString("latin1", start, writer.at);
}

/** What was written, without a copy: good until the writer is used again. */
export function written(writer: ByteWriter): Buffer {
  return writer.bytes.subarray(0, writer.at);
}

export interface ByteReader {
  readonly bytes: Buffer;
  /** The first byte not to be read. */
  readonly end: number;
  at: number;
}

/** Over the bytes from `at` to `end`. Throws where these are not there. */
export function byteReader(bytes: Buffer, at = 0, end = bytes.length): ByteReader {
  if (at < 0 || end < at || end > bytes.length) throw new WireError(`${end - at} bytes are announced, and ${bytes.length - at} there`);
  return { bytes, at, end };
}

export function textReader(text: string): ByteReader {
  return byteReader(Buffer.from(text, "latin1"));
}

export const remaining = (reader: ByteReader): number => reader.end - reader.at;

function take(reader: ByteReader, count: number): number {
  const at = reader.at;
  if (count < 0 || at + count > reader.end) throw new WireError(`${count} bytes are announced, and ${reader.end - at} there`);
  reader.at = at + count;
  return at;
}

export function getByte(reader: ByteReader): number {
  const at = take(reader, 1);
  return reader.bytes[at];
}

export function getShort(reader: ByteReader): number {
  const at = take(reader, 2);
  return reader.bytes.readUInt16BE(at);
}

export function getWord(reader: ByteReader): number {
  const at = take(reader, 4);
  return reader.bytes.readUInt32BE(at);
}

/** A count: as `number`, which is exact up to 2^53. */
export function getCount(reader: ByteReader): number {
  return getWord(reader) * 0x100000000 + getWord(reader);
}

/** Up to 6 bytes (and 8 where the value fits) as `number`, more as `bigint`. */
export function getNumber(reader: ByteReader, size: number): number | bigint {
  const at = take(reader, size);
  if (size <= 6) return reader.bytes.readUIntBE(at, size);
  let value = 0n;
  for (let index = 0; index < size; index++) value = (value << 8n) | BigInt(reader.bytes[at + index]);
  return size === 8 && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

export function skip(reader: ByteReader, count: number): void {
  take(reader, count);
}

export function getText(reader: ByteReader, count: number): string {
  const at = take(reader, count);
  return reader.bytes.toString("latin1", at, at + count);
}

/** A reader of the next `count` bytes, which are passed over. */
export function part(reader: ByteReader, count: number): ByteReader {
  const at = take(reader, count);
  return { bytes: reader.bytes, at, end: at + count };
}
