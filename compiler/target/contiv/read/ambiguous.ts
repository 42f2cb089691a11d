/** Rules of the agent whose order no priority gives: which of two with equal priority a switch asks first is undefined. */
import { boundedCache } from "../../../space/boundedCache.js";
import { overlaps } from "../../../space/intervals.js";
import type { Ranges } from "../../../space/intervals.js";
import type { ReadingProblem } from "../../target.js";
import type { AgentRule, Side } from "./agent.js";
import { hasPorts } from "./bundles.js";
import type { RuleBundle } from "./bundles.js";

const compatible = <T>(a: T | undefined, b: T | undefined): boolean => a === undefined || b === undefined || a === b;
const meet = (a: Ranges<number> | undefined, b: Ranges<number> | undefined): boolean => a === undefined || b === undefined || overlaps(a, b);
const samePort = (a: number, b: number): boolean => a === 0 || b === 0 || a === b;

/** Rules are many and name few sides. */
const SIDES = 65_536;

/** Addresses that a side can have; absent: every address. */
type Located = (side: Side) => Ranges<number> | undefined;

/** Whether all but the ports of two rules meet. */
function matchesMeet(a: AgentRule, b: AgentRule, located: Located): boolean {
  return (
    compatible(a.source.group, b.source.group) &&
    compatible(a.destination.group, b.destination.group) &&
    (a.protocol === 0 || b.protocol === 0 || a.protocol === b.protocol) &&
    meet(located(a.source), located(b.source)) &&
    meet(located(a.destination), located(b.destination))
  );
}

function portsMeet(a: AgentRule, b: AgentRule): boolean {
  const ported = a.protocol === b.protocol && hasPorts(a);
  return !ported || (samePort(a.sourcePort, b.sourcePort) && samePort(a.destinationPort, b.destinationPort));
}

/** Rules of one tenant and priority. */
interface Level {
  readonly denies: RuleBundle[];
  readonly allows: RuleBundle[];
}

function levelsOf(bundles: readonly RuleBundle[]): Iterable<Level> {
  const levels = new Map<string, Level>();
  for (const bundle of bundles) {
    const { tenant, priority, allow } = bundle.first;
    const key = `${tenant} ${priority}`;
    const level: Level = levels.get(key) ?? { denies: [], allows: [] };
    levels.set(key, level);
    (allow ? level.allows : level.denies).push(bundle);
  }
  return levels.values();
}

type ByGroup = ReadonlyMap<string | undefined, readonly RuleBundle[]>;

/** By the group at one side; under `undefined` those that match any group. */
function byGroup(bundles: readonly RuleBundle[], groupOf: (rule: AgentRule) => string | undefined): ByGroup {
  const lists = new Map<string | undefined, RuleBundle[]>();
  for (const bundle of bundles) {
    const group = groupOf(bundle.first);
    const known = lists.get(group);
    if (known === undefined) lists.set(group, [bundle]);
    else known.push(bundle);
  }
  return lists;
}

/** Finds, of some rules, lists that together hold every one that can match the groups of another rule: by the side where that one names a group. */
function meeting(bundles: readonly RuleBundle[]): (rule: AgentRule) => readonly (readonly RuleBundle[])[] {
  const bySource = byGroup(bundles, ({ source }) => source.group);
  const byDestination = byGroup(bundles, ({ destination }) => destination.group);
  const near = (lists: ByGroup, group: string) => [lists.get(group) ?? [], lists.get(undefined) ?? []];
  return ({ source, destination }) => {
    if (source.group !== undefined) return near(bySource, source.group);
    return destination.group === undefined ? [bundles] : near(byDestination, destination.group);
  };
}

/**
 * Pairs of equal priority that overlap with different actions, one for each rule that denies. `networkOf` gives the addresses of a group's
 * members: a match by group and one by address overlap for the switch only where the group's network has such addresses.
 */
export function ambiguities(
  bundles: readonly RuleBundle[],
  networkOf: (tenant: string, group: string) => Ranges<number> | undefined,
): readonly ReadingProblem[] {
  const located: Located = boundedCache(
    SIDES,
    ({ tenant, group, addresses }: Side) => addresses ?? (group === undefined ? undefined : networkOf(tenant, group)),
  );
  const problems: ReadingProblem[] = [];
  for (const level of levelsOf(bundles)) {
    // Most priorities have rules of one action.
    if (level.denies.length === 0 || level.allows.length === 0) continue;
    const allowsNear = meeting(level.allows);
    for (const denies of level.denies) {
      const near = allowsNear(denies.first).flatMap((allows) => allows.filter(({ first }) => matchesMeet(first, denies.first, located)));
      if (near.length === 0) continue;
      const allows = near.flatMap(({ rules }) => rules());
      for (const deny of denies.rules()) {
        const allow = allows.find((candidate) => portsMeet(candidate, deny));
        if (allow === undefined) continue;
        problems.push({ path: deny.path, message: `has priority ${deny.priority} as ${allow.path} has, which allows some of the same packets` });
      }
    }
  }
  return problems;
}
