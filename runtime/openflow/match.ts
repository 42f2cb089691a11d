/**
 * Matches as OXM entries, in the order in which Open vSwitch writes them back: equal matches have equal bytes.
 */
import type { FieldMatch, Match } from "../../compiler/target/openflow/flow.js";
import {
  byteReader,
  byteWriter,
  getNumber,
  getShort,
  getText,
  getWord,
  putByte,
  putNumber,
  putWord,
  remaining,
  textFrom,
  textReader,
  WireError,
} from "./bytes.js";
import type { ByteReader, ByteWriter } from "./bytes.js";
import { fieldByHeader, wireField } from "./fields.js";
import type { WireField } from "./fields.js";

/** A field that our flows do not use, as it was on the wire. */
export interface UnknownField {
  readonly field: "unknown";
  readonly header: number;
  /** Value, and mask where the header says so. */
  readonly bytes: string;
}

export type WireMatch = readonly (FieldMatch | UnknownField)[];

const MASKED = 0x100;
/** `dl_vlan` of a frame without a tag, and OXM's value for it (OpenFlow 1.4 §7.2.3.7). */
const UNTAGGED = 0xffff;
const NO_TAG = 0;
const TAG_PRESENT = 0x1000;

const allOnes = (size: number): bigint => (1n << BigInt(size * 8)) - 1n;

function isWholeMask(mask: number | bigint, size: number): boolean {
  return typeof mask === "number" && size <= 6 ? mask === 2 ** (size * 8) - 1 : BigInt(mask) === allOnes(size);
}

function putField(writer: ByteWriter, field: WireField, entry: FieldMatch): void {
  const masked = entry.mask !== undefined && !isWholeMask(entry.mask, field.size);
  putWord(writer, masked ? field.header + MASKED + field.size : field.header);
  if (entry.field === "dl_vlan") putNumber(writer, entry.value === UNTAGGED ? NO_TAG : TAG_PRESENT + Number(entry.value), field.size);
  else putNumber(writer, entry.value, field.size);
  if (masked && entry.mask !== undefined) putNumber(writer, entry.mask, field.size);
}

const scratch = byteWriter();

/** `head` bytes and then the entries', in one text: for keys that begin with something else. */
export function encodeMatchAfter(head: readonly number[], match: Match): string {
  scratch.at = 0;
  for (const byte of head) putByte(scratch, byte);
  putEntries(match);
  return textFrom(scratch, 0);
}

function putEntries(match: Match): void {
  let protocol: number | undefined;
  for (const entry of match) if (entry.field === "nw_proto") protocol = Number(entry.value);
  const order: { readonly field: WireField; readonly entry: FieldMatch }[] = [];
  for (const entry of match) {
    const field = wireField(entry.field, protocol);
    let at = order.length;
    while (at > 0 && order[at - 1].field.rank > field.rank) at--;
    if (at === order.length) order.push({ field, entry });
    else order.splice(at, 0, { field, entry });
  }
  for (const { field, entry } of order) putField(scratch, field, entry);
}

/** Reads entries up to the reader's end. */
export function readMatch(reader: ByteReader): WireMatch {
  const match: (FieldMatch | UnknownField)[] = [];
  while (remaining(reader) > 0) match.push(readField(reader));
  return match;
}

export function decodeMatch(text: string): WireMatch {
  return readMatch(textReader(text));
}

function readField(reader: ByteReader): FieldMatch | UnknownField {
  const header = getWord(reader);
  const length = header & 0xff;
  const masked = (header & MASKED) !== 0;
  const plain = masked ? (header & ~(MASKED | 0xff)) + length / 2 : header;
  const field = fieldByHeader.get(plain >>> 0);
  if (field === undefined || field.size * (masked ? 2 : 1) !== length) return { field: "unknown", header, bytes: getText(reader, length) };
  const value = valueOf(field, getNumber(reader, field.size));
  if (masked) return { field: field.name, value, mask: valueOf(field, getNumber(reader, field.size)) };
  if (field.name === "dl_vlan") return { field: field.name, value: value === NO_TAG ? UNTAGGED : Number(value) - TAG_PRESENT };
  return { field: field.name, value };
}

function valueOf(field: WireField, value: number | bigint): number | bigint {
  return field.big ? BigInt(value) : value;
}

/** A match as it stands in a message: type, length, entries, zeros up to a multiple of 8. Gives the entries' bytes. */
export function takeMatch(reader: ByteReader): string {
  const type = getShort(reader);
  const length = getShort(reader);
  if (type !== 1 || length < 4) throw new WireError(`a match of type ${type} and ${length} bytes`);
  const entries = getText(reader, length - 4);
  const padding = (8 - (length % 8)) % 8;
  byteReader(reader.bytes, reader.at, reader.at + padding);
  reader.at += padding;
  if (reader.at > reader.end) throw new WireError("a match that ends after its message");
  return entries;
}
