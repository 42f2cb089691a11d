/**
 * A tenant's rules as three lists of entries, by how Contiv can tell packets apart (contiv.md §3.3, §3.4):
 *
 *  - `openings`: TCP, decided for the packet that opens a connection. `tcp` without a port matches only that packet.
 *  - `returns`: the rest of TCP's packets, which only allows need: nothing opens through them, because every opening packet is
 *    decided by the list above.
 *  - `others`: every other protocol. Nothing marks a reply there, so replies are allowed by source port, or by protocol alone.
 */
import type { Action, Rule } from "../../../policy/model.js";
import { protocolNumber } from "../../../space/service.js";
import { borderOrder, replyOrder } from "./entry.js";
import type { Entry, Statement } from "./entry.js";
import type { Ground } from "./ground.js";
import { opposite, prefixesOf, reversed, say, splitByZone, termMaker } from "./match.js";
import type { Direction, Match, Said, Terms } from "./match.js";
import { everyPort, isEveryPort, piecesOf } from "./service.js";
import type { Pieces } from "./service.js";
import { sideOf } from "./side.js";
import type { Side } from "./side.js";

/** What became of a rule, for the diagnostics. */
export interface Rendering {
  readonly rule: Rule;
  readonly source: Side;
  readonly destination: Side;
  readonly said: Said;
  readonly pieces: Pieces;
  /** The rule asks for more single ports than the limit, and was left out. */
  readonly overLimit: boolean;
}

export interface Lists {
  readonly openings: readonly Entry[];
  readonly returns: readonly Statement[];
  readonly others: readonly Entry[];
  readonly renderings: readonly Rendering[];
}

/** Directions in which something of the world was said, by action; later rules of the other action must keep the zones apart. */
type Seen = Record<Direction, Set<Action>>;

/** For each direction, whether what a rule says of the tenants and the world at once crosses what others say of one of them. */
type Crossing = Readonly<Record<Direction, boolean>>;

const otherAction: Readonly<Record<Action, Action>> = { allow: "deny", deny: "allow" };

/** Whether a match has a selector that reaches both the tenants and the world. */
function spans(match: Match): boolean {
  return match.remote.kind === "any" || match.remote.kind === "prefix";
}

/** The matches with those in two that cross something; the same list where none does, as nearly always. */
function split({ ground, zones }: Builder, matches: readonly Match[], crosses: Crossing): readonly Match[] {
  if (zones === "where needed" && !crosses.in && !crosses.out) return matches;
  return matches.flatMap((match) => (spans(match) && (zones === "everywhere" || crosses[match.direction]) ? splitByZone(ground, match) : [match]));
}

function keyOf(match: Match): string {
  return `${match.own ?? "*"} ${match.direction}`;
}

/** Denies (or allows, for a tenant that allows by default) towards the tenants' addresses, over what was said of the world. */
function borders(ground: Ground, world: readonly Match[], make: (match: Match) => Entry): readonly Entry[] {
  const owners = new Map(world.map((match) => [keyOf(match), match]));
  return [...owners.values()].flatMap((match) => {
    if (match.own !== undefined && owners.has(keyOf({ ...match, own: undefined }))) return [];
    // What comes from elsewhere than the tenant's own networks is not filtered on arrival, so only these need cutting off.
    const cut = match.direction === "in" ? ground.networkAddresses : ground.universe.tenantAddresses.v4;
    return prefixesOf(cut).map((prefix) => make({ ...match, remote: { kind: "prefix", prefix } }));
  });
}

/**
 * Above so many ports, TCP's other packets pass without regard to the port: what is opened is decided port by port all the same, and
 * every host holds half as many flows.
 */
const portsOneByOne = 16;

export function renderRule(ground: Ground, rule: Rule, portLimit: number): Rendering {
  const source = sideOf(ground, rule.source);
  const destination = sideOf(ground, rule.destination);
  const pieces = piecesOf(rule.service.services, portLimit);
  return { rule, source, destination, said: say(ground, source, destination), pieces, overLimit: pieces.ports > portLimit };
}

/**
 * Where an entry for the tenants and the world together becomes one for each: where a rule of the other action has to be told from it, or
 * everywhere. The latter takes more rules, and always has an order (`arrange.ts`).
 */
export type Zones = "where needed" | "everywhere";

interface Builder {
  readonly ground: Ground;
  readonly zones: Zones;
  readonly termsOf: (match: Match) => Terms;
}

export function listsOf(ground: Ground, renderings: readonly Rendering[], zones: Zones): Lists {
  const builder: Builder = { ground, zones, termsOf: termMaker(ground) };
  const said = renderings.filter((rendering) => !rendering.overLimit);
  return { openings: openings(builder, said), returns: returns(ground, said), others: others(builder, said), renderings };
}

/** Entries as they are made from rule after rule. */
interface Course {
  readonly entries: Entry[];
  readonly seen: Seen;
  /** What was said of the world otherwise than the tenant's default says it: borders keep it from the tenants' addresses. */
  readonly world: Match[];
}

const newCourse = (): Course => ({ entries: [], seen: { in: new Set(), out: new Set() }, world: [] });

function openings(builder: Builder, renderings: readonly Rendering[]): readonly Entry[] {
  const defaultAction = builder.ground.tenant.defaultAction;
  const course = newCourse();
  for (const [order, rendering] of renderings.entries()) if (rendering.pieces.tcp.length > 0) addOpenings(builder, course, rendering, order);
  const border = borders(builder.ground, course.world, (match) => borderEntry(builder, match, protocolNumber.tcp, defaultAction));
  return [...course.entries, ...border];
}

function addOpenings(builder: Builder, { entries, seen, world }: Course, { rule, said, pieces }: Rendering, order: number): void {
  const { action } = rule;
  const other = otherAction[action];
  const matches = split(builder, said.matches, { in: seen.in.has(other), out: seen.out.has(other) });
  for (const match of matches) {
    const terms = builder.termsOf(match);
    entries.push({ match, terms, action, protocol: protocolNumber.tcp, ports: pieces.tcp, pair: false, order, rule, role: "rule" });
    if (match.remote.kind !== "world") continue;
    seen[match.direction].add(action);
    if (action !== builder.ground.tenant.defaultAction) world.push(match);
  }
}

function borderEntry({ termsOf }: Builder, match: Match, protocol: number, action: Action): Entry {
  return { match, terms: termsOf(match), action, protocol, ports: everyPort, pair: false, order: borderOrder, rule: undefined, role: "border" };
}

/** A way that TCP's other packets take. They are allowed only: what is let pass too much opens nothing. */
function returnStatement(match: Match, ports: readonly number[], pair: boolean, rule: Rule | undefined): Statement {
  return { match, action: "allow", protocol: protocolNumber.tcp, ports, pair, order: 0, rule, role: "reply" };
}

const bothWays: readonly Match[] = [
  { direction: "in", remote: { kind: "any" } },
  { direction: "out", remote: { kind: "any" } },
];

function returns(ground: Ground, renderings: readonly Rendering[]): readonly Statement[] {
  if (ground.tenant.defaultAction === "allow") return bothWays.map((match) => returnStatement(match, everyPort, false, undefined));
  const statements: Statement[] = [];
  for (const { rule, said, pieces } of renderings) {
    if (rule.action === "deny" || pieces.tcp.length === 0) continue;
    const wholeProtocol = isEveryPort(pieces.tcp) || pieces.tcp.length > portsOneByOne;
    for (const match of said.matches) {
      if (!wholeProtocol) statements.push(returnStatement(match, pieces.tcp, true, rule));
      else statements.push(returnStatement(match, everyPort, false, rule), returnStatement(reversed(match), everyPort, false, rule));
    }
  }
  return statements;
}

/** The way back of an allow towards the world crosses what a rule says of `any` in that direction, before it or after it. */
function waysBack(renderings: readonly Rendering[]): Crossing {
  const found = { in: false, out: false };
  for (const { rule, said, pieces } of renderings) {
    if (rule.action === "deny" || pieces.others.length === 0) continue;
    for (const match of said.matches) if (match.remote.kind === "world") found[opposite[match.direction]] = true;
  }
  return found;
}

function others(builder: Builder, renderings: readonly Rendering[]): readonly Entry[] {
  const defaultAction = builder.ground.tenant.defaultAction;
  const course = newCourse();
  const wayBack = waysBack(renderings);
  for (const [order, rendering] of renderings.entries())
    if (rendering.pieces.others.length > 0) addOthers(builder, course, wayBack, rendering, order);
  // Replies come after every rule, so all that was said of the world is before them.
  const replies = defaultAction === "allow" ? [] : renderings.flatMap((rendering) => repliesOf(builder, rendering, course.seen));
  const border = borders(builder.ground, course.world, (match) => borderEntry(builder, match, 0, defaultAction));
  return [...course.entries, ...replies, ...border];
}

function addOthers(builder: Builder, { entries, seen, world }: Course, wayBack: Crossing, { rule, said, pieces }: Rendering, order: number): void {
  const { defaultAction } = builder.ground.tenant;
  const { action } = rule;
  const crosses = (direction: Direction): boolean =>
    seen[direction].has(otherAction[action]) || (action === "deny" ? wayBack[direction] : seen[opposite[direction]].has("deny"));
  const matches = split(builder, said.matches, { in: crosses("in"), out: crosses("out") });
  for (const match of matches) {
    const terms = builder.termsOf(match);
    for (const { protocol, ports } of pieces.others) {
      const pair = action === "allow" && !isEveryPort(ports);
      entries.push({ match, terms, action, protocol, ports, pair, order, rule, role: "rule" });
    }
    if (match.remote.kind !== "world") continue;
    seen[match.direction].add(action);
    if (action !== defaultAction) world.push(match);
    if (action === "allow") seen[opposite[match.direction]].add(action);
    if (action === "allow" && defaultAction === "deny") world.push(reversed(match));
  }
}

/** The way back of what a rule allows by protocol alone; by port, the entry of the rule itself is both ways. */
function repliesOf(builder: Builder, { rule, said, pieces }: Rendering, seen: Seen): readonly Entry[] {
  if (rule.action === "deny" || pieces.others.length === 0) return [];
  const whole = pieces.others.filter(({ ports }) => isEveryPort(ports));
  if (whole.length === 0) return [];
  const matches = split(builder, said.matches.map(reversed), { in: seen.in.has("deny"), out: seen.out.has("deny") });
  return matches.flatMap((match) => {
    const terms = builder.termsOf(match);
    return whole.map(({ protocol, ports }): Entry => ({
      match,
      terms,
      action: "allow",
      protocol,
      ports,
      pair: false,
      order: replyOrder,
      rule,
      role: "reply",
    }));
  });
}
