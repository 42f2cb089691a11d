/**
 * Priorities of a tenant's Contiv rules, from the bottom:
 *
 *  1. the default: deny from and to every group;
 *  2. every protocol but TCP, in as many levels as its rules need;
 *  3. TCP's packets that open nothing: both halves of every allow;
 *  4. the default again for packets that open a TCP connection, so that no one opens one from a service's port;
 *  5. the packets that open a TCP connection, in as many levels as the rules need;
 *  6. (only where needed) what keeps tenants apart, at 100.
 */
import type { Action, Rule } from "../../../policy/model.js";
import { protocolNumber } from "../../../space/service.js";
import { arrange } from "./arrange.js";
import type { Arrangement } from "./arrange.js";
import type { Entry, Statement } from "./entry.js";
import type { Addresses, Ground } from "./ground.js";
import type { Lists, Zones } from "./lists.js";
import { prefixesOf } from "./match.js";
import type { Match } from "./match.js";
import { everyPort, isEveryPort } from "./service.js";

export const HIGHEST = 100;

/** What a rule is there for. */
export type Part = "default" | "open" | "return" | "forth" | "reply" | "border" | "apart" | "contract";

export interface ContivRule {
  readonly match: Match;
  /** As netmaster's API names it. */
  readonly protocol: string;
  /** Each of them a rule object of its own; `[0]`: every port. */
  readonly ports: readonly number[];
  readonly action: Action;
  readonly priority: number;
  readonly part: Part;
  /** Absent for what says the tenant's default. */
  readonly rule?: Rule;
}

export interface Strata {
  readonly rules: readonly ContivRule[];
  /** How many priorities the tenant needs. */
  readonly levels: number;
  readonly openings: Arrangement;
  readonly others: Arrangement;
}

const everyGroup: readonly Match[] = [
  { direction: "in", remote: { kind: "any" } },
  { direction: "out", remote: { kind: "any" } },
];

/** Both halves only with the names `tcp` and `udp`, and only with a port: netmaster makes one agent rule of any other (contiv.md §3.3). */
function protocolText({ protocol, ports, pair }: Statement): string {
  switch (protocol) {
    case 0:
      return "";
    case protocolNumber.icmp:
      return "icmp";
    case protocolNumber.udp:
      return pair || isEveryPort(ports) ? "udp" : String(protocol);
    case protocolNumber.tcp:
      return pair ? "tcp" : String(protocol);
    default:
      return String(protocol);
  }
}

function contivRule(entry: Statement, priority: number, part: Part, protocol: string): ContivRule {
  const { match, ports, action, rule } = entry;
  return { match, protocol, ports, action, priority, part, rule };
}

function otherPart(entry: Entry): Part {
  switch (entry.role) {
    case "rule":
      return "forth";
    case "reply":
      return "reply";
    case "border":
      return "border";
  }
}

/** Keeps the tenant's groups from other tenants' addresses, whatever else is said. */
function apart(addresses: Addresses): readonly ContivRule[] {
  return prefixesOf(addresses).map((prefix) => ({
    match: { direction: "out", remote: { kind: "prefix", prefix } },
    protocol: "",
    ports: everyPort,
    action: "deny",
    priority: HIGHEST,
    part: "apart",
  }));
}

interface Arranged {
  readonly lists: Lists;
  readonly openings: Arrangement;
  readonly others: Arrangement;
}

/** The lists in levels: with as few rules as the order allows. */
function arranged({ tenant: { defaultAction } }: Ground, listsIn: (zones: Zones) => Lists): Arranged {
  for (const zones of ["where needed", "everywhere"] as const) {
    const lists = listsIn(zones);
    const others = arrange(lists.others, defaultAction);
    const openings = arrange(lists.openings, defaultAction);
    if (others !== undefined && openings !== undefined) return { lists, others, openings };
  }
  throw new Error("entries of one zone must be above each other in a circle");
}

/** `keepFrom`: addresses of other tenants that the groups must not reach. */
export function strataOf(ground: Ground, listsIn: (zones: Zones) => Lists, keepFrom: Addresses): Strata {
  const { defaultAction } = ground.tenant;
  const { lists, others, openings } = arranged(ground, listsIn);
  const denies = defaultAction === "deny";
  const floor = (protocol: string, priority: number, part: Part): readonly ContivRule[] =>
    everyGroup.map((match) => ({ match, protocol, ports: everyPort, action: "deny", priority, part }));

  const othersBase = denies ? 1 : 0;
  const returnsLevel = othersBase + others.depth + 1;
  // Where everything is allowed by default, TCP's other packets need an allow only over a rule that denies every protocol.
  const needsReturns = denies ? lists.returns.length > 0 : others.placed.some(({ entry }) => entry.action === "deny" && entry.protocol === 0);
  const openingsBase = othersBase + others.depth + (needsReturns ? (denies ? 2 : 1) : 0);
  const rules: readonly ContivRule[] = [
    ...(denies ? floor("", 1, "default") : []),
    ...others.placed.map(({ entry, level }) => contivRule(entry, othersBase + level, otherPart(entry), protocolText(entry))),
    ...(needsReturns ? lists.returns.map((entry) => contivRule(entry, returnsLevel, "return", protocolText(entry))) : []),
    ...(needsReturns && denies ? floor("tcp", returnsLevel + 1, "open") : []),
    // Without a port `tcp` means the opening packet only, `6` every packet.
    ...openings.placed.map(({ entry, level }) =>
      contivRule(entry, openingsBase + level, entry.role === "border" ? "border" : "open", isEveryPort(entry.ports) ? "tcp" : "6"),
    ),
    ...apart(keepFrom),
  ];
  return { rules, levels: openingsBase + openings.depth + (keepFrom.length > 0 ? 1 : 0), openings, others };
}
