/**
 * Gives priorities to entries: as few levels as possible such that the source's first match decides.
 *
 * Only the order of entries that overlap with different actions matters. An entry's level is the longest way down from it in the graph of
 * "must be above". That follows the source's order, and what matches too much (`spill`) is below what it must not decide. The two can
 * disagree where an entry speaks of the tenants and of the world at once; they cannot where each speaks of one (`lists.ts`).
 */
import type { Action } from "../../../policy/model.js";
import { halvesOf, meet, spillsInto } from "./entry.js";
import type { Entry, Half } from "./entry.js";

export interface Arrangement {
  /** Entries that matter, with levels from 1. */
  readonly placed: readonly { readonly entry: Entry; readonly level: number }[];
  readonly depth: number;
  /** Entries of which each must be above the next: a longest such list. */
  readonly chain: readonly Entry[];
  /** Allowed flows whose replies a rule that denies holds back. */
  readonly lost: readonly { readonly allow: Entry; readonly deny: Entry }[];
}

interface Index {
  /** By both ends and service, for rules that name both. */
  readonly exact: ReadonlyMap<string, readonly Half[]>;
  readonly bySource: ReadonlyMap<string, readonly Half[]>;
  readonly byDestination: ReadonlyMap<string, readonly Half[]>;
  readonly all: readonly Half[];
}

const serviceKey = (half: Half): string => (half.way === "back" ? "back" : `${half.protocol}:${half.port}`);

function put(lists: Map<string, Half[]>, key: string, half: Half): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [half]);
  else list.push(half);
}

function indexOf(halves: readonly Half[]): Index {
  const exact = new Map<string, Half[]>();
  const bySource = new Map<string, Half[]>();
  const byDestination = new Map<string, Half[]>();
  for (const half of halves) {
    put(exact, `${half.source.key}|${half.destination.key}|${serviceKey(half)}`, half);
    put(bySource, half.source.key, half);
    put(byDestination, half.destination.key, half);
  }
  return { exact, bySource, byDestination, all: halves };
}

/** Keys of terms that can meet one with this key; nothing: all of them. */
function meetingKeys(key: string): readonly string[] | undefined {
  if (key === "*" || key === "#") return undefined;
  return key === "~" ? ["~", "*", "#"] : [key, "*", "#"];
}

/** Lists of halves among which are all that a rule that denies can meet. */
function candidates(index: Index, deny: Half): readonly (readonly Half[])[] {
  const sources = meetingKeys(deny.source.key);
  const destinations = meetingKeys(deny.destination.key);
  const pick = (lists: ReadonlyMap<string, readonly Half[]>, keys: readonly string[]): readonly (readonly Half[])[] =>
    keys.flatMap((key) => [lists.get(key) ?? []]);
  if (sources === undefined) return destinations === undefined ? [index.all] : pick(index.byDestination, destinations);
  if (destinations === undefined || deny.protocol === 0 || deny.port === 0) return pick(index.bySource, sources);
  const services = [`${deny.protocol}:${deny.port}`, `${deny.protocol}:0`, "0:0", "back"];
  const keys = sources.flatMap((source) => destinations.flatMap((destination) => services.map((service) => `${source}|${destination}|${service}`)));
  return pick(index.exact, keys);
}

function servicesMeet(deny: Half, half: Half): boolean {
  if (deny.protocol !== 0 && half.protocol !== 0 && deny.protocol !== half.protocol) return false;
  return half.way === "back" || deny.port === 0 || half.port === 0 || deny.port === half.port;
}

interface Graph {
  /** For each node, the nodes that must be below it. */
  readonly lower: number[][];
  /** An allowed flow's reply that should be above a rule that denies, where that makes no cycle. */
  readonly wishes: [number, number][];
  readonly lost: [number, number][];
}

/** How one rule that denies and one half of an entry that allows stand to each other. */
function relate(graph: Graph, entries: readonly Entry[], deny: Half, half: Half): void {
  const denied = entries[deny.node];
  const allowed = entries[half.node];
  if (meet(deny, half)) {
    const denyFirst = denied.order < allowed.order;
    if (half.way === "back" && denyFirst && denied.port === 0) graph.wishes.push([half.node, deny.node]);
    else if (denyFirst) {
      graph.lower[deny.node].push(half.node);
      if (allowed.role === "reply" && denied.role === "rule") graph.lost.push([half.node, deny.node]);
    } else graph.lower[half.node].push(deny.node);
  }
  if (spillsInto(half, deny)) graph.lower[deny.node].push(half.node);
  // A single port that a reply is sent to is the client's own, which `clientPorts` is about: nothing to order here.
  if (spillsInto(deny, half) && (half.way === "forth" || denied.port === 0)) graph.lower[half.node].push(deny.node);
}

function graphOf(entries: readonly Entry[]): Graph {
  const graph: Graph = { lower: entries.map(() => []), wishes: [], lost: [] };
  const index = indexOf(entries.flatMap((entry, node) => (entry.action === "allow" ? halvesOf(entry, node) : [])));
  for (const [node, entry] of entries.entries()) {
    if (entry.action !== "deny") continue;
    const [deny] = halvesOf(entry, node);
    for (const list of candidates(index, deny)) for (const half of list) if (servicesMeet(deny, half)) relate(graph, entries, deny, half);
  }
  return graph;
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
 * Levels for entries that may overlap. Entries that say what the tenant's default says anyway, with nothing of the other action
 * below them, are left out. Nothing where entries would have to be above each other in a circle.
 */
export function arrange(entries: readonly Entry[], defaultAction: Action): Arrangement | undefined {
  const graph = graphOf(entries);
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
  return {
    placed: entries.flatMap((entry, node) => (kept[node] ? [{ entry, level: order[node] }] : [])),
    depth: order.reduce((highest, level) => Math.max(highest, level), 0),
    chain: longestChain(graph.lower, levels).map((node) => entries[node]),
    lost,
  };
}

/** Levels again without the entries that were left out; those have nothing below them, so only the ground floor changes. */
function compact(lower: readonly (readonly number[])[], kept: readonly boolean[]): readonly number[] {
  const rest = lower.map((list, node) => (kept[node] ? list.filter((below) => kept[below]) : []));
  return (levelsOf(rest) ?? []).map((level, node) => (kept[node] ? level : 0));
}
