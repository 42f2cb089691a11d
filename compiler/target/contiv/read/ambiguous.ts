/** Rules of the agent whose order no priority gives: which of two with equal priority a switch asks first is undefined. */
import { overlaps } from "../../../space/intervals.js";
import type { Ranges } from "../../../space/intervals.js";
import type { ReadingProblem } from "../../target.js";
import type { AgentRule } from "./agent.js";

const compatible = <T>(a: T | undefined, b: T | undefined): boolean => a === undefined || b === undefined || a === b;
const meet = (a: Ranges<number> | undefined, b: Ranges<number> | undefined): boolean => a === undefined || b === undefined || overlaps(a, b);
const samePort = (a: number, b: number): boolean => a === 0 || b === 0 || a === b;

function rulesMeet(a: AgentRule, b: AgentRule): boolean {
  const ported = a.protocol === b.protocol && (a.protocol === 6 || a.protocol === 17);
  return (
    a.tenant === b.tenant &&
    compatible(a.sourceGroup, b.sourceGroup) &&
    compatible(a.destinationGroup, b.destinationGroup) &&
    (a.protocol === 0 || b.protocol === 0 || a.protocol === b.protocol) &&
    (!ported || (samePort(a.sourcePort, b.sourcePort) && samePort(a.destinationPort, b.destinationPort))) &&
    meet(a.source, b.source) &&
    meet(a.destination, b.destination)
  );
}

/**
 * Pairs of equal priority that overlap with different actions. `apart` tells that a group and addresses cannot meet; a match by group and
 * one by address overlap for the switch only where the group's network has such addresses.
 */
export function ambiguities(
  rules: readonly AgentRule[],
  networkOf: (tenant: string, group: string) => Ranges<number> | undefined,
): readonly ReadingProblem[] {
  const located = (rule: AgentRule): AgentRule => {
    const source = rule.source ?? (rule.sourceGroup === undefined ? undefined : networkOf(rule.tenant, rule.sourceGroup));
    const destination = rule.destination ?? (rule.destinationGroup === undefined ? undefined : networkOf(rule.tenant, rule.destinationGroup));
    return { ...rule, ...(source === undefined ? {} : { source }), ...(destination === undefined ? {} : { destination }) };
  };
  const levels = new Map<string, { readonly allows: AgentRule[]; readonly denies: AgentRule[] }>();
  for (const rule of rules) {
    const key = `${rule.tenant} ${rule.priority}`;
    const level = levels.get(key) ?? { allows: [], denies: [] };
    levels.set(key, level);
    (rule.allow ? level.allows : level.denies).push(located(rule));
  }
  const problems: ReadingProblem[] = [];
  for (const { allows, denies } of levels.values()) {
    for (const deny of denies) {
      const allow = allows.find((candidate) => rulesMeet(candidate, deny));
      if (allow !== undefined)
        problems.push({ path: deny.path, message: `has priority ${deny.priority} as ${allow.path} has, which allows some of the same packets` });
    }
  }
  return problems;
}
