/**
 * The pipeline's flows that no node and no endpoint changes: what bare ends are, which conntrack zone a packet takes, which
 * tenants are asked, what becomes of the answer. Together with the policy table they are what `policy.flows` holds.
 */
import { allowedMark, classWords, labelDestination, labelSource, registers, sharedZone } from "./registers.js";
import { tables } from "./tables.js";
import { bitsAre, isIp, isIp6, makeMatch, setBits } from "./flow.js";
import type { Action, Cookie, FieldMatch, Flow, Match } from "./flow.js";
import { familyMatch, prefixTextFragment } from "./fragments.js";
import type { Place, Program } from "./program.js";
import type { BitField } from "./registers.js";

const pipeline: Cookie = { kind: "pipeline", id: 0 };
const goto = (table: number): Action => ({ kind: "goto", table });
const resubmit = (table: number): Action => ({ kind: "resubmit", table });

function pipelineFlow(table: number, priority: number, match: Match, actions: readonly Action[]): Flow {
  return { table, priority, cookie: pipeline, match, actions };
}

/** Flows of every table that depends on the program alone, the policy table excepted. */
export function staticFlows(program: Program): readonly Flow[] {
  return [
    ...placeFlows(program),
    ...zoneFlows(program),
    ...trackFlows(),
    ...stateFlows(),
    ...askFlows(program),
    ...verdictFlows(),
    ...accountFlows(program),
  ];
}

export type Side = "source" | "destination";

/** A word of the registers that hold an end's classes (`classWords`), and what is in it. */
export interface ClassWord {
  readonly word: number;
  readonly value: number;
}

/** What the registers hold of an end in these classes, given by their positions: words with something in them, in their order. */
export function classWordsOf(
  { classes: all, dimensions }: Pick<Program, "classes" | "dimensions">,
  classes: readonly number[],
): readonly ClassWord[] {
  const words = new Map<number, number>();
  for (const index of classes) {
    const { dimension, value } = all[index];
    const { word, offset } = dimensions[dimension];
    words.set(word, (words.get(word) ?? 0) + value * 2 ** offset);
  }
  return [...words].sort(([a], [b]) => a - b).map(([word, value]) => ({ word, value }));
}

/** Writes what an end is: its set of tenants and its classes. */
export function identityActions(program: Program, side: Side, members: number, classes: readonly number[]): readonly Action[] {
  const field = side === "source" ? registers.sourceMembers : registers.destinationMembers;
  return [
    ...(members === 0 ? [] : [setBits(field, members)]),
    ...classWordsOf(program, classes).map(({ word, value }): Action => ({ kind: "set", field: classWords[side][word], value })),
  ];
}

const PLACE_PRIORITY = 100;

/** Prefix by prefix; a longer one has the higher priority. */
function placeFlows(program: Program): readonly Flow[] {
  const table = { source: tables.sourcePlace, destination: tables.destinationPlace };
  const next = { source: tables.destination, destination: tables.zone };
  return (["source", "destination"] as const).flatMap((side) =>
    program.places.map((place): Flow => {
      const piece = prefixTextFragment(place.prefix, side);
      return {
        table: table[side],
        priority: PLACE_PRIORITY + prefixLength(place),
        cookie: { kind: "place", id: 0 },
        match: makeMatch(familyMatch(piece.family), piece.match),
        actions: [...identityActions(program, side, place.members, place.classes), goto(next[side])],
      };
    }),
  );
}

function prefixLength(place: Place): number {
  return Number(place.prefix.slice(place.prefix.indexOf("/") + 1));
}

/** Both ends' sets of tenants at once. */
function membersAre(source: number, destination: number): Match {
  return [{ field: "reg1", value: source + destination * 0x10000 }];
}

/**
 * A tenant's connections inside, and with the world, have a zone of their own, so that tenants may use the same addresses. The
 * choice is the same for both directions. Between tenants an address must mean one endpoint: ambiguous ones go nowhere.
 */
function zoneFlows(program: Program): readonly Flow[] {
  const choose = (match: Match, zone: number): Flow => pipelineFlow(tables.zone, 200, match, [setBits(registers.zone, zone), goto(tables.track)]);
  return [
    ...program.tenants.flatMap(({ id }) => [choose(membersAre(id, id), id), choose(membersAre(id, 0), id), choose(membersAre(0, id), id)]),
    pipelineFlow(tables.zone, 400, bitsAre(registers.settled, 1), [goto(tables.forward)]),
    pipelineFlow(tables.zone, 300, bitsAre(registers.balanced, 1), [goto(tables.askSource)]),
    pipelineFlow(tables.zone, 100, bitsAre(registers.ambiguous, 1), []),
    pipelineFlow(tables.zone, 0, [], [setBits(registers.zone, sharedZone), goto(tables.track)]),
  ];
}

function trackFlows(): readonly Flow[] {
  return [isIp, isIp6].map((family) =>
    pipelineFlow(tables.track, 100, family, [{ kind: "ct", commit: false, zone: registers.zone, table: tables.state, nat: "translate", exec: [] }]),
  );
}

const NEW = 0x01;
const EST = 0x02;
const REL = 0x04;
const RPL = 0x08;
const INV = 0x10;
const TRK = 0x20;
const DNAT = 0x80;

/** Takes back what was known of the destination. */
export const unclassified: readonly Action[] = [setBits(registers.toService, 0), setBits(registers.destinationMembers, 0)];

const state = (set: number, clear: number): FieldMatch => ({ field: "ct_state", value: set, mask: set | clear });
const wasAllowed = bitsAre(allowedMark, 1);

/**
 * Replies and established connections pass, if the policy let the connection pass: the mark says so, not the mere existence of an
 * entry. A packet in the first direction of an entry without the mark is asked about like a first packet; one in the
 * other direction answers what nobody allowed.
 */
function stateFlows(): readonly Flow[] {
  const count: readonly Action[] = [
    { kind: "move", from: labelSource, to: registers.decision },
    resubmit(tables.account),
    { kind: "move", from: labelDestination, to: registers.decision },
    resubmit(tables.account),
  ];
  const toService = bitsAre(registers.toService, 1);
  // The destination was classified as the service; conntrack has put the provider in its place by now.
  const again = (bit: BitField): readonly Action[] => [setBits(bit, 1), ...unclassified, resubmit(tables.destination)];
  return [
    pipelineFlow(tables.state, 400, [state(TRK | INV, 0)], []),
    pipelineFlow(tables.state, 350, makeMatch([state(TRK | EST, NEW | RPL)], wasAllowed, toService), [...count, ...again(registers.settled)]),
    ...[EST, RPL, REL].map((bit) =>
      pipelineFlow(tables.state, 300, makeMatch([state(TRK | bit, bit === EST ? NEW : 0)], wasAllowed), [...count, goto(tables.forward)]),
    ),
    pipelineFlow(tables.state, 250, makeMatch([state(TRK | DNAT, RPL | REL | INV)], toService), again(registers.balanced)),
    pipelineFlow(tables.state, 200, makeMatch([state(TRK, RPL | REL | INV)], toService), [goto(tables.service)]),
    pipelineFlow(tables.state, 100, [state(TRK, RPL | REL | INV)], [goto(tables.askSource)]),
    pipelineFlow(tables.state, 0, [], []),
  ];
}

/** Asks the tenants in turn; each answer is left in `decision`, and `denied` stays once it is set. */
function ask(
  tenants: readonly number[],
  record: keyof Pick<typeof registers, "sourceDecision" | "destinationDecision">,
  next: number,
): readonly Action[] {
  return [
    ...tenants.flatMap((tenant): readonly Action[] => [setBits(registers.tenant, tenant), resubmit(tables.policy)]),
    { kind: "move", from: registers.decision, to: registers[record] },
    goto(next),
  ];
}

/** Every tenant of an end is asked. One that has both ends is asked once. */
function askFlows(program: Program): readonly Flow[] {
  return [
    ...program.memberships.flatMap(({ id, tenants }) => [
      pipelineFlow(tables.askSource, 100, bitsAre(registers.sourceMembers, id), ask(tenants, "sourceDecision", tables.askDestination)),
      pipelineFlow(tables.askDestination, 200, membersAre(id, id), [goto(tables.verdict)]),
      pipelineFlow(tables.askDestination, 100, bitsAre(registers.destinationMembers, id), ask(tenants, "destinationDecision", tables.verdict)),
    ]),
    pipelineFlow(tables.askSource, 50, bitsAre(registers.sourceMembers, 0), [goto(tables.askDestination)]),
    pipelineFlow(tables.askDestination, 50, bitsAre(registers.destinationMembers, 0), [goto(tables.verdict)]),
    pipelineFlow(tables.askSource, 0, [], []),
    pipelineFlow(tables.askDestination, 0, [], []),
  ];
}

/** First byte of the user data of packets to the agent: why it gets them. */
export const packetReasons = { allowed: 1, denied: 2, audited: 3 } as const;

/** Enough for both headers; the registers come along as metadata. */
const HEAD = 128;

function report(reason: keyof typeof packetReasons): Action {
  return { kind: "controller", maxLength: HEAD, userdata: [packetReasons[reason]] };
}

/** A connection between nodes is seen twice; it is reported where it comes from. */
function verdictFlows(): readonly Flow[] {
  const commit: readonly Action[] = [
    {
      kind: "ct",
      commit: true,
      zone: registers.zone,
      exec: [
        setBits(allowedMark, 1),
        { kind: "move", from: registers.sourceDecision, to: labelSource },
        { kind: "move", from: registers.destinationDecision, to: labelDestination },
      ],
    },
    { kind: "move", from: registers.sourceDecision, to: registers.decision },
    resubmit(tables.account),
    { kind: "move", from: registers.destinationDecision, to: registers.decision },
    resubmit(tables.account),
    goto(tables.forward),
  ];
  const denied = bitsAre(registers.denied, 1);
  const logged = bitsAre(registers.logged, 1);
  const here = bitsAre(registers.fromNode, 0);
  const audited = bitsAre(registers.audited, 1);
  return [
    pipelineFlow(tables.verdict, 400, makeMatch(denied, logged, here), [report("denied")]),
    pipelineFlow(tables.verdict, 300, denied, []),
    ...[isIp, isIp6].flatMap((family) => [
      pipelineFlow(tables.verdict, 250, makeMatch(family, audited, here), [report("audited"), ...commit]),
      pipelineFlow(tables.verdict, 200, makeMatch(family, logged, here), [report("allowed"), ...commit]),
      pipelineFlow(tables.verdict, 100, family, commit),
    ]),
    pipelineFlow(tables.verdict, 0, [], []),
  ];
}

/** One counter for each thing that can let a connection pass. */
function accountFlows(program: Program): readonly Flow[] {
  const count = (decision: number, kind: "rule" | "default"): Flow => ({
    table: tables.account,
    priority: 100,
    cookie: { kind, id: decision },
    match: bitsAre(registers.decision, decision),
    actions: [],
  });
  return [
    ...program.rules.filter((rule) => rule.action === "allow" || rule.audit).map((rule) => count(rule.decision, "rule")),
    ...program.tenants.filter((tenant) => tenant.defaultAction === "allow" || tenant.audit).map((tenant) => count(tenant.decision, "default")),
    pipelineFlow(tables.account, 0, [], []),
  ];
}
