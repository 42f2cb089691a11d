/**
 * What a switch does with one packet, by OpenFlow's rules and Open vSwitch's for conjunctive matches (`ovs-fields(7)`). Written to be
 * read; the set form in `checkpoints.ts` is held against it, and it against a real switch.
 */
import type { BitRange, ReadAction, ReadFlow } from "./flowtext.js";

/** Fields by the names of a match; what is missing is 0. */
export type Packet = ReadonlyMap<string, bigint>;

export interface Run {
  /** Ways the packet left the switch. */
  readonly outputs: readonly string[];
  /** Tables looked up, in order; those that no flow is in too. */
  readonly tables: readonly number[];
  /** The fields when the last table was left. */
  readonly packet: Packet;
  /** What conntrack was asked to do, in order. */
  readonly tracked: readonly Tracked[];
  /** Lookups whose result OpenFlow leaves open: several flows of one priority match. By line. */
  readonly undecided: readonly (readonly number[])[];
}

/** A connection looked up, or remembered with a mark, in a zone of conntrack. */
export interface Tracked {
  readonly zone: bigint;
  readonly commit: boolean;
  readonly mark: bigint;
}

/** Flows by table, highest priority first. */
export type Tables = ReadonlyMap<number, readonly ReadFlow[]>;

export function makeTables(flows: readonly ReadFlow[]): Tables {
  const tables = new Map<number, ReadFlow[]>();
  for (const flow of flows) {
    const known = tables.get(flow.table);
    if (known === undefined) tables.set(flow.table, [flow]);
    else known.push(flow);
  }
  for (const list of tables.values()) list.sort((a, b) => b.priority - a.priority);
  return tables;
}

function matches(flow: ReadFlow, packet: Packet): boolean {
  for (const [field, { value, mask }] of flow.match) if (((packet.get(field) ?? 0n) & mask) !== value) return false;
  return true;
}

export const isClause = (flow: ReadFlow): boolean => flow.actions.some((action) => action.kind === "conjunction");

export interface Lookup {
  readonly flow?: ReadFlow;
  /** Other flows of the same priority that match as well. */
  readonly rivals: readonly ReadFlow[];
}

/** The flow that a table gives for a packet. */
export function lookUp(flows: readonly ReadFlow[], packet: Packet): Lookup {
  let at = 0;
  while (at < flows.length) {
    const { priority } = flows[at];
    const level: ReadFlow[] = [];
    for (; at < flows.length && flows[at].priority === priority; at++) if (matches(flows[at], packet)) level.push(flows[at]);
    const plain = level.filter((flow) => !isClause(flow));
    // A plain flow wins over a conjunction of its priority.
    if (plain.length > 0) return { flow: plain[0], rivals: plain.slice(1) };
    const [id, ...others] = completeConjunctions(level);
    if (id === undefined) continue;
    const second = plainLookUp(flows, new Map(packet).set("conj_id", id));
    // Without any flow for the id the search goes on below, as if the conjunction had not matched.
    if (second.flow !== undefined)
      return { flow: second.flow, rivals: [...second.rivals, ...level.filter((flow) => others.some((other) => hasClauseOf(flow, other)))] };
  }
  return { rivals: [] };
}

/** The second lookup, for the action flow of a conjunction: clauses do not take part. */
function plainLookUp(flows: readonly ReadFlow[], packet: Packet): Lookup {
  const found = flows.filter((flow) => !isClause(flow) && matches(flow, packet));
  const best = found.filter((flow) => flow.priority === found[0].priority);
  return best.length === 0 ? { rivals: [] } : { flow: best[0], rivals: best.slice(1) };
}

function hasClauseOf(flow: ReadFlow, id: bigint): boolean {
  return flow.actions.some((action) => action.kind === "conjunction" && action.id === id);
}

/** Ids of which a clause of every dimension is among the flows. */
function completeConjunctions(level: readonly ReadFlow[]): readonly bigint[] {
  const seen = new Map<bigint, { readonly of: number; readonly clauses: Set<number> }>();
  for (const flow of level) {
    for (const action of flow.actions) {
      if (action.kind !== "conjunction") continue;
      const entry = seen.get(action.id) ?? { of: action.of, clauses: new Set() };
      entry.clauses.add(action.clause);
      seen.set(action.id, entry);
    }
  }
  return [...seen].flatMap(([id, { of, clauses }]) => (clauses.size === of ? [id] : []));
}

/** `ofproto` gives up on a packet after as many nested lookups. */
const MOST_LOOKUPS = 4096;

/**
 * Sends a packet into a table. `states` are the connection states (bits of `ct_state`) that conntrack finds, one for each time that
 * the packet goes there.
 */
export function simulate(tables: Tables, packet: Packet, start: number, states: readonly bigint[] = []): Run {
  const fields = new Map(packet);
  const outputs: string[] = [];
  const visited: number[] = [];
  const tracked: Tracked[] = [];
  const undecided: (readonly number[])[] = [];
  let recirculations = 0;

  const enter = (table: number): void => {
    if (visited.length >= MOST_LOOKUPS) return;
    visited.push(table);
    const { flow, rivals } = lookUp(tables.get(table) ?? [], fields);
    if (flow === undefined) return;
    if (rivals.length > 0) undecided.push([flow, ...rivals].map(({ line }) => line));
    act(flow.actions);
  };
  const act = (actions: readonly ReadAction[]): void => {
    for (const action of actions) {
      switch (action.kind) {
        case "goto":
        case "resubmit":
          enter(action.table);
          break;
        case "set":
          fields.set(action.field, ((fields.get(action.field) ?? 0n) & ~action.value.mask) | action.value.value);
          break;
        case "move":
          setBits(fields, action.to, getBits(fields, action.from));
          break;
        case "conntrack":
          if (action.commit) act(action.exec);
          tracked.push({
            zone: typeof action.zone === "bigint" ? action.zone : getBits(fields, action.zone),
            commit: action.commit,
            mark: fields.get("ct_mark") ?? 0n,
          });
          if (action.table !== undefined) {
            fields.set("ct_state", states[recirculations] ?? 0n);
            recirculations++;
            enter(action.table);
          }
          break;
        case "output":
          outputs.push(action.text);
          break;
        case "drop":
        case "conjunction":
        case "other":
          break;
      }
    }
  };
  enter(start);
  return { outputs, tables: visited, packet: fields, tracked, undecided };
}

function getBits(fields: ReadonlyMap<string, bigint>, { field, offset, width }: BitRange): bigint {
  return ((fields.get(field) ?? 0n) >> BigInt(offset)) & ((1n << BigInt(width)) - 1n);
}

function setBits(fields: Map<string, bigint>, { field, offset, width }: BitRange, value: bigint): void {
  const mask = ((1n << BigInt(width)) - 1n) << BigInt(offset);
  fields.set(field, ((fields.get(field) ?? 0n) & ~mask) | (value << BigInt(offset)));
}
