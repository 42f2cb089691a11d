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

/** Addresses that a side can have; absent: any. */
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
  /** Rules that allow, by the group at each side; under `undefined` those that match any group. */
  readonly bySource: Map<string | undefined, RuleBundle[]>;
  readonly byDestination: Map<string | undefined, RuleBundle[]>;
}

function file(lists: Map<string | undefined, RuleBundle[]>, key: string | undefined, bundle: RuleBundle): void {
  const known = lists.get(key);
  if (known === undefined) lists.set(key, [bundle]);
  else known.push(bundle);
}

function levelsOf(bundles: readonly RuleBundle[]): Iterable<Level> {
  const levels = new Map<string, Level>();
  for (const bundle of bundles) {
    const rule = bundle.first;
    const key = `${rule.tenant} ${rule.priority}`;
    const level: Level = levels.get(key) ?? { denies: [], bySource: new Map(), byDestination: new Map() };
    levels.set(key, level);
    if (!rule.allow) level.denies.push(bundle);
    else {
      file(level.bySource, rule.source.group, bundle);
      file(level.byDestination, rule.destination.group, bundle);
    }
  }
  return levels.values();
}

/** Lists that together hold every rule of a level that allows and can match the groups of `deny`: by the side that names one. */
function allowsNear({ bySource, byDestination }: Level, { source, destination }: AgentRule): readonly (readonly RuleBundle[])[] {
  if (source.group !== undefined) return [bySource.get(source.group) ?? [], bySource.get(undefined) ?? []];
  if (destination.group !== undefined) return [byDestination.get(destination.group) ?? [], byDestination.get(undefined) ?? []];
  return [...bySource.values()];
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
    for (const denies of level.denies) {
      const near = allowsNear(level, denies.first).flatMap((allows) => allows.filter(({ first }) => matchesMeet(first, denies.first, located)));
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
