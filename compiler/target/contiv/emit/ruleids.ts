/** Ids of the rules of one Contiv policy: readable, and never two alike. They are made of letters, digits, dots and hyphens. */
import { idOf, LONGEST, longestOf, ruleIds } from "./names.js";
import type { RuleIds } from "./names.js";
import { isEveryPort } from "./service.js";
import type { ContivRule } from "./strata.js";

/** A rule with the ids of its objects. */
export interface Identified {
  readonly rule: ContivRule;
  /** An id is `before`, one of `own` and `after`: what surrounds ids is put together once for all of them. */
  readonly before: string;
  /** In the order of the rule's ports. */
  readonly own: readonly string[];
  readonly after: string;
}

function idsOf({ rule, match, protocol, part }: ContivRule): RuleIds {
  return ruleIds({ rule: rule?.id, direction: match.direction, remote: match.remote, protocol, part });
}

/** Ids are unique within a policy; where two would be alike the later gets a number. */
export function identified(rules: readonly ContivRule[]): readonly Identified[] {
  const ids = rules.map(idsOf);
  if (areApart(ids)) return rules.map((rule, at) => byPort(rule, ids[at]));
  const taken = new Set<string>();
  return rules.map((rule, at) => ({ rule, before: "", own: rule.ports.map((port) => uniqueId(taken, idOf(ids[at], port))), after: "" }));
}

/** Whether no two ids can be alike: ids of one stem differ by their ports, and ids of two stems differ where none has to be cut. */
function areApart(ids: readonly RuleIds[]): boolean {
  return new Set(ids.map(({ stem }) => stem)).size === ids.length && ids.every((each) => longestOf(each) <= LONGEST);
}

function byPort(rule: ContivRule, { stem, before, after }: RuleIds): Identified {
  return isEveryPort(rule.ports) ? { rule, before: stem, own: [""], after: "" } : { rule, before, own: rule.ports.map(String), after };
}

function uniqueId(taken: Set<string>, id: string): string {
  let unique = id;
  for (let number = 2; taken.has(unique); number++) unique = `${id.slice(0, 60)}-${number}`;
  taken.add(unique);
  return unique;
}
