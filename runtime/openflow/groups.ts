/**
 * Select groups on the wire (OpenFlow 1.4 §7.3.4.2): the providers of service addresses.
 */
import type { Group } from "../../compiler/target/openflow/flow.js";
import { putAction, readActions } from "./actions.js";
import type { WireAction } from "./actions.js";
import {
  byteWriter,
  getByte,
  getShort,
  getText,
  getWord,
  part,
  putByte,
  putShort,
  putText,
  putWord,
  putZeros,
  remaining,
  setShort,
  skip,
  textFrom,
  textReader,
  WireError,
} from "./bytes.js";
import type { ByteReader, ByteWriter } from "./bytes.js";

/** A group as the switch has it; `buckets` are bytes as text. */
export interface WireGroup {
  readonly id: number;
  readonly type: number;
  readonly buckets: string;
}

/** `add` of a group that is there is an error, `modify` of one that is not too; `delete` is never one. */
export type GroupCommand = "add" | "modify" | "delete";
const commands: Readonly<Record<GroupCommand, number>> = { add: 0, modify: 1, delete: 2 };

const SELECT = 1;
const ANY = 0xffffffff;
/** Bytes of a bucket before its actions: length, weight, watched port and group, padding. */
const BUCKET_HEAD = 16;

export function encodeGroup(group: Group): WireGroup {
  const writer = byteWriter(256);
  for (const actions of group.buckets) {
    const at = writer.at;
    putShort(writer, 0);
    // Every provider gets as many connections as the next.
    putShort(writer, 1);
    putWord(writer, ANY);
    putWord(writer, ANY);
    putZeros(writer, 4);
    for (const action of actions) putAction(writer, action);
    setShort(writer, at, writer.at - at);
  }
  return { id: group.id, type: SELECT, buckets: textFrom(writer, 0) };
}

/** What each bucket does. */
export function decodeBuckets({ buckets }: WireGroup): readonly (readonly WireAction[])[] {
  const reader = textReader(buckets);
  const found: (readonly WireAction[])[] = [];
  while (remaining(reader) > 0) {
    const length = getShort(reader);
    if (length < BUCKET_HEAD) throw new WireError(`a bucket of ${length} bytes`);
    const bucket = part(reader, length - 2);
    skip(bucket, BUCKET_HEAD - 2);
    found.push(readActions(bucket));
  }
  return found;
}

export function putGroupMod(writer: ByteWriter, command: GroupCommand, group: WireGroup): void {
  putShort(writer, commands[command]);
  putByte(writer, group.type);
  putByte(writer, 0);
  putWord(writer, group.id);
  if (command !== "delete") putText(writer, group.buckets);
}

/** Reads one part of the switch's list of groups (§7.3.5.10). */
export function readGroups(reader: ByteReader): readonly WireGroup[] {
  const groups: WireGroup[] = [];
  while (remaining(reader) > 0) {
    const length = getShort(reader);
    if (length < 8) throw new WireError(`a group of ${length} bytes`);
    const entry = part(reader, length - 2);
    const type = getByte(entry);
    getByte(entry);
    const id = getWord(entry);
    groups.push({ id, type, buckets: getText(entry, remaining(entry)) });
  }
  return groups;
}
