/**
 * Priorities from order of evaluation. Only rules that can hold one flow together need an order, so a rule gets the lowest level
 * above every later rule that it overlaps. Rules on one level are disjoint: that is what makes it safe to put conjunctive
 * matches at one priority, and a new rule moves only those that come before it and overlap with it.
 */
import { servicesOverlap } from "../../space/service.js";
import type { ServiceSet } from "../../space/service.js";

/** A rule of one tenant; numbers name alternatives. */
export interface Ranked {
  readonly source: readonly number[];
  readonly destination: readonly number[];
  readonly services: ServiceSet;
}

interface Entry {
  readonly source: number;
  readonly destination: number;
  readonly services: ServiceSet;
  readonly level: number;
}

/** For each rule, given in order of evaluation, its level: from 1, higher comes first. */
export function ruleLevels(rules: readonly Ranked[], neighbours: readonly (readonly number[])[]): readonly number[] {
  const bySource = new Map<number, Entry[]>();
  const byDestination = new Map<number, Entry[]>();
  const near = neighbours.map((list) => new Set(list));
  const levels = new Array<number>(rules.length).fill(1);
  for (let index = rules.length - 1; index >= 0; index--) {
    const rule = rules[index];
    let level = 1;
    for (const source of rule.source) {
      for (const destination of rule.destination) {
        const [index, keys] = fewer(bySource, neighbours[source], byDestination, neighbours[destination]);
        for (const key of keys) {
          for (const entry of index.get(key) ?? none) {
            if (entry.level < level || !near[source].has(entry.source) || !near[destination].has(entry.destination)) continue;
            if (servicesOverlap(entry.services, rule.services)) level = entry.level + 1;
          }
        }
      }
    }
    levels[index] = level;
    for (const source of rule.source) {
      for (const destination of rule.destination) {
        const entry = { source, destination, services: rule.services, level };
        append(bySource, source, entry);
        append(byDestination, destination, entry);
      }
    }
  }
  return levels;
}

function append(index: Map<number, Entry[]>, key: number, entry: Entry): void {
  const list = index.get(key);
  if (list === undefined) index.set(key, [entry]);
  else list.push(entry);
}

type Index = ReadonlyMap<number, readonly Entry[]>;

const none: readonly Entry[] = [];

/** Where to look for entries that may overlap: on the side that has fewer of them. */
function fewer(a: Index, keysOfA: readonly number[], b: Index, keysOfB: readonly number[]): readonly [Index, readonly number[]] {
  return countAt(a, keysOfA) <= countAt(b, keysOfB) ? [a, keysOfA] : [b, keysOfB];
}

function countAt(index: Index, keys: readonly number[]): number {
  let count = 0;
  for (const key of keys) count += index.get(key)?.length ?? 0;
  return count + keys.length / 4;
}
