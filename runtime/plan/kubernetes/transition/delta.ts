/** Which rules of a ClusterNetworkPolicy an exchange changes. */
import { differences } from "../manifest.js";
import type { Manifest } from "../manifest.js";
import type { ClusterObject, Direction } from "./reading.js";
import { directions } from "./reading.js";
import type { Exchange } from "./steps.js";

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);

/** Rules of one object, as they are written. */
export interface RulesOf {
  readonly manifest: Manifest;
  readonly subject: unknown;
  readonly rules: Readonly<Record<Direction, readonly Fields[]>>;
}

/**
 * How an exchange moves what passes: it lets less pass, more, both or neither. In a list of which the first match decides, a deny more or an accept less lets less pass,
 * whatever else is in the list.
 */
export type Turn = "less" | "more" | "both" | "neither";

export interface Delta {
  readonly exchange: Exchange<ClusterObject>;
  readonly turn: Turn;
  /** Of the object as it is and as it will be. A flow that none of these matches meets the same rules in the same order before and afterwards. */
  readonly changed: readonly RulesOf[];
}

function specOf({ manifest: { spec } }: ClusterObject): Fields {
  return isFields(spec) ? spec : {};
}

function rulesIn(spec: Fields, direction: Direction): readonly Fields[] {
  const { [direction]: rules } = spec;
  return Array.isArray(rules) ? rules.filter(isFields) : [];
}

const same = (one: unknown, other: unknown): boolean => differences(one, other).length === 0;

function withoutCommon(before: readonly Fields[], after: readonly Fields[]): readonly [readonly Fields[], readonly Fields[]] {
  const most = Math.min(before.length, after.length);
  let first = 0;
  while (first < most && same(before[first], after[first])) first++;
  let last = 0;
  while (last < most - first && same(before[before.length - 1 - last], after[after.length - 1 - last])) last++;
  return [before.slice(first, before.length - last), after.slice(first, after.length - last)];
}

export function deltaOf(exchange: Exchange<ClusterObject>): Delta {
  const { before, after } = exchange;
  const [old, now] = [before === undefined ? {} : specOf(before), after === undefined ? {} : specOf(after)];
  const stays = before !== undefined && after !== undefined && ["tier", "priority", "subject"].every((field) => same(old[field], now[field]));
  const rules = directions.map((direction) => {
    const [from, to] = [rulesIn(old, direction), rulesIn(now, direction)];
    return { direction, changed: stays ? withoutCommon(from, to) : ([from, to] as const) };
  });
  const all = (at: 0 | 1) => rules.flatMap(({ changed }) => changed[at].map(({ action }) => action));
  const [gone, come] = [all(0), all(1)];
  const less = gone.every((action) => action === "Accept") && come.every((action) => action === "Deny");
  const more = gone.every((action) => action === "Deny") && come.every((action) => action === "Accept");
  const side = (at: 0 | 1): Readonly<Record<Direction, readonly Fields[]>> => ({ ingress: rules[0].changed[at], egress: rules[1].changed[at] });
  const changed = [
    ...(before === undefined ? [] : [{ manifest: before.manifest, subject: old.subject, rules: side(0) }]),
    ...(after === undefined ? [] : [{ manifest: after.manifest, subject: now.subject, rules: side(1) }]),
  ];
  return { exchange, turn: less && more ? "neither" : less ? "less" : more ? "more" : "both", changed };
}
