/**
 * Flows on the wire: a flow of the compiler as bytes, flow-mod messages, and the switch's list of flows (OpenFlow 1.4 §7.3.4.1,
 * §7.3.5.2). In this form flows are compared and sent, so each is encoded once.
 */
import { COOKIE_OWNER, cookieKinds, readCookie } from "../../compiler/target/openflow/flow.js";
import type { Action, CookieKind, Flow, Match } from "../../compiler/target/openflow/flow.js";
import { putAction, readActions } from "./actions.js";
import type { WireAction } from "./actions.js";
import {
  byteWriter,
  getByte,
  getCount,
  getShort,
  getText,
  getWord,
  padToEight,
  part,
  putByte,
  putShort,
  putText,
  putWord,
  putZeros,
  remaining,
  reserve,
  setShort,
  skip,
  textFrom,
  textReader,
  WireError,
} from "./bytes.js";
import type { ByteReader, ByteWriter } from "./bytes.js";
import { decodeMatch, encodeMatchAfter, takeMatch } from "./match.js";
import type { WireMatch } from "./match.js";

/** A cookie as two halves of 32 bits. */
export interface WireCookie {
  readonly high: number;
  readonly low: number;
}

/** A flow as the switch has it; texts are bytes (`bytes.ts`). There are many, so they are kept small. */
export interface WireFlow {
  /**
   * Table (one byte), priority (two) and match: what makes a flow this flow to the switch. Flows with the same place replace each
   * other.
   */
  readonly place: string;
  readonly instructions: string;
  readonly cookie: WireCookie;
}

/** A flow of the switch with its statistics. */
export interface FlowStatistics extends WireFlow {
  readonly packets: number;
  readonly bytes: number;
  /** Seconds that it has been there. */
  readonly age: number;
}

export const tableOf = ({ place }: Pick<WireFlow, "place">): number => place.charCodeAt(0);
const priorityOf = ({ place }: Pick<WireFlow, "place">): number => place.charCodeAt(1) * 0x100 + place.charCodeAt(2);
/** The match's bytes. */
export const matchOf = ({ place }: Pick<WireFlow, "place">): string => place.slice(PLACE_HEAD);

export function encodePlace(table: number, priority: number, match: Match): string {
  return encodeMatchAfter([table, priority >>> 8, priority & 0xff], match);
}

/** The place of a match that is encoded already. */
export function placeOf(table: number, priority: number, match: string): string {
  return String.fromCharCode(table, priority >>> 8, priority & 0xff) + match;
}

/** Bytes of a place before the match. */
const PLACE_HEAD = 3;

const GENERATION_LIMIT = 0x10000;

/** The cookie of a flow of ours that comes in with a generation, of which it keeps the last 16 bits. */
export function wireCookie(cookie: { readonly kind: CookieKind; readonly id: number }, generation: number): WireCookie {
  return { high: COOKIE_OWNER * 0x1000000 + cookieKinds[cookie.kind] * 0x10000 + (generation % GENERATION_LIMIT), low: cookie.id >>> 0 };
}

export const isOurs = (cookie: WireCookie): boolean => cookie.high >>> 24 === COOKIE_OWNER;
/** Whether two cookies of ours say the same but for the generation. */
export const sameOrigin = (a: WireCookie, b: WireCookie): boolean => a.high >>> 16 === b.high >>> 16 && a.low === b.low;
export const generationOf = (cookie: WireCookie): number => cookie.high & 0xffff;

/** The parts of a cookie that is ours, else nothing. */
export function cookieParts(cookie: WireCookie): ReturnType<typeof readCookie> {
  return readCookie((BigInt(cookie.high) << 32n) | BigInt(cookie.low));
}

const APPLY_ACTIONS = 4;
const GOTO_TABLE = 1;
const scratch = byteWriter(1024);

function putGoto(writer: ByteWriter, table: number): void {
  putShort(writer, GOTO_TABLE);
  putShort(writer, 8);
  putByte(writer, table);
  putZeros(writer, 3);
}

/** Actions become "apply actions", and a `goto` at their end the instruction of that name; no actions are no instruction. */
export function encodeInstructions(actions: readonly Action[]): string {
  if (actions.length === 0) return "";
  scratch.at = 0;
  const last = actions[actions.length - 1];
  const count = last.kind === "goto" ? actions.length - 1 : actions.length;
  if (count > 0) {
    putShort(scratch, APPLY_ACTIONS);
    putShort(scratch, 0);
    putZeros(scratch, 4);
    for (let index = 0; index < count; index++) putAction(scratch, actions[index]);
    setShort(scratch, 2, scratch.at);
  }
  if (last.kind === "goto") putGoto(scratch, last.table);
  return textFrom(scratch, 0);
}

/** The flow as it is on the wire. `generation` goes into its cookie. */
export function encodeFlow(flow: Flow, generation: number): WireFlow {
  return {
    place: encodePlace(flow.table, flow.priority, flow.match),
    instructions: encodeInstructions(flow.actions),
    cookie: wireCookie(flow.cookie, generation),
  };
}

/** An instruction that our flows do not use, as it was on the wire. */
export interface UnknownInstruction {
  readonly kind: "unknownInstruction";
  readonly bytes: string;
}

export interface DecodedFlow {
  readonly table: number;
  readonly priority: number;
  readonly match: WireMatch;
  readonly actions: readonly (WireAction | UnknownInstruction)[];
}

export function decodeFlow(flow: WireFlow): DecodedFlow {
  return { table: tableOf(flow), priority: priorityOf(flow), match: decodeMatch(matchOf(flow)), actions: decodeInstructions(flow.instructions) };
}

export function decodeInstructions(text: string): DecodedFlow["actions"] {
  const reader = textReader(text);
  const actions: (WireAction | UnknownInstruction)[] = [];
  while (remaining(reader) > 0) {
    const at = reader.at;
    const type = getShort(reader);
    const length = getShort(reader);
    if (length < 8) throw new WireError(`an instruction of ${length} bytes`);
    const body = part(reader, length - 4);
    if (type === APPLY_ACTIONS) {
      skip(body, 4);
      actions.push(...readActions(body));
    } else if (type === GOTO_TABLE) actions.push({ kind: "goto", table: getByte(body) });
    else actions.push({ kind: "unknownInstruction", bytes: reader.bytes.toString("latin1", at, reader.at) });
  }
  return actions;
}

/** What a flow-mod does. `modify` keeps counters and cookie; `delete` takes the one flow with this table, priority and match. */
export type FlowCommand = "add" | "modify" | "delete";
const commands: Readonly<Record<FlowCommand, number>> = { add: 0, modify: 2, delete: 4 };

const NO_BUFFER = 0xffffffff;
const ANY = 0xffffffff;

/** What flow-mods have in common: 40 bytes, of which cookie, table, command and priority are written over. */
const flowModStart = Buffer.alloc(40);
flowModStart.writeUInt32BE(NO_BUFFER, 24);
flowModStart.writeUInt32BE(ANY, 28);
flowModStart.writeUInt32BE(ANY, 32);

/** Writes the body of a flow-mod (§7.3.4.1), all of one flow. */
export function putFlowMod(writer: ByteWriter, command: FlowCommand, flow: WireFlow): void {
  const instructions = command === "delete" ? "" : flow.instructions;
  reserve(writer, 64 + flow.place.length + instructions.length);
  const start = writer.at;
  writer.bytes.set(flowModStart, start);
  putWord(writer, flow.cookie.high);
  putWord(writer, flow.cookie.low);
  writer.bytes[start + 16] = tableOf(flow);
  writer.bytes[start + 17] = commands[command];
  setShort(writer, start + 22, priorityOf(flow));
  writer.at = start + 40;
  putMatch(writer, matchOf(flow));
  putText(writer, instructions);
}

/** A match as it stands in a message. */
function putMatch(writer: ByteWriter, match: string): void {
  const at = writer.at;
  putShort(writer, 1);
  putShort(writer, 4 + match.length);
  putText(writer, match);
  padToEight(writer, at);
}

/** The body of a request for the flows whose cookie agrees with `cookie` under `mask`; without, for all. */
export function putFlowRequest(writer: ByteWriter, cookie?: WireCookie, mask?: WireCookie): void {
  putByte(writer, 0xff);
  putZeros(writer, 3);
  putWord(writer, ANY);
  putWord(writer, ANY);
  putZeros(writer, 4);
  for (const half of [cookie?.high, cookie?.low, mask?.high, mask?.low]) putWord(writer, half ?? 0);
  putMatch(writer, "");
}

/** Reads one part of the switch's list of flows. */
export function readFlowStatistics(reader: ByteReader): readonly FlowStatistics[] {
  const flows: FlowStatistics[] = [];
  while (remaining(reader) > 0) {
    const length = getShort(reader);
    if (length < 56) throw new WireError(`a flow of ${length} bytes`);
    const entry = part(reader, length - 2);
    const table = getByte(entry);
    skip(entry, 1);
    const age = getWord(entry);
    skip(entry, 4);
    const priority = getShort(entry);
    skip(entry, 10);
    const cookie = { high: getWord(entry), low: getWord(entry) };
    const [packets, bytes] = [getCount(entry), getCount(entry)];
    const match = takeMatch(entry);
    const place = placeOf(table, priority, match);
    flows.push({ place, instructions: getText(entry, remaining(entry)), cookie, packets, bytes, age });
  }
  return flows;
}
