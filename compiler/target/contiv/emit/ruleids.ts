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
  /** The ports as texts; one, which is empty, for every port. */
  readonly ports: readonly string[];
}

function idsOf({ rule, match, protocol, part }: ContivRule): RuleIds {
  return ruleIds({ rule: rule?.id, direction: match.direction, remote: match.remote, protocol, part });
}

/** Ids are unique within a policy; where two would be alike the later gets a number. */
export function identified(rules: readonly ContivRule[]): readonly Identified[] {
  const ids = rules.map(idsOf);
  if (areApart(ids)) return rules.map((rule, at) => byPort(rule, ids[at]));
  const taken = new Set<string>();
  return rules.map((rule, at) => {
    const own = rule.ports.map((port) => uniqueId(taken, idOf(ids[at], port)));
    return { rule, before: "", own, after: "", ports: portTexts(rule) };
  });
}

/** Whether no two ids can be alike: ids of one stem differ by their ports, and ids of two stems differ where none has to be cut. */
function areApart(ids: readonly RuleIds[]): boolean {
  return ids.every((each) => longestOf(each) <= LONGEST) && areDifferent(ids);
}

/** Two, which are what most policies have, are held against each other; their purposes tell nearly all of these apart. */
function areDifferent(ids: readonly RuleIds[]): boolean {
  if (ids.length > 2) return new Set(ids.map(({ stem }) => stem)).size === ids.length;
  return ids.length < 2 || ids[0].after !== ids[1].after || ids[0].stem !== ids[1].stem;
}

const anyPort: readonly string[] = [""];

function portTexts({ ports }: ContivRule): readonly string[] {
  return isEveryPort(ports) ? anyPort : ports.length === 1 ? [String(ports[0])] : ports.map(String);
}

function byPort(rule: ContivRule, { stem, before, after }: RuleIds): Identified {
  const ports = portTexts(rule);
  return ports === anyPort ? { rule, before: stem, own: anyPort, after: "", ports } : { rule, before, own: ports, after, ports };
}

function uniqueId(taken: Set<string>, id: string): string {
  let unique = id;
  for (let number = 2; taken.has(unique); number++) unique = `${id.slice(0, 60)}-${number}`;
  taken.add(unique);
  return unique;
}
