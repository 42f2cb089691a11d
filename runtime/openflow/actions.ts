/**
 * Actions on the wire: OpenFlow 1.4 §7.2.5 and the extensions of Open vSwitch (`lib/ofp-actions.c`, ovs-actions(7)), in the form in
 * which Open vSwitch gives them back.
 */
import { formatAddress, parseAddress } from "../../compiler/space/address.js";
import type { Action, ConntrackAction, FieldName } from "../../compiler/target/openflow/flow.js";
import type { BitField } from "../../compiler/target/openflow/registers.js";
import {
  getByte,
  getNumber,
  getShort,
  getText,
  getWord,
  padToEight,
  part,
  putByte,
  putNumber,
  putShort,
  putWord,
  putZeros,
  remaining,
  setShort,
  skip,
  WireError,
} from "./bytes.js";
import type { ByteReader, ByteWriter } from "./bytes.js";
import { fieldByHeader, ICMP6, wireField } from "./fields.js";

/** An action that our flows do not use, as it was on the wire, its header included. */
export interface UnknownAction {
  readonly kind: "unknown";
  readonly bytes: string;
}

/** What decoding gives. `goto` is an instruction and not among them. */
export type WireAction = Action | UnknownAction;

const OUTPUT = 0;
const PUSH_VLAN = 17;
const POP_VLAN = 18;
const GROUP = 22;
const DEC_TTL = 24;
const SET_FIELD = 25;
const EXPERIMENTER = 0xffff;
const NICIRA = 0x00002320;
const MOVE = 6;
const LOAD = 7;
const RESUBMIT_TABLE = 14;
const CONJUNCTION = 34;
const CONNTRACK = 35;
const NAT = 36;
const CONTROLLER = 37;

/** Reserved ports (OpenFlow 1.4 §7.2.1). `IN_PORT16` is the same in 16 bits. */
const IN_PORT = 0xfffffff8;
const IN_PORT16 = 0xfff8;
const NORMAL = 0xfffffffa;
const LOCAL = 0xfffffffe;
const VLAN_ETHERTYPE = 0x8100;

const COMMIT = 1;
const NO_TABLE = 0xff;
const NAT_DESTINATION = 2;
const NAT_IP4 = 1;
const NAT_IP6 = 4;
const NAT_PORT = 16;

const MAX_LENGTH_PROPERTY = 0;
const USERDATA_PROPERTY = 3;
/** Controller actions without a length of their own send whole packets. */
const WHOLE_PACKET = 0xffff;

function putBits(writer: ByteWriter, bits: BitField): void {
  putWord(writer, wireField(bits.field, undefined).bitsHeader);
}

/** Starts an action whose length is known only at its end; `finish` fills it in. */
function start(writer: ByteWriter, subtype: number): number {
  const at = writer.at;
  putShort(writer, EXPERIMENTER);
  putShort(writer, 0);
  putWord(writer, NICIRA);
  putShort(writer, subtype);
  return at;
}

function finish(writer: ByteWriter, at: number): void {
  padToEight(writer, at);
  setShort(writer, at + 2, writer.at - at);
}

function putOutput(writer: ByteWriter, port: number): void {
  putShort(writer, OUTPUT);
  putShort(writer, 16);
  putWord(writer, port);
  putZeros(writer, 8);
}

function putSimple(writer: ByteWriter, type: number, value: number): void {
  putShort(writer, type);
  putShort(writer, 8);
  putWord(writer, value);
}

function putSetField(writer: ByteWriter, name: FieldName, value: number | bigint): void {
  // The only ICMP type that is ever set is that of an advertisement made from a solicitation.
  const field = wireField(name, name === "icmp_type" ? ICMP6 : undefined);
  const at = writer.at;
  putShort(writer, SET_FIELD);
  putShort(writer, 0);
  putWord(writer, field.header);
  putNumber(writer, value, field.size);
  finish(writer, at);
}

/** Some bits of a field, a `load` for each run of ones in the mask: OpenFlow 1.4 has no masks in `set_field`. */
function putLoads(writer: ByteWriter, name: FieldName, value: number | bigint, mask: number | bigint): void {
  let ones = BigInt(mask);
  let bits = BigInt(value);
  let offset = 0;
  while (ones > 0n) {
    while ((ones & 1n) === 0n) {
      ones >>= 1n;
      bits >>= 1n;
      offset++;
    }
    let width = 0;
    while (width < 64 && ((ones >> BigInt(width)) & 1n) === 1n) width++;
    putLoad(writer, { field: name, offset, width }, bits & ((1n << BigInt(width)) - 1n));
    ones >>= BigInt(width);
    bits >>= BigInt(width);
    offset += width;
  }
}

function putLoad(writer: ByteWriter, bits: BitField, value: number | bigint): void {
  const at = start(writer, LOAD);
  putShort(writer, bits.offset * 64 + bits.width - 1);
  putBits(writer, bits);
  putNumber(writer, value, 8);
  finish(writer, at);
}

/** One run of ones within 32 bits, the shape of all masks in our flows: its place, else nothing. */
function singleRun(mask: number | bigint): { readonly offset: number; readonly width: number } | undefined {
  if (typeof mask !== "number" || mask === 0 || mask > 0xffffffff) return undefined;
  const offset = 31 - Math.clz32(mask & -mask);
  const width = 32 - Math.clz32(mask >>> offset);
  return mask === (2 ** width - 1) * 2 ** offset ? { offset, width } : undefined;
}

function putSet(writer: ByteWriter, name: FieldName, value: number | bigint, mask: number | bigint | undefined): void {
  if (mask === undefined) return putSetField(writer, name, value);
  const run = singleRun(mask);
  if (run === undefined || typeof value !== "number") return putLoads(writer, name, value, mask);
  putLoad(writer, { field: name, ...run }, Math.floor(value / 2 ** run.offset) % 2 ** run.width);
}

function putConntrack(writer: ByteWriter, action: ConntrackAction): void {
  const at = start(writer, CONNTRACK);
  putShort(writer, action.commit ? COMMIT : 0);
  putBits(writer, action.zone);
  putShort(writer, action.zone.offset * 64 + action.zone.width - 1);
  putByte(writer, action.table ?? NO_TABLE);
  putZeros(writer, 5);
  if (action.nat !== undefined) putNat(writer, action.nat);
  for (const inner of action.exec) putAction(writer, inner);
  finish(writer, at);
}

function putNat(writer: ByteWriter, nat: "translate" | { readonly address: string; readonly port: number }): void {
  const at = start(writer, NAT);
  putZeros(writer, 2);
  if (nat === "translate") {
    putZeros(writer, 4);
  } else {
    const address = parseAddress(nat.address);
    if (address === undefined) throw new Error(`not an address: ${nat.address}`);
    putShort(writer, NAT_DESTINATION);
    putShort(writer, NAT_PORT + (address.family === 4 ? NAT_IP4 : NAT_IP6));
    putNumber(writer, address.value, address.family === 4 ? 4 : 16);
    putShort(writer, nat.port);
  }
  finish(writer, at);
}

function putController(writer: ByteWriter, maxLength: number, userdata: readonly number[]): void {
  const at = start(writer, CONTROLLER);
  putZeros(writer, 6);
  if (maxLength !== WHOLE_PACKET) {
    putShort(writer, MAX_LENGTH_PROPERTY);
    putShort(writer, 8);
    putShort(writer, maxLength);
    putZeros(writer, 2);
  }
  if (userdata.length > 0) {
    const property = writer.at;
    putShort(writer, USERDATA_PROPERTY);
    putShort(writer, 4 + userdata.length);
    for (const byte of userdata) putByte(writer, byte);
    padToEight(writer, property);
  }
  finish(writer, at);
}

/** Writes one action. INVARIANT: not `goto`, which is an instruction (`instructions.ts`). */
export function putAction(writer: ByteWriter, action: Action): void {
  switch (action.kind) {
    case "set":
      return putSet(writer, action.field, action.value, action.mask);
    case "move": {
      const at = start(writer, MOVE);
      putShort(writer, action.from.width);
      putShort(writer, action.from.offset);
      putShort(writer, action.to.offset);
      putBits(writer, action.from);
      putBits(writer, action.to);
      return finish(writer, at);
    }
    case "resubmit": {
      const at = start(writer, RESUBMIT_TABLE);
      putShort(writer, IN_PORT16);
      putByte(writer, action.table);
      putZeros(writer, 3);
      return finish(writer, at);
    }
    case "goto":
      throw new Error("goto is an instruction");
    case "conjunction": {
      const at = start(writer, CONJUNCTION);
      putByte(writer, action.clause - 1);
      putByte(writer, action.of);
      putWord(writer, action.id);
      return finish(writer, at);
    }
    case "ct":
      return putConntrack(writer, action);
    case "output":
      return putOutput(writer, action.port);
    case "inPort":
      return putOutput(writer, IN_PORT);
    case "normal":
      return putOutput(writer, NORMAL);
    case "local":
      return putOutput(writer, LOCAL);
    case "group":
      return putSimple(writer, GROUP, action.group);
    case "decrementTtl":
      return putSimple(writer, DEC_TTL, 0);
    case "pushVlan":
      return putSimple(writer, PUSH_VLAN, VLAN_ETHERTYPE * 0x10000);
    case "stripVlan":
      return putSimple(writer, POP_VLAN, 0);
    case "controller":
      return putController(writer, action.maxLength, action.userdata);
  }
}

/** Reads actions up to the reader's end. */
export function readActions(reader: ByteReader): readonly WireAction[] {
  const actions: WireAction[] = [];
  while (remaining(reader) > 0) {
    const at = reader.at;
    const type = getShort(reader);
    const length = getShort(reader);
    if (length < 8 || length % 8 !== 0) throw new WireError(`an action of ${length} bytes`);
    const body = part(reader, length - 4);
    actions.push(readAction(type, body) ?? { kind: "unknown", bytes: reader.bytes.toString("latin1", at, reader.at) });
  }
  return actions;
}

function readAction(type: number, body: ByteReader): Action | undefined {
  switch (type) {
    case OUTPUT:
      if (remaining(body) !== 12) return undefined;
      return outputAction(getWord(body));
    case GROUP:
      return { kind: "group", group: getWord(body) };
    case DEC_TTL:
      return { kind: "decrementTtl" };
    case PUSH_VLAN:
      return getShort(body) === VLAN_ETHERTYPE ? { kind: "pushVlan" } : undefined;
    case POP_VLAN:
      return { kind: "stripVlan" };
    case SET_FIELD: {
      const field = fieldByHeader.get(getWord(body));
      if (field === undefined) return undefined;
      const value = getNumber(body, field.size);
      return { kind: "set", field: field.name, value: field.big ? BigInt(value) : value };
    }
    case EXPERIMENTER:
      return getWord(body) === NICIRA ? readExtension(getShort(body), body) : undefined;
    default:
      return undefined;
  }
}

function outputAction(port: number): Action {
  if (port === IN_PORT) return { kind: "inPort" };
  if (port === NORMAL) return { kind: "normal" };
  return port === LOCAL ? { kind: "local" } : { kind: "output", port };
}

function readBits(reader: ByteReader, offset: number, width: number): BitField | undefined {
  const field = fieldByHeader.get(getWord(reader));
  return field === undefined ? undefined : { field: field.name, offset, width };
}

function readExtension(subtype: number, body: ByteReader): Action | undefined {
  switch (subtype) {
    case MOVE: {
      const width = getShort(body);
      const [fromOffset, toOffset] = [getShort(body), getShort(body)];
      const [from, to] = [readBits(body, fromOffset, width), readBits(body, toOffset, width)];
      return from === undefined || to === undefined ? undefined : { kind: "move", from, to };
    }
    case LOAD: {
      const place = getShort(body);
      const bits = readBits(body, place >>> 6, (place & 63) + 1);
      return bits === undefined ? undefined : loadAction(bits, getNumber(body, 8));
    }
    case RESUBMIT_TABLE: {
      const port = getShort(body);
      return port === IN_PORT16 ? { kind: "resubmit", table: getByte(body) } : undefined;
    }
    case CONJUNCTION: {
      const [clause, of] = [getByte(body), getByte(body)];
      return { kind: "conjunction", id: getWord(body), clause: clause + 1, of };
    }
    case CONNTRACK:
      return readConntrack(body);
    case CONTROLLER:
      return readController(body);
    default:
      return undefined;
  }
}

function loadAction(bits: BitField, value: number | bigint): Action {
  if (bits.offset + bits.width > 32) {
    const mask = ((1n << BigInt(bits.width)) - 1n) << BigInt(bits.offset);
    return { kind: "set", field: bits.field, value: BigInt(value) << BigInt(bits.offset), mask };
  }
  return { kind: "set", field: bits.field, value: Number(value) * 2 ** bits.offset, mask: (2 ** bits.width - 1) * 2 ** bits.offset };
}

function readConntrack(body: ByteReader): Action | undefined {
  const flags = getShort(body);
  const field = fieldByHeader.get(getWord(body));
  const place = getShort(body);
  const table = getByte(body);
  skip(body, 3);
  const alg = getShort(body);
  if (flags > COMMIT || alg !== 0 || field === undefined) return undefined;
  let nat: ConntrackAction["nat"];
  const exec: Action[] = [];
  while (remaining(body) > 0) {
    const type = getShort(body);
    const length = getShort(body);
    if (length < 8 || length % 8 !== 0) throw new WireError(`an action of ${length} bytes`);
    const inner = part(body, length - 4);
    const translated = type === EXPERIMENTER ? readNat({ ...inner }) : undefined;
    const action = translated === undefined ? readAction(type, inner) : undefined;
    if (translated !== undefined) nat = translated;
    else if (action === undefined) return undefined;
    else exec.push(action);
  }
  return {
    kind: "ct",
    commit: flags === COMMIT,
    zone: { field: field.name, offset: place >>> 6, width: (place & 63) + 1 },
    ...(table === NO_TABLE ? {} : { table }),
    ...(nat === undefined ? {} : { nat }),
    exec,
  };
}

function readNat(body: ByteReader): ConntrackAction["nat"] | undefined {
  if (getWord(body) !== NICIRA || getShort(body) !== NAT) return undefined;
  skip(body, 2);
  const [flags, present] = [getShort(body), getShort(body)];
  if (flags === 0 && present === 0) return "translate";
  if (flags !== NAT_DESTINATION) return undefined;
  if (present === NAT_PORT + NAT_IP4) return { address: formatAddress({ family: 4, value: getWord(body) }), port: getShort(body) };
  if (present !== NAT_PORT + NAT_IP6) return undefined;
  return { address: formatAddress({ family: 6, value: BigInt(getNumber(body, 16)) }), port: getShort(body) };
}

function readController(body: ByteReader): Action | undefined {
  skip(body, 6);
  let maxLength = WHOLE_PACKET;
  let userdata: readonly number[] = [];
  while (remaining(body) >= 4) {
    const type = getShort(body);
    const length = getShort(body);
    if (length < 4) throw new WireError(`a property of ${length} bytes`);
    const property = part(body, length - 4);
    skip(body, Math.min(remaining(body), (8 - (length % 8)) % 8));
    if (type === MAX_LENGTH_PROPERTY) maxLength = getShort(property);
    else if (type === USERDATA_PROPERTY) userdata = [...Buffer.from(getText(property, remaining(property)), "latin1")];
    else return undefined;
  }
  return { kind: "controller", maxLength, userdata };
}
