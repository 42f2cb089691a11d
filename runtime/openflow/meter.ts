/**
 * The meter over packets to controllers (OpenFlow 1.4 §7.3.4.5, §7.3.5.12, §7.3.5.14): a flood of logged connections is dropped in the
 * datapath, where it costs least. Open vSwitch has packets to controllers pass the virtual meter `controller`, if there is one
 * (ovs-ofctl(8), "meter"); connections themselves do not.
 */
import { getWord, putShort, putWord, putZeros, skip } from "./bytes.js";
import type { ByteReader, ByteWriter } from "./bytes.js";

export type MeterCommand = "add" | "modify" | "delete";
const commands: Readonly<Record<MeterCommand, number>> = { add: 0, modify: 1, delete: 2 };

/** `OFPM_CONTROLLER`. */
const CONTROLLER = 0xfffffffe;
const PACKETS_A_SECOND = 2;
const WITH_BURST = 4;
const DROP = 1;
const BAND_LENGTH = 16;

export interface PacketLimit {
  /** Packets a second. */
  readonly rate: number;
  /** Packets that may come at once. */
  readonly burst: number;
}

/** Writes the body of a meter-mod for packets to controllers. */
export function putMeterMod(writer: ByteWriter, command: MeterCommand, { rate, burst }: PacketLimit): void {
  putShort(writer, commands[command]);
  putShort(writer, PACKETS_A_SECOND | WITH_BURST);
  putWord(writer, CONTROLLER);
  if (command === "delete") return;
  putShort(writer, DROP);
  putShort(writer, BAND_LENGTH);
  putWord(writer, rate);
  putWord(writer, burst);
  putZeros(writer, 4);
}

/** Reads the switch's answer about its meters: whether it can drop by packets a second. The kernel's datapath cannot before Linux 4.15. */
export function readMeterFeatures(reader: ByteReader): boolean {
  const most = getWord(reader);
  const bands = getWord(reader);
  const capabilities = getWord(reader);
  skip(reader, 4);
  return most > 0 && (bands & (1 << DROP)) !== 0 && (capabilities & PACKETS_A_SECOND) !== 0;
}
