/**
 * Rules that share a flow with one that goes. An agent keeps one flow for two rules with one match and priority, and deleting either rule takes
 * it away (contiv.md §3.6, hazard 1). The compiler makes no such pair, but a person can: the rule that stays has to be made anew then.
 */
import { list, nameOf, sibling, text } from "./objects.js";
import type { LiveObject } from "./objects.js";
import { groupsByPolicy, policyOf } from "./sort.js";
import type { Pair, Sorted } from "./sort.js";
import { flowKeys } from "./table.js";
import type { FlowKey } from "./table.js";

/** Groups that have a rule's policy before, after, or both. */
export function groupNamesOf({ live, desired }: Pick<Sorted, "live" | "desired">): (rule: LiveObject) => readonly string[] {
  const [then, now] = [groupsByPolicy(live), groupsByPolicy(desired)];
  return (rule) => {
    const groups = [...(then.get(policyOf(rule)) ?? []), ...(now.get(policyOf(rule)) ?? [])];
    return [...new Set(groups.map(({ body }) => text(body, "groupName")))];
  };
}

/** Policies, by key, that some group has and is to lose. */
function policiesLost({ live, desired }: Sorted): ReadonlySet<string> {
  const wanted = new Map(desired.filter(({ kind }) => kind === "endpointGroup").map((group) => [group.key, list(group.body, "policies")]));
  return new Set(
    live.flatMap((group) => {
      const now = group.kind === "endpointGroup" ? wanted.get(group.key) : undefined;
      return now === undefined ? [] : list(group.body, "policies").flatMap((name) => (now.includes(name) ? [] : [sibling(group.body, name)]));
    }),
  );
}

/** The same, with every rule that shares a flow with one that goes among those that are deleted and created. */
export function withEntangled(sorted: Sorted): Sorted {
  const groupNames = groupNamesOf(sorted);
  const keysOf = (rule: LiveObject): readonly FlowKey[] => flowKeys(rule.body, groupNames(rule), sorted.subnetOf);
  const lost = policiesLost(sorted);
  const going = [
    ...sorted.deleted,
    ...sorted.replaced.map(({ live }) => live),
    ...sorted.live.filter((object) => lost.has(policyOf(object)) && !sorted.kept.has(nameOf(object))),
  ].filter(({ kind }) => kind === "rule");
  const taken = new Set(going.flatMap(keysOf));
  if (taken.size === 0) return sorted;
  const there = new Map(sorted.live.map((object) => [nameOf(object), object]));
  const tangled = sorted.desired.flatMap((desired): readonly Pair[] => {
    const live = desired.kind === "rule" && sorted.kept.has(nameOf(desired)) ? there.get(nameOf(desired)) : undefined;
    return live !== undefined && keysOf(live).some((key) => taken.has(key)) ? [{ live, desired, fields: [] }] : [];
  });
  const names = new Set(tangled.map(({ live }) => nameOf(live)));
  return { ...sorted, replaced: [...sorted.replaced, ...tangled], kept: new Set([...sorted.kept].filter((name) => !names.has(name))) };
}
