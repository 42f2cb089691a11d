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
import { messageTypes, putMessage } from "./message.js";

export type Modification =
  | { readonly kind: "flow"; readonly command: FlowCommand; readonly flow: WireFlow }
  | { readonly kind: "group"; readonly command: GroupCommand; readonly group: WireGroup };

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
export function putBundleAdd(writer: ByteWriter, xid: number, bundle: number, change: Modification): void {
  putMessage(writer, messageTypes.bundleAdd, xid, (outer) => {
    putWord(outer, bundle);
    putShort(outer, 0);
    putShort(outer, FLAGS);
    if (change.kind === "flow") putMessage(outer, messageTypes.flowMod, xid, (inner) => putFlowMod(inner, change.command, change.flow));
    else putMessage(outer, messageTypes.groupMod, xid, (inner) => putGroupMod(inner, change.command, change.group));
  });
}

/** Long enough that a write is worth its call, short enough that the switch reads while we still encode. */
const CHUNK = 1 << 17;
/** No message of a change is longer. */
const LONGEST = 1 << 16;

/**
 * A bundle from "open" to "close", in chunks. The messages have the ids from `firstXid` on: "open" the first, then one a change in
 * order, "close" the last. The switch refuses single changes before it answers "close"; only then is it safe to commit.
 */
export function* bundleChunks(bundle: number, firstXid: number, changes: readonly Modification[]): Generator<Buffer> {
  const capacity = changes.length < 512 ? 4096 : CHUNK + LONGEST;
  let writer = byteWriter(capacity);
  let xid = firstXid;
  putBundleControl(writer, xid++, bundle, bundleSteps.open);
  for (const change of changes) {
    putBundleAdd(writer, xid++, bundle, change);
    if (writer.at >= CHUNK) {
      yield written(writer);
      writer = byteWriter(capacity);
    }
  }
  putBundleControl(writer, xid, bundle, bundleSteps.close);
  yield written(writer);
}

/** How many message ids `bundleChunks` takes. */
export const bundleMessages = (changes: readonly Modification[]): number => changes.length + 2;
