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

const otherAction: Readonly<Record<Action, Action>> = { allow: "deny", deny: "allow" };

/** Whether a match has a selector that reaches both the tenants and the world. */
function spans(match: Match): boolean {
  return match.remote.kind === "any" || match.remote.kind === "prefix";
}

function split({ ground, zones }: Builder, matches: readonly Match[], crosses: (match: Match) => boolean): readonly Match[] {
  return matches.flatMap((match) => (spans(match) && (zones === "everywhere" || crosses(match)) ? splitByZone(ground, match) : [match]));
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

function entry(builder: Builder, match: Match, parts: Omit<Entry, "match" | "terms">): Entry {
  return { match, terms: builder.termsOf(match), ...parts };
}

export function listsOf(ground: Ground, renderings: readonly Rendering[], zones: Zones): Lists {
  const builder: Builder = { ground, zones, termsOf: termMaker(ground) };
  const said = renderings.filter((rendering) => !rendering.overLimit);
  return { openings: openings(builder, said), returns: returns(ground, said), others: others(builder, said), renderings };
}

function openings(builder: Builder, renderings: readonly Rendering[]): readonly Entry[] {
  const { ground } = builder;
  const defaultAction = ground.tenant.defaultAction;
  const seen: Seen = { in: new Set(), out: new Set() };
  const world: Match[] = [];
  const entries = renderings.flatMap(({ rule, said, pieces }, order) => {
    if (pieces.tcp.length === 0) return [];
    const matches = split(builder, said.matches, (match) => seen[match.direction].has(otherAction[rule.action]));
    for (const match of matches) {
      if (match.remote.kind !== "world") continue;
      seen[match.direction].add(rule.action);
      if (rule.action !== defaultAction) world.push(match);
    }
    return matches.map((match) =>
      entry(builder, match, { action: rule.action, protocol: protocolNumber.tcp, ports: pieces.tcp, pair: false, order, rule, role: "rule" }),
    );
  });
  const border = borders(ground, world, (match) =>
    entry(builder, match, { action: defaultAction, protocol: protocolNumber.tcp, ports: everyPort, pair: false, order: borderOrder, role: "border" }),
  );
  return [...entries, ...border];
}

/** Allows only: what they let pass too much opens nothing. */
function returns(ground: Ground, renderings: readonly Rendering[]): readonly Statement[] {
  const parts = { action: "allow", protocol: protocolNumber.tcp, order: 0, role: "reply" } as const;
  if (ground.tenant.defaultAction === "allow") {
    const both: readonly Match[] = [
      { direction: "in", remote: { kind: "any" } },
      { direction: "out", remote: { kind: "any" } },
    ];
    return both.map((match) => ({ ...parts, match, ports: everyPort, pair: false }));
  }
  const statements: Statement[] = [];
  for (const { rule, said, pieces } of renderings) {
    if (rule.action === "deny" || pieces.tcp.length === 0) continue;
    const wholeProtocol = isEveryPort(pieces.tcp) || pieces.tcp.length > portsOneByOne;
    for (const match of said.matches) {
      if (!wholeProtocol) statements.push({ ...parts, match, ports: pieces.tcp, pair: true, rule });
      else for (const way of [match, reversed(match)]) statements.push({ ...parts, match: way, ports: everyPort, pair: false, rule });
    }
  }
  return statements;
}

function others(builder: Builder, renderings: readonly Rendering[]): readonly Entry[] {
  const { ground } = builder;
  const defaultAction = ground.tenant.defaultAction;
  const seen: Seen = { in: new Set(), out: new Set() };
  const world: Match[] = [];
  // The way back of an allow towards the world crosses what a rule says of `any` in that direction, before it or after it.
  const wayBack = new Set<Direction>(
    renderings.flatMap(({ rule, said, pieces }) =>
      rule.action === "allow" && pieces.others.length > 0
        ? said.matches.flatMap((match) => (match.remote.kind === "world" ? [opposite[match.direction]] : []))
        : [],
    ),
  );
  const entries = renderings.flatMap(({ rule, said, pieces }, order) => {
    if (pieces.others.length === 0) return [];
    const { action } = rule;
    const crosses = (match: Match): boolean =>
      seen[match.direction].has(otherAction[action]) ||
      (action === "deny" ? wayBack.has(match.direction) : seen[opposite[match.direction]].has("deny"));
    const matches = split(builder, said.matches, crosses);
    for (const match of matches) {
      if (match.remote.kind !== "world") continue;
      seen[match.direction].add(action);
      if (action !== defaultAction) world.push(match);
      if (action === "allow") seen[opposite[match.direction]].add(action);
      if (action === "allow" && defaultAction === "deny") world.push(reversed(match));
    }
    return matches.flatMap((match) =>
      pieces.others.map(({ protocol, ports }) => {
        const pair = action === "allow" && !isEveryPort(ports);
        return entry(builder, match, { action, protocol, ports, pair, order, rule, role: "rule" });
      }),
    );
  });
  // Replies come after every rule, so all that was said of the world is before them.
  const replies = defaultAction === "allow" ? [] : renderings.flatMap((rendering) => repliesOf(builder, rendering, seen));
  const border = borders(ground, world, (match) =>
    entry(builder, match, { action: defaultAction, protocol: 0, ports: everyPort, pair: false, order: borderOrder, role: "border" }),
  );
  return [...entries, ...replies, ...border];
}

/** The way back of what a rule allows by protocol alone; by port, the entry of the rule itself is both ways. */
function repliesOf(builder: Builder, { rule, said, pieces }: Rendering, seen: Seen): readonly Entry[] {
  const whole = pieces.others.filter(({ ports }) => isEveryPort(ports));
  if (rule.action === "deny" || whole.length === 0) return [];
  const matches = split(builder, said.matches.map(reversed), (match) => seen[match.direction].has("deny"));
  return matches.flatMap((match) =>
    whole.map(({ protocol, ports }) =>
      entry(builder, match, { action: "allow", protocol, ports, pair: false, order: replyOrder, rule, role: "reply" }),
    ),
  );
}
