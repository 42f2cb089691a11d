/**
 * Gathers ordered entries into objects with priorities. Only entries that overlap with different actions need an order: within one
 * object the list keeps it, between objects the priority does. So most objects share a level, and a policy's rules about the same pods
 * stay in one object.
 */
import { overlapIndex } from "../../../../verdict/overlap.js";
import { columnKey, servicesKey } from "../keys.js";
import { entryFlow } from "./ordered.js";
import type { OrderedEntry } from "./ordered.js";

/** Entries of one rule with one service: one rule of an object. */
export type RuleEntries = readonly OrderedEntry[];

export interface LevelObject {
  /** 0 comes first. */
  readonly level: number;
  readonly rules: Readonly<Record<"ingress" | "egress", readonly RuleEntries[]>>;
}

interface Growing {
  readonly level: number;
  readonly rules: Record<"ingress" | "egress", OrderedEntry[][]>;
}

/** Rules in one direction of a ClusterNetworkPolicy (`maxItems`). */
const MOST_RULES = 25;

/** `weight`: rules that entries of one source rule with one service take, for their peers and ports. */
export function levelObjects(entries: readonly OrderedEntry[], weight: (rule: RuleEntries) => number): readonly LevelObject[] {
  const index = overlapIndex(entries.map((entry) => [entryFlow(entry)].flatMap((box) => box ?? [])));
  const homes: Growing[] = [];
  const open = new Map<string, Growing>();
  const made: Growing[] = [];

  const openAt = (entry: OrderedEntry, level: number): Growing | undefined => {
    const home = open.get(keyOf(entry, level));
    return home !== undefined && fits(home, entry, weight) ? home : undefined;
  };
  entries.forEach((entry, position) => {
    const box = entryFlow(entry);
    const before = box === undefined ? [] : index.overlapping(box, 0, position);
    const opposed = before.filter((row) => entries[row.owner].action !== entry.action && entries[row.owner].direction === entry.direction);
    const level = opposed.reduce((highest, row) => Math.max(highest, homes[row.owner].level), 0);
    const stay = openAt(entry, level);
    const inOrder = opposed.every((row) => homes[row.owner].level < level || homes[row.owner] === stay);
    const at = inOrder ? level : level + 1;
    let home = openAt(entry, at);
    if (home === undefined) {
      home = { level: at, rules: { ingress: [], egress: [] } };
      open.set(keyOf(entry, at), home);
      made.push(home);
    }
    homes.push(home);
    const list = home.rules[entry.direction];
    const last = list.at(-1);
    if (last !== undefined && sameRule(last[0], entry)) last.push(entry);
    else list.push([entry]);
  });
  return made;
}

function keyOf(entry: OrderedEntry, level: number): string {
  return `${level}\n${entry.rule?.policy ?? ""}\n${columnKey(entry.subject)}`;
}

function sameRule(a: OrderedEntry, b: OrderedEntry): boolean {
  return a.rule === b.rule && a.action === b.action && servicesKey(a.service) === servicesKey(b.service);
}

function fits(home: Growing, entry: OrderedEntry, weight: (rule: RuleEntries) => number): boolean {
  const list = home.rules[entry.direction];
  const last = list.at(-1);
  const grown = last !== undefined && sameRule(last[0], entry) ? [...list.slice(0, -1), [...last, entry]] : [...list, [entry]];
  return grown.reduce((total, rule) => total + weight(rule), 0) <= MOST_RULES;
}
