/**
 * Flow tables from text: what `ovs-ofctl add-flows` would load, as far as policy tables and hand edits of them use it
 * (`ovs-ofctl(8)`, "Flow Syntax"). What is not understood is a problem with its line, never skipped.
 */
import { remember } from "../../../remember.js";
import { fieldAliases, fieldKinds, protocolWords, readFieldValue } from "./fields.js";
import type { ReadValue } from "./fields.js";

/** A field's bits, `[first..last]` counted from 0. */
export interface BitRange {
  readonly field: string;
  readonly offset: number;
  readonly width: number;
}

export type ReadAction =
  | { readonly kind: "drop" }
  | { readonly kind: "goto"; readonly table: number }
  | { readonly kind: "resubmit"; readonly table: number }
  | { readonly kind: "set"; readonly field: string; readonly value: ReadValue }
  | { readonly kind: "move"; readonly from: BitRange; readonly to: BitRange }
  | { readonly kind: "conjunction"; readonly id: bigint; readonly clause: number; readonly of: number }
  | {
      readonly kind: "conntrack";
      readonly commit: boolean;
      readonly zone: bigint | BitRange;
      readonly table?: number;
      readonly exec: readonly ReadAction[];
    }
  /** The packet leaves the switch, or goes to a group; the text says how. */
  | { readonly kind: "output"; readonly text: string }
  /** To the controller, or a change of the packet that no policy looks at. */
  | { readonly kind: "other"; readonly text: string };

export interface ReadFlow {
  readonly table: number;
  readonly priority: number;
  readonly cookie: bigint;
  /** By field. Flows of one text that ask the same of a field have one object for it. */
  readonly match: ReadonlyMap<string, ReadValue>;
  readonly actions: readonly ReadAction[];
  /** From 1. */
  readonly line: number;
}

export interface TextProblem {
  readonly line: number;
  readonly message: string;
}

export interface ReadTables {
  readonly flows: readonly ReadFlow[];
  readonly problems: readonly TextProblem[];
}

/** OpenFlow's priority of a flow that states none. */
const DEFAULT_PRIORITY = 32768;

class Unreadable extends Error {}

export function readFlowText(text: string): ReadTables {
  const flows: ReadFlow[] = [];
  const problems: TextProblem[] = [];
  const readers: Readers = { match: matchReader(), actions: remember(readActions) };
  text.split("\n").forEach((full, index) => {
    const line = full.trim();
    if (line === "" || line.startsWith("#")) return;
    try {
      flows.push(readFlow(line, index + 1, readers));
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      problems.push({ line: index + 1, message: error.message });
    }
  });
  return { flows, problems };
}

/** What a part of a match asks of fields. */
type Asked = readonly (readonly [field: string, value: ReadValue])[];

/** Readers of parts that many flows of one text have in common, each of which is read once. */
interface Readers {
  readonly match: (part: string) => Asked;
  readonly actions: (text: string) => readonly ReadAction[];
}

/** Reads parts of matches, with one object for what asks the same of a field, however it is written. */
function matchReader(): Readers["match"] {
  const values = new Map<string, ReadValue>();
  return remember((part) =>
    readMatch(part).map(([field, read]) => {
      const key = `${field}=${read.value}/${read.mask}`;
      const same = values.get(key) ?? read;
      values.set(key, same);
      return [field, same];
    }),
  );
}

function readFlow(text: string, line: number, readers: Readers): ReadFlow {
  const at = text.indexOf("actions=");
  if (at < 0) throw new Unreadable('there is no "actions=" in the flow');
  let table = 0;
  let priority = DEFAULT_PRIORITY;
  let cookie = 0n;
  const match = new Map<string, ReadValue>();
  for (const part of splitOutside(text.slice(0, at))) {
    if (part.startsWith("table=")) table = wholeNumber(part.slice(6), 253, "table");
    else if (part.startsWith("priority=")) priority = wholeNumber(part.slice(9), 0xffff, "priority");
    else if (part.startsWith("cookie=")) cookie = bigNumber(part.slice(7), "cookie");
    else {
      for (const [field, value] of readers.match(part)) {
        const known = match.get(field);
        if (known !== undefined && known !== value) throw new Unreadable(`${field} is matched twice`);
        match.set(field, value);
      }
    }
  }
  return { table, priority, cookie, match, actions: readers.actions(text.slice(at + "actions=".length)), line };
}

/** One part of a match: a protocol's word, or a field with a value. */
function readMatch(part: string): Asked {
  const equals = part.indexOf("=");
  const name = equals < 0 ? part : part.slice(0, equals);
  const word = equals < 0 ? protocolWords.get(name) : undefined;
  if (word === undefined) return readMatchField(name, equals < 0 ? "" : part.slice(equals + 1));
  const [type, protocol] = word;
  const typed = ["dl_type", whole(type, 0xffffn)] as const;
  return protocol === undefined ? [typed] : [typed, ["nw_proto", whole(protocol, 0xffn)]];
}

function whole(value: number, mask: bigint): ReadValue {
  return { value: BigInt(value), mask };
}

function readMatchField(name: string, value: string): Asked {
  const field = fieldAliases.get(name) ?? name;
  const kind = fieldKinds.get(field);
  if (kind === undefined) throw new Unreadable(`"${name}" is not a field that policy tables match`);
  const read = readFieldValue(kind, value);
  if (read === undefined) throw new Unreadable(`"${value}" is not a value of ${name}`);
  return read.mask === 0n ? [] : [[field, read]];
}

function wholeNumber(text: string, most: number, what: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : -1;
  if (value < 0 || value > most) throw new Unreadable(`"${text}" is not a ${what} (0 to ${most})`);
  return value;
}

function bigNumber(text: string, what: string): bigint {
  if (!/^(0x[0-9a-fA-F]+|\d+)$/.test(text)) throw new Unreadable(`"${text}" is not a ${what}`);
  return BigInt(text);
}

/** Parts between commas and blanks that are outside parentheses. */
function splitOutside(text: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at <= text.length; at++) {
    const character = text[at];
    if (character === "(") depth++;
    else if (character === ")") depth--;
    else if (at === text.length || (depth === 0 && (character === "," || character === " " || character === "\t"))) {
      if (at > start) parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return parts;
}

function readActions(text: string): readonly ReadAction[] {
  const parts = splitOutside(text.trim());
  if (parts.length === 0) throw new Unreadable('"actions=" has nothing after it; "drop" is how to say that nothing happens');
  return parts.map(readAction);
}

/** Changes of the packet that have no part in the decision. */
const harmless = new Set(["dec_ttl", "pop_vlan", "strip_vlan"]);

function readAction(text: string): ReadAction {
  if (text === "drop") return { kind: "drop" };
  if (harmless.has(text)) return { kind: "other", text };
  const [, word, rest] = /^([a-zA-Z_]+)(.*)$/.exec(text) ?? [];
  if (word === undefined) throw new Unreadable(`"${text}" is not an action`);
  switch (word.toLowerCase()) {
    case "goto_table":
      return { kind: "goto", table: wholeNumber(rest.slice(1), 253, "table") };
    case "resubmit":
      return { kind: "resubmit", table: wholeNumber(/^\(,(\d+)\)$/.exec(rest)?.[1] ?? rest, 253, "table") };
    case "set_field":
    case "load":
      return readSet(text, rest.slice(1));
    case "move":
      return readMove(text, rest.slice(1));
    case "conjunction":
      return readConjunction(text, rest);
    case "ct":
      return readConntrack(rest);
    case "output":
    case "normal":
    case "in_port":
    case "local":
    case "group":
    case "flood":
    case "all":
      return { kind: "output", text };
    case "controller":
    case "push_vlan":
    case "note":
      return { kind: "other", text };
    default:
      throw new Unreadable(`action "${word}" is not one that policy tables use`);
  }
}

function readSet(text: string, rest: string): ReadAction {
  const arrow = rest.lastIndexOf("->");
  if (arrow < 0) throw new Unreadable(`"${text}" does not say which field to set`);
  const target = readBits(rest.slice(arrow + 2));
  const kind = fieldKinds.get(target.field);
  const whole = kind !== undefined && target.width === kind.width;
  const value = kind === undefined ? undefined : readFieldValue(whole ? kind : { width: target.width, notation: "number" }, rest.slice(0, arrow));
  if (value === undefined) throw new Unreadable(`"${text}" does not set a value that ${target.field} can have`);
  const shift = BigInt(target.offset);
  return { kind: "set", field: target.field, value: { value: value.value << shift, mask: value.mask << shift } };
}

/** `reg1`, `NXM_NX_REG1[]`, `NXM_NX_REG1[0..15]` or `NXM_NX_REG1[3]`. */
function readBits(text: string): BitRange {
  const [, name, brackets, first, last] = /^(\w+)(\[(?:(\d+)(?:\.\.(\d+))?)?\])?$/.exec(text) ?? [];
  const field = name === undefined ? undefined : (fieldAliases.get(name) ?? name);
  const kind = field === undefined ? undefined : fieldKinds.get(field);
  if (field === undefined || kind === undefined) throw new Unreadable(`"${text}" is not a field`);
  if (brackets === undefined || first === undefined) return { field, offset: 0, width: kind.width };
  const offset = Number(first);
  const width = (last === undefined ? offset : Number(last)) - offset + 1;
  if (width < 1 || offset + width > kind.width) throw new Unreadable(`${field} has no bits ${first}..${last ?? first}`);
  return { field, offset, width };
}

function readMove(text: string, rest: string): ReadAction {
  const [from, to, more] = rest.split("->");
  if (from === undefined || to === undefined || more !== undefined) throw new Unreadable(`"${text}" is not a move`);
  const source = readBits(from);
  const target = readBits(to);
  if (source.width !== target.width) throw new Unreadable(`"${text}" moves ${source.width} bits to ${target.width}`);
  return { kind: "move", from: source, to: target };
}

function readConjunction(text: string, rest: string): ReadAction {
  const [, id, clause, of] = /^\((\d+|0x[0-9a-fA-F]+),\s*(\d+)\/(\d+)\)$/.exec(rest) ?? [];
  if (id === undefined || Number(of) < 2 || Number(clause) < 1 || Number(clause) > Number(of))
    throw new Unreadable(`"${text}" is not conjunction(id,k/n) with 1 <= k <= n and n >= 2`);
  return { kind: "conjunction", id: BigInt(id), clause: Number(clause), of: Number(of) };
}

function readConntrack(rest: string): ReadAction {
  if (!rest.startsWith("(") || !rest.endsWith(")")) throw new Unreadable(`"ct${rest}" is not a ct action`);
  let commit = false;
  let table: number | undefined;
  let zone: bigint | BitRange = 0n;
  let exec: readonly ReadAction[] = [];
  for (const part of splitOutside(rest.slice(1, -1))) {
    if (part === "commit") commit = true;
    else if (part.startsWith("table=")) table = wholeNumber(part.slice(6), 253, "table");
    else if (part.startsWith("exec(")) exec = readActions(part.slice(5, -1));
    else if (part.startsWith("zone=")) zone = /^zone=\d/.test(part) ? BigInt(wholeNumber(part.slice(5), 0xffff, "zone")) : readBits(part.slice(5));
    else if (!part.startsWith("nat")) throw new Unreadable(`"${part}" is not a part of ct that policy tables use`);
  }
  return { kind: "conntrack", commit, zone, exec, ...(table === undefined ? {} : { table }) };
}
