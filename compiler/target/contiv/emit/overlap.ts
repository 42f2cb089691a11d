/** Groups that can match one workload, found without comparing every two groups. */
import type { Group, Selector } from "../../../policy/model.js";
import { valuesOverlap } from "../../../space/values.js";

function selectorsOverlap(a: Selector, b: Selector): boolean {
  if (!a.namespaces.some((namespace) => b.namespaces.includes(namespace))) return false;
  for (const [key, set] of a.labels) {
    const other = b.labels.get(key);
    if (other !== undefined && !valuesOverlap(set, other)) return false;
  }
  return true;
}

/** The label key that most selectors ask for with listed values: groups that list different values of it cannot overlap. */
function tellingKey(groups: readonly Group[]): string | undefined {
  const counts = new Map<string, number>();
  for (const { selector } of groups)
    for (const [key, set] of selector?.labels ?? []) if (set.kind === "in" && !set.absent) counts.set(key, (counts.get(key) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}

/** For each group those that overlap it, in the order of the groups. */
export function overlapsOf(groups: readonly Group[]): ReadonlyMap<Group, ReadonlySet<Group>> {
  const key = tellingKey(groups);
  const byValue = new Map<string, Group[]>();
  const untold: Group[] = [];
  const before: Group[] = [];
  const partners = new Map(groups.map((group) => [group, new Set<Group>()]));
  for (const group of groups) {
    const { selector } = group;
    if (selector === undefined) continue;
    const set = key === undefined ? undefined : selector.labels.get(key);
    const told = set !== undefined && set.kind === "in" && !set.absent ? set.values : undefined;
    const candidates = told === undefined ? before : new Set([...untold, ...told.flatMap((value) => byValue.get(value) ?? [])]);
    for (const other of candidates) {
      if (other.selector === undefined || !selectorsOverlap(other.selector, selector)) continue;
      partners.get(group)?.add(other);
      partners.get(other)?.add(group);
    }
    before.push(group);
    if (told === undefined) untold.push(group);
    else for (const value of told) byValue.set(value, [...(byValue.get(value) ?? []), group]);
  }
  return partners;
}
