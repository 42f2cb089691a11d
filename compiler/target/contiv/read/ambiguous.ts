/** Rules of the agent whose order no priority gives: which of two with equal priority a switch asks first is undefined. */
import { overlaps } from "../../../space/intervals.js";
import type { Ranges } from "../../../space/intervals.js";
import type { ReadingProblem } from "../../target.js";
import type { AgentRule, Side } from "./agent.js";

const compatible = <T>(a: T | undefined, b: T | undefined): boolean => a === undefined || b === undefined || a === b;
const meet = (a: Ranges<number> | undefined, b: Ranges<number> | undefined): boolean => a === undefined || b === undefined || overlaps(a, b);
const samePort = (a: number, b: number): boolean => a === 0 || b === 0 || a === b;

/** Addresses that a side can have; absent: any. */
type Located = (side: Side) => Ranges<number> | undefined;

function rulesMeet(a: AgentRule, b: AgentRule, located: Located): boolean {
  const ported = a.protocol === b.protocol && (a.protocol === 6 || a.protocol === 17);
  return (
    compatible(a.source.group, b.source.group) &&
    compatible(a.destination.group, b.destination.group) &&
    (a.protocol === 0 || b.protocol === 0 || a.protocol === b.protocol) &&
    (!ported || (samePort(a.sourcePort, b.sourcePort) && samePort(a.destinationPort, b.destinationPort))) &&
    meet(located(a.source), located(b.source)) &&
    meet(located(a.destination), located(b.destination))
  );
}

/** Rules of one tenant and priority. */
interface Level {
  readonly denies: AgentRule[];
  /** Rules that allow, by the group at each side; under `undefined` those that match any group. */
  readonly bySource: Map<string | undefined, AgentRule[]>;
  readonly byDestination: Map<string | undefined, AgentRule[]>;
}

function file(lists: Map<string | undefined, AgentRule[]>, key: string | undefined, rule: AgentRule): void {
  const known = lists.get(key);
  if (known === undefined) lists.set(key, [rule]);
  else known.push(rule);
}

function levelsOf(rules: readonly AgentRule[]): Iterable<Level> {
  const levels = new Map<string, Level>();
  for (const rule of rules) {
    const key = `${rule.tenant} ${rule.priority}`;
    const level: Level = levels.get(key) ?? { denies: [], bySource: new Map(), byDestination: new Map() };
    levels.set(key, level);
    if (!rule.allow) level.denies.push(rule);
    else {
      file(level.bySource, rule.source.group, rule);
      file(level.byDestination, rule.destination.group, rule);
    }
  }
  return levels.values();
}

/** Lists that together hold every rule of a level that allows and can match the groups of `deny`: by the side that names one. */
function allowsNear({ bySource, byDestination }: Level, deny: AgentRule): readonly (readonly AgentRule[])[] {
  const { source, destination } = deny;
  if (source.group !== undefined) return [bySource.get(source.group) ?? [], bySource.get(undefined) ?? []];
  if (destination.group !== undefined) return [byDestination.get(destination.group) ?? [], byDestination.get(undefined) ?? []];
  return [...bySource.values()];
}

/**
 * Pairs of equal priority that overlap with different actions. `networkOf` gives the addresses of a group's members: a match by group and
 * one by address overlap for the switch only where the group's network has such addresses.
 */
export function ambiguities(
  rules: readonly AgentRule[],
  networkOf: (tenant: string, group: string) => Ranges<number> | undefined,
): readonly ReadingProblem[] {
  const located: Located = ({ tenant, group, addresses }) => addresses ?? (group === undefined ? undefined : networkOf(tenant, group));
  const problems: ReadingProblem[] = [];
  for (const level of levelsOf(rules)) {
    for (const deny of level.denies) {
      for (const allows of allowsNear(level, deny)) {
        const allow = allows.find((candidate) => rulesMeet(candidate, deny, located));
        if (allow === undefined) continue;
        problems.push({ path: deny.path, message: `has priority ${deny.priority} as ${allow.path} has, which allows some of the same packets` });
        break;
      }
    }
  }
  return problems;
}
