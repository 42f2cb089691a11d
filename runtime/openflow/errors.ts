/**
 * What a switch's errors mean, in words (OpenFlow 1.4 §7.5.4, and Open vSwitch's own of `ofp-errors.h`).
 */
import { byteReader, getShort, getText, remaining } from "./bytes.js";

export interface SwitchError {
  readonly type: number;
  readonly code: number;
  readonly text: string;
}

interface Words {
  readonly about: string;
  readonly codes: Readonly<Record<number, string>>;
}

const badRequest: Words = {
  about: "the request",
  codes: {
    0: "the version is not supported",
    1: "the message type is not supported",
    2: "the multipart type is not supported",
    3: "the experimenter is not known",
    4: "the experimenter's message type is not known",
    5: "not permitted",
    6: "the length is wrong",
    8: "there is no such buffer",
    9: "there is no such table",
    10: "a secondary controller may not do this",
  },
};
const badAction: Words = {
  about: "an action",
  codes: {
    0: "the action is not known",
    1: "the action's length is wrong",
    2: "the experimenter is not known",
    4: "there is no such port",
    5: "an argument is wrong",
    6: "not permitted",
    7: "too many actions",
    9: "there is no such group",
    10: "the match lacks what the action needs",
    13: "the field cannot be set",
    15: "the field's value is wrong",
  },
};
const badInstruction: Words = {
  about: "an instruction",
  codes: { 0: "the instruction is not known", 1: "not supported", 2: "there is no such table to go to, or it is not a later one" },
};
const badMatch: Words = {
  about: "the match",
  codes: {
    1: "the length is wrong",
    6: "the field is not known",
    7: "the value is wrong",
    8: "the mask is not supported",
    9: "a field comes without the field that it needs",
    10: "a field comes twice",
  },
};
const flowModFailed: Words = {
  about: "the flow",
  codes: {
    1: "the tables are full",
    2: "there is no such table",
    3: "it overlaps with another flow",
    4: "not permitted",
    5: "the timeout is wrong",
    6: "the command is not known",
    7: "the flags are wrong",
  },
};
const groupModFailed: Words = {
  about: "the group",
  codes: {
    0: "it is there already",
    1: "it is not valid",
    3: "there are too many groups",
    4: "there are too many buckets",
    8: "there is no such group",
  },
};
const meterModFailed: Words = {
  about: "the meter",
  codes: {
    1: "it is there already",
    2: "it is not valid",
    3: "there is no such meter",
    5: "the flags are not supported",
    6: "the rate is not supported",
    7: "the burst is not supported",
    10: "there are too many meters",
  },
};
const bundleFailed: Words = {
  about: "the bundle",
  codes: {
    1: "not permitted",
    2: "the id is wrong",
    3: "a bundle of this id is open already",
    4: "the bundle is closed",
    5: "there are too many bundles",
    6: "the type is wrong",
    7: "the flags are wrong",
    8: "a message has a wrong length or id",
    9: "a message's id differs from its bundle's",
    10: "a message cannot be in a bundle",
    12: "there are too many messages",
    13: "a message failed",
    14: "it timed out",
    15: "it uses what another bundle has locked",
  },
};
const helloFailed: Words = { about: "the greeting", codes: { 0: "the switch does not speak OpenFlow 1.4", 1: "not permitted" } };

const byType: ReadonlyMap<number, Words> = new Map([
  [0, helloFailed],
  [1, badRequest],
  [2, badAction],
  [3, badInstruction],
  [4, badMatch],
  [5, flowModFailed],
  [6, groupModFailed],
  [12, meterModFailed],
  [17, bundleFailed],
]);

/** Errors of Open vSwitch beyond the standard's, by their class; they come as type 0xffff with code and experimenter inside. */
const EXPERIMENTER = 0xffff;

/** Reads an error message's body: type, code, and up to the length of a header of what was refused. */
export function readError(body: Buffer): SwitchError {
  const reader = byteReader(body);
  const [type, code] = [getShort(reader), getShort(reader)];
  const words = byType.get(type);
  if (words === undefined) return { type, code, text: type === EXPERIMENTER ? `an error of the switch's own, ${code}` : `error ${type}/${code}` };
  const known = words.codes[code];
  // The greeting's error brings its own words.
  const detail = type === 0 ? getText(reader, remaining(reader)).replace(/[^ -~]/g, "") : "";
  return { type, code, text: `${words.about}: ${known ?? `error ${type}/${code}`}${detail === "" ? "" : ` (${detail})`}` };
}
