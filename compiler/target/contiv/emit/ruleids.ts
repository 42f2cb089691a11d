/** Ids of the rules of one Contiv policy: readable, and never two alike. */
import { LONGEST, ruleIds } from "./names.js";
import type { RuleIds } from "./names.js";
import type { ContivRule } from "./strata.js";

/** A rule with the ids of its objects, in the order of its ports. */
export interface Identified {
  readonly rule: ContivRule;
  readonly ids: readonly string[];
}

function idsOf({ rule, match, protocol, part }: ContivRule): RuleIds {
  return ruleIds({ rule: rule?.id, direction: match.direction, remote: match.remote, protocol, part });
}

/** Ids are unique within a policy; where two would be alike the later gets a number. */
export function identified(rules: readonly ContivRule[]): readonly Identified[] {
  const made = rules.map((rule) => ({ rule, ids: idsOf(rule) }));
  const taken = areApart(made.map(({ ids }) => ids)) ? undefined : new Set<string>();
  return made.map(({ rule, ids }) => ({
    rule,
    ids: rule.ports.map((port) => (taken === undefined ? ids.of(port) : uniqueId(taken, ids.of(port)))),
  }));
}

/** Whether no two ids can be alike: ids of one stem differ by their ports, and ids of two stems differ where none has to be cut. */
function areApart(ids: readonly RuleIds[]): boolean {
  return new Set(ids.map(({ stem }) => stem)).size === ids.length && ids.every(({ longest }) => longest <= LONGEST);
}

function uniqueId(taken: Set<string>, id: string): string {
  let unique = id;
  for (let number = 2; taken.has(unique); number++) unique = `${id.slice(0, 60)}-${number}`;
  taken.add(unique);
  return unique;
}
