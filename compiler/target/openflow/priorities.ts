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

/** For each alternative the entries that have it on one side. */
type Index = readonly Entry[][];

/** The rules that have their level. */
interface Placed {
  readonly bySource: Index;
  readonly byDestination: Index;
}

/**
 * For each rule, given in order of evaluation, its level: from 1, higher comes first. `neighbours`: for each alternative those that may hold
 * an end in common with it, ascending.
 */
export function ruleLevels(rules: readonly Ranked[], neighbours: readonly (readonly number[])[]): readonly number[] {
  const placed: Placed = { bySource: neighbours.map(() => []), byDestination: neighbours.map(() => []) };
  const levels = new Array<number>(rules.length).fill(1);
  for (let index = rules.length - 1; index >= 0; index--) {
    levels[index] = levelAbove(rules[index], placed, neighbours);
    add(rules[index], levels[index], placed);
  }
  return levels;
}

function add({ source: sources, destination: destinations, services }: Ranked, level: number, { bySource, byDestination }: Placed): void {
  for (const source of sources) {
    for (const destination of destinations) {
      const entry = { source, destination, services, level };
      bySource[source].push(entry);
      byDestination[destination].push(entry);
    }
  }
}

/** The lowest level above all placed rules that the rule overlaps. */
function levelAbove(rule: Ranked, { bySource, byDestination }: Placed, neighbours: readonly (readonly number[])[]): number {
  const { source: sources, destination: destinations, services } = rule;
  let level = 1;
  for (const source of sources) {
    for (const destination of destinations) {
      const toSource = neighbours[source];
      const toDestination = neighbours[destination];
      // Of the two sides the one that has fewer entries is gone through, and the other compared.
      level =
        countAt(bySource, toSource) <= countAt(byDestination, toDestination)
          ? levelBeside(bySource, toSource, "destination", toDestination, services, level)
          : levelBeside(byDestination, toDestination, "source", toSource, services, level);
    }
  }
  return level;
}

/** The lowest level from `lowest` that is above all entries at `keys` whose other side is near and whose services overlap. */
function levelBeside(
  index: Index,
  keys: readonly number[],
  other: "source" | "destination",
  near: readonly number[],
  services: ServiceSet,
  lowest: number,
): number {
  let level = lowest;
  for (const key of keys) {
    for (const entry of index[key]) {
      if (entry.level >= level && isAmong(near, entry[other]) && servicesOverlap(entry.services, services)) level = entry.level + 1;
    }
  }
  return level;
}

function countAt(index: Index, keys: readonly number[]): number {
  let count = 0;
  for (const key of keys) count += index[key].length;
  return count + keys.length / 4;
}

/** Whether an ascending list has a number. */
function isAmong(list: readonly number[], wanted: number): boolean {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (list[middle] < wanted) low = middle + 1;
    else high = middle;
  }
  return list[low] === wanted;
}
