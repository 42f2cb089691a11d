/**
 * A Contiv rule before it has a priority, and when two of them get in each other's way.
 */
import type { Action, Rule } from "../../../policy/model.js";
import { overlaps } from "./ground.js";
import type { Match, Term, Terms } from "./match.js";

/** What a Contiv rule says. */
export interface Statement {
  readonly match: Match;
  readonly action: Action;
  /** 0: every protocol. */
  readonly protocol: number;
  /** Destination ports, each of them a Contiv rule of its own; `[0]`: every port. */
  readonly ports: readonly number[];
  /** Whether netmaster's rule for it also matches the way back, by source port. */
  readonly pair: boolean;
  /** The lower is asked first. Replies and the tenant's default come after every rule. */
  readonly order: number;
  /** Absent for the tenant's default. */
  readonly rule?: Rule;
  readonly role: "rule" | "reply" | "border";
}

/** A statement whose place among others is still to be found. */
export interface Entry extends Statement {
  readonly terms: Terms;
}

export const replyOrder = Number.MAX_SAFE_INTEGER - 1;
export const borderOrder = Number.MAX_SAFE_INTEGER;

/** What an entry matches in one direction. */
export interface Half {
  readonly node: number;
  readonly source: Term;
  readonly destination: Term;
  readonly protocol: number;
  readonly ports: readonly number[];
  /** `back`: matches the port as the packet's source port. */
  readonly way: "forth" | "back";
}

function groupsMeet(a: Term, b: Term): boolean {
  return a.group === undefined || b.group === undefined || a.group === b.group;
}

function termsMeet(a: Term, b: Term): boolean {
  return groupsMeet(a, b) && overlaps(a.addresses, b.addresses);
}

/** `a` taken as what it matches too much. */
function spillMeets(a: Term, b: Term): boolean {
  return a.spill.length > 0 && groupsMeet(a, b) && overlaps(a.spill, b.addresses);
}

export function meet(a: Pick<Half, "source" | "destination">, b: Pick<Half, "source" | "destination">): boolean {
  return termsMeet(a.source, b.source) && termsMeet(a.destination, b.destination);
}

/** Whether what `a` matches beyond its meaning is meant by `b`. */
export function spillsInto(a: Pick<Half, "source" | "destination">, b: Pick<Half, "source" | "destination">): boolean {
  return (
    (spillMeets(a.source, b.source) && (termsMeet(a.destination, b.destination) || spillMeets(a.destination, b.destination))) ||
    (spillMeets(a.destination, b.destination) && termsMeet(a.source, b.source))
  );
}

/** The same as an entry for each port. */
export function byPort(entry: Entry): readonly Entry[] {
  return entry.ports.map((port) => ({ ...entry, ports: [port] }));
}

export function halvesOf(entry: Entry, node: number): readonly Half[] {
  const { protocol, ports, terms } = entry;
  const forth: Half = { node, source: terms.source, destination: terms.destination, protocol, ports, way: "forth" };
  return entry.pair ? [forth, { node, source: terms.destination, destination: terms.source, protocol, ports, way: "back" }] : [forth];
}
