/**
 * Bundles (OpenFlow 1.4 §7.3.9): changes that a switch makes all at once or not at all, in their order. To a packet the tables are
 * those before or those after.
 */
import { byteWriter, putShort, putWord, written } from "./bytes.js";
import type { ByteWriter } from "./bytes.js";
import { putFlowMod } from "./flows.js";
import type { FlowCommand, WireFlow } from "./flows.js";
import { putGroupMod } from "./groups.js";
import type { GroupCommand, WireGroup } from "./groups.js";
import { beginMessage, endMessage, messageTypes, putMessage } from "./message.js";

export type Modification =
  | { readonly kind: "flow"; readonly command: FlowCommand; readonly flow: WireFlow }
  | { readonly kind: "group"; readonly command: GroupCommand; readonly group: WireGroup };

/** Many changes, which are made while those before them are sent. In pieces, as handing on each by itself would cost as much as making it. */
export type Pieces = Iterable<readonly Modification[]>;

export const bundleSteps = { open: 0, opened: 1, close: 2, closed: 3, commit: 4, committed: 5, discard: 6, discarded: 7 } as const;
export type BundleStep = (typeof bundleSteps)[keyof typeof bundleSteps];

const ATOMIC = 1;
const ORDERED = 2;
const FLAGS = ATOMIC | ORDERED;

export function putBundleControl(writer: ByteWriter, xid: number, bundle: number, step: BundleStep): void {
  putMessage(writer, messageTypes.bundleControl, xid, (body) => {
    putWord(body, bundle);
    putShort(body, step);
    putShort(body, FLAGS);
  });
}

/** One change of a bundle; the message inside has the same id, and errors name it. */
function putBundleAdd(writer: ByteWriter, xid: number, bundle: number, change: Modification): void {
  const at = beginMessage(writer, messageTypes.bundleAdd, xid);
  putWord(writer, bundle);
  putShort(writer, 0);
  putShort(writer, FLAGS);
  putModification(writer, xid, change);
  endMessage(writer, at);
}

/** A change by itself. */
function putModification(writer: ByteWriter, xid: number, change: Modification): void {
  const at = beginMessage(writer, change.kind === "flow" ? messageTypes.flowMod : messageTypes.groupMod, xid);
  if (change.kind === "flow") putFlowMod(writer, change.command, change.flow);
  else putGroupMod(writer, change.command, change.group);
  endMessage(writer, at);
}

/** Long enough that a write is worth its call, short enough that the switch works while we still make and encode changes. */
const CHUNK = 1 << 16;
/** No message of a change is longer. */
const LONGEST = 1 << 16;
/** Most bundles are one change of a few flows, and need no more. */
const FIRST_CAPACITY = 4096;

/**
 * The message id of the first of several changes; the others follow in order. How many there will be is not known when they begin, so
 * they have the upper half of all ids for themselves, and questions the lower one. INVARIANT: a connection carries one bundle, or one
 * list of changes, at a time.
 */
export const FIRST_CHANGE = 0x80000000;

/**
 * A bundle from "open" to "close", in chunks; nothing where there are no changes. Pieces are taken one after the other, so that changes
 * may be made while the first are on their way. The switch refuses single changes before it answers "close"; only then is it safe to commit.
 */
export function* bundleChunks(bundle: number, openXid: number, closeXid: number, pieces: Pieces): Generator<Buffer> {
  let opened = false;
  const put = (writer: ByteWriter, xid: number, change: Modification): void => {
    if (!opened) putBundleControl(writer, openXid, bundle, bundleSteps.open);
    opened = true;
    putBundleAdd(writer, xid, bundle, change);
  };
  yield* chunks(pieces, put, (writer) => {
    if (opened) putBundleControl(writer, closeXid, bundle, bundleSteps.close);
  });
}

/** Changes each by itself, in chunks like a bundle's. */
export function changeChunks(pieces: Pieces): Generator<Buffer> {
  return chunks(pieces, putModification, () => undefined);
}

function* chunks(
  pieces: Pieces,
  put: (writer: ByteWriter, xid: number, change: Modification) => void,
  end: (writer: ByteWriter) => void,
): Generator<Buffer> {
  let writer = byteWriter(FIRST_CAPACITY);
  let xid = FIRST_CHANGE;
  for (const piece of pieces) {
    // By index: an iterator that is kept over a `yield` makes an object for each change.
    for (let at = 0; at < piece.length; at++) {
      put(writer, xid++, piece[at]);
      if (writer.at < CHUNK) continue;
      yield written(writer);
      writer = byteWriter(CHUNK + LONGEST);
    }
  }
  end(writer);
  if (writer.at > 0) yield written(writer);
}
