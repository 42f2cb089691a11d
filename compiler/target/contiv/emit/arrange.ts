/**
 * Gives priorities to entries: as few levels as possible such that the source's first match decides.
 *
 * Only the order of entries that overlap with different actions matters. An entry's level is the longest way down from it in the graph of
 * "must be above". That follows the source's order, and what matches too much (`spill`) is below what it must not decide. The two can
 * disagree where an entry speaks of the tenants and of the world at once; they cannot where each speaks of one (`lists.ts`).
 */
import type { Action } from "../../../policy/model.js";
import { candidates, indexOf, servicesMeet } from "./candidates.js";
import { byPort, halvesOf, meet, spillsInto } from "./entry.js";
import type { Entry, Half } from "./entry.js";
import { isEveryPort } from "./service.js";

export interface Arrangement {
  /** Entries that matter, with levels from 1. */
  readonly placed: readonly { readonly entry: Entry; readonly level: number }[];
  readonly depth: number;
  /** Entries of which each must be above the next: a longest such list. */
  readonly chain: readonly Entry[];
  /** Allowed flows whose replies a rule that denies holds back. */
  readonly lost: readonly { readonly allow: Entry; readonly deny: Entry }[];
}

interface Graph {
  /** For each node, the nodes that must be below it. */
  readonly lower: number[][];
  /** An allowed flow's reply that should be above a rule that denies, where that makes no cycle. */
  readonly wishes: [number, number][];
  readonly lost: [number, number][];
  /** Nodes that allow and are met by a rule that denies. */
  readonly met: Set<number>;
}

/** How one rule that denies and one half of an entry that allows stand to each other. */
function relate(graph: Graph, entries: readonly Entry[], deny: Half, half: Half): void {
  const denied = entries[deny.node];
  const allowed = entries[half.node];
  if (meet(deny, half)) {
    const denyFirst = denied.order < allowed.order;
    graph.met.add(half.node);
    if (half.way === "back" && denyFirst && isEveryPort(denied.ports)) graph.wishes.push([half.node, deny.node]);
    else if (denyFirst) {
      graph.lower[deny.node].push(half.node);
      if (allowed.role === "reply" && denied.role === "rule") graph.lost.push([half.node, deny.node]);
    } else graph.lower[half.node].push(deny.node);
  }
  if (spillsInto(half, deny)) {
    graph.met.add(half.node);
    graph.lower[deny.node].push(half.node);
  }
  // A single port that a reply is sent to is the client's own, which `clientPorts` is about: nothing to order here.
  if (spillsInto(deny, half) && (half.way === "forth" || isEveryPort(denied.ports))) {
    graph.met.add(half.node);
    graph.lower[half.node].push(deny.node);
  }
}

function graphOf(entries: readonly Entry[]): Graph {
  const graph: Graph = { lower: entries.map(() => []), wishes: [], lost: [], met: new Set() };
  const allowed: Half[] = [];
  for (const [node, entry] of entries.entries()) if (entry.action === "allow") allowed.push(...halvesOf(entry, node));
  const index = indexOf(allowed);
  for (const [node, entry] of entries.entries()) {
    if (entry.action !== "deny") continue;
    const [deny] = halvesOf(entry, node);
    for (const list of candidates(index, deny)) for (const half of list) if (servicesMeet(deny, half)) relate(graph, entries, deny, half);
  }
  return graph;
}

interface Parted {
  readonly entries: readonly Entry[];
  readonly graph: Graph;
}

/** The entries, with one for each port instead of those that are to be parted; the same list where none is. */
function partedWhere(entries: readonly Entry[], isParted: (entry: Entry, node: number) => boolean): readonly Entry[] {
  const isApart = (entry: Entry, node: number): boolean => entry.ports.length > 1 && isParted(entry, node);
  return entries.some(isApart) ? entries.flatMap((entry, node) => (isApart(entry, node) ? byPort(entry) : [entry])) : entries;
}

/** Entries of several ports stay whole where no rule that denies meets any of them: each port would have the same level. */
function parted(whole: readonly Entry[]): Parted {
  const entries = partedWhere(whole, ({ action }) => action === "deny");
  const graph = graphOf(entries);
  const apart = partedWhere(entries, (_, node) => graph.met.has(node));
  return apart === entries ? { entries, graph } : { entries: apart, graph: graphOf(apart) };
}

function reaches(lower: readonly (readonly number[])[], from: number, to: number): boolean {
  const seen = new Set([from]);
  const open = [from];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node === to) return true;
    for (const next of lower[node]) {
      if (seen.has(next)) continue;
      seen.add(next);
      open.push(next);
    }
  }
  return false;
}

/** Level of every node: one more than the highest below it. Nothing where a node would be below itself. */
function levelsOf(lower: readonly (readonly number[])[]): readonly number[] | undefined {
  const levels = lower.map(() => 0);
  const open = new Set<number>();
  for (let start = 0; start < lower.length; start++) {
    if (lower[start].length === 0) {
      levels[start] = 1;
      continue;
    }
    // Depth first with a stack of our own: a chain can be as long as the policy.
    const stack: [number, number][] = [[start, 0]];
    while (stack.length > 0) {
      const top = stack[stack.length - 1];
      const [node, at] = top;
      if (levels[node] > 0) {
        stack.pop();
        continue;
      }
      if (at < lower[node].length) {
        top[1]++;
        open.add(node);
        if (open.has(lower[node][at])) return undefined;
        if (levels[lower[node][at]] === 0) stack.push([lower[node][at], 0]);
        continue;
      }
      levels[node] = 1 + lower[node].reduce((highest, below) => Math.max(highest, levels[below]), 0);
      stack.pop();
      open.delete(node);
    }
  }
  return levels;
}

function longestChain(lower: readonly (readonly number[])[], levels: readonly number[]): readonly number[] {
  const chain: number[] = [];
  let node: number | undefined = levels.indexOf(levels.reduce((highest, level) => Math.max(highest, level), 0));
  while (node !== undefined && node >= 0) {
    chain.push(node);
    const wanted: number = levels[node] - 1;
    node = lower[node].find((below) => levels[below] === wanted);
  }
  return chain;
}

/**
 * Levels for entries that may overlap. Those of several ports that need different levels for them come back as one entry a port. Entries that
 * say what the tenant's default says anyway, with nothing of the other action below them, are left out. Nothing where entries would have to be above each other in a circle.
 */
export function arrange(whole: readonly Entry[], defaultAction: Action): Arrangement | undefined {
  const { entries, graph } = parted(whole);
  const lost: { readonly allow: Entry; readonly deny: Entry }[] = graph.lost.map(([allow, deny]) => ({ allow: entries[allow], deny: entries[deny] }));
  for (const [allow, deny] of graph.wishes) {
    if (reaches(graph.lower, deny, allow)) {
      if (entries[deny].role === "rule") lost.push({ allow: entries[allow], deny: entries[deny] });
    } else graph.lower[allow].push(deny);
  }
  const levels = levelsOf(graph.lower);
  if (levels === undefined) return undefined;
  const kept = entries.map((entry, node) => entry.action !== defaultAction || graph.lower[node].length > 0);
  const order = compact(graph.lower, kept);
  const placed: { readonly entry: Entry; readonly level: number }[] = [];
  for (const [node, entry] of entries.entries()) if (kept[node]) placed.push({ entry, level: order[node] });
  return {
    placed,
    depth: order.reduce((highest, level) => Math.max(highest, level), 0),
    chain: longestChain(graph.lower, levels).map((node) => entries[node]),
    lost,
  };
}

const none: readonly number[] = [];

/** Levels again without the entries that were left out; those have nothing below them, so only the ground floor changes. */
function compact(lower: readonly (readonly number[])[], kept: readonly boolean[]): readonly number[] {
  const rest = lower.map((list, node) => (list.length === 0 || !kept[node] ? none : list.filter((below) => kept[below])));
  return (levelsOf(rest) ?? []).map((level, node) => (kept[node] ? level : 0));
}
