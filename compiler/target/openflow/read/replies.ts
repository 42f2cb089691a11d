/**
 * Whether what answers an allowed flow gets back: the tables around the policy table, run for the flow's first packet and for its replies.
 *
 * A reply passes when it is looked up in the conntrack zone that the connection was committed to, and the state table believes the mark
 * that was put on it there.
 */
import { addressRange, allAddresses } from "../../../space/address.js";
import { endBox, intersectEnds } from "../../../space/ends.js";
import type { EndSet } from "../../../space/ends.js";
import { flowProduct } from "../../../space/flows.js";
import { everyService } from "../../../space/service.js";
import type { Checkpoint, CheckpointEntry } from "../../target.js";
import type { Program } from "../program.js";
import { registers } from "../registers.js";
import { tables } from "../tables.js";
import { families, withBits } from "./dispatch.js";
import { connectionState } from "./fields.js";
import type { ReadFlow } from "./flowtext.js";
import { simulate } from "./simulate.js";
import type { Packet, Tables } from "./simulate.js";
import type { EndSpace } from "./space.js";

/** Two sets of tenants, by their ids (0: none). */
type Pair = readonly [source: number, destination: number];

/** No set of tenants has this id, and no flow names it: it stands for all pairs without flows of their own. */
const unnamed: Pair = [0xffff, 0xffff];

/**
 * States that replies come with. `ovs-fields(7)` ties `rpl` to no other state: an error that answers is related, and crossing first packets
 * may be new.
 */
const replyStates = [["est"], ["rel"], ["new"], []].map((names) => connectionState(["trk", "rpl", ...names]));

const familyEnds: ReadonlyMap<bigint, EndSet> = new Map(
  [addressRange({ family: 4, value: 0 }, { family: 4, value: 0xffffffff }), { v4: [], v6: allAddresses.v6 }].map((addresses, at) => {
    const box = endBox({ addresses });
    return [families[at], box === undefined ? [] : [box]];
  }),
);

/** What replies meet; no checkpoint where all of them pass. `around` holds the tables without the policy table's flows. */
export function readReplies(program: Program, space: EndSpace, around: Tables): readonly Checkpoint[] {
  const fixed = indexPairs(around);
  const problem = (pair: Pair, family: bigint): string | undefined => lostReply(fixed.tablesOf(pair), pair, family);
  const known = new Set([0, ...program.memberships.map(({ id }) => id)]);
  const entriesOf = (family: bigint): readonly CheckpointEntry[] => {
    const usual = problem(unnamed, family);
    const part = (pair: Pair): CheckpointEntry["flows"] => {
      const [source, destination] = pair.map((id) => intersectEnds(space.endsOfMembers(id), familyEnds.get(family) ?? []));
      return flowProduct(source, destination, everyService);
    };
    const named = fixed.pairs.flatMap((pair): readonly CheckpointEntry[] => {
      const found = pair.every((id) => known.has(id)) ? problem(pair, family) : usual;
      return found === usual ? [] : [{ flows: part(pair), action: found === undefined ? "allow" : "deny", by: found ?? "the way back" }];
    });
    const ends = familyEnds.get(family) ?? [];
    return usual === undefined ? named : [...named, { flows: flowProduct(ends, ends, everyService), action: "deny", by: usual }];
  };
  const entries = families.flatMap(entriesOf);
  return entries.some(({ action }) => action === "deny") ? [{ name: "replies", entries, otherwise: "allow" }] : [];
}

/** Why replies between the ends of a pair do not get back; nothing where they do. */
function lostReply(list: Tables, [source, destination]: Pair, family: bigint): string | undefined {
  const packet = (from: number, to: number): Packet =>
    withBits(withBits(new Map([["dl_type", family]]), registers.sourceMembers, from), registers.destinationMembers, to);
  const untracked = new Map(list).set(tables.state, []);
  const first = simulate(untracked, packet(source, destination), tables.zone);
  const back = simulate(untracked, packet(destination, source), tables.zone).tracked[0];
  const passing = new Map<bigint, boolean>();
  const passes = (mark: bigint): boolean => {
    const found = passing.get(mark) ?? passesBack(list, new Map(packet(destination, source)).set("ct_mark", mark));
    passing.set(mark, found);
    return found;
  };
  for (const noted of withNotes(first.packet)) {
    const committed = simulate(list, noted, tables.verdict).tracked.find(({ commit }) => commit);
    if (committed === undefined) return `table ${tables.verdict}, which remembers no connection`;
    if (back?.zone !== committed.zone) return `table ${tables.zone}, which looks for replies in another zone than that of the connection`;
    if (!passes(committed.mark)) return `table ${tables.state}, which lets replies to allowed connections go no further`;
  }
  return undefined;
}

/** Whether a reply to a connection with its mark leaves the switch in every state, and nobody is asked about it. */
function passesBack(list: Tables, reply: Packet): boolean {
  return replyStates.every((state) => {
    const { outputs, tables: visited } = simulate(list, reply, tables.zone, [state]);
    return outputs.length > 0 && !visited.includes(tables.askSource);
  });
}

/** An allowed packet with everything that may be noted on it. */
function withNotes(packet: Packet): readonly Packet[] {
  return [registers.logged, registers.fromNode, registers.audited].reduce<readonly Packet[]>(
    (packets, bit) => packets.flatMap((noted) => [noted, withBits(noted, bit, 1)]),
    [withBits(packet, registers.denied, 0)],
  );
}

/** The pairs of sets of tenants that flows match as a whole, and the tables without the flows for other pairs. */
function indexPairs(around: Tables): { readonly pairs: readonly Pair[]; readonly tablesOf: (pair: Pair) => Tables } {
  const { field } = registers.sourceMembers;
  const wanted = [tables.zone, tables.track, tables.state, tables.verdict, tables.forward].map((table) => [table, around.get(table) ?? []] as const);
  const pairOf = (flow: ReadFlow): bigint | undefined => {
    const match = flow.match.get(field);
    return match?.mask === 0xffffffffn ? match.value : undefined;
  };
  const open = new Map(wanted.map(([table, flows]) => [table, flows.filter((flow) => pairOf(flow) === undefined)]));
  const named = new Map<bigint, Map<number, ReadFlow[]>>();
  for (const [table, flows] of wanted) {
    for (const flow of flows) {
      const pair = pairOf(flow);
      if (pair === undefined) continue;
      const ofPair = named.get(pair) ?? new Map<number, ReadFlow[]>();
      named.set(pair, ofPair.set(table, [...(ofPair.get(table) ?? []), flow]));
    }
  }
  const key = ([source, destination]: Pair): bigint => BigInt(source) + (BigInt(destination) << 16n);
  const tablesOf = (pair: Pair): Tables => {
    // A reply is of the pair turned round.
    const own = [key(pair), key([pair[1], pair[0]])].filter((value, at, all) => all.indexOf(value) === at).flatMap((value) => named.get(value) ?? []);
    return new Map(
      wanted.map(([table]) => [
        table,
        [...(open.get(table) ?? []), ...own.flatMap((ofPair) => ofPair.get(table) ?? [])].sort((a, b) => b.priority - a.priority),
      ]),
    );
  };
  const bothWays = new Set([...named.keys()].flatMap((value) => [value, (value >> 16n) + ((value & 0xffffn) << 16n)]));
  return { pairs: [...bothWays].map((value): Pair => [Number(value & 0xffffn), Number(value >> 16n)]), tablesOf };
}
